"""https: the local authority, files of the user's own, and HTTP/2."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cli.commands import main
from mockserver.errors import UsageError
from mockserver.messages import Request
from mockserver.settings import Settings
from mockserver.testing.client import MockServer
from mockserver.web import authority, tls
from tests.support import TIMEOUT, LiveMock, bundled_settings


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where this user's programs keep their data during these tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("data")
        patch.setitem(tls._DIRECTORIES, sys.platform, ("XDG_DATA_HOME", ""))  # type: ignore[index]
        patch.setenv("XDG_DATA_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def mock(home: Path) -> Iterator[LiveMock]:
    """A mock over TLS that waits half a second for a body."""
    mock = LiveMock("--tls", "--read-timeout", "500ms").wait_until_started()
    try:
        yield mock
    finally:
        mock.kill()


def _served(host: str = "127.0.0.1") -> Path:
    settings = tls.with_certificate(bundled_settings(tls=True, host=host))
    assert settings.tls_cert is not None
    assert settings.tls_cert == settings.tls_key
    return settings.tls_cert


def _curl(mock: LiveMock, path: str, *flags: str, sent: str = "") -> list[str]:
    """The protocol and the status of an answer as curl has them, and its exit code."""
    if shutil.which("curl") is None:
        pytest.skip("curl isn't installed (apt-get install curl)")
    command = ["curl", "-s", "-o", os.devnull, "--cacert", str(tls.authority()), "-w", "%{http_version} %{http_code}"]
    given = ["-H", "Authorization: Bearer alice-token", "-H", "Content-Type: application/json", *flags]
    done = subprocess.run(
        [*command, *given, mock.url + path], input=sent, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    return [*done.stdout.split(), str(done.returncode)]


def test_the_banner_and_the_client_know_https(mock: LiveMock) -> None:
    """The client of the tests trusts the local authority."""
    server = MockServer(mock.url, {})
    assert mock.url.startswith("https://127.0.0.1:")
    assert server.send("GET", "/devices", headers={"authorization": "Bearer alice-token"}).status == 200
    assert server.control("GET", "/about")["url"] == mock.url


@pytest.mark.parametrize(("version", "flag"), [("1.1", "--http1.1"), ("2", "--http2")])
def test_both_protocols_are_served(mock: LiveMock, version: str, flag: str) -> None:
    """A client that speaks HTTP/2 gets it; a body whose length no header says is read in both."""
    assert _curl(mock, "/devices", flag) == [version, "200", "0"]
    trust = ("-X", "POST", "-T", "-", flag)
    assert _curl(mock, "/devices/trust", *trust, sent='{"fingerprint": "fp-alice-ipad"}') == [version, "200", "0"]
    assert _curl(mock, "/devices/trust", *trust, sent="{")[:2] == [version, "400"]


@pytest.mark.parametrize(("flag", "code"), [("--http1.1", "52"), ("--http2", "92")])
def test_a_fault_ends_what_carries_its_answer(mock: LiveMock, flag: str, code: str) -> None:
    """The connection, or in HTTP/2 the stream: others on that connection go on."""
    server = MockServer(mock.url, {})
    server.control("PUT", "/worlds/broken/faults", {"presets": ["offline"]})
    assert _curl(mock, "/devices", flag, "-H", "Mock-World: broken")[2] == code


def test_half_a_body_gets_a_408_in_http2(mock: LiveMock) -> None:
    """After --read-timeout, as in HTTP/1.1."""
    if shutil.which("curl") is None:
        pytest.skip("curl isn't installed (apt-get install curl)")
    command = ["curl", "-sSN", "--http2", "--cacert", str(tls.authority()), "-T", "-", "-X", "POST"]
    with subprocess.Popen(
        [*command, f"{mock.url}/devices/trust"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as curl:
        assert curl.stdin is not None
        assert curl.stdout is not None
        curl.stdin.write("{")
        curl.stdin.flush()
        watch = threading.Timer(TIMEOUT, curl.kill)
        watch.start()
        while 408 not in _statuses(mock):
            assert watch.is_alive()
            threading.Event().wait(0.05)
        curl.stdin.close()
        assert "--read-timeout" in curl.stdout.read()
        watch.cancel()


def _statuses(mock: LiveMock) -> list[int]:
    requests = MockServer(mock.url, {}).control("GET", "/worlds/main/requests")["requests"]
    return [request["answer"]["status"] for request in requests]


def test_addresses_of_the_api_are_https() -> None:
    """Unless a proxy says what its client used."""
    request = Request("GET", "/a", headers={"host": "h:1"}, secure=True)
    assert request.url() == "https://h:1/a"
    assert Request("GET", "/a", headers={"host": "h", "x-forwarded-proto": "http"}, secure=True).origin == "http://h"


@pytest.mark.parametrize(
    ("host", "names"), [("127.0.0.1", ()), ("192.0.2.7", ("192.0.2.7",)), ("mock.test", ("mock.test",))]
)
def test_a_certificate_is_for_this_machine_and_its_host(host: str, names: tuple[str, ...]) -> None:
    """As a strict client checks it."""
    file = _served(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    for name in ("localhost", "127.0.0.1", "::1", *names):
        client = tls.trusting()
        client.verify_flags |= ssl.VERIFY_X509_STRICT
        _shake_hands(context, client, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake_hands(context, tls.trusting(), "example.com")


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Have the two agree in memory. Raises SSLError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname=name)
    other = server.wrap_bio(to_server, to_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    while len(done) < 2:
        for side in (one, other):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                pass


def test_all_addresses_have_the_name_of_the_machine() -> None:
    """Where a mock listens on all of them, that is how others call it."""
    assert tls.names_for("0.0.0.0")[:3] == ("localhost", "127.0.0.1", "::1")
    assert len(tls.names_for("0.0.0.0")) == 4


def test_a_certificate_is_served_again_until_it_is_old() -> None:
    """Without the library that makes them; nobody else can read its key."""
    file = _served("fresh.test")
    before = file.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "mockserver.web.authority", None)
        assert _served("fresh.test").read_bytes() == before
    old = file.stat().st_mtime - 61 * 24 * 3600
    os.utime(tls.authority(), (old, old))
    os.utime(file, (old, old))
    assert _served("fresh.test").read_bytes() != before
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o077 for path in (file, tls.folder() / "ca.key")} == {0}


def test_of_two_authorities_made_at_once_one_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process finds the key of the first one, and takes its certificate from there."""
    first = authority.made(tmp_path / "a" / "ca.pem").read_bytes()
    keys = tmp_path / "a" / "ca.key"
    written, made = keys.read_bytes(), authority._new

    def slow() -> bytes:
        (tmp_path / "b" / "ca.key").write_bytes(written)
        return made()

    monkeypatch.setattr(authority, "_new", slow)
    assert authority.made(tmp_path / "b" / "ca.pem").read_bytes() == first
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["ca.key", "ca.pem"]


def test_files_of_ones_own_must_belong_together(tmp_path: Path) -> None:
    """They are tried before the server starts; one file may hold both."""
    one, other = _served("one.test"), _served("two.test")
    assert tls.with_certificate(Settings("s", tls=True, tls_cert=one)).tls_key == one
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")
    with pytest.raises(UsageError, match="can't be used together: key values mismatch"):
        tls.with_certificate(Settings("s", tls=True, tls_cert=one, tls_key=other))
    for certificate, key in ((broken, one), (one, broken)):
        with pytest.raises(UsageError, match=r"--tls-cert.*PEM form"):
            tls.with_certificate(Settings("s", tls=True, tls_cert=certificate, tls_key=key))


def test_plain_http_looks_at_no_file() -> None:
    """The settings stay as they are."""
    settings = bundled_settings()
    assert tls.with_certificate(settings) is settings


@pytest.mark.parametrize("content", ["", "nothing"])
def test_an_authority_that_is_broken_is_named(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the folder to remove."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    tls.authority()
    (tls.folder() / "ca.key").write_text(content)
    assert main(["mock", "--tls", "--port", "0"]) == 2
    assert f"remove {tls.folder()}" in capsys.readouterr().err


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The extra, or files instead."""
    monkeypatch.delitem(sys.modules, "mockserver.web.authority")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert main(["tls", "path"]) == 2
    assert "pip install 'flashback-mock[tls]', or name files with --tls-cert" in capsys.readouterr().err


def test_how_to_trust_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """For the system and for programs of their own; the path alone for scripts."""
    assert main(["tls", "path"]) == 0
    path = capsys.readouterr().out.strip()
    assert Path(path) == tls.authority()
    assert main(["tls", "trust"]) == 0
    text = capsys.readouterr().out
    assert all(f"{line}{path}" in text for line in ("NODE_EXTRA_CA_CERTS=", "REQUESTS_CA_BUNDLE=", "--cacert "))

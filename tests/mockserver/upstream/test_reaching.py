"""How a backend is reached: by TLS, through the proxy of the environment, below a path."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.running import run
from mockserver.errors import UsageError
from mockserver.settings import Upstream
from mockserver.upstream.forward import Forwarder
from mockserver.upstream.incoming import NoAnswer
from mockserver.upstream.line import Way
from mockserver.upstream.outgoing import Outgoing
from mockserver.upstream.target import Target, target_of
from tests.mockserver.upstream.scripted import Came, Scripted, answer, started
from tests.support import TIMEOUT, bundled_settings

CERTIFICATES = Path(__file__).parents[2] / "contract_tests/cases/certificates"
AUTHORITY, SERVER, CLIENT = (str(CERTIFICATES / f"{name}.pem") for name in ("authority", "server", "client"))
GET = Outgoing("GET", "/x", ("host: h",), length=0)
Send = Callable[..., tuple[int, bytes]]


@pytest.fixture
def send() -> Iterator[Send]:
    """Sends a request to a target, and returns status and body; keyword arguments are those of `Upstream`."""
    forwarders: list[Forwarder] = []

    def sent(target: Target, environment: dict[str, str] | None = None, **upstream: Any) -> tuple[int, bytes]:
        forwarders.append(Forwarder(target, Upstream(timeout=TIMEOUT * 1000, **upstream), environment or {}))
        incoming = forwarders[-1].send(GET)
        assert incoming.hold(1000)
        return incoming.status, incoming.held

    yield sent
    for one in forwarders:
        one.close()


def secure(*, asks: bool = False) -> ssl.SSLContext:
    """TLS with a certificate of the authority; whether it asks for one of the client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(AUTHORITY)
    return context


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "asks"])
def private(request: pytest.FixtureRequest) -> Iterator[tuple[bool, Target]]:
    """A backend with a certificate of a private authority; whether it asks for one of the client."""
    backend, end = started(secure(asks=request.param))
    backend.answers["*"] = answer({"secure": True})
    yield request.param, target_of(backend.url.replace("http:", "https:"), "URL")
    end()


def test_tls_is_checked(private: tuple[bool, Target], send: Send) -> None:
    """Against an authority that is named; a client certificate is shown; `--insecure` checks nothing."""
    asks, target = private
    own = {"client_cert": CLIENT} if asks else {}
    assert send(target, ca=AUTHORITY, **own) == (200, b'{"secure": true}')
    assert send(target, insecure=True, **own)[0] == 200
    with pytest.raises(NoAnswer, match=r"TLS fails: .*\(--ca names a certificate to trust\)") as caught:
        send(target, **own)
    assert (caught.value.status, caught.value.absent) == (502, False)
    if asks:
        with pytest.raises(NoAnswer):
            send(target, ca=AUTHORITY)


def test_files_that_are_no_certificates_are_named(tmp_path: Path, send: Send) -> None:
    """By the flag and the file."""
    (tmp_path / "x.pem").write_text("nothing")
    target = target_of("https://127.0.0.1:9", "URL")
    for flag, name in (("--ca", "ca"), ("--client-cert", "client_cert")):
        with pytest.raises(UsageError, match=f"{flag}: .*x.pem can't be used"):
            send(target, **{name: str(tmp_path / "x.pem")})


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY"])
def test_the_proxy_of_the_environment_is_used(name: str, backend: Scripted, send: Send) -> None:
    """With the credentials in its URL; the backend's name is left to it."""

    def proxied(came: Came) -> list[bytes]:
        return [answer({"asked": came.path, "by": came.headers.get("proxy-authorization", "")})]

    backend.answers["*"] = proxied
    environment = {name: backend.url.replace("http://", "http://me:secret@")}
    status, body = send(target_of("http://things.invalid:81", "URL"), environment)
    assert (status, body) == (200, b'{"asked": "http://things.invalid:81/x", "by": "Basic bWU6c2VjcmV0"}')


def test_tls_goes_through_the_proxy_s_tunnel(backend: Scripted, send: Send) -> None:
    """The proxy is asked for the host, and what it refuses is a 502."""
    backend.answers["*"] = answer({}, "403 Forbidden")
    with pytest.raises(NoAnswer, match="403"):
        send(target_of("https://things.invalid", "URL"), {"HTTPS_PROXY": backend.url})
    assert (backend.came[0].method, backend.came[0].path) == ("CONNECT", "things.invalid:443")


@pytest.mark.parametrize("exempt", ["*", "invalid", ".things.invalid", "a, things.invalid:81"])
def test_some_hosts_need_no_proxy(exempt: str, backend: Scripted, send: Send) -> None:
    """Those of `NO_PROXY`, and this machine."""
    environment = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": exempt}
    with pytest.raises(NoAnswer, match=r"the host things\.invalid is unknown"):
        send(target_of("http://things.invalid:81", "URL"), environment)
    backend.answers["*"] = answer({})
    assert send(target_of(backend.url, "URL"), {"HTTP_PROXY": "http://127.0.0.1:9"})[0] == 200


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("api.yaml", "isn't an http"),
        ("ftp://h", "isn't an http"),
        ("http://", "isn't an http"),
        ("http://u:p@h", "has credentials in it"),
        ("http://h/?a=1", "has a query"),
        ("http://h:x", "Port could not be cast"),
    ],
)
def test_urls_that_are_no_backend(url: str, problem: str) -> None:
    """Each with the flag that named it."""
    with pytest.raises(UsageError, match=rf"--upstream: .*{problem}"):
        target_of(url, "--upstream")


@pytest.mark.parametrize(
    ("url", "path", "asked"),
    [
        ("http://h", "/a b/ü", "/a%20b/%C3%BC?q=1"),
        ("http://h/api/", "/a", "/api/a?q=1"),
        ("http://h/api", "/api/a", "/api/a?q=1"),
        ("http://h/api", "/apian", "/api/apian?q=1"),
    ],
)
def test_paths_are_below_the_backend_s_own(url: str, path: str, asked: str) -> None:
    """Unless they name that already."""
    assert target_of(url, "URL").path(path, "q=1") == asked


def test_that_nothing_is_checked_is_said(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """`--insecure` warns at the start."""
    monkeypatch.setattr("mockserver.cli.running.serve", lambda *_: None)
    upstream = Upstream(url="https://127.0.0.1:9", first=True, insecure=True)
    run(bundled_settings(port=0, upstream=upstream))
    assert "isn't checked (--insecure)" in capfd.readouterr().err


def test_nobody_waits_again_for_a_backend_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a few seconds after it didn't accept a connection in time; then it is tried again."""
    now, tries = [100.0], [0]

    def opening() -> Any:
        tries[0] += 1
        raise TimeoutError

    monkeypatch.setattr("mockserver.upstream.forward.monotonic", lambda: now[0])
    monkeypatch.setattr("mockserver.upstream.forward.way_to", lambda *_: Way(opening))
    forwarder = Forwarder(target_of("http://away.invalid", "URL"), Upstream(), {})
    for after, tried in ((0, 1), (4, 1), (2, 2)):
        now[0] += after
        with pytest.raises(NoAnswer) as caught:
            forwarder.send(GET)
        assert (caught.value.status, caught.value.absent, tries[0]) == (504, True, tried)


def test_a_long_upload_has_time_for_each_piece(monkeypatch: pytest.MonkeyPatch, backend: Scripted) -> None:
    """The limit is that of a piece, and of the answer after the last one."""
    now, sent = [100.0], []

    class Sends:
        used = 0.0

        def send(self, data: bytes, until: float) -> None:
            sent.append((data, until - now[0]))
            now[0] += 4

    monkeypatch.setattr("mockserver.upstream.forward.monotonic", lambda: now[0])
    forwarder = Forwarder(target_of(backend.url, "URL"), Upstream(timeout=5000), {})
    outgoing = Outgoing("POST", "/x", (), rest=[b"a", b"b"], length=2)
    incoming = forwarder._incoming(Sends(), outgoing, lambda _: -1)  # type: ignore[arg-type]  # it only sends
    forwarder._write(incoming.line, outgoing, incoming)
    assert [(piece, left) for piece, left in sent[1:]] == [(b"a", 5), (b"b", 5)]
    assert incoming.until == now[0] + 5

"""Curl lines, run by bash, send what the run has sent."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from contract_tests.core.answer import Sent
from contract_tests.core.redaction import Redactor
from contract_tests.core.shell import doubly, quoted, variable
from tests.contract_tests.small import Asked, Reply, Small, serving
from tests.support import TIMEOUT

TOKEN, PAIR = "planted-token", "ann:planted-word"
JSON = {"Content-Type": "application/json"}


class Listening(Small):
    """Takes everything."""

    def answer(self, asked: Asked) -> Reply:
        return Reply(200, {"method": asked.method})


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[Listening, str]]:
    """A service that logs what it gets, and its address."""
    if not shutil.which("curl") or not shutil.which("bash"):
        pytest.skip("curl or bash is not installed")
    service = Listening()
    with serving(service) as url:
        yield service, url


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", "/a?b=c&d=%20[1]{2}", {"X-App": '$HOME `x` "y" \\ it\'s !!'}, b""),
        ("GET", "/a", {"X-None": "", "X-Latin": "\xe9\x85"}, b""),
        ("GET", "/a/../b/%2e%2e/c", {}, b""),
        ("GET", "/search", JSON, b'{"q": 1}'),
        ("POST", "/a", JSON, b"@/etc/hostname"),
        ("POST", "/a", {}, b'it\'s "no" form'),
        ("PUT", "/a", JSON, '{"a": "\u202e \x07 é 😀 \\u0007 %s $HOME !"}\r\n'.encode()),
        ("PUT", "/a", JSON, b"\xff\xfe'\\"),
        ("PATCH", "/a", JSON, b"\0 100% \\n '\xff\n"),
        ("POST", "/a", JSON, b'{"a": "' + b"x" * 20_000 + b'"}'),
        ("POST", f"/a?key={TOKEN}&x=1", {**JSON, "Authorization": f"Bearer {TOKEN}"}, f'["{TOKEN}", "$"]'.encode()),
        ("DELETE", "/a", {"Authorization": f"Basic {b64encode(PAIR.encode()).decode()}"}, b""),
    ],
)
def test_a_line_repeats_the_request(
    listening: tuple[Listening, str], method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    """Method, path, query, headers and body arrive byte by byte; secrets come from the environment."""
    service, url = listening
    redact = Redactor()
    redact.learn(TOKEN, "$CONTRACT_TOKEN")
    redact.learn(PAIR, "$CONTRACT_OTHER_TOKEN")
    line = redact(Sent(method, url + path, path, headers, body).curl(redact.without_secrets))
    assert TOKEN not in line
    run(line)
    asked = service.log[-1]
    assert (asked.method, asked.body) == (method, body)
    assert (asked.path, asked.query) == (unquote(path.partition("?")[0]), path.partition("?")[2])
    got = {name.lower(): value for name, value in asked.headers.items()}
    assert {name.lower(): value for name, value in headers.items()}.items() <= got.items()
    assert ("content-type" in got) == ("Content-Type" in headers)


def run(line: str) -> str:
    """What bash prints for a line."""
    secrets = {"CONTRACT_TOKEN": TOKEN, "CONTRACT_OTHER_TOKEN": PAIR}
    environment = {"PATH": os.environ["PATH"], **secrets}
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=TIMEOUT, check=False, env=environment)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout.decode("latin-1")


@pytest.mark.parametrize("text", ["", "a b", "it's", variable("ID"), f"/a/{variable('ID')}b'", "\x1b[1m", "!"])
def test_variables_are_replaced_in_every_kind_of_quotes(text: str) -> None:
    """Whatever stands beside them."""
    wanted = text.replace(variable("ID"), "n 1")
    assert run(f"ID='n 1'; printf %s {quoted(text)}") == run(f"ID='n 1'; printf %s {doubly(text)}") == wanted

"""What a reader pastes from a page: the lines of the installation table, and each line of the blocks, in order."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from bench.processes import free_port
from tests.first_steps.artifacts import TIMEOUT, Failed, clean
from tests.support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
WAIT = 60.0  # seconds that a mock may take to start


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in a language."""
    return [code for found, code in BLOCK.findall(page) if found == language]


def install_line(tool: str, *, suite: bool = False) -> str:
    """The line of the README's table that installs or runs the mock server, or the suite, with a tool."""
    for row in re.findall(r"^\|(.*)\|$", README, re.MULTILINE):
        name, *cells = (cell.strip() for cell in row.split(" | "))
        if re.fullmatch(rf"\[?{tool}\b.*", name):
            return re.findall(r"`([^`]+)`", cells[1 if suite else 0])[0]
    raise Failed(f"the README has no line for {tool}")


class Terminal:
    """Runs lines in a folder as a shell does, with the port of pages replaced by one that is free."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = clean({"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "CI": "true"})

    def here(self, text: str, **places: str) -> str:
        """A text with the places of this machine."""
        text = re.sub(r"(localhost|127\.0\.0\.1):4010", f"127.0.0.1:{self.port}", text)
        for page, place in places.items():
            text = text.replace(page, place)
        return text

    def run(self, line: str, *codes: int) -> str:
        """The output of a line. Raises Failed where its exit code is another one."""
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False,
        )  # fmt: skip
        if done.returncode not in (codes or (0,)):
            raise Failed(f"$ {line}\nexit code {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
        return done.stdout + done.stderr

    @contextmanager
    def serving(self, line: str, port: int | None = None) -> Iterator[str]:
        """A line that runs until Ctrl-C, once it listens; its URL."""
        port = port or self.port
        with (self.folder / "errors.txt").open("wb") as errors:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {line.removesuffix('&')}"], cwd=self.folder, stdin=subprocess.DEVNULL,
                env={**self.environment, "MOCKSERVER_PORT": str(port)}, stdout=errors, stderr=errors,
            )  # fmt: skip
            try:
                self._wait(process, port, line)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(TIMEOUT)

    def _wait(self, process: subprocess.Popen[bytes], port: int, line: str) -> None:
        until = monotonic() + WAIT
        while monotonic() < until and process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            sleep(0.05)
        raise Failed(f"$ {line}\ndoesn't listen\n{(self.folder / 'errors.txt').read_text()[-4000:]}")


def the_readme(terminal: Terminal) -> None:
    """Each line of the README that is for a user who has installed it. Raises Failed."""
    for name in ("petstore.yaml", "openapi.yaml"):
        (terminal.folder / name).write_text(blocks(TUTORIAL, "yaml")[0], encoding="utf-8")
    start, *requests = blocks(README, "sh")[0].splitlines()
    with terminal.serving(start) as url:
        shown = [terminal.run(terminal.here(line)) for line in requests]
        _check("Rex" in shown[-1], "Rex is not in the list")
        terminal.run("mockserver check-spec petstore.yaml")
        _check(_inline("mockserver init petstore.yaml"), "the README has no `mockserver init`")
        _proxy(terminal, url)
        line = _console("contract-tests --spec openapi.yaml --target")
        places = {"https://staging.example": url, '"$TOKEN"': "any", "\\\n": ""}
        terminal.run(f"{terminal.here(line, **places)} --examples 3", 0)
    terminal.run("mockserver init petstore.yaml && pytest -q")


def _proxy(terminal: Terminal, backend: str) -> None:
    """The lines of the section on real backends: the traffic that passes is recorded, and checked afterwards."""
    start, check = (_console(beginning) for beginning in ("mockserver proxy", "contract-tests traffic"))
    port = free_port()
    with terminal.serving(start.replace("http://localhost:8000", backend), port) as url:
        terminal.run(f"curl -sf {url}/pets")
    terminal.run(check)


def the_tutorial(terminal: Terminal) -> None:
    """Each block of the tutorial, after the first one has started the mock. Raises Failed."""
    (terminal.folder / "petstore.yaml").write_text(blocks(TUTORIAL, "yaml")[0], encoding="utf-8")
    start, *others = blocks(TUTORIAL, "sh")
    with terminal.serving(start.strip()):
        for block in others:
            terminal.run(terminal.here(block))


def _console(beginning: str) -> str:
    """The line of a console block of the README that begins so."""
    for block in blocks(README, "console"):
        for line in block.splitlines():
            if line.startswith(f"$ {beginning}"):
                return line.removeprefix("$ ").partition("   #")[0]
    raise Failed(f"the README has no line `{beginning}`")


def _inline(line: str) -> bool:
    return f"`{line}`" in README


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise Failed(problem)


def shell(line: str) -> Sequence[str]:
    """The command that runs a line as a shell does."""
    return ["bash", "-c", f"exec {line}"]

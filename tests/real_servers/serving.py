"""Installs a server, and runs it in a folder of its own until the end of a block."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import requests

from bench.processes import free_port
from tests.clients.packages import Unavailable, install
from tests.real_servers.server import Server

WORK = Path(__file__).with_name(".work")
START_LIMIT = 120
"""Seconds in which a server must answer."""
STOP_LIMIT = 15


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    server: Server
    process: subprocess.Popen[bytes]
    port: int
    home: Path

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def target(self) -> str:
        """The address of its API."""
        return self.origin + self.server.base

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send a request with the headers that it needs."""
        return requests.request(method, self.origin + path, json=body, headers=dict(self.server.headers), timeout=30)

    def document(self) -> Path:
        """Its own document, as a file."""
        path = self.home / "document.json"
        kind, _, rest = self.server.document.partition(":")
        if kind == "file":
            return next(WORK.joinpath(self.server.id).glob(rest))
        if kind == "home":
            return self.home / rest
        if kind == "embedded":
            path.write_text(json.dumps(embedded(Path(rest))), encoding="utf-8")
        else:
            path = self.home / ("document.json" if "json" in self.server.document else "document.yaml")
            answer = self.ask("GET", self.server.document)
            answer.raise_for_status()
            path.write_bytes(answer.content)
        return path


def embedded(program: Path) -> Any:
    """The Swagger document that a compiled program holds as text."""
    text = program.read_bytes().decode("latin-1")
    start = text.rindex('{\n  "', 0, text.index('"swagger": "2.0"'))
    return json.JSONDecoder().raw_decode(text[start:])[0]


@contextmanager
def running(server: Server, port: int = 0) -> Iterator[Running]:
    """The server with its first records; ended afterwards, with all that it started."""
    port = port or free_port()
    packages, home = WORK / server.id, WORK / f"{server.id}-{port}"
    provide(server, packages)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    environment = surroundings(server, packages, home, port)
    for name, text in server.files.items():
        (home / name).write_text(Template(text).safe_substitute(environment), encoding="utf-8")
    run_all(server.prepare, home, environment)
    with (home / "output.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {server.command}"], cwd=home, env=environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        found = Running(server, process, port, home)
        wait(found)
        for request in server.before:
            found.ask(request.method, request.path, request.body).raise_for_status()
        run_all(server.fill, home, {**environment, "URL": found.target})
        yield found
    finally:
        end(process)


def run_all(commands: tuple[str, ...], home: Path, environment: Mapping[str, str]) -> None:
    """Run commands in the folder of a server; what they print stands beside its own output."""
    for command in commands:
        with (home / "commands.log").open("ab") as log:
            done = subprocess.run(["/bin/sh", "-c", command], cwd=home, env=environment, check=False,
                                  timeout=START_LIMIT, stdout=log, stderr=log)  # fmt: skip
        if done.returncode:
            raise Unavailable(f"{command}: exit {done.returncode}; see {home / 'commands.log'}")


def provide(server: Server, folder: Path) -> None:
    """Install its packages unless they are there."""
    missing = [name for name in server.debian if subprocess.run(["dpkg", "-s", name], capture_output=True).returncode]  # noqa: PLW1510
    if missing:
        done = subprocess.run(["apt-get", "install", "-y", "-q", *missing], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"apt-get install {' '.join(missing)}: {done.stderr.strip()[-400:]}")
    install(server.pypi or server.npm, folder, python=bool(server.pypi))


def surroundings(server: Server, packages: Path, home: Path, port: int) -> Mapping[str, str]:
    """The environment of its commands; its own values may use $PORT, $HOME and $PACKAGES."""
    places = {
        "PORT": str(port),
        "SECOND_PORT": str(free_port()),
        "HOME": str(home),
        "PACKAGES": str(packages),
        "PYTHON": sys.executable,
    }
    own = {name: Template(value).safe_substitute(places) for name, value in server.environment.items()}
    programs = [str(packages / "node_modules/.bin"), str(packages / "site/bin"), os.environ["PATH"], "/usr/sbin"]
    paths = {"PATH": os.pathsep.join(programs), "PYTHONPATH": str(packages / "site")}
    return {**os.environ, **paths, **places, **own}


def wait(found: Running) -> None:
    """Wait until it answers."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and found.process.poll() is None:
        with suppress(requests.RequestException):
            if found.ask("GET", found.server.ready).status_code < 400:
                return
        time.sleep(0.2)
    raise Unavailable(f"{found.server.id} did not start; see {found.home / 'output.log'}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server and what it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_LIMIT)


def versions(server: Server) -> str:
    """The version of the server: that of its package."""
    pinned = [name for name in (*server.pypi, *server.npm) if "=" in name or "@" in name[1:]]
    if pinned:
        return re.split(r"==|@", pinned[0])[-1]
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", server.debian[0]],
                          capture_output=True, text=True, check=False)  # fmt: skip
    return done.stdout.partition("-")[0]

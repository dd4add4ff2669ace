"""Installs each peer once in bench/.work/peers, and finds the programs that they need."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.inputs import BEHAVIOURS, ROOT, WORK, Inputs
from bench.peers import NODE, Peer

PEERS = WORK / "peers"
HERE = ROOT / "bench" / "peers"
TIMEOUT = 900  # seconds for one installation


class NotInstalled(Exception):
    """A peer, or wrk, cannot be installed on this machine; the message gives the reason."""


def wrk() -> None:
    """Install wrk from the Debian package if it is missing and you are root."""
    if shutil.which("wrk"):
        return
    if os.geteuid() or not shutil.which("apt-get"):
        raise NotInstalled("wrk is missing; install it first (Debian: apt-get install wrk)")
    _run(["apt-get", "update"])
    _run(["apt-get", "install", "-y", "wrk"])


def install(peer: Peer) -> None:
    """Install what the peer needs, unless an earlier run did (raises NotInstalled with the reason)."""
    for program in (*peer.needs, *(("npm",) if peer.npm else ())):
        if not shutil.which(program):
            raise NotInstalled(f"needs {program}, which is not on this machine")
    if peer.npm:
        _once(PEERS / "node", NODE, _npm)
        _once(PEERS / peer.home, peer.npm, _npm)
    elif peer.pip:
        _once(PEERS / peer.home, peer.pip, _venv)


def command(peer: Peer, inputs: Inputs, port: int) -> list[str]:
    """The command line that starts the peer on a port."""
    places = _places(peer, inputs) | {"port": str(port)}
    return [word.format_map(places) for word in shlex.split(peer.command)]


def environment(peer: Peer, inputs: Inputs) -> dict[str, str]:
    """The peer's additional environment variables."""
    places = _places(peer, inputs)
    variables = {"PYTHONPATH": str(ROOT)} if not (peer.npm or peer.pip) else {}
    # Installed packages are compiled once, not at every start; here the probes before the first start do it.
    return (
        {"PYTHONDONTWRITEBYTECODE": ""}
        | variables
        | {name: value.format_map(places) for name, value in peer.env.items()}
    )


def node() -> Path:
    """The Node executable of all Node peers."""
    return PEERS / "node" / "node_modules" / ".bin" / "node"


def _places(peer: Peer, inputs: Inputs) -> dict[str, str]:
    return {name: str(path) for name, path in asdict(inputs).items()} | {
        "behaviours": str(BEHAVIOURS),
        "node": str(node()),
        "java": "java",
        "python": sys.executable,
        "home": str(PEERS / peer.home),
        "here": str(HERE),
        "root": str(ROOT),
    }


def _once(home: Path, packages: Sequence[str], installer: Callable[[Path, Sequence[str]], None]) -> None:
    stamp = home / "installed.txt"
    expected = "\n".join(packages)
    if stamp.exists() and stamp.read_text() == expected:
        return
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    installer(home, packages)
    stamp.write_text(expected)


def _npm(home: Path, packages: Sequence[str]) -> None:
    (home / "package.json").write_text('{"private": true}\n')
    _run(["npm", "install", "--prefix", str(home), "--no-audit", "--no-fund", "--save-exact", *packages])


def _venv(home: Path, packages: Sequence[str]) -> None:
    _run([sys.executable, "-m", "venv", str(home)])
    _run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages])


def _run(words: Sequence[str]) -> None:
    try:
        completed = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotInstalled(f"{words[0]}: {problem}") from problem
    if completed.returncode:
        last = (completed.stderr.strip() or completed.stdout.strip()).splitlines()[-1:] or ["no output"]
        raise NotInstalled(f"{' '.join(words[:3])} failed: {last[0]}")

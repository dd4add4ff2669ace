"""Windows and macOS lack parts of Linux: everything is imported, and the mock answers, where they are not to be had."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract_tests.cli import show_any_character
from docs_to_openapi.cli import _show_any_character
from mockserver.cli import values
from mockserver.cli.banner import banner
from mockserver.cli.log import style_for
from mockserver.cli.output import prepare_streams
from mockserver.clock import format_http_date
from mockserver.errors import UsageError
from mockserver.exchange.engine import Engine
from tests.support import ROOT, TIMEOUT

PACKAGES = ("mockserver", "contract_tests", "docs_to_openapi")
OTHERWISE = """
import builtins, os, select, signal, socket, sys, time, types

ABSENT = {
    "os": "fork forkpty register_at_fork wait wait3 wait4 WNOHANG WIFSIGNALED WIFEXITED WTERMSIG WEXITSTATUS getuid "
    "geteuid getgid getegid getpgid getpgrp setsid setpgid setuid killpg nice sched_setscheduler sched_getaffinity "
    "SCHED_BATCH sched_param sched_yield mkfifo chown lchown fchown pread pwrite sysconf uname statvfs getloadavg "
    "posix_fadvise sendfile openpty pipe2 O_NONBLOCK O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_SYNC O_DSYNC memfd_create",
    "signal": "SIGHUP SIGQUIT SIGUSR1 SIGUSR2 SIGCHLD SIGALRM SIGKILL SIGPIPE SIGSTOP SIGTSTP SIGCONT SIGWINCH "
    "setitimer getitimer ITIMER_REAL alarm pause pthread_sigmask pthread_kill sigwait sigwaitinfo sigtimedwait "
    "SIG_BLOCK SIG_UNBLOCK SIG_SETMASK siginterrupt sigpending",
    "select": "poll epoll kqueue",
    "socket": "AF_UNIX SO_REUSEPORT SO_PEERCRED MSG_DONTWAIT MSG_NOSIGNAL MSG_WAITALL SCM_RIGHTS sethostname",
    "time": "tzset clock_gettime clock_gettime_ns pthread_getcpuclockid CLOCK_MONOTONIC CLOCK_REALTIME",
}
MISSING = {"fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "syslog", "readline", "curses", "posix"}
OURS = ("mockserver", "contract_tests", "docs_to_openapi")
usual = builtins.__import__
poorer = {}
for name, absent in ABSENT.items():
    poorer[name] = types.ModuleType(name)
    whole = vars(sys.modules[name])
    vars(poorer[name]).update({key: value for key, value in whole.items() if key not in absent.split()})

def imported(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and str((globals or {}).get("__name__")).partition(".")[0] in OURS:
        if name in MISSING:
            raise ImportError(f"{name} is not to be had here")
        if name in poorer:
            return poorer[name]
    return usual(name, globals, locals, fromlist, level)

builtins.__import__ = imported
"""
"""Run first: takes what the standard library has on POSIX alone from the modules of this project, and from no other."""
IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
ONLY_ON_LINUX = {"mockserver.web.workers"}  # behind --workers, which is refused elsewhere


def run_otherwise(code: str, *arguments: str, cwd: Path = ROOT) -> subprocess.Popen[str]:
    """A process in which our modules find what Windows has."""
    return subprocess.Popen(
        [sys.executable, "-c", OTHERWISE + code, *arguments],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def modules() -> Iterator[str]:
    """The names of all modules but those of tests that are collected by pytest."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if path.name not in ("__main__.py", "conftest.py") and not path.name.startswith("test_"):
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_every_module_is_imported_without_the_parts_of_posix() -> None:
    """All of the three packages but the one that forks."""
    process = run_otherwise(IMPORT_ALL, *(name for name in modules() if name not in ONLY_ON_LINUX))
    _, problem = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, problem


def test_the_mock_answers_without_the_parts_of_posix() -> None:
    """It starts with the bundled contract, and the control API answers."""
    code = "from mockserver.__main__ import main\nsys.exit(main())"
    with run_otherwise(code, "mock", "--port", "0", "--log-format", "json") as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            with urllib.request.urlopen(f"{url}/__mock__/about", timeout=TIMEOUT) as answer:
                assert answer.status == 200
        finally:
            process.terminate()
            process.communicate(timeout=TIMEOUT)


def test_several_workers_need_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere one of the processes would get all connections, or the second could not listen."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UsageError, match=r"--workers: .* need Linux, and this is darwin"):
        values.workers("2", "sqlite:w.db")
    assert values.workers("1", "sqlite:w.db") == 1


@pytest.mark.parametrize("prepare", [prepare_streams, show_any_character, _show_any_character])
def test_what_is_redirected_on_windows_is_utf_8(prepare: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """`mockserver behaviours pet.yaml > behaviours.yaml` would have the code page of the machine."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252"))
    monkeypatch.setattr(sys, "platform", "win32")
    prepare()
    print("→ é", flush=True)
    assert written.getvalue().decode() == f"→ é{chr(10)}"


def test_the_old_console_of_windows_gets_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows Terminal and those that set TERM understand them."""
    monkeypatch.setattr(sys, "platform", "win32")
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    shown = [style_for(terminal, environment, verbose=False).colours for environment in ({}, {"WT_SESSION": "1"})]
    assert shown == [False, True]


def test_a_contract_on_another_drive_is_announced(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Windows knows no way from one drive to another."""

    def refuses(_: str) -> str:
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr("mockserver.cli.banner.os.path.relpath", refuses)
    assert engine.settings.spec in banner(engine)


def test_a_clock_goes_further_than_the_c_library_of_windows() -> None:
    """Which has no year 3001."""
    assert format_http_date(32_535_216_000_000).endswith("3001 00:00:00 GMT")

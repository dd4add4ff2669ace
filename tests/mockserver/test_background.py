"""Threads of the mock survive what their work raises."""

from __future__ import annotations

import threading

import pytest

from mockserver.background import attempt, start, warn


def _fail(*_: object) -> None:
    raise ValueError("two\nlines")


def test_an_exception_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    """With the thread's name and the place, and no traceback."""
    attempt("base", _fail, 1)
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith("mockserver: internal error in the base thread: ValueError: two lines (")
    assert line.endswith("test_background.py:13)")


def test_a_traceback_is_there_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """By the variable that shows it for commands."""
    monkeypatch.setenv("MOCKSERVER_DEBUG", "1")
    attempt("base", _fail)
    assert "in _fail" in capfd.readouterr().err


def test_a_thread_ends_with_its_work(capfd: pytest.CaptureFixture[str]) -> None:
    """It gets its arguments, and an exception does not leave it."""
    called = threading.Event()
    start("one", called.set).join()
    assert called.is_set()
    start("two", _fail, 1, 2).join()
    assert capfd.readouterr().err.startswith("mockserver: internal error in the two thread")


def test_a_warning_needs_no_standard_error(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Where it is closed, nothing is written, and nowhere else either."""
    monkeypatch.setattr("sys.stderr", None)
    warn("lost")
    assert capfd.readouterr() == ("", "")

"""One readable line per request, written by a thread of its own."""

from __future__ import annotations

import io
import json
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.cli.log import LINES, TEXT, Style, Terminal, entry_line, json_line, printable, style_for
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.faults import late
from mockserver.messages import Answer, Request
from tests.support import START, TIMEOUT


def _entry(path: str = "/devices", **changes: Any) -> Exchange:
    given_: dict[str, Any] = {
        "number": 1,
        "at": START,
        "request": Request("GET", path),
        "answer": Answer(200),
        "operation": "listDevices",
        "user": "alice",
        "world": "main",
        "reason": "",
        "violations": (),
        "changes": (),
        "before": None,
        "micros": 1234,
        "verdict": "kept",
    }
    return Exchange(**{**given_, **changes})


def test_a_line_shows_a_request() -> None:
    """Time, method, path, status, operation, user, how long."""
    assert entry_line(_entry())[8:] == " GET    /devices 200 listDevices (alice) 1.2 ms"


def test_a_refusal_says_why() -> None:
    """The world where it is not the main one, the reason at the end; what is not known is a dash."""
    entry = _entry(answer=Answer(404), world="w1", reason="no such\ndevice")
    assert entry_line(entry)[8:] == r" GET    /devices 404 listDevices (alice in w1) 1.2 ms - no such\ndevice"
    assert " 404 - (-) " in entry_line(_entry(answer=Answer(404), operation=None, user=None))


@given(st.text(max_size=400))
def test_a_client_s_text_does_a_terminal_no_harm(text: str) -> None:
    """What is printed is one line of printable characters, of a bounded length."""
    safe = printable(text)
    assert all(char.isprintable() for char in safe)
    assert len(safe) <= 2_100
    if text.isprintable() and len(text) <= 200:
        assert safe == text
    assert len(entry_line(_entry(path=text)).splitlines()) == 1


@given(st.text(max_size=100))
def test_a_line_of_json_is_an_object(text: str) -> None:
    """Whatever a client sent, it can be read back."""
    logged = json.loads(json_line(_entry(path=text, reason=text)))
    assert (logged["event"], logged["path"], logged["reason"], logged["microseconds"]) == ("request", text, text, 1234)


@pytest.mark.parametrize(("log_format", "count"), [("text", LINES + 1), ("json", LINES + 7)])
def test_under_load_the_rest_is_counted(log_format: Any, count: int) -> None:
    """People are shown so many lines and a count; machines get every line."""
    out = io.StringIO()
    terminal = Terminal(out, log_format)
    for _ in range(LINES + 7):
        terminal(_entry())
    terminal.flush()
    lines = out.getvalue().splitlines()
    assert len(lines) == count
    assert ("... and 7 more" in lines[-1]) is (log_format == "text")
    terminal.flush()
    assert len(out.getvalue().splitlines()) == count


def test_what_waits_as_json_is_small() -> None:
    """Neither bodies nor worlds are kept until the next flush, and long texts of a client are cut."""
    terminal = Terminal(io.StringIO(), "json")
    entry = _entry(request=Request("POST", "/x" * 50_000, body=b"y" * 100), reason="z" * 50_000)
    before = sys.getrefcount(entry)
    terminal(entry)
    assert sys.getrefcount(entry) == before
    logged = json_line(entry)
    assert len(logged) < 2 * TEXT + 400
    assert json.loads(logged)["path"].endswith("/x...")


def test_entries_that_are_only_counted_are_not_held() -> None:
    """Under load, what waits for the next look is as large as what that look can show."""
    terminal, entry = Terminal(io.StringIO()), _entry()
    before = sys.getrefcount(entry)
    for _ in range(LINES + 7):
        terminal(entry)
    assert sys.getrefcount(entry) == before + LINES


def test_nothing_is_written_for_nothing() -> None:
    """A look that finds nothing leaves no trace."""
    out = io.StringIO()
    Terminal(out).flush()
    assert out.getvalue() == ""


class _Held:
    """An output whose first write waits until it is let go."""

    def __init__(self) -> None:
        self.text, self.begun, self.free = "", threading.Event(), threading.Event()

    def write(self, text: str) -> None:
        self.begun.set()
        assert self.free.wait(TIMEOUT)
        self.text += text


def test_a_flush_ends_after_one_that_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends after a flush: lines that another thread has taken would be lost. A reader that is gone, so
    that they can't be written, delays the end for a moment only."""
    out = _Held()
    terminal = Terminal(out, "json")
    terminal(_entry())
    first = threading.Thread(target=terminal.flush)
    first.start()
    assert out.begun.wait(TIMEOUT)
    monkeypatch.setattr("mockserver.cli.log.PATIENCE", 0.01)
    terminal.flush()
    assert not out.text
    monkeypatch.setattr("mockserver.cli.log.PATIENCE", TIMEOUT)
    threading.Timer(0.05, out.free.set).start()
    terminal.flush()
    assert out.text.count("\n") == 1
    first.join(TIMEOUT)


class _Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "environment", "verbose", "look"),
    [
        (_Tty(), {}, False, Style(colours=True)),
        (io.StringIO(), {}, False, Style()),
        (_Tty(), {"NO_COLOR": "1"}, False, Style()),
        (_Tty(), {"TERM": "dumb"}, False, Style()),
        (_Tty(), {"CI": "true"}, False, Style(colours=True, quiet=True)),
        (io.StringIO(), {"CI": "1"}, True, Style(verbose=True)),
        (io.StringIO(), {"CI": "false"}, False, Style()),
    ],
)
def test_the_style_suits_the_output(out: Any, environment: dict[str, str], verbose: bool, look: Style) -> None:
    """Colours on a terminal that takes them; quiet under CI, unless --verbose is given."""
    assert style_for(out, environment, verbose) == look


def _written(look: Style, *entries: Exchange) -> str:
    out = io.StringIO()
    terminal = Terminal(out, style=look)
    for entry in entries:
        terminal(entry)
    terminal.flush()
    return out.getvalue()


@pytest.mark.parametrize(("status", "colour"), [(200, 32), (404, 33), (500, 31), (0, 31)])
def test_the_status_is_coloured_by_its_class(status: int, colour: int) -> None:
    """The status alone is coloured; without colours no escape is written."""
    entry = _entry(answer=Answer(status))
    shown = str(status) if status else "closed"
    assert f"\x1b[{colour}m{shown}\x1b[0m" in _written(Style(colours=True), entry)
    assert "\x1b" not in _written(Style(), entry)
    assert f" {shown} " in _written(Style(), entry)


def test_quiet_shows_what_is_broken() -> None:
    """And nothing else."""
    broken = _entry(verdict="broken", reason="the answer would have broken the contract", answer=Answer(500))
    assert _written(Style(quiet=True), _entry(), broken, _entry()).count("\n") == 1


def test_verbose_shows_bodies() -> None:
    """Of request and answer, made harmless and cut, and where the explanation is."""
    entry = _entry(request=Request("POST", "/x", body=b'{"a":\x1b}'), answer=Answer(200, (), b"y" * 5000), world="w1")
    lines = _written(Style(verbose=True), entry).splitlines()
    assert lines[1] == r'  > {"a":\x1b}'
    assert lines[2].startswith("  < yyy")
    assert len(lines[2]) < 2100
    assert lines[3] == "  ? /__mock__/worlds/w1/requests/1/why"


def test_a_flush_is_bounded_in_lines() -> None:
    """An entry that is shown with its bodies takes several lines; entries without room are counted."""
    entry = _entry(request=Request("POST", "/x", body=b"{}"), answer=Answer(200, (), b"{}"))
    each = len(_written(Style(verbose=True), entry).splitlines())
    lines = _written(Style(verbose=True), *[entry] * LINES).splitlines()
    shown = -(-LINES // each)
    assert (each, len(lines)) == (4, shown * each + 1)
    assert str(LINES - shown) in lines[-1]


def test_a_fault_is_logged() -> None:
    """Also a harmless one."""
    assert entry_line(_entry(disturbance=late(20))).endswith(" - 20 ms late")


def test_an_entry_that_cannot_be_shown_hides_no_other(capfd: pytest.CaptureFixture[str]) -> None:
    """The writer's thread reports it in one line, writes what came before and after it, and goes on."""
    written: list[str] = []
    rest = threading.Event()

    class Out:
        def write(self, text: str) -> None:
            written.append(text)
            if "/last" in text:
                rest.set()

    terminal = Terminal(Out())
    for entry in (_entry("/first"), _entry(operation=_Unshown()), _entry("/second")):
        terminal(entry)
    terminal.start()
    terminal(_entry("/last"))
    assert rest.wait(TIMEOUT)
    assert [path for path in ("/first", "/second", "/last") if path in "".join(written)] == [
        "/first",
        "/second",
        "/last",
    ]
    assert capfd.readouterr().err.startswith(
        "mockserver: internal error in the log thread: ValueError: not to be shown ("
    )


class _Unshown(str):
    """A text that raises when it is printed."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        raise ValueError("not to be shown")

    def __bool__(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("status", "colour"), [(100, 36), (204, 32), (302, 36), (404, 33), (500, 31), (700, 31), (0, 31)]
)
def test_colours_show_how_it_went(status: int, colour: int) -> None:
    """The status by its class, and the reason dimmed."""
    line = entry_line(_entry(answer=Answer(status), reason="why"), colours=True)
    assert f" \x1b[{colour}m{status or 'closed'}\x1b[0m " in line
    assert line.endswith(" - \x1b[2mwhy\x1b[0m")


def test_a_backend_is_named_where_there_is_one() -> None:
    """In text and JSON: who answered."""
    entry = Exchange(Request("GET", "/x"), by="backend", answer=Answer(200))
    assert "by the backend" in entry_line(entry)
    assert json.loads(json_line(entry))["by"] == "backend"
    assert "by" not in json.loads(json_line(Exchange(Request("GET", "/x"), answer=Answer(200))))

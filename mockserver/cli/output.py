"""Standard output and standard error of the command: always open, able to show any character, never a traceback."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from mockserver.background import warn
from mockserver.errors import Unavailable

_REDIRECT = "free some space, or redirect the output to another place"


def prepare_streams() -> None:
    """Open the standard streams that are closed on the null device, and show what their encoding lacks as escapes.

    A closed descriptor would be given to the next file or socket, which then would receive what is printed.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    sys.stdout = sys.stdout or _null()
    sys.stderr = sys.stderr or _null()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if sys.platform == "win32" and not stream.isatty():  # else a file has the code page of this machine
                stream.reconfigure(encoding="utf-8")


def _null() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def show(text: str, end: str = "\n") -> None:
    """Print to standard output. A reader that has gone away (`| head -1`) is no error.

    Raises Unavailable where the output cannot be written, such as on a full disk.
    """
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        discard(sys.stdout)
    except OSError as error:
        discard(sys.stdout)
        raise Unavailable(f"cannot write the output: {error.strerror}", place="stdout", fix=_REDIRECT) from None


def discard(stream: TextIO) -> None:
    """Lead a stream to the null device, so that the end of the process does not try once more to write to it."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


class Output:
    """Where a running mock writes its log. Failures are reported once each time they begin; the mock keeps running."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._failing = out, False

    def write(self, text: str) -> None:
        """Write lines at once; what cannot be written is lost."""
        try:
            self._out.write(text)
            self._out.flush()
            self._failing = False
        except (OSError, ValueError) as error:
            self._report(error)

    def _report(self, error: Exception) -> None:
        gone = isinstance(error, BrokenPipeError)
        if not self._failing:
            problem = "nothing reads it any more" if gone else getattr(error, "strerror", None) or error
            warn(f"cannot write the log: {problem}; the mock keeps running (Ctrl-C stops it)")
        self._failing = True
        if gone:
            discard(self._out)

"""Every error of the mock server, in one tree.

MockError                  something that you can fix; its text names place, problem and likely fix
├── UsageError             exit 2: invalid flags or settings, or a file that cannot be read
│   ├── DocumentError      the OpenAPI document cannot be used
│   ├── BehaviourError     behaviours.yaml names something that does not exist
│   └── FixtureError       a fixture breaks the contract
├── ContractBroken         exit 1: a check of the contract failed
├── CallFailed             a Python function of the behaviours failed; the response is a 500
└── Unavailable            exit 3: the address is taken, the output cannot be written, the target does not answer
StoreLost                  the store of the worlds fails: the response is a 503 (never leaves the application)
Refused                    a request gets an error response of the contract (never leaves the pipeline)
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class MockError(Exception):
    """An error that the user can fix: `place`, `problem` and, where known, `fix`."""

    exit_code = 4

    def __init__(self, problem: str, *, place: str = "", fix: str = "") -> None:
        super().__init__(problem)
        self.place, self.problem, self.fix = place, problem, fix

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{text} ({self.fix})" if self.fix else text


class UsageError(MockError):
    """Invalid flags, settings or files."""

    exit_code = 2


class DocumentError(UsageError):
    """The OpenAPI document cannot be used."""


class BehaviourError(UsageError):
    """The behaviours use a name that neither contract nor fixtures declare, or an unknown verb."""


class FixtureError(UsageError):
    """A fixture record is invalid by the contract."""


class ContractBroken(MockError):
    """A check of the contract failed."""

    exit_code = 1


class CallFailed(MockError):
    """A Python function of the behaviours raised an exception, or returned what it may not."""


class Unavailable(MockError):
    """The address or the output cannot be used, or the target does not answer."""

    exit_code = 3


class StoreLost(Exception):
    """The store that keeps the worlds can't be reached, or refuses to read or write; the text says why."""


class Violation(msgspec.Struct, frozen=True):
    """One violation of the contract: the place in the message, the problem, and the part of the contract."""

    place: str  #: in the message, e.g. `body.name`, `query.limit`, `header.Retry-After`
    message: str  #: one sentence, e.g. `is required`
    pointer: str = ""  #: JSON Pointer into the contract


class Refused(Exception):
    """A stage refuses the request; rendered in one place, in the shape that the contract declares for the status."""

    def __init__(
        self,
        status: int,
        reason: str,
        details: tuple[Violation, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
        *,
        own: bool = False,
        miss: str = "",
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.details, self.headers = status, reason, details, headers
        self.own = own  #: the refusal comes from the mock server, not from the mocked API: always a problem (RFC 9457)
        self.miss = miss  #: why no record matched: unknown, expired, or another user's; empty otherwise


def store_refusal(lost: StoreLost) -> Refused:
    """The refusal of a request while the store of the worlds fails; it may be repeated a second later."""
    reason = f"the store of the worlds doesn't work at the moment: {lost}"
    return Refused(503, reason, headers=(("Retry-After", "1"),), own=True)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known name, else the list of known names."""
    names = sorted(known)
    import difflib

    nearest = difflib.get_close_matches(name, names, n=1)
    if nearest:
        return f"did you mean {nearest[0]!r}?"
    return f"known: {', '.join(names)}" if names else "none is known"


def to_install(extra: str) -> str:
    """The line that installs what an extra has, with the name of the distribution that this package came with."""
    from importlib.metadata import entry_points

    command = next(iter(entry_points(group="console_scripts", name="mockserver")), None)
    name = command.dist.name if command is not None and command.dist is not None else "."
    return f"pip install '{name}[{extra}]'"


def internal_error(error: BaseException) -> str:
    """What users and clients read of an exception that none of the errors above describes."""
    return f"internal error: {type(error).__name__}: {error}"

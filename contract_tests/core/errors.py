"""Every error of the contract tests, in one tree.

SuiteError                  ends the run; its text names problem and likely fix
├── UsageError              exit 2: wrong flags, settings, or a file that cannot be read
├── TargetUnavailable       exit 3: it doesn't answer, or stopped answering
│   └── NothingLearnt       exit 3: its answers say nothing about the contract, so neither does what seems broken
├── CredentialsRefused      exit 3: the target rejects the token
└── InternalError           exit 4: the tests themselves failed
NotChecked                  a promise can't be checked: a request may not be sent, or the target lacks the data
└── BudgetSpent             no more requests are sent: the time is over
Broken (AssertionError)     a promise of the contract is broken: expected, got, and the requests that show it
Terminated                  exit 143: SIGTERM came; a KeyboardInterrupt, for it ends the run as Ctrl-C does
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from contract_tests.core.answer import Answer

PIPE_CLOSED: Final = 141  # as a shell reports a process that ended by SIGPIPE
INTERRUPTED: Final = 130  # as after SIGINT
REPORT_IT: Final = "this says nothing about the target: please report it with the command line and all that was printed"


class SuiteError(Exception):
    """Ends the run with `exit_code`; names the problem and, where known, the fix."""

    exit_code = 4

    def __init__(self, problem: str, *, fix: str = "") -> None:
        super().__init__(f"{problem} ({fix})" if fix else problem)
        self.problem, self.fix = problem, fix


class UsageError(SuiteError):
    """Wrong flags, settings or files."""

    exit_code = 2


class TargetUnavailable(SuiteError):
    """The target does not answer, or stopped answering."""

    exit_code = 3


class NothingLearnt(TargetUnavailable):
    """No answer says anything about the contract."""


class CredentialsRefused(SuiteError):
    """The target rejects the token."""

    exit_code = 3


class InternalError(SuiteError):
    """The tests themselves failed; this says nothing about the target."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end."""

    exit_code = 143


class NotChecked(Exception):
    """A promise can't be checked, for a `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BudgetSpent(NotChecked):
    """The time of the run is over."""


def exit_code(program: str, run: Callable[[], int], show: Callable[[str], str] = str) -> int:
    """The exit code of a command; an error is one line, an internal one is followed by its traceback. `show` takes
    secrets out of what is printed."""
    try:
        return run()
    except SuiteError as error:
        print(show(f"{program}: {error}"), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever read the output has seen enough
        return PIPE_CLOSED
    except KeyboardInterrupt as error:
        print(f"{program}: interrupted", file=sys.stderr)
        return getattr(error, "exit_code", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - 1 is the exit code of a broken contract
        print(f"{program}: internal error: {described(error)}\n{REPORT_IT}", file=sys.stderr)
        traceback.print_exception(error)
        return InternalError.exit_code


def described(error: BaseException) -> str:
    """Kind and text of an error, and the line of code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


class Broken(AssertionError):
    """A promise is broken: what was expected, what was got, and the answers that show it; `also` holds further ones.

    `source` is what it is based on, where that is another thing than what the promise names. `seen` names the entries
    of recorded traffic that show it.

    Answers that are `in_order` are those of a script, to be repeated as they stand.
    """

    def __init__(
        self,
        expected: str,
        got: str,
        *answers: Answer,
        assumed: str = "",
        also: Iterable[Broken] = (),
        in_order: bool = False,
        source: str = "",
        seen: str = "",
    ) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected, self.got, self.answers, self.assumed = expected, got, answers, assumed
        self.also, self.in_order, self.source, self.seen = tuple(also), in_order, source, seen

    @classmethod
    def together(cls, parts: Iterable[Broken]) -> Broken:
        """Several broken promises as one, the first in front."""
        first, *rest = parts
        return cls(
            first.expected, first.got, *first.answers, assumed=first.assumed, also=rest, in_order=first.in_order,
            source=first.source, seen=first.seen,
        )  # fmt: skip

"""Records that no list shows: the suite guesses their ids where these end in small numbers."""

from __future__ import annotations

import pytest

from contract_tests.cli import main
from contract_tests.suites.flashback.test_access import neighbours
from tests.contract_tests.reference import Refusal, Service, serve


@pytest.mark.parametrize(
    ("ids", "guesses"),
    [
        (["s1", "s3"], ["s0", "s2", "s4", "s5", "s6", "s7", "s8", "s9"]),
        (["s08"], ["s02", "s03", "s04", "s05", "s06", "s07", "s09", "s10", "s11", "s12", "s13", "s14"]),
        (["2f6c1a52-77e1-4a55-a8f7-0d6c3b9a1f2e"], []),
        ([], []),
    ],
)
def test_ids_are_guessed_around_the_known_ones(ids: list[str], guesses: list[str]) -> None:
    """With as many digits as they have; ids that are not numbered cannot be guessed."""
    assert neighbours(ids) == guesses


class ExpiredSessionsExtended(Service):
    """Numbers its sessions, and takes a heartbeat of one that has expired."""

    def make_id(self, kind: str, user: str, number: int) -> str:
        self.made = getattr(self, "made", 0) + 1
        return f"{kind}-{self.made}"

    def session(self, user: str, name: str, text: str = "Session not found") -> dict[str, object]:
        for session in self.sessions:
            if session["id"] == name and session["user"] == user:
                return session  # type: ignore[no-any-return]
        raise Refusal(404, text)


def test_an_expired_session_that_is_prolonged_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """No list shows it, so it has to be guessed."""
    flags = ["--token", "red-token", "--suite", "behaviours", "--only", "heartbeatSession", "--only", "GET"]
    with serve(ExpiredSessionsExtended()) as url:
        code = main(["--target", url, *flags])
    assert (code, "which no list shows" in capsys.readouterr().out) == (1, True)

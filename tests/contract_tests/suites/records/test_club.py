"""The promises about records, in a club that keeps them, and in one that breaks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import serving
from tests.contract_tests.suites.records.club import Club

SPEC = Path(__file__).with_name("club.yaml")
DEFECTS = {
    "default": "addMember to give newsletter, which is left out, its default: true",
    "location": "Location of addMember to lead to the record",
    "prefix": "listMembers with town=",
    "pattern": "addMember to refuse an invalid input (phone: ",
    "day": "addMember to refuse an invalid input (born: ",
    "unique": "409 from addMember for what another record has (duplicate): email",
    "stale": "removeMember to refuse If-Match",
    "action": "promoteMember to have made rank",
    "alternative": "addTrip to show /horse as it was sent",
    "caption": "addPicture to show /caption as it was sent",
    "file": "getFile to give back the file that addPicture was sent",
}


def judged(club: Club, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of a run, and what it says."""
    with serving(club) as url:
        code = main(["--target", url, f"--spec={SPEC}", "--suite=records", "--examples=3", "--budget=120"])
    return code, capsys.readouterr().out


def test_a_sound_club_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """Its members, both kinds of trips and its pictures were checked, and none of them is left."""
    club = Club()
    code, said = judged(club, capsys)
    assert code == 0, said
    assert not any(club.held.values())


def test_each_defect_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them in one run."""
    code, said = judged(Club(*DEFECTS), capsys)
    assert code == 1
    assert [name for name, words in DEFECTS.items() if words not in said] == [], said

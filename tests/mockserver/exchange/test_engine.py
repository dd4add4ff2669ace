"""A mock is put together from what the user named, and from what can be told where nothing was named."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from mockserver import plain_yaml
from mockserver.background import attempt
from mockserver.contract.contract import load_contract
from mockserver.exchange.base import BASE_AGE, MANY, Base
from mockserver.inference import as_yaml, infer
from mockserver.settings import Settings
from mockserver.state.seeding import Seeded
from mockserver.state.store import MAIN
from tests.conftest import Build
from tests.support import ROOT, Clock

SHOP = str(ROOT / "tests/sampling/documents/shop.yaml")


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """What `mockserver behaviours` prints of a contract."""
    path = tmp_path / "behaviours.yaml"
    path.write_text(as_yaml(infer(load_contract(SHOP))), encoding="utf-8")
    return path


def test_printed_behaviours_make_the_mock_that_they_were_printed_from(build: Build, printed: Path) -> None:
    """The file is there to be edited: as long as it is not, nothing changes, records included."""
    inferred = build(Settings(spec=SHOP, behaviours=None, fixtures=()))
    said = build(Settings(spec=SHOP, behaviours=printed, fixtures=()))
    world, same = (engine.store.load(MAIN)[0] for engine in (inferred, said))
    held = {name: [dict(one) for one in world.visible(name, (), 0)] for name in world.collections}
    assert held == {name: [dict(one) for one in same.visible(name, (), 0)] for name in same.collections}
    assert any(held.values())


def test_fixtures_take_the_place_of_made_up_records(build: Build, printed: Path, tmp_path: Path) -> None:
    """Who brings behaviours and fixtures has said all; one empty list is enough to begin with nothing."""
    name = min(load_names(printed))
    fixtures = tmp_path / "fixtures.yaml"
    fixtures.write_text(f"{name}: []\n", encoding="utf-8")
    world, _ = build(Settings(spec=SHOP, behaviours=printed, fixtures=(fixtures,))).store.load(MAIN)
    assert not any(len(collection.records) for collection in world.collections.values())


def load_names(path: Path) -> list[str]:
    """The collections of a behaviours file."""
    return list(plain_yaml.read(path)["collections"])


def test_a_base_that_cannot_be_made_anew_leaves_the_old_one(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The thread that makes it says so in one line, and the next request has it try again."""
    made: list[str] = []

    class Failing:
        moving = MANY + 1

        def at(self, now: int) -> Any:
            made.append(str(now))
            if len(made) == 2:
                raise ValueError("no such date")
            return f"the base of {now}"

    monkeypatch.setattr("mockserver.exchange.base.start", attempt)  # at once, not in a thread
    clock = Clock(0)
    base = Base(cast("Seeded", Failing()), clock)
    for now, world in ((BASE_AGE - 1, "0"), (BASE_AGE, "0"), (BASE_AGE, "60000")):
        clock.now = now
        assert base() == f"the base of {world}"
    assert capfd.readouterr().err.startswith(
        "mockserver: internal error in the base thread: ValueError: no such date ("
    )


def test_the_seed_decides_which_records_there_are(build: Build) -> None:
    """The same for the same seed; other records for another."""

    def held(seed: str) -> Any:
        world, _ = build(Settings(spec=SHOP, behaviours=None, fixtures=(), seed=seed)).store.load(MAIN)
        return {name: [dict(one) for one in world.visible(name, (), 0)] for name in world.collections}

    assert held("a") == held("a") != held("b")

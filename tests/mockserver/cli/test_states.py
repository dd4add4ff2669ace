"""`mockserver state`: worlds of a running mock are saved under names, loaded, and listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver import plain_yaml
from mockserver.cli.commands import main, read_options
from mockserver.cli.config import settings_of
from mockserver.testing.client import MockServer, MockWorld
from tests.support import LiveMock


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code of `mockserver state`, and what it printed."""
    code = main(["state", *words])
    printed = capfd.readouterr()
    return code, printed.out + printed.err


def test_a_world_is_saved_and_loaded_by_its_name(
    here: Path, live_mock: LiveMock, capfd: pytest.CaptureFixture[str]
) -> None:
    """In a folder beside the settings file; a colleague loads the same file into another mock or world."""
    url = ("--url", live_mock.url)
    world = MockWorld(MockServer(live_mock.url, live_mock.banner["users"]), "cart")
    world.reset()
    world.request("DELETE", "/devices/dev-01", user="alice")
    world.set_clock("2031-01-01T00:00:00Z", frozen=True)
    assert "No state is saved in .mockserver/states" in run(capfd, "list")[1]
    code, said = run(capfd, "save", "cart", "--world", "cart", *url)
    file = here / ".mockserver/states/cart.yaml"
    assert code == 0
    assert said.startswith("Saved cart as .mockserver/states/cart.yaml (9 devices, ")
    assert plain_yaml.read(file)["clock"]["now"] == "2031-01-01T00:00:00.000Z"
    code, said = run(capfd, "load", "cart", "--world", "copy", *url)
    assert code == 0
    assert "into copy" in said
    assert MockWorld(world.server, "copy").save() == world.save()
    world.reset()
    world.load(file)
    assert len(world.state()["devices"]) == 9
    assert "cart  9 devices, " in run(capfd, "list")[1]
    file.write_text(file.read_text().replace("id: dev-02", "id: 2"))
    code, said = run(capfd, "load", str(file), "--world", "copy", *url)
    assert code == 2
    assert f"{file}:" in said
    assert "must be a string, not 2" in said
    for name in ("cart", "copy"):
        world.server.control("DELETE", f"/worlds/{name}")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("save",), 2, "state save needs a name"),
        (("list", "x"), 2, "state list takes no name"),
        (("save", "a b", "--port", "1"), 2, "'a b' isn't a name of a state"),
        (("load", "crat"), 2, ".mockserver/states/crat.yaml: no state is saved there (did you mean 'cart'?)"),
        (("load", "cart", "--port", "1"), 3, "http://127.0.0.1:1 can't be used: "),
        (("sav", "x"), 2, "'sav' is none of save, load, list; did you mean 'save'?"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: tuple[str, ...], code: int, says: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the fix, and without a file that is half written."""
    folder = here / ".mockserver/states"
    folder.mkdir(parents=True)
    (folder / "cart.yaml").write_text("state: 1\nrecords: {}\n")
    found, said = run(capfd, *words)
    assert (found, said.count("\n")) == (code, 1)
    assert says in said
    assert [file.name for file in folder.iterdir()] == ["cart.yaml"]


def test_a_file_that_is_no_state_is_listed_with_what_is_wrong(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The others are listed all the same."""
    folder = here / "kept"
    folder.mkdir()
    (folder / "a.yaml").write_text("[")
    (folder / "b.yaml").write_text("pets: []\n")
    (folder / "c.yaml").write_text("state: 1\nfaults: [{}]\nrecords: {pets: [{id: 1}]}\n")
    lines = run(capfd, "list", "--states", "kept")[1].splitlines()
    assert "kept/a.yaml" in lines[0]
    assert lines[1:] == ["b  not a saved state", "c  1 pets; 1 fault"]


def test_states_are_kept_beside_the_settings_file(here: Path) -> None:
    """Unless a folder or a file is named; a state of the file's contract isn't one of another's."""
    (here / "conf").mkdir()
    (here / "conf/mock.toml").write_text('spec = "a.yaml"\nstate = "cart"\n')

    def state(*words: str) -> Path | None:
        return settings_of(read_options(["mock", *words]), {}).state

    file = ("--config", "conf/mock.toml")
    assert state(*file) == Path("conf/.mockserver/states/cart.yaml")
    assert state(*file, "--states", "kept") == Path("kept/cart.yaml")
    assert state(*file, "--state", "x/y.yaml") == Path("x/y.yaml")
    assert state(*file, "b.yaml") is None
    (here / "conf/mock.toml").write_text('state = "x/y.yaml"\nstates = "kept"\n')
    assert state(*file) == Path("conf/x/y.yaml")
    assert state(*file, "--state", "z") == Path("conf/kept/z.yaml")


def test_a_mock_is_not_started_without_its_state(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor does it listen first."""
    assert main(["mock", "--state", "nowhere", "--port", "0"]) == 2
    assert "no state is saved there (mockserver state save NAME saves one)" in capfd.readouterr().err
    assert list(here.iterdir()) == []

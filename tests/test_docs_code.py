"""The commands of the README and the tutorial work as a reader pastes them, and no block of code is left out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cli.commands import read_options
from mockserver.cli.config import settings_of
from mockserver.exchange.building import build_engine
from mockserver.settings import MEMORY, Settings
from tests.mockserver.control.conftest import Control
from tests.support import ROOT, TIMEOUT, Ask, LiveMock

TUTORIAL = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(<!-- not run: .*? -->\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN = {
    ("README.md", "sh"): "test_the_readme_works",
    ("README.md", "ts"): "make first-steps",
    ("README.md", "console"): "make first-steps; test_docs.test_the_readme_shows_what_the_mock_prints",
    ("docs/tutorial.md", "sh"): "test_the_tutorial_works",
    ("docs/tutorial.md", "yaml"): "test_the_tutorial_works",
    ("docs/behaviours.md", "yaml"): "test_the_first_change_of_behaviours_works; test_docs, the Python function",
    ("docs/behaviours.md", "sh"): "test_the_first_change_of_behaviours_works",
    ("docs/behaviours.md", "python"): "test_docs.test_the_example_of_a_python_function_works",
    ("docs/configuration.md", "toml"): "test_the_settings_file_is_valid, test_the_settings_of_several_apis_are_valid",
    ("docs/configuration.md", "sh"): "test_the_settings_of_several_apis_are_valid",
    ("docs/outbound.md", "yaml"): "mockserver/outbound/test_page",
    ("docs/outbound.md", "sh"): "mockserver/outbound/test_page",
    ("docs/recipes.md", "ini"): "test_the_recipes_work",
    ("docs/recipes.md", "yaml"): "test_the_recipes_work",
    ("docs/recipes.md", "python"): "test_the_recipes_work",
    ("docs/states.md", "sh"): "test_the_page_of_saved_states_works",
    ("docs/states.md", "yaml"): "test_the_page_of_saved_states_works",
    ("docs/streams.md", "yaml"): "mockserver/exchange/test_following",
    ("docs/fixtures.md", "yaml"): "test_the_page_of_fixtures_works",
    ("docs/fixtures.md", "sh"): "test_the_page_of_fixtures_works",
    ("docs/jobs.md", "yaml"): "mockserver/outbound/test_page",
    ("docs/jobs.md", "json"): "mockserver/behaviour/test_becoming",
    ("docs/jobs.md", "sh"): "mockserver/outbound/test_page",
    ("docs/control.md", "json"): "test_the_bodies_of_the_control_api_work",
    ("docs/frontend.md", "js"): "make first-steps, from the same files in examples/",
    ("docs/frontend.md", "sh"): "test_frontend_docs",
    ("docs/agents.md", "console"): "mockserver/cli/test_mcp",
    ("docs/agents.md", "text"): "test_docs: the calls are those of docs/control.md",
    ("docs/recording.md", "console"): "mockserver/cli/test_record",
    ("docs/traffic.md", "console"): "contract_tests/traffic/test_traffic_docs",
    ("docs/sign-in.md", "yaml"): "test_sign_in_docs",
    ("docs/sign-in.md", "sh"): "test_sign_in_docs",
    ("docs/sign-in.md", "console"): "test_sign_in_docs",
    ("docs/sign-in.md", "python"): "test_sign_in_docs",
    ("docs/proxy.md", "sh"): "test_proxy_docs",
    ("examples/half-backend/README.md", "console"): "browser/test_half_backend",
    ("docs/ci.md", "console"): "contract_tests/test_ci_files",
    ("docs/ci.md", "toml"): "contract_tests/test_ci_files",
    ("docs/ci.md", "yaml"): "contract_tests/test_ci_files",
    ("examples/cluster/README.md", "console"): "test_cluster",
    ("examples/README.md", "console"): "browser/test_example_app",
}
"""What runs the blocks of a page in a language."""


def _blocks(page: str, language: str) -> list[str]:
    return [code for _, found, code in BLOCK.findall(page) if found == language]


class Shell:
    """Runs what a reader pastes, in an empty folder that has the contract of the tutorial."""

    def __init__(self, folder: Path, mock: LiveMock) -> None:
        self.folder, self.mock = folder, mock

    def __call__(self, block: str) -> str:
        """The output of a block; a failing command fails the test."""
        script = re.sub(r"(localhost|127\.0\.0\.1):4010", self.mock.url.removeprefix("http://"), block)
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell in an empty folder, beside a mock that was started as the pages say."""
    (tmp_path / "petstore.yaml").write_text(_blocks(TUTORIAL, "yaml")[0], encoding="utf-8")
    mock = LiveMock("petstore.yaml", folder=tmp_path).wait_until_started()
    yield Shell(tmp_path, mock)
    mock.kill()


def _pasted(name: str, folder: Path) -> tuple[Settings, str]:
    """The settings by which a page of the docs starts the mock, with the files that it shows, and its next line."""
    page = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")
    (folder / "petstore.yaml").write_text(_blocks(TUTORIAL, "yaml")[0], encoding="utf-8")
    (folder / f"{name}.yaml").write_text(_blocks(page, "yaml")[0], encoding="utf-8")
    start, following = _blocks(page, "sh")[0].splitlines()
    return settings_of(read_options(start.removesuffix("&").split()[1:]), {}), following


def test_the_readme_works(shell: Shell) -> None:
    """The mock of the first line remembers what the second one sends."""
    start, *commands = _blocks(README, "sh")[0].splitlines()
    assert start == "mockserver mock petstore.yaml &"
    assert ['"name":"Rex"' in shell(command) for command in commands] == [True, True]


def test_the_tutorial_works(shell: Shell) -> None:
    """Each block, in order, does what the text below it says."""
    start, write, mistake, why, fault, worlds, inferred, check = _blocks(TUTORIAL, "sh")
    assert start == "mockserver mock petstore.yaml\n"
    listed = shell(write).splitlines()[-1]
    assert '"name":"Rex"' in listed
    assert listed.count('"tag":"dog"') == listed.count('"tag"')
    assert re.search(r"HTTP/1.1 400 .*mock-reason: .*required", shell(mistake), re.DOTALL | re.IGNORECASE)
    assert "POST /pets -> 400" in shell(why)
    assert re.findall(r"HTTP/1.1 (\d+)", shell(fault)) == ["500", "200"]
    assert shell(worlds).count("Mia") == 1
    assert {"createPet", "removePet"} <= set(re.findall(r"\w+", shell(inferred)))
    assert "PASSED" in shell(check.replace("--budget", "--examples 5 --budget"))


def test_the_first_change_of_behaviours_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is sent, a new pet is a dog; when it goes, all dogs go."""
    monkeypatch.chdir(tmp_path)
    settings, write = _pasted("behaviours", tmp_path)
    ask = Ask(build_engine(settings))
    made = ask("POST", "/pets", json=json.loads(write.rpartition(" -d ")[2].strip("'"))).json
    assert made["tag"] == "dog"
    assert ask("DELETE", f"/pets/{made['id']}").status == 204
    assert "dog" not in {pet.get("tag") for pet in ask("GET", "/pets").json}


def test_the_page_of_fixtures_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mock of the first line has the records and the users of the file, and a list that is empty stays so."""
    monkeypatch.chdir(tmp_path)
    settings, read = _pasted("fixtures", tmp_path)
    engine = build_engine(settings)
    path = read.removeprefix("curl localhost:4010")
    assert Ask(engine)("GET", path).json == {"id": "p1", "name": "Rex", "tag": "dog"}
    assert [user.token for user in engine.fixtures.users] == ["ann-token", "ben-token"]
    (tmp_path / "fixtures.yaml").write_text("pets: []", encoding="utf-8")
    assert Ask(build_engine(settings))("GET", "/pets").json == []


def test_the_settings_file_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mock that reads it has its settings, and nothing in it excludes something else."""
    (tmp_path / "mockserver.toml").write_text(
        _blocks((ROOT / "docs/configuration.md").read_text(), "toml")[0], encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    settings = settings_of(read_options(["mock"]), {})
    assert (settings.port, settings.auth, len(settings.fixtures)) == (4020, "any", 2)
    assert not (settings.watch and settings.store != MEMORY)


def test_the_settings_of_several_apis_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and the command line name the same APIs, at the same paths."""
    page = (ROOT / "docs/configuration.md").read_text()
    (tmp_path / "mockserver.toml").write_text(_blocks(page, "toml")[1], encoding="utf-8")
    (tmp_path / "payments.behaviours.yaml").touch()
    monkeypatch.chdir(tmp_path)
    (command,) = _blocks(page, "sh")
    named = [settings_of(read_options(words), {}).apis for words in (["mock"], command.split()[1:])]
    assert [[(api.spec, api.path) for api in apis] for apis in named] == [
        [("payments.yaml", "/payments"), ("shop.yaml", "/shop")]
    ] * 2


@pytest.mark.thorough
def test_the_recipes_work(tmp_path: Path) -> None:
    """Each from a copy in an empty folder, with the contract of the tutorial."""
    page = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    settings, modules, (state,) = (_blocks(page, language) for language in ("ini", "python", "yaml"))
    for number, (ini, module) in enumerate(zip(settings, modules, strict=True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        contract = _blocks(TUTORIAL, "yaml")[0]
        files = {"pytest.ini": ini, "test_it.py": module, "two-pets.yaml": state, "petstore.yaml": contract}
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_of_saved_states_works(shell: Shell, tmp_path: Path) -> None:
    """The commands save, load and list the world of the mock, and the example is a state that the mock takes."""
    page = (ROOT / "docs/states.md").read_text(encoding="utf-8")
    commands, start = _blocks(page, "sh")
    lines = shell(re.sub(r"(save|load) (\S+)", r"\1 \2 --url http://127.0.0.1:4010", commands)).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["Saved", "Loaded", "full-cart"]
    assert shell("curl -s localhost:4010/pets").strip()[:1] == "["
    (tmp_path / ".mockserver/states/full-cart.yaml").write_text(_blocks(page, "yaml")[0], encoding="utf-8")
    assert "1 pets; 2031-01-01T00:00:00.000Z; 1 fault" in shell(
        "mockserver state load full-cart --url http://127.0.0.1:4010"
    )
    settings = settings_of(read_options(start.split()[1:]), {})
    assert settings.state == Path(".mockserver/states/full-cart.yaml")


def test_the_bodies_of_the_control_api_work(ask: Ask) -> None:
    """The two of docs/control.md: a fault rule, and what the app is expected to have called."""
    control = Control(ask.engine)
    faults, expected = (json.loads(block) for block in _blocks((ROOT / "docs/control.md").read_text(), "json"))
    assert control("PUT", "/worlds/main/faults", faults).status == 200
    sent = [ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}).status for _ in range(2)]
    assert sent == [500, 200]
    assert control("POST", "/worlds/main/verify", expected).json["verified"]


PAGES = ("README.md", "docs/*.md", "packages/*/README.md", "examples/**/README.md")


@pytest.mark.parametrize(
    "page",
    sorted(
        page.relative_to(ROOT).as_posix()
        for pages in PAGES
        for page in ROOT.glob(pages)
        if "node_modules" not in page.parts
    ),
)
def test_every_block_of_code_is_run_or_marked(page: str) -> None:
    """Either something runs the block, or `<!-- not run: REASON -->` stands above it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    unknown = [code for mark, language, code in BLOCK.findall(text) if not mark and (page, language) not in RUN]
    assert not unknown

"""A folder of pages: `init`, `build`, `check`, acceptances, the report, and settings."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bench.docs_pages.vendor import PAGES, write
from docs_to_openapi.cli import main
from docs_to_openapi.config import load_config
from docs_to_openapi.errors import UsageError

PAGE = """# Get a pet

`GET https://api.pets.example/v1/pets/{petId}`

### Path parameters

| Name | Type | Required | Description |
|---|---|---|---|
| petId | integer | yes | Number of the pet |

### Response `200`

```json
{"id": 1, "name": "Rex"}
```
"""
UNREAD = PAGE + "\n### Query parameters\n\n| Filter by | What |\n|---|---|\n| size | strong |\n"


def _folder(tmp_path: Path, **pages: str) -> Path:
    (tmp_path / "pages").mkdir()
    for name, text in pages.items():
        (tmp_path / "pages" / f"{name}.md").write_text(text)
    return tmp_path


def _init(folder: Path, *flags: str) -> int:
    return main(["init", str(folder / "pages"), "--folder", str(folder), *flags])


def _contract(folder: Path) -> dict[str, object]:
    document: dict[str, object] = yaml.safe_load((folder / "openapi.yaml").read_text())
    return document


def test_fifty_pages_become_a_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`init` reads every page of a vendor, leaves nothing open, and `check` agrees with it."""
    assert write(tmp_path / "pages") == PAGES
    assert _init(tmp_path) == 0
    assert "48 operations on 42 paths from 50 pages" in capsys.readouterr().out
    assert "Nothing is open" in (tmp_path / "open-items.md").read_text()
    assert main(["check", "--folder", str(tmp_path)]) == 0
    document = _contract(tmp_path)
    assert document["servers"] == [{"url": "https://api.town.example/v1", "x-source": "pages/introduction.md:3"}]
    assert document["info"] == {"title": "Town services", "version": "unstated"}


def test_an_unread_table_does_not_stop_the_build(tmp_path: Path) -> None:
    """What can't be read is open, the rest is in the contract, and only `check` and `--strict` exit with 1."""
    folder = _folder(tmp_path, pet=UNREAD)
    assert _init(folder) == 0
    assert list(_contract(folder)["paths"]) == ["/v1/pets/{petId}"]  # type: ignore[call-overload]
    assert "pages/pet.md:19: a table with the columns Filter by, What" in (folder / "open-items.md").read_text()
    assert main(["build", "--folder", str(folder)]) == 0
    assert main(["build", "--folder", str(folder), "--strict"]) == 1
    assert main(["check", "--folder", str(folder)]) == 1


def test_an_accepted_item_is_no_longer_open(tmp_path: Path) -> None:
    """`x-accepts` closes the items in its lines. One that matches nothing is open; a reason is needed."""
    folder = _folder(tmp_path, pet=UNREAD)
    _init(folder)
    overlay = folder / "overlay.yaml"
    empty = overlay.read_text()
    overlay.write_text(empty.replace("x-accepts: []", "x-accepts: [{at: 'pages/pet.md:18-20', reason: no facts}]"))
    assert main(["check", "--folder", str(folder)]) == 0
    overlay.write_text(empty.replace("x-accepts: []", "x-accepts: [{at: 'pages/pet.md:2', reason: no facts}]"))
    assert main(["check", "--folder", str(folder)]) == 1
    overlay.write_text(empty.replace("x-accepts: []", "x-accepts: [{at: 'pages/pet.md:18-20'}]"))
    assert main(["check", "--folder", str(folder)]) == 1


def test_a_page_of_which_nothing_is_read_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page with bodies but no call makes the exit code 1 and says what it looks like; a page of prices doesn't."""
    folder = _folder(tmp_path, pet=PAGE, prices="# Prices\n\n| Plan | Price |\n|---|---|\n| Free | 0 |\n")
    assert _init(folder) == 0
    (folder / "pages" / "hooks.md").write_text('# Hooks\n\n```json\n{"event": "pet.sold"}\n```\n')
    assert main(["build", "--folder", str(folder)]) == 1
    assert "pages/hooks.md:1: unread: this page has no operation" in (errors := capsys.readouterr().err)
    assert "it has 1 example(s) of bodies or calls" in errors


def test_pages_without_any_operation_give_no_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If no page states an operation, nothing is written and the exit code is 1."""
    folder = _folder(tmp_path, prose="# About\n\nWe sell pets.\n")
    assert _init(folder) == 1
    assert "No contract can be built" in capsys.readouterr().err
    assert not (folder / "openapi.yaml").exists()


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that has settings keeps them."""
    folder = _folder(tmp_path, pet=PAGE)
    assert _init(folder) == 0
    assert _init(folder) == 2
    assert "exists already" in capsys.readouterr().err


def test_inference_can_be_switched_off(tmp_path: Path) -> None:
    """The types of the example body are marked, and missing with `--no-infer`."""
    folder = _folder(tmp_path, pet=PAGE)
    for flags, inferred in (((), True), (("--no-infer",), False)):
        for name in ("docs-to-openapi.yaml", "overlay.yaml"):
            (folder / name).unlink(missing_ok=True)
        assert _init(folder, *flags) == 0
        assert ("x-inferred: true" in (folder / "openapi.yaml").read_text()) is inferred


def test_settings_state_what_pages_leave_out(tmp_path: Path) -> None:
    """Base URL and security come from the settings; the base URL's path is not repeated."""
    folder = _folder(tmp_path, pet=PAGE.replace("https://api.pets.example/v1", ""))
    _init(folder)
    settings = folder / "docs-to-openapi.yaml"
    added = "base-url: https://api.pets.example/v1\nsecurity: {BearerAuth: {type: http, scheme: bearer}}\n"
    settings.write_text(settings.read_text() + added)
    assert main(["build", "--folder", str(folder)]) == 0
    document = _contract(folder)
    assert document["security"] == [{"BearerAuth": []}]
    assert [server["url"] for server in document["servers"]] == ["https://api.pets.example/v1"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["page: docs", "pages: [docs]", "infer: maybe", "- pages"])
def test_wrong_settings_are_refused(tmp_path: Path, text: str) -> None:
    """An unknown key and a value of the wrong type name the file."""
    (tmp_path / "docs-to-openapi.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"docs-to-openapi\.yaml"):
        load_config(tmp_path)


def test_the_report_links_facts_and_lines(tmp_path: Path) -> None:
    """Each line that states a fact links to the contract and back; an open item is marked; nothing is loaded."""
    folder = _folder(tmp_path, pet=UNREAD)
    _init(folder)
    report = folder / "review.html"
    assert main(["build", "--folder", str(folder), "--report", str(report)]) == 0
    text = report.read_text()
    assert '<span class="l read" id="p0-3"><span>3</span><span>`GET https://api.pets.example' in text
    assert '<a href="#p0-3">pages/pet.md:3</a>' in text
    assert '<span class="l open" id="p0-19">' in text
    assert "src=" not in text
    assert "<script" not in text

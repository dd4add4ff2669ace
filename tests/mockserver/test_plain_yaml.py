"""YAML and JSON text as plain values."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver import plain_yaml
from mockserver.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\n\t\nb: 2\n", {"a": 1, "b": 2}),
        ("a:\n  b: 1\n  \t \n  c: 2\n", {"a": {"b": 1, "c": 2}}),
        ("a: 1\n\t# c\n \t# d\nb: 2\n", {"a": 1, "b": 2}),
        ("a:\n-\t1\n- -\t2\n", {"a": [1, [2]]}),
        ("-\ta: 1\n  b: 2\n", [{"a": 1, "b": 2}]),
        ("a: |\n  x\n\t\n  y\nb:\t1\n\t", {"a": "x\n\ny\n", "b": 1}),
    ],
)
def test_tabs_are_white_space_where_nothing_is_indented(text: str, value: object) -> None:
    """In empty lines, before comments, after a dash; every line keeps its number."""
    assert plain_yaml.parse(text, "a.yaml") == value
    if isinstance(value, dict):
        assert plain_yaml.line_of(text + "\nlast: 1\n", "/last") == text.count("\n") + 2


def test_a_tab_does_not_indent() -> None:
    """YAML has spaces for that (1.2.2, section 6.1); the error names the line."""
    with pytest.raises(UsageError, match=r"a\.yaml:2: is not YAML"):
        plain_yaml.parse("a:\n\tb: 1\n\t\n", "a.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 2019-08-24", "2019-08-24"),
        ("a: 2019-08-24T14:15:22Z", "2019-08-24T14:15:22Z"),
        ("a: on", "on"),
        ("a: yes", "yes"),
        ("a: 12:30:45", "12:30:45"),
        ("a: 1_000", "1_000"),
        ("a: 0x1F", 31),
        ("a: 0o17", 15),
        ("a: 017", 17),
        ("a: +12", 12),
        ("a: 1e3", 1000.0),
        ("a: .5", 0.5),
        ("a: -.inf", -math.inf),
        ("a: True", True),
        ("a: ~", None),
        ("a:", None),
        ("a: '12'", "12"),
        ("a: !!str 12", "12"),
        ("a: !!int '12'", 12),
        ("a: !custom 12", "12"),
        ("a: .git", ".git"),
    ],
)
def test_scalars_are_read_by_the_core_schema(text: str, value: object) -> None:
    """Dates, `on` and `yes` are text; numbers and the words of YAML 1.2 are values."""
    assert plain_yaml.parse(text, "x.yaml") == {"a": value}


def test_keys_are_text_as_written() -> None:
    """A status such as 200, a word such as `on` and a number are keys as they stand in the text."""
    assert list(plain_yaml.parse("200: a\non: b\n1.0: c\nnull: d\n", "x.yaml")) == ["200", "on", "1.0", "null"]


@pytest.mark.parametrize("path", sorted(ROOT.glob("spec/*.yaml")) + sorted(ROOT.glob("fixtures/*.yaml")), ids=str)
def test_our_own_files_read_as_pyyaml_reads_them(path: Path) -> None:
    """On the files of this project, the quick reader and PyYAML's safe loader agree."""
    assert plain_yaml.read(path) == yaml.safe_load(path.read_text())


@given(PLAIN)
def test_what_is_written_is_read(value: object) -> None:
    """Any JSON value comes back from its JSON text, and from YAML text when it is wrapped in a mapping."""
    assert plain_yaml.parse(json.dumps(value), "x.json") == value
    assert plain_yaml.parse(yaml.safe_dump({"k": value}, allow_unicode=False), "x.yaml") == {"k": value}


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3", "has the key 'a' twice"),
        ("a: [1,\n", "x.yaml:2", "is not YAML"),
        ("\ta: 1", "x.yaml:1", "is not YAML"),
        ("a: *b", "x.yaml:1", "*b is used before its anchor is complete"),
        ("a: &a [*a]", "x.yaml:1", "*a is used before its anchor is complete"),
        ("? [a]\n: b", "x.yaml:1", "has a key that isn't text"),
        ("- a\n---\n- b", "x.yaml:2", "contains a second document"),
        ("a: !!int x", "x.yaml:1", "'x' isn't a valid int"),
        ("a:\n  <<: 5", "x.yaml:2", "merges (<<) a value that isn't a mapping"),
    ],
)
def test_broken_yaml_is_refused_with_its_line(text: str, place: str, problem: str) -> None:
    """An error names file and line, and says what is wrong."""
    with pytest.raises(UsageError) as caught:
        plain_yaml.parse(text, "x.yaml")
    assert caught.value.place == place
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize(
    ("name", "text", "fix"),
    [
        ("x.yaml", "a:\n\tb: 1", "indent with spaces"),
        ("x.yaml", "a: @b", "in quotes"),
        ("x.yaml", "a: b: c", "a text with a colon in it"),
        ("x.yaml", "a: [1,\nb: {c", "left open above"),
        ("x.json", '{"a": 1, }', "no comma before a closing bracket"),
        ("x.json", '{"a": [1,]}', "no comma before a closing bracket"),
        ("x.json", '{"a": [1 2]}', ""),
    ],
)
def test_an_error_of_syntax_says_what_is_usually_behind_it(name: str, text: str, fix: str) -> None:
    """Tabs, texts without quotes, open brackets, and commas as JavaScript takes them."""
    with pytest.raises(UsageError) as caught:
        plain_yaml.parse(text, name)
    assert fix in caught.value.fix
    assert bool(fix) is bool(caught.value.fix)


@pytest.mark.parametrize(
    ("text", "place"), [('{\n"a": 1,\n}', "x.json:3"), ('{"a": NaN}', "x.json"), ('{"a": 1} x', "x.json:1")]
)
def test_broken_json_is_refused_with_its_line(text: str, place: str) -> None:
    """A file that ends in .json is held to JSON."""
    with pytest.raises(UsageError, match="is not JSON") as caught:
        plain_yaml.parse(text, "x.json")
    assert caught.value.place == place


def test_merge_keys_give_way_to_own_keys() -> None:
    """`<<` brings in what the mapping does not say itself; the first of several wins."""
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n"
    assert plain_yaml.parse(text, "x.yaml")["z"] == {"a": 3, "b": 1, "c": 2}


def test_aliases_share_one_value() -> None:
    """An alias costs nothing, however large its anchor is."""
    value = plain_yaml.parse("a: &a [1, 2]\nb: *a", "x.yaml")
    assert value["a"] is value["b"]


def test_billion_laughs_are_refused() -> None:
    """Aliases of aliases may not stand for more values than a machine can look through."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(UsageError, match="its aliases expand to more than"):
        plain_yaml.parse("\n".join(lines), "x.yaml")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "- " * 100_000], ids=["list", "object", "yaml"])
def test_deep_nesting_is_refused(text: str) -> None:
    """Text that nests too deep is an error, never a crash."""
    with pytest.raises(UsageError):
        plain_yaml.parse(text, "x.yaml")


@pytest.mark.parametrize(
    ("pointer", "line"),
    [("", 1), ("/a", 1), ("/a/b", 2), ("/a/b/1", 4), ("/a/b/1/c~1d", 5), ("/a/gone/x", 1), ("/a/b/9", 2), ("/e", 6)],
)
def test_a_pointer_leads_to_its_line(pointer: str, line: int) -> None:
    """The line of a node, or of the last parent that exists."""
    assert plain_yaml.line_of("a:\n  b:\n  - x\n  - y: 1\n    c/d: 2\ne: 5\n", pointer) == line


def test_a_pointer_leads_to_its_line_in_json() -> None:
    """JSON text has lines too, even with surrogate pairs in it."""
    assert plain_yaml.line_of('{\n  "a": "\\ud83d\\ude00",\n  "b": [\n    1,\n    2\n  ]\n}', "/b/1") == 5


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8 text")], ids=["missing", "binary"]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, problem: str) -> None:
    """A missing file and one that is no text are errors that name the file."""
    path = tmp_path / "x.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=problem) as caught:
        plain_yaml.read(path)
    assert caught.value.place == str(path)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_lines_of_a_large_text_are_those_of_a_small_one(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of a path or component is looked for by its name first, unless that stands in several places."""
    named = {f"T{number}": {"type": "object", "properties": {"T3": {"type": "string"}}} for number in range(5)}
    paths = {f"/t{number}": {"get": {"tags": ["/t2"], "responses": {"200": {}}}} for number in range(5)}
    value = {"info": {"x": {"/t4": 1}}, "paths": paths, "components": {"schemas": named}}
    text = json.dumps(value, indent=1) if form == "json" else plain_yaml.dump(value)
    pointers = [f"/paths/~1t{number}/get/responses/200" for number in range(5)]
    pointers += [f"/components/schemas/T{number}/properties/T3" for number in range(5)]
    pointers += ["/paths/~1t1/put", "/paths/~1nope", "/components", "/info/x"]
    whole = [plain_yaml.line_of(text, pointer) for pointer in pointers]
    monkeypatch.setattr("mockserver.plain_yaml.lines._LARGE", 150)
    assert [plain_yaml.line_of(text, pointer) for pointer in pointers] == whole

"""Values are made when they are first asked for, and once."""

from __future__ import annotations

import pytest

from mockserver.state.lazy import Lazy


def _counted(made: list[str]) -> Lazy[str]:
    return Lazy("abc", lambda name: made.append(name) or name.upper())  # type: ignore[func-returns-value]


def test_a_value_is_made_when_it_is_asked_for_and_once() -> None:
    """Names are known without their values; a look-up makes one value, and no other."""
    made: list[str] = []
    values = _counted(made)
    assert ("a" in values, "z" in values, list(values), values.get("z")) == (True, False, [*"abc"], None)
    assert made == []
    assert (values["b"], values["b"], values.get("b")) == ("B", "B", "B")
    assert made == ["b"]
    with pytest.raises(KeyError):
        values["z"]


def test_a_replaced_value_leaves_the_others_unmade() -> None:
    """`|` gives values that share the maker; the old ones stay as they are."""
    made: list[str] = []
    values = _counted(made)
    changed = values | {"a": "new", "d": "more"}
    assert ((changed["a"], changed["d"], values["a"]), made) == (("new", "more", "A"), ["a"])
    assert [*changed.items()] == [("a", "new"), ("b", "B"), ("c", "C"), ("d", "more")]
    assert [*values.keys()] == [*"abc"]
    assert [*values.values()] == [*"ABC"]
    assert made == ["a", "b", "c", "b", "c"]
    assert values == {"a": "A", "b": "B", "c": "C"}

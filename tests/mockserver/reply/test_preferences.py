"""What a client may wish of one answer: `Prefer` and its twins in the query."""

from __future__ import annotations

import pytest

from mockserver.errors import Refused
from mockserver.reply.preferences import Preferences, preferences, wishes


@pytest.mark.parametrize(
    ("prefer", "query", "wish"),
    [
        (None, "", None),
        (None, "a=1&b__=2", None),
        ("", "", None),
        ("wait=5, respond-async", "", None),
        ("code=404", "", Preferences(code=404)),
        ("Code = 404", "", Preferences(code=404)),
        ("code=404, example=missing", "", Preferences(code=404, example="missing")),
        ("code=404; example=missing", "", Preferences(code=404, example="missing")),
        ('example="one"', "", Preferences(example="one")),
        ('example="a, b; c=\\"d\\"", code=404', "", Preferences(code=404, example='a, b; c="d"')),
        ("example=two words ;code=404", "", Preferences(code=404, example="two words")),
        ("code=404, code=500", "", Preferences(code=404)),
        ("dynamic=true, seed=7", "", Preferences(dynamic=True, seed="7")),
        ("dynamic=false", "", Preferences()),
        ("code=404", "__example=", Preferences(code=404)),
        (None, "__code=500&__dynamic=1", Preferences(code=500, dynamic=True)),
        ("code=404", "__code=500", Preferences(code=500)),
    ],
)
def test_wishes_are_read(prefer: str | None, query: str, wish: Preferences | None) -> None:
    """Names without case, quotes taken off; the query wins; what is no wish of ours is ignored."""
    assert preferences(wishes(prefer, query)) == wish


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        *((f"code={code}", 422) for code in ("", "abc", "-1", "4.5", "²", "٤٠٤")),
        *((f"code={code}", 404) for code in ("99", "600", "9" * 5000)),
        ("dynamic=maybe", 422),
    ],
)
def test_a_wish_that_is_none_is_refused(wish: str, status: int) -> None:
    """Invalid like any other part of a request, or a status that nobody declares; the mock's own refusal."""
    with pytest.raises(Refused) as caught:
        preferences(wishes(wish, ""))
    assert (caught.value.status, caught.value.own) == (status, True)

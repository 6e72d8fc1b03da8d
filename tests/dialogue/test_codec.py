"""A turn waits in the database, and comes back as it went in: every scene, whatever is said, whatever happened."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from ivr.dialogue import codec
from ivr.dialogue.state import Listening
from ivr.dialogue.turn import Turn
from tests.dialogue.house import FALLS, state

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 2**53),
    str: st.text(st.characters(codec="utf-8"), max_size=10),
    bool: st.booleans(),
    datetime: INSTANTS,
    type(None): st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of this type."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values, parts))
    if origin is Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=2)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return st.deferred(lambda: st.builds(hint, **{name: values(of) for name, of in get_type_hints(hint).items()}))
    return PLAIN[hint]


@given(values(Turn))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_comes_back_as_it_went_in(turn: Turn) -> None:
    text = codec.encode(turn)
    assert codec.decode(text) == turn
    assert codec.encode(codec.decode(text)) == text


def test_a_moment_keeps_its_microsecond_and_its_zone() -> None:
    beijing = timezone(timedelta(hours=8))
    since = datetime(2026, 11, 2, 9, 0, 0, 123_456, tzinfo=beijing)
    back = codec.decode(codec.encode(Turn(state(Listening(FALLS, 0, since)), (), None))).state.scene
    assert isinstance(back, Listening) and back.since == since

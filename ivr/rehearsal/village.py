"""How the callers behave is read from a file: every number says what it counts and where it comes from."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import msgspec

from ivr.errors import BadSettings
from ivr.rehearsal.provider import Faults

SHIPPED = Path(__file__).with_name("village.toml")


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number, what it counts, and its source."""

    value: float
    about: str
    source: str


class Village(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What village.toml has, by the same names; shares are 0 to 1."""

    never_press: Measure
    share_a_phone: Measure
    not_enrolled: Measure
    know_their_number: Measure
    talk: Measure
    ask_a_question: Measure
    ring_again: Measure
    get_a_reply: Measure
    have_a_notice: Measure
    have_a_pin: Measure
    open_a_group: Measure
    log_a_visit: Measure
    think_s: Measure
    think_spread: Measure
    react_s: Measure
    hear_it_all: Measure
    wrong_key: Measure
    too_early: Measure
    ends_with_hash: Measure
    double_tone: Measure
    hear_again: Measure
    pause: Measure
    change_pace: Measure
    dont_know: Measure
    dropped: Measure
    redials: Measure
    lost_callbacks: Measure
    doubled: Measure
    lost_answers: Measure

    def faults(self, seed: int) -> Faults:
        """The line's: as slow and uneven as a bad one, as often at fault as the file says."""
        return replace(
            Faults.village(seed),
            lost_callbacks=self.lost_callbacks.value,
            doubled=self.doubled.value,
            lost_answers=self.lost_answers.value,
        )


NOT_SHARES = {
    "think_s": 60.0,
    "react_s": 60.0,
    "think_spread": 3.0,
    "redials": 20.0,
}  # and the most that makes sense of each


def read(path: Path = SHIPPED) -> Village:
    """Raises BadSettings, with the place of each mistake."""
    try:
        village = msgspec.convert(tomllib.loads(path.read_text("utf-8-sig")), Village)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadSettings("The village can't be read:", [f"{path}: {error}"]) from error
    measures = {name: getattr(village, name) for name in Village.__struct_fields__}
    mistakes = [
        f"{path}: {name}: the value must be 0 to {NOT_SHARES.get(name, 1):g} (here: {measure.value:g})"
        for name, measure in measures.items()
        if not 0 <= measure.value <= NOT_SHARES.get(name, 1)
    ]
    mistakes += [f"{path}: {name}: say where the number comes from" for name, m in measures.items() if not m.source]
    if mistakes:
        raise BadSettings("The village can't be used:", mistakes)
    return village

"""Names that came with a member list are pressed behind the pages, once for all users: what was pressed stays, so that
it goes on wherever it stopped."""

from __future__ import annotations

import contextlib

from ivr.errors import BadEntry, MissingPart, VoiceFailed
from ivr.naming import unpressed
from ivr.studio.phrases import Phrase, press, unsaid, unsayable
from ivr.web.desk import Desk
from ivr.web.presses import Ended, Far, Pieces, Press

OF, NOBODY = "names", 0  # the page; nobody's press in particular, so that it takes a turn of its own
A_PIECE = 10  # names that are pressed before others have their turn


def begin(desk: Desk) -> None:
    """Press what is not pressed, unless that goes on already."""
    now = under_way(desk)
    if now is None or now.ended:
        broke = Ended(wrong={"names": desk.words.say("names_not_made")})
        with contextlib.suppress(BadEntry):  # so much is pressed just now that it has to be asked for again
            desk.presses.begin(NOBODY, OF, {}, lambda: _pieces(desk), broke, desk.clock())


def under_way(desk: Desk) -> Press | None:
    """How far it is, or how it ended not long ago."""
    return desk.presses.newest(OF)


def _pieces(desk: Desk) -> Pieces:
    """Whoever comes onto the roster meanwhile is among them."""
    tried, failed = set[Phrase](), list[Phrase]()
    try:
        while wanted := [each for each in unpressed(desk.database, desk.shelf, desk.settings) if each not in tried]:
            yield Far(len(tried), len(tried) + len(wanted))
            some = wanted[:A_PIECE]
            failed += _unsaid(desk, some)
            tried.update(some)
    except (MissingPart, VoiceFailed):
        return Ended(wrong={"names": desk.words.say("names_no_voice")})
    return Ended(wrong={"names": desk.words.say("names_unsaid")}) if failed else Ended((desk.words.say("names_ready"),))


def _unsaid(desk: Desk, some: list[Phrase]) -> list[Phrase]:
    """Press these; returns those that the voice can't say. Raises MissingPart or VoiceFailed where there is none."""
    failed = list(unsayable(desk.settings, some))
    sayable = [each for each in some if each not in failed]
    try:
        press(desk.settings, sayable, {})
    except VoiceFailed:
        failed += unsaid(sayable, lambda each: press(desk.settings, [each], {}))
    return failed

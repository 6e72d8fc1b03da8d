"""A village of random callers on bad lines: keys at random, calls cut off, requests doubled, reordered, lost.

The provider knows what each caller really heard. It must lie between at least and at most; nothing may count twice;
stored progress must equal what the record says.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ivr.catalogue import Lesson
from ivr.config import Settings
from ivr.records import plays, progress
from ivr.records.heard import union_ms
from ivr.records.models import Answer, Progress, TurnRow
from ivr.records.models import Call as CallRow
from ivr.rehearsal.provider import Call, Faults
from tests.drivers import HttpDriver

CALLS, GESTURES = 150, 24  # in each village, and at the most in each call
VILLAGES = 16
MONTH_S = 30 * 86_400
KINDS = ("sqlite", "postgresql")  # of databases: the villages take turns
PEOPLE = [(f"学员{n}", f"+86138000{n // 2:05}") for n in range(40)]  # two on each phone
KEYS = "0123456789*#"
LIKELY = "112212*#0"


def live(call: Call, chance: random.Random) -> None:
    """One caller, until the line is dead."""
    for _ in range(GESTURES):
        if call.ended:
            return
        match chance.random():
            case x if x < 0.45:
                call.listen()
            case x if x < 0.90:
                keys = LIKELY if chance.random() < 0.8 else KEYS
                call.press(chance.choice(keys), None if chance.random() < 0.5 else chance.uniform(0, 14))
            case x if x < 0.96:
                call.wait(chance.uniform(0, 8))
            case _:
                call.hang_up(chance.uniform(0, 14))
    call.hang_up(chance.uniform(0, 5))


Place = tuple[Lesson, Lesson, int]  # a lesson, the same at the pace that a file was pressed in, where the file starts


def truly_heard(call: Call, where: dict[str, Place]) -> dict[str, list[tuple[int, int]]]:
    """The spans of each edition that reached the caller's ear, whichever pace was played."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for heard in call.heard:
        named = re.search(r"/audio/([0-9a-f]{64})(?:-(\d+))?\.wav$", heard.what)
        if heard.kind == "play" and named and named[1] in where:
            lesson, played, base_ms = where[named[1]]
            start = base_ms + int(named[2] or 0)
            end = start + round(heard.to_s * 1000)
            spans[lesson.edition].append((played.moved(start, lesson), played.moved(end, lesson)))
    return spans


def audio_places(driver: HttpDriver) -> dict[str, Place]:
    return {
        segment.audio: (lesson, played, played.base_ms(n))
        for lesson in driver.line.shelf.catalogue().lessons
        for played in (lesson, lesson.other_pace)
        if played
        for n, segment in enumerate(played.segments)
    }


@pytest.mark.no_cover  # its 2,400 calls would be counted line by line, over what other tests go through too
@pytest.mark.parametrize(
    ("database_url", "seed"), [(KINDS[n % 2], n) for n in range(VILLAGES)], indirect=["database_url"]
)
def test_the_truth_lies_within_the_bounds(
    seed: int, pressed: Path, settings: Settings, database_url: str, record_property: Any
) -> None:
    chance = random.Random(seed)
    faults = Faults.village(seed, steadiness=chance.choice((0.0, 0.5, 0.9)))
    at = settings.model_copy(update={"data": pressed, "database_url": database_url})
    with closing(HttpDriver(at, PEOPLE, faults)) as driver:
        calls = [converse(driver, chance) for _ in range(CALLS // 2)]
        driver.provider.pass_seconds(MONTH_S)  # what was begun in one month goes on in the next
        calls += [converse(driver, chance) for _ in range(CALLS // 2)]
        driver.provider.finish()
        assert [call.errors for call in calls if call.errors] == []
        assert [call.disagreements for call in calls if call.disagreements] == []
        widths = list(check_bounds(driver, calls))
        check_counted_once(driver, calls)
        check_progress(driver)
    record_property("widths", widths)


def converse(driver: HttpDriver, chance: random.Random) -> Call:
    number = chance.choice(["anonymous", "+8613999999999"]) if chance.random() < 0.1 else chance.choice(PEOPLE)[1]
    call = driver.provider.call(number)
    live(call, chance)
    driver.provider.pass_seconds(chance.choice((1, 30, 4000)))
    return call


def check_bounds(driver: HttpDriver, calls: list[Call]) -> Iterator[float]:
    """Yields how far apart the bounds are, in s, for each lesson in each call."""
    where = audio_places(driver)
    with driver.line.database.reading() as connection:
        rows = list(plays.heard_in(connection, driver.line.shelf.catalogue()))
        sids = {row.id: row.sid for row in connection.execute(select(CallRow.__table__))}
    stated: dict[tuple[str, str], list[plays.HeardRow]] = defaultdict(list)
    for row in rows:
        stated[sids[row.call_id], row.edition].append(row)
    for call in calls:
        truth = truly_heard(call, where)
        assert {edition for sid, edition in stated if sid == call.sid} >= truth.keys()
        for edition in {edition for sid, edition in stated if sid == call.sid}:
            at_least, at_most = plays.heard_ms(stated[call.sid, edition], edition)
            heard = union_ms(truth[edition])
            assert at_least <= heard + 1 and heard - 1 <= at_most, (call, at_least, heard, at_most)
            yield (at_most - at_least) / 1000


def check_counted_once(driver: HttpDriver, calls: list[Call]) -> None:
    """As many turns as the provider performed documents, whatever was doubled; an answer for each key in a quiz."""
    with driver.line.database.reading() as connection:
        turns = select(CallRow.sid, func.count()).join(TurnRow).group_by(CallRow.sid)
        counted = {row[0]: row[1] for row in connection.execute(turns)}
        answers = {(row.call_id, row.turn) for row in connection.execute(select(Answer.__table__))}
        rows = connection.execute(select(func.count()).select_from(Answer)).scalar_one()
        assert len(answers) == rows > 0
    for call in calls:
        sent = {request.of for request in call.requests if request.kind == "document" and request.arrived}
        assert counted[call.sid] == len(sent)


def check_progress(driver: HttpDriver) -> None:
    counting = driver.line.counting(driver.line.shelf.catalogue())
    with driver.line.database.writing() as connection:
        before = connection.execute(select(Progress.__table__).order_by(Progress.member_id, Progress.lesson)).all()
        assert progress.verify(connection, counting) == []
        progress.rebuild(connection, counting)
        after = connection.execute(select(Progress.__table__).order_by(Progress.member_id, Progress.lesson)).all()
        assert before == after and before

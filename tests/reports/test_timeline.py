"""Each call of the golden stories as evidence: what was done and heard, with its time; the files in golden/timeline are
read by people before they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import Connection, insert, select, text, update

from ivr import vocabulary
from ivr.catalogue import Catalogue
from ivr.config import Settings
from ivr.dialogue.turn import Outcome
from ivr.records.models import Branch, Call, Member, TurnRow
from ivr.reports import call_list, timeline
from ivr.reports.calls import Ending
from ivr.reports.period import month_at
from ivr.reports.timeline import Step, Timeline, minutes
from tests.drivers import DirectDriver
from tests.reports.village import ZONE, Village, at, bye, listens, menu, plays
from tests.test_transcripts import FILES, header, tell, with_rules

GOLDEN = Path(__file__).parent / "golden" / "timeline"
KEPT = ("dropped_line", "group", "question_box", "shared_phone", "visit", "wrong_answers", "pin")
OURS, OTHERS = 1, 2  # branches


def read(
    connection: Connection, call: int, catalogue: Catalogue, branches: Sequence[int] = (OURS,), words: str = "zh"
) -> Timeline | None:
    began = timeline.began_at(connection, call)
    assert began
    period = month_at(began, ZONE)
    return timeline.of(connection, call, period, catalogue, branches, vocabulary.load(words), "zh_CN")


def written(told: Timeline) -> Iterator[str]:
    who = "、".join(person.name for person in told.call.who.known) or "—"
    yield f"{told.call.started:%m-%d %H:%M:%S} {who} +{told.call.who.others} {told.call.ended} {told.call.duration_s} s"
    for step in told.steps:
        yield from _step(step)
    yield " ".join(f"{bar.kind} {bar.start_s}–{bar.end_s}" for bar in told.bars)
    yield " ".join(f"{tick.key if tick.counted else '×'}@{tick.at_s}" for tick in told.ticks)


def _step(step: Step) -> Iterator[str]:
    after = "later" if step.after_s is None else minutes(step.after_s)
    yield f"  {after} {step.mark or '-'} {' '.join(step.did)}"
    if step.said:
        yield f"      “{step.said}”"
    if step.piece:
        piece = step.piece
        bounds = "?" if piece.heard is None else f"{piece.heard[0]}–{piece.heard[1]}"
        sent = f"{piece.title} {piece.part} {piece.from_s}+{piece.length_s}"
        yield f"      ♪ {sent}: {bounds} {'/'.join(piece.grades)}"
        yield f"        ●{piece.surely} ◐{piece.perhaps} ○{piece.missed}"
    if step.voice:
        yield f"      recording {step.voice.id}{'' if step.voice.is_here else ', not here yet'}"


def told_story(path: Path, pressed: Path, settings: Settings) -> list[Timeline]:
    """Every call of a story."""
    story = path.read_text("utf-8")
    people, _, rules = header(story)
    at_rest = with_rules(settings, rules).model_copy(update={"data": pressed})
    with closing(DirectDriver(at_rest, people)) as driver:
        list(tell(story, driver))
        with driver.line.database.reading() as connection:
            calls = connection.execute(select(Call.id).order_by(Call.id)).scalars().all()
            told = [read(connection, call, driver.line.shelf.catalogue()) for call in calls]
    return [each for each in told if each]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_story_can_be_read(path: Path, pressed: Path, settings: Settings, rewrite: bool) -> None:
    told = told_story(path, pressed, settings)
    assert len(told) == path.read_text("utf-8").count("\n> call ")
    for each in told:
        began_s = [bar.start_s for bar in each.bars]
        assert began_s == sorted(began_s) and each.bars[0].start_s == 0
        assert all(bar.start_s <= bar.end_s <= each.length_s for bar in each.bars)
        assert [step.at for step in each.steps] == sorted(step.at for step in each.steps)
        assert sum(not tick.counted for tick in each.ticks) <= len(each.ticks) == len(each.call.keys)
    lines = "\n".join(line for each in told for line in written(each)) + "\n"
    for pin in re.findall(r"pin=(\d+)", path.read_text("utf-8")):
        assert pin not in lines
    assert "以前的提示语" not in lines and "旧版本" not in lines
    if path.stem in KEPT:
        golden = GOLDEN / path.name
        if rewrite:
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(lines, "utf-8")
        assert lines == golden.read_text("utf-8")


# ── what others may see ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("story", ["group", "shared_phone", "visit", "visit_denied", "who_is_it", "secretary"])
def test_people_of_other_branches_have_no_names(story: str, pressed: Path, settings: Settings) -> None:
    """Only the first of the people is of a branch that the reader sees, then only the last."""
    path = next(each for each in FILES if each.stem == story)
    people, _, rules = header(path.read_text("utf-8"))
    at_rest = with_rules(settings, rules).model_copy(update={"data": pressed})
    with closing(DirectDriver(at_rest, people)) as driver:
        list(tell(path.read_text("utf-8"), driver))
        catalogue = driver.line.shelf.catalogue()
        for ours in (people[0], people[-1]):
            with driver.line.database.writing() as connection:
                if not connection.execute(select(Branch.id).where(Branch.id == OTHERS)).first():
                    connection.execute(insert(Branch), {"id": OTHERS, "name": "东村党支部"})
                connection.execute(update(Member).values(branch_id=OTHERS))
                connection.execute(update(Member).where(Member.name == ours.name).values(branch_id=OURS))
            with driver.line.database.reading() as connection:
                calls = connection.execute(select(Call.id)).scalars().all()
                seen = [told for call in calls if (told := read(connection, call, catalogue))]
            lines = "\n".join(line for told in seen for line in written(told))
            assert seen
            assert not [person.name for person in people if person != ours and person.name in lines]


# ── what can't be read, or is not there any more ─────────────────────────────────────────────────────────────────


def test_a_turn_of_another_version_is_told_as_far_as_it_goes(village: Village) -> None:
    call = village.call("001", "2026-11-09 08:00", menu(), *listens(village.falls, 0), bye(13.5), hung_up=1)
    if village.connection.dialect.name == "sqlite":
        village.connection.execute(text("DROP TRIGGER turns_no_update"))
    else:
        village.connection.execute(text("ALTER TABLE turns DISABLE TRIGGER USER"))
    village.connection.execute(update(TurnRow).values(turn='{"state":{"scene":{"type":"Gone"}}}'))
    told = read(village.connection, call, village.catalogue)
    assert told
    lines = list(written(told))
    assert any("旧版本" in line for line in lines) and any(
        "♪ 防跌倒 第 1 段 0.0+12.0: 12.0–12.0" in line for line in lines
    )


def test_an_edition_that_left_the_shelf_is_told_by_positions(village: Village) -> None:
    call = village.call("001", "2026-11-09 08:00", menu(), plays(village.falls, 1), bye(11.5), hung_up=1)
    told = read(village.connection, call, Catalogue((), {}))
    assert told
    (piece,) = [step.piece for step in told.steps if step.piece]
    assert (piece.title, piece.part, piece.from_s, piece.length_s) == ("falls", "第 2 小段", 12.0, 10.0)
    assert piece.heard == (10.0, 10.0) and not (piece.surely or piece.perhaps or piece.missed)


def test_sentences_are_parted_by_what_was_heard_of_them(village: Village) -> None:
    steps = (menu(), plays(village.falls, 0, 1), plays(village.falls, 1, 7.0, "#"), bye(11.5))
    call = village.call("001", "2026-11-09 08:00", *steps, hung_up=1)
    told = read(village.connection, call, village.catalogue)
    assert told
    first = next(step.piece for step in told.steps if step.piece)
    assert first.heard == (3.5, 6.8)  # 7 s less the line's delay, of 0.25 to 3.5 s
    assert [len(re.findall("句", part)) for part in (first.surely, first.perhaps, first.missed)] == [1, 3, 2]


def test_in_english(village: Village) -> None:
    call = village.call("001", "2026-11-09 08:00", menu(), plays(village.falls, 0, 2, "1"), bye(13.5), hung_up=1)
    told = read(village.connection, call, village.catalogue, words="en")
    assert told and "Pressed 1: Listen to a lesson." in "".join(line for step in told.steps for line in step.did)


def test_what_nobody_may_see_is_none(village: Village) -> None:
    call = village.call("001", "2026-11-09 08:00", menu(), bye(), hung_up=1)
    theirs = village.connection.execute(select(Member.branch_id).where(Member.number == "101")).scalar_one()
    assert read(village.connection, call, village.catalogue, [theirs]) is None
    assert timeline.began_at(village.connection, call) == at("2026-11-09 08:00")
    assert timeline.began_at(village.connection, call + 1) is None


def test_all_that_can_happen_has_its_words() -> None:
    kinds = {
        "outcome": get_args(Outcome),
        "ignored": ("double", "many", "habit"),
        "delivered": ("reply", "notice"),
        "left": ("question", "reply", "note", "name"),
        "grade": ("inferred", "group", "visit", "claimed"),
    }
    expected = {f"call_{kind}_{each}" for kind, all_ in kinds.items() for each in all_}
    expected |= {f"calls_only_{only or 'all'}" for only in get_args(call_list.Only)}
    expected |= {f"calls_{ended}" for ended in get_args(Ending)}
    assert expected <= vocabulary.load("zh").texts.keys()

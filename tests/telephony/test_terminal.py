"""`ivr phone`: the line in a terminal, with keys that are typed; nothing of it is recorded."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from ivr.calls import Line
from ivr.cli.line import phone
from ivr.config import Settings
from ivr.dialogue.turn import Gather, Left, MonthOf, Pressed, Record, Silent, Spoke
from ivr.records import learners, ledger, lookups, preferences
from ivr.records.copying import copied
from ivr.records.db import open_database
from ivr.records.learners import Now
from ivr.records.models import Call, Evidence, Notice, Recording, Reply, TurnRow
from ivr.shelf import Shelf
from ivr.telephony.terminal import TerminalClock, Typed, converse, read_typed
from ivr.voicing import Sound, voicing
from tests.drivers import BEGIN, enrol
from tests.telephony.door import stored

NUMBER = "+8613800000001"

TYPED: dict[str, Typed | None] = {
    "": Typed(Silent(), None),
    "   ": Typed(Silent(), None),
    "q": Typed(None, 0),
    "Q": Typed(None, 0),
    " q ": Typed(None, 0),
    **{key: Typed(Pressed(key), 1000) for key in "0123456789*#"},
    " 2 ": Typed(Pressed("2"), 1000),
    "2@12": Typed(Pressed("2"), 12_000),
    "#@0.5": Typed(Pressed("#"), 500),
    "*@0": Typed(Pressed("*"), 0),
    "1@007": Typed(Pressed("1"), 7000),
    **dict.fromkeys(
        ("12", "x", "2@", "@2", "2@-1", "2@1e3", "2@.5", "2@5.", "2 @ 5", "１", "2@１", "qq", "2@nan", "##")
    ),
}


ONE_KEY = Gather(10)


@pytest.mark.parametrize(("text", "typed"), TYPED.items())
def test_read_typed(text: str, typed: Typed | None) -> None:
    assert read_typed(text, ONE_KEY) == typed


NUMBERS: dict[str, Typed | None] = {
    "0012#": Typed(Pressed("0012"), 1000),  # as it is told to end it
    "0012": Typed(Pressed("0012"), 1000),
    "0012#@7": Typed(Pressed("0012"), 7000),
    "123456789012#": Typed(Pressed("123456789012"), 1000),
    "#": Typed(Silent(), 1000),
    "": Typed(Silent(), None),
    "*": Typed(Pressed("*"), 1000),
    "9*12#": Typed(Pressed("9*12"), 1000),
    "q": Typed(None, 0),
    **dict.fromkeys(("1234567890123", "0012##", "00#12", "##", "12a")),
}


@pytest.mark.parametrize(("text", "typed"), NUMBERS.items())
def test_a_number_is_typed_whole(text: str, typed: Typed | None) -> None:
    assert read_typed(text, Gather(10, 12)) == typed


def test_after_the_tone_words_are_said() -> None:
    said = read_typed("我想问问下一课什么时候有", Record(120))
    assert said and isinstance(said.act, Spoke) and said.act.seconds == 3


@given(st.text(max_size=12))
def test_anything_typed_is_understood_or_not(text: str) -> None:
    typed = read_typed(text, ONE_KEY)
    assert typed is None or typed.act is None or typed.act == Silent() or text.strip()[:1] in "0123456789*#"


def run(settings: Settings, typed: str, *options: str) -> Result:
    return CliRunner().invoke(phone, options, obj=settings, input=typed)


@pytest.fixture
def at_home(settings: Settings, pressed: Path, database_url: str) -> Settings:
    """Two members on one phone, one on another; nobody has called yet."""
    database = open_database(database_url)
    enrol(database, [("王秀英", NUMBER), ("李大山", "+8613800000002"), ("陈德明", "+8613800000002")])
    database.close()
    return settings.model_copy(update={"data": pressed, "database_url": database_url})


def words(result: Result) -> str:
    """What was shown, without where its files lie."""
    assert result.exit_code == 0, result.output
    return re.sub(r" +\[[^\]]*\]", "", result.stdout)


def test_a_call_by_somebody_known(at_home: Settings) -> None:
    result = run(at_home, "1\n\n2@6\n\n\n#\n\n#\n2\n1\n2\n1\n2\n4\n", "--from", "13800000001")
    told = words(result)
    for line in (
        "王秀英",
        "现在开始听课。",
        "防跌倒",
        "防跌倒第1段第1句。防跌倒第1段第2句。",
        "这一课放完了。",
        "现在答题。",
        "是这样的：先坐一坐。",
        "说得对。先坐一坐。",
        "说得对。马上擦干。",
        "您答对了2道。",
        "谢谢您，再见。",
        "— the call is over —",
    ):
        assert line in told, line
        told = told[told.index(line) + len(line) :]


def test_nothing_of_it_is_recorded(at_home: Settings) -> None:
    database = open_database(at_home.database)
    before = stored(database)
    assert before["members"]
    run(at_home, "1\n\n\n\n\n2\n2\n1\n", "--from", "13800000001")
    run(at_home, "q\n")
    assert stored(database) == before
    database.close()


@pytest.mark.parametrize(
    ("options", "who"),
    [
        (("--from", "13800000001"), "王秀英"),
        (("--from", NUMBER), "王秀英"),
        (("--from", "138 0000 0001"), "王秀英"),
        (("--from", "13800000002"), "请按2。"),
        (("--from", "13999999999"), "要听课"),
        (("--from", "nonsense"), "要听课"),
        ((), "要听课"),
    ],
)
def test_who_calls(at_home: Settings, options: tuple[str, ...], who: str) -> None:
    told = words(run(at_home, "q\n", *options))
    assert who in told
    assert ("王秀英" in told) == (who == "王秀英")


def test_it_goes_on_where_the_member_was(at_home: Settings) -> None:
    """The rehearsal begins with what is on record."""
    database = open_database(at_home.database)
    clock = TerminalClock(BEGIN)
    shelf = Shelf(at_home.data)
    line = Line(database, shelf, voicing(shelf, "zh_CN"), at_home, clock, "one")

    def ear(sounds: tuple[Sound, ...], _gather: Gather | Record | None) -> Typed:
        return hung_up() if any("第3段第1句" in sound.words for sound in sounds) else Typed(Silent(), None)

    converse(line, clock, NUMBER, ear)
    database.close()
    told = words(run(at_home, "1\n\nq\n", "--from", NUMBER))
    assert "上次没有听完" in told and "防跌倒第3段第1句" in told


def test_what_waits_for_a_member_is_met(at_home: Settings) -> None:
    """A reply, first of all; a notice; for the secretary, what others asked. What was spoken has no words to show."""
    audio = Shelf(at_home.data).catalogue().lessons[0].title.audio
    database = open_database(at_home.database)
    letter = {"audio": audio, "length_ms": 600, "made_at": BEGIN}
    with database.writing() as connection:
        call = ledger.open_call(connection, "twilio", "CA1", NUMBER, BEGIN)
        for turn, member in ((2, 1), (3, 2)):
            ledger.keep_recording(connection, call, turn, Left("question", "RE", "", 2, None), member, BEGIN)
        connection.execute(update(Recording).values(audio=audio, length_ms=600))
        connection.execute(insert(Reply), {**letter, "question_id": 1, "words": "星期三开会。"})
        connection.execute(insert(Notice), {**letter, "member_id": 1, "words": "请来领书。"})
        connection.execute(insert(Notice), {**letter, "member_id": 1, "words": ""})
        preferences.prefer(connection, 1, "pace", "slow")
    with database.reading() as connection:
        before = learners.known(connection, [1], Now(Shelf(at_home.data).catalogue(), at_home, BEGIN))
    copy = copied(database)
    with copy.reading() as connection:
        now = Now(Shelf(at_home.data).catalogue(), at_home, BEGIN)
        assert learners.known(connection, [1], now) == before
        assert len(lookups.found(connection, call, MonthOf(1), now).month.questions) == 1  # type: ignore[union-attr]
    copy.close()
    database.close()
    told = words(run(at_home, "2\n4\n2\nq\n", "--from", NUMBER))
    assert told.index("星期三开会。") < told.index("请来领书。") < told.index("(somebody speaks)")


def hung_up() -> Typed:
    return Typed(None, 0)


def test_what_is_not_understood_is_asked_again(at_home: Settings) -> None:
    told = words(run(at_home, "help\n12\n2@\nq\n"))
    assert told.count("Type 0-9, * or #") == 3
    assert told.endswith("— the call is over —\n")


def test_a_number_that_is_ended_by_hash_is_known(at_home: Settings) -> None:
    told = words(run(at_home, "4\nP003#\n003#\nq\n"))
    assert told.count("Type 0-9, * or #") == 1
    assert "陈德明" in told


def test_the_end_of_the_input_hangs_up(at_home: Settings) -> None:
    assert words(run(at_home, "1\n")).endswith("— the call is over —\n")


def test_nobody_is_heard_out_for_ever(at_home: Settings) -> None:
    """Only Enter, again and again: the call ends by itself."""
    result = run(at_home, "\n" * 100, "--from", NUMBER)
    assert "谢谢您，再见。" in words(result)
    assert result.stdout.count("key>") < 30


def test_without_a_player_it_says_what_to_do(at_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run(at_home, "q\n", "--play")
    assert result.exit_code == 2
    assert "No program to play sound was found. Install aplay" in result.output


def test_with_a_player_the_slice_is_played(at_home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program named aplay that notes how long its file is."""
    player = tmp_path / "bin" / "aplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\nwc -c < "$2" >> {tmp_path}/played\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{player.parent}:/usr/bin:/bin")
    run(at_home, "1\n\n2@7\nq\n", "--from", NUMBER, "--play")
    sizes = [int(each) - 44 for each in (tmp_path / "played").read_text().split()]
    assert sizes[-2:] == [16 * 12_000, 16 * 10_000]  # the first segment, and again from the sentence reached


def test_time_passes_as_the_audio_would_take(at_home: Settings) -> None:
    """Heard out: all of it and the wait; a key: as long as was typed, and no longer than the sound."""
    known = open_database(at_home.database)
    database = copied(known)
    known.close()
    clock = TerminalClock(BEGIN)
    shelf = Shelf(at_home.data)
    line = Line(database, shelf, voicing(shelf, "zh_CN"), at_home, clock, "one")
    passed: list[float] = []
    lengths: list[int] = []
    played: list[int] = []  # of the lesson

    def ear(sounds: tuple[Sound, ...], gather: Gather | Record | None) -> Typed:
        lengths.append(sum(sound.length_ms for sound in sounds))
        played.extend(sound.length_ms for sound in sounds if "第1句" in sound.words)
        acts = {(12_000, 10_000): Typed(Pressed("*"), 1e9), (12_000, 10_000, 10_000): Typed(None, 2500)}
        act = Typed(Pressed("1"), 500) if len(lengths) == 1 else acts.get((*played,), Typed(Silent(), None))
        waited_ms = 1000 * gather.seconds if isinstance(gather, Gather) else 0
        passed.append(lengths[-1] + waited_ms if act.after_ms is None else min(act.after_ms, lengths[-1]))
        return act

    converse(line, clock, NUMBER, ear)
    assert clock.time - BEGIN == timedelta(milliseconds=sum(passed))
    assert played == [12_000, 10_000, 10_000]
    with database.reading() as connection:
        arrived = connection.execute(select(TurnRow.arrived_at).order_by(TurnRow.n)).scalars().all()
        assert arrived == sorted(arrived) and len(arrived) == len(lengths)
        assert connection.execute(select(Call.settled_at)).scalar_one() == clock.time
        assert connection.execute(select(Evidence.provider_s)).scalars().all() == [round(sum(passed) / 1000)]
    database.close()

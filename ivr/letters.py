"""Replies and notices: what is for one person only. The audio is made first and kept after; no transaction waits while
it is made, and of two who do so at once neither harms the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from ivr import prompts
from ivr.catalogue import Clip
from ivr.config import Settings
from ivr.errors import BadNotices
from ivr.records import notices, questions
from ivr.records.db import Database
from ivr.records.notices import Meant
from ivr.records.questions import Asker
from ivr.shelf import Shelf
from ivr.studio.phrases import Phrase, press_letters, voices_here

Pressing = Callable[[Settings, Iterable[Phrase]], Mapping[Phrase, Clip]]
LONGEST_S, PATIENCE_S = 20 * 60, 300.0  # of a sound file; for reading it


def reply(
    database: Database,
    settings: Settings,
    question: int,
    words: str,
    now: datetime,
    pressing: Pressing = press_letters,
) -> Asker:
    """Reply by words that the line says, in the language of whoever asked.

    Raises BadNotices for what swindlers speak of, NotThere for what can't be replied to, VoiceFailed, MissingPart."""
    if told := notices.swindling(words):
        raise BadNotices(
            "The reply was not taken:", [f"{told}; write it without, or say it yourself: --recording FILE"]
        )
    asker = _asker(database, question)
    phrase = Phrase(asker.language or _own(settings), asker.branch, words)
    _keep(database, question, pressing(settings, [phrase])[phrase], now)
    return asker


def reply_spoken(
    database: Database,
    settings: Settings,
    question: int,
    sound: Path,
    now: datetime,
    longest_s: int = LONGEST_S,
    patience_s: float = PATIENCE_S,
) -> tuple[Asker, tuple[str, ...], tuple[str, ...]]:
    """Reply by a sound file. Returns who asked, and what could be better about the file: in words, and by its names.

    Raises NotThere for what can't be replied to, BadRecording, Refused."""
    from ivr.studio.recording.message import message  # takes a moment to load

    asker = _asker(database, question)
    wav, length_ms, verdict = message(sound, voices_here(settings, ()).preset, longest_s, patience_s)
    _keep(database, question, Clip(Shelf(settings.data).put_recording(wav), length_ms, ""), now)
    return asker, verdict.advice, verdict.advice_names


def _asker(database: Database, question: int) -> Asker:
    with database.reading() as connection:
        return questions.asker(connection, question)


def _keep(database: Database, question: int, clip: Clip, now: datetime) -> None:
    with database.writing() as connection:
        questions.reply(connection, question, clip, now)


def give(
    database: Database, settings: Settings, meant: Sequence[Meant], now: datetime, pressing: Pressing = press_letters
) -> int:
    """Let members hear these notices. Returns how many are new.

    Raises VoiceFailed or MissingPart; then none is given."""
    phrases = [Phrase(each.language or _own(settings), each.member.branch, each.words) for each in meant]
    clips = pressing(settings, phrases)
    with database.writing(alone=True) as connection:  # two lists at once may have a notice in common
        return notices.give(connection, meant, [clips[each] for each in phrases], now, today(settings, now))


def today(settings: Settings, now: datetime) -> date:
    """Where the line is."""
    return now.astimezone(settings.line.zone).date()


def _own(settings: Settings) -> str:
    return prompts.load(settings.line.language).voice

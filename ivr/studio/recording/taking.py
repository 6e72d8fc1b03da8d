"""A person's recording is taken into a lesson: judged, copied as it is, labelled, marked in the lesson's text; in that
order, so that what is interrupted leaves at most a copy that nothing names.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from ivr.errors import BadLesson, Refused
from ivr.keeping import write_whole
from ivr.studio.engines.engine import syllables
from ivr.studio.languages.hanzi import EMPTY, Lexicon
from ivr.studio.lesson_file import alone_in, load
from ivr.studio.recording import recordings
from ivr.studio.recording.judging import Verdict, judge
from ivr.studio.recording.marking import Target, marked
from ivr.studio.recording.recordings import FOLDER, LABELS, Label
from ivr.studio.recording.sound_file import read_sound
from ivr.studio.script import Script, every_wording


class Taken(Struct, frozen=True):
    """`file` is as the mark has it."""

    file: str
    verdict: Verdict


def take(lesson: Path, target: Target, sound: Path, by: str = "", lexicon: Lexicon = EMPTY) -> Taken:
    """Let a sound file, of whatever source, stand for these words of a lesson.

    Raises BadLesson for a lesson with mistakes, Refused with the faults of a recording that is not good enough,
    BadRecording for a file that can't be played. Then nothing has changed.
    """
    with alone_in(lesson.parent):
        return _take(lesson, target, sound, by, lexicon)


def _take(lesson: Path, target: Target, sound: Path, by: str, lexicon: Lexicon) -> Taken:
    written, wrong = load(lesson, lexicon)
    if faults := [each for each in wrong if each.severity == "mistake"]:
        raise BadLesson(f"Nothing was recorded. Mend {lesson} first:", faults)
    wordings = [each for at, each in enumerate(every_wording(written)) if at in target.places]
    verdict = judge(read_sound(sound), sum(syllables(each.text) for said in wordings for each in said.utterances))
    if verdict.faults:
        raise Refused(f"{sound} was not taken ({verdict.figures}):", (*verdict.faults, *verdict.advice))
    content = sound.read_bytes()
    folder = lesson.parent / FOLDER
    path = _free(folder, _stem(written, target), sound.suffix.lower(), content)
    file = f"{FOLDER}/{path.name}"
    changed = marked(lesson.read_bytes(), lexicon, target, file)
    labels = {**recordings.read_labels(lesson.parent)}
    labels[file] = Label(file, recordings.words_of(wordings, written.language), by)
    write_whole(path, content)
    write_whole(folder / LABELS, recordings.label_file(labels.values()))
    write_whole(lesson, changed)
    return Taken(file, verdict)


def _stem(written: Script, target: Target) -> str:
    return f"{written.slug}-{target.name.removeprefix('the ').replace(' ', '-')}"


def _free(folder: Path, stem: str, suffix: str, content: bytes) -> Path:
    """A name that no other recording has."""
    number = 1
    while True:
        path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
        if not path.exists() or path.read_bytes() == content:
            return path
        number += 1

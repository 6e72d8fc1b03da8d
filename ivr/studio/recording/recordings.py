"""The recordings of a lesson lie in its folder, each with a label: what was said in it, and by whom.

The lesson's text says which recording stands where; `recordings/recordings.tsv` is only the labels. A recording whose
words in the lesson have changed since is left out, and a voice says them. One without a label was put there by hand,
and is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct, structs

from ivr.errors import BadRecording
from ivr.studio.languages.hanzi import WRITTEN_IN_HANZI
from ivr.studio.markup import Recording
from ivr.studio.mistakes import Mistake, advice, mistake
from ivr.studio.reading import Wording
from ivr.studio.script import Script, every_wording, with_wordings

FOLDER = "recordings"
LABELS = "recordings.tsv"
_HEAD = ("file", "words", "by")


class Label(Struct, frozen=True):
    """`file` is as the lesson's mark has it."""

    file: str
    words: str
    by: str = ""


def with_recordings(written: Script, folder: Path) -> tuple[Script, tuple[Mistake, ...]]:
    """A lesson of this folder without the recordings that can't be used, and what is wrong with those."""
    labels = read_labels(folder)
    wrong: dict[Recording, Mistake] = {}
    for said in together(every_wording(written)):
        mark = said[0].recording
        assert mark
        for each in _judge(mark, words_of(said, written.language), folder, labels):
            wrong |= {wording.recording: each for wording in said if wording.recording}
    used = with_wordings(
        written, lambda each: structs.replace(each, recording=None) if each.recording in wrong else each
    )
    return structs.replace(used, folder=str(folder)), tuple(dict.fromkeys(wrong.values()))


def together(wordings: Iterable[Wording]) -> list[tuple[Wording, ...]]:
    """The sentences of each recording, in its order."""
    recorded = [(each.recording, each) for each in wordings if each.recording]
    recorded.sort(key=lambda each: (each[0].file, each[0].line, each[0].nth))
    groups = groupby(recorded, key=lambda each: (each[0].file, each[0].line))
    return [tuple(wording for _, wording in group) for _, group in groups]


def words_of(said: Sequence[Wording], language: str) -> str:
    return ("" if language in WRITTEN_IN_HANZI else " ").join(each.words for each in said)


def located(folder: Path, file: str) -> Path | None:
    """The file that a mark names, which may not lie outside the lesson's folder; None where it does."""
    try:
        path = (folder / file.replace("\\", "/")).resolve()
        return path if path.is_relative_to(folder.resolve()) else None
    except (OSError, RuntimeError, ValueError):  # too long, a circle of links, a NUL
        return None


def read_labels(folder: Path) -> Mapping[str, Label]:
    """The labels of a lesson's folder, by file. Raises BadRecording where they are there and can't be read."""
    path = folder / FOLDER / LABELS
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BadRecording(f"{path} can't be read ({error.strerror}). Mend its rights, or move it away.") from error
    rows = [line.split("\t") for line in _text(content).splitlines()[1:]]
    return {row[0]: Label(*(cell.strip() for cell in row[:3])) for row in rows if len(row) > 1}


def label_file(labels: Iterable[Label]) -> bytes:
    """The file of labels, as spreadsheets open it."""
    rows = [_HEAD, *((each.file, each.words, each.by) for each in labels)]
    lines = ("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)
    return "".join(lines).encode("utf-8-sig")


def _text(content: bytes) -> str:
    """UTF-8, or what a spreadsheet made of it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _judge(mark: Recording, words: str, folder: Path, labels: Mapping[str, Label]) -> Iterator[Mistake]:
    path = located(folder, mark.file)
    if not path:
        what = f"the recording {mark.file} lies outside the lesson's folder"
        yield mistake(mark.line, what, f"Put it into {FOLDER}/ beside the lesson, and write that here.")
    elif not _is_file(path):
        what = f"there is no recording {mark.file}"
        yield mistake(mark.line, what, "Write where it is, from the lesson's folder on; or delete the mark.")
    elif mark.file in labels and _letters(labels[mark.file].words) != _letters(words):
        what = f"the words have changed since {mark.file} was recorded, so a voice says them"
        yield advice(mark.line, what, "Record them again with `ivr lesson record`, or delete the mark.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than names can be
        return False


def _letters(words: str) -> str:
    """What is heard of words: no punctuation."""
    return re.sub(r"[\W_]+", "", words).casefold()

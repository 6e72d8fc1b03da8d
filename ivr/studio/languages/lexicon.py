"""How words are said, in files that lessons share: a lesson's own 读音 wins over its branch's, that over everybody's.

# word, tab, pinyin or other words; a note may follow after another tab
单县⇥shan4 xian4⇥in Shandong
六盘水⇥陆盘水
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ivr.errors import BadLexicon
from ivr.studio.languages.hanzi import EMPTY, Lexicon, read_reading
from ivr.studio.mistakes import Mistake, mistake
from ivr.studio.plain_text import decode

FILE = "lexicon.tsv"
MOST_BYTES = 1 << 20


def of_everybody(path: Path) -> Lexicon:
    """The lexicon for all lessons, prompts and names; there may be none. Raises BadLexicon."""
    return load(path) if path.exists() else EMPTY


def of_lesson(path: Path, common: Lexicon) -> Lexicon:
    """What holds for a lesson file: its folder's lexicon, the one a folder above, the common one; nearer wins."""
    said = dict(common)
    folder = path.absolute().parent
    for file in (folder.parent / FILE, folder / FILE):
        if file.is_file():
            said |= load(file)
    return said


def of_branch(folder: Path, common: Lexicon) -> Lexicon:
    """What holds for the names of a branch's members: the lexicon in its folder, then the common one."""
    file = folder / FILE
    return {**common, **load(file)} if file.is_file() else common


def load(path: Path) -> Lexicon:
    """Read a lexicon file. Raises BadLexicon with every mistake, each with its line."""
    try:
        if not path.is_file():  # one would wait for a pipe for ever
            raise BadLexicon("The lexicon can't be read:", [f"{path}: this is no file. Write one, or delete it."])
        size, content = path.stat().st_size, b""
        if size <= MOST_BYTES:
            content = path.read_bytes()
    except OSError as error:
        raise BadLexicon("The lexicon can't be read:", [error]) from error
    if size > MOST_BYTES:
        raise BadLexicon("The lexicon can't be read:", [f"{path}: {size / 1e6:.1f} MB. Is it the right file?"])
    said, wrong = read_lexicon(content)
    if wrong:
        raise BadLexicon("The lexicon can't be used:", [f"{path}: {each}" for each in wrong])
    return said


def read_lexicon(content: bytes) -> tuple[Lexicon, tuple[Mistake, ...]]:
    """The entries of a file, and what is wrong with it."""
    text = decode(content)
    if text is None:
        return EMPTY, (mistake(1, "this is not a text file", "Save it as plain text in UTF-8."),)
    mistakes: list[Mistake] = []
    said: dict[str, str] = {}
    seen: dict[str, int] = {}
    for line, word, reading in _entries(text, mistakes):
        if word in seen:
            mistakes.append(mistake(line, f"{word} stands in line {seen[word]} already", "Delete one."))
        seen.setdefault(word, line)
        said[word], wrong = read_reading(word, reading, line)
        mistakes += wrong
    return said, tuple(mistakes)


def _entries(text: str, mistakes: list[Mistake]) -> Iterator[tuple[int, str, str]]:
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip() or row.lstrip().startswith(("#", "＃")):
            continue
        word, reading, *_ = (*(cell.strip() for cell in row.split("\t")), "")
        if word and reading:
            yield line, word, reading
        else:
            what = f"this is not a word, a tab and how it is said: {row.strip()[:30]!r}"
            mistakes.append(mistake(line, what, "Write a tab between the two; begin a note with #."))

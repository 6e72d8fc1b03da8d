"""The words of pages and printed sheets: a file of them for each language, each complete, and one of one's own over it.

What members and branches are called stands in [names] only; a sentence has {member} for it. So whoever says 社员 and
小组 writes a file of two lines, with the language it builds on: base = "zh".
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ivr.errors import BadWords

SHIPPED = ("zh", "en")
REFERENCE = "zh"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`language` is that of the pages, by BCP 47; `names` fill the blanks that all sentences share."""

    language: str
    names: Mapping[str, str]
    texts: Mapping[str, str]

    def say(self, text: str, /, **values: object) -> str:
        """A text with its blanks filled; KeyError for one that is not there."""
        return self.texts[text].format_map({**self.names, **values})


def load(chosen: str) -> Vocabulary:
    """The words of a language that is shipped, or of a file. Raises BadWords with the place of what is wrong."""
    if chosen in SHIPPED:
        return _complete(chosen)
    path = Path(chosen)
    try:
        own = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadWords(f"{path} can't be read: {error}. Or choose one of {', '.join(SHIPPED)}.") from error
    base = own.get("base", REFERENCE)
    if base not in SHIPPED:
        raise BadWords(f"{path}: base: {base!r} is not shipped; write one of {', '.join(SHIPPED)}")
    if unknown := sorted(own.keys() - {"base", "names", "texts"}):
        raise BadWords(f"{path}: {unknown[0]}: no such table; there are [names] and [texts], and base")
    shipped = _shipped(base)
    tables = {name: {**shipped[name], **own.get(name, {})} for name in ("names", "texts")}
    return _made(str(path), {**shipped, **tables})


@cache
def _complete(shipped: str) -> Vocabulary:
    return _made(shipped, _shipped(shipped))


@cache
def _shipped(language: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))


def _made(where: str, tables: Mapping[str, Any]) -> Vocabulary:
    reference = _shipped(REFERENCE)
    if mistakes := list(_mistakes(tables, reference)):
        raise BadWords("\n".join([f"{where} can't be used:", *(f"  {mistake}" for mistake in mistakes)]))
    return Vocabulary(tables["language"], tables["names"], tables["texts"])


def _mistakes(tables: Mapping[str, Any], reference: Mapping[str, Any]) -> Iterator[str]:
    names = reference["names"].keys()
    for table in ("names", "texts"):
        for key in sorted(tables[table].keys() ^ reference[table].keys()):
            yield f"{table}.{key}: {'is missing' if key in reference[table] else 'there is no such text'}"
        for key in sorted(tables[table].keys() & reference[table].keys()):
            written, known = _blanks(tables[table][key]), _blanks(reference[table][key])
            if written is None:
                yield f"{table}.{key}: has a brace that is not closed, or is no text; write {{n}} for a blank"
            elif written - names != (known or set()) - names:
                yield f"{table}.{key}: needs the blanks {', '.join(sorted((known or set()) - names)) or '(none)'}"


def _blanks(text: object) -> set[str] | None:
    """The names of a text's blanks; None where it is no text with blanks."""
    try:
        return {field for _, field, _, _ in string.Formatter().parse(str(text)) if field is not None}
    except ValueError:
        return None

"""The words of pages: complete in each language, one's own over them, and what is wrong in a file is told."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from ivr import vocabulary
from ivr.errors import BadWords
from ivr.reports import detail, helping, home_visits, ledger, meetings, month_sheet, summary
from ivr.reports.columns import CHOICES
from ivr.reports.sheets import SHEETS

EVERYWHERE = Path(vocabulary.__file__).parent.parent


@pytest.mark.parametrize("language", vocabulary.SHIPPED)
def test_each_language_is_complete(language: str) -> None:
    words = vocabulary.load(language)
    assert words.language.partition("-")[0] == language
    assert all(words.texts.values()) and all(words.names.values())
    hanzi = [key for key, text in words.texts.items() if re.search(r"[\u4e00-\u9fff]", text)]
    assert not hanzi or language == "zh"


def test_every_text_is_used_and_every_one_that_is_used_is_there() -> None:
    sources = [*EVERYWHERE.glob("web/**/*.html"), *EVERYWHERE.glob("web/**/*.py"), *EVERYWHERE.glob("reports/*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    known = set(vocabulary.load("zh").texts)
    assert set(re.findall(r"say\(\s*['\"](\w+)['\"][,)]", code)) <= known
    named = set(re.findall(r"['\"](\w+)['\"]", code))
    begun = tuple(re.findall(r"['\"](\w+_)(?:['\"]\s*~|\{)", code))  # put together from a word and what it is about
    made = {text for text in known - named if text.startswith(begun)}
    assert known - named - made == set()


def test_every_column_of_a_sheet_has_its_words_and_no_other_has() -> None:
    texts = vocabulary.load("zh").texts
    sheets = (detail, helping, home_visits, ledger, meetings, summary)
    briefs = (month_sheet.OF_MEMBERS, month_sheet.OF_BRANCHES, detail.BRIEF, helping.BRIEF, ledger.BRIEF)
    keys = set().union(*briefs, *(sheet.KEYS for sheet in sheets))
    assert {f"col_{key}" for key in keys} == {text for text in texts if text.startswith("col_")}
    explained = {text.removeprefix("about_") for text in texts if text.startswith("about_")}
    assert explained - {"sheet", "sheet_column", "sheet_text"} <= keys
    assert set(chain.from_iterable(CHOICES.values())) <= texts.keys() and CHOICES.keys() <= keys
    assert {f"sheet_{name}" for name in SHEETS} == {text for text in texts if text.startswith("sheet_")}


def test_two_lines_give_other_names(tmp_path: Path) -> None:
    own = tmp_path / "coop.toml"
    own.write_text('base = "en"\n[names]\nbranch = "team"\n[texts]\ndesk = "Our {line}"\n', "utf-8")
    words = vocabulary.load(str(own))
    assert words.language == "en"
    assert words.say("to_branches") == "All, by team" and words.say("desk") == "Our Lesson line"


WRONG = {
    "no TOML": ("[names", "can't be read"),
    "an unknown language": ('base = "fr"', "base: 'fr' is not shipped"),
    "an unknown table": ("[words]\na = 1", "words: no such table"),
    "an unknown name": ('[names]\nvillage = "村"', "names.village: there is no such text"),
    "an unknown text": ('[texts]\nhello = "您好"', "texts.hello: there is no such text"),
    "a blank too few": ('[texts]\nmonth = "{year}"', "texts.month: needs the blanks month, year"),
    "a blank too many": ('[texts]\nprint = "{n}"', r"texts.print: needs the blanks \(none\)"),
    "a blank that reaches in": ('[texts]\nprint = "{line.__class__}"', r"texts.print: needs the blanks \(none\)"),
    "an open brace": ('[texts]\nprint = "{"', "texts.print: has a brace that is not closed"),
}


@pytest.mark.parametrize(("text", "mistake"), WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, mistake: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(BadWords, match=mistake) as told:
        vocabulary.load(str(own))
    assert str(own) in str(told.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadWords, match="can't be read"):
        vocabulary.load(str(tmp_path / "nowhere.toml"))

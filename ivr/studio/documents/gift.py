"""Questions to and from GIFT, the text format of Moodle: what a telephone can ask is read, all else is named.

A question stands between empty lines; lines that begin with // or $CATEGORY: are not read.

    ::title:: Whom do you call? {=The family#Right. ~The stranger#No. ####What is said in any case}

A backslash takes its meaning from any of ~ = # { } : and is doubled to stand for itself; \\n is the end of a line.
Source: Moodle's documentation of GIFT, and what its own reader does where that is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from msgspec import Struct

from ivr.studio.documents.document import without_gap
from ivr.studio.documents.written import TRUTH, Asked, joined, language_of


def _up_to(stop: str) -> str:
    """A pattern for text up to one of these characters that no backslash stands before; it never gives any back."""
    return rf"(?:\\.|[^\\{stop}])*+"


_QUESTION = re.compile(
    rf"\s*(?:::(?:\\.|[^\\:]|:(?!:))*+::)?(?P<words>{_up_to('{')})\{{(?P<answers>{_up_to('}')})\}}(?P<rest>.*)",
    re.DOTALL,
)
_IN_ANY_CASE = re.compile(r"((?:\\.|(?!####)[^\\])*+)(?:####(.*))?", re.DOTALL)
_OPTION = re.compile(rf"([=~])({_up_to('=~')})", re.DOTALL)
_OPTIONS = re.compile(rf"\s*(?:[=~]{_up_to('=~')})+", re.DOTALL)
_WITH_FEEDBACK = re.compile(rf"({_up_to('#')})(?:#(.*))?", re.DOTALL)
_TRUE_OR_FALSE = re.compile(rf"\s*(?:(T|TRUE)|F|FALSE)\s*(?:#({_up_to('#')})(?:#(.*))?)?", re.IGNORECASE | re.DOTALL)
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,9})?)%")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_NEEDS_FORMAT = re.compile(r"[\[%]|.*[<&]", re.DOTALL)  # it would be read as a format, a weight, or HTML
_LOOKS_LIKE = re.compile(r"(?<!\\)\{\s*(?:[=~#]|(?:T|TRUE|F|FALSE)\s*[#}])")


class _Unasked(Exception):
    """A question that can't be asked by telephone; its words say why."""


class _Option(Struct, frozen=True):
    words: str
    share: float  # of the full mark, in percent
    feedback: str


def looks_like_gift(text: str) -> bool:
    return any(_LOOKS_LIKE.search(block) for _, block in _blocks(text))


def read_gift(text: str) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """The questions of a GIFT text, and what of it is left out, each with its line."""
    questions: list[Asked] = []
    left_out: list[str] = []
    for line, block in _blocks(text):
        lost: list[str] = []
        try:
            questions.append(_asked(block, lost))
        except _Unasked as error:
            lost = [f"{error}: {_short(block)}"]
        left_out += [f"line {line}: {each}" for each in lost]
    return tuple(questions), tuple(left_out)


def write_gift(questions: Iterable[Asked], name: str) -> str:
    """A GIFT text; each question is called by `name` and its number."""
    return "\n".join(
        f"::{_escaped(name)} {number}::{_marked(asked.words)} {{\n{''.join(_answers(asked))}}}\n"
        for number, asked in enumerate(questions, 1)
    )


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each question with the line it starts in; comments are not there, and part nothing."""
    start = 1
    lines: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip() and not line.lstrip().startswith(("//", "$CATEGORY:")):
            start = start if lines else number
            lines.append(line)
        elif lines and not line.strip():
            yield start, "\n".join(lines)
            lines = []


@dataclass(frozen=True)
class _Texts:
    """How the texts of a question are read: in its format, where they have none of their own."""

    form: str
    lost: list[str]  # what can't be carried over is added here

    def plain(self, text: str) -> str:
        """In one line, without format, HTML and backslashes."""
        form = _FORMAT.match(text)
        text = _ESCAPED.sub(lambda each: "\n" if each[1] == "n" else each[1], text[form.end() if form else 0 :])
        if (form[1] if form else self.form) == "html":
            text = _without_html(text, self.lost)
        return " ".join(text.split())


def _asked(block: str, lost: list[str]) -> Asked:
    parts = _QUESTION.fullmatch(block)
    if not parts:
        raise _Unasked("text without a question, or a { without its }")
    if looks_like_gift(parts["rest"]):
        raise _Unasked("two questions without an empty line between them")
    form = _FORMAT.match(parts["words"])
    texts = _Texts(form[1] if form else "moodle", lost)
    words = _question_words(parts, texts)
    answers, in_any_case = _split(_IN_ANY_CASE, parts["answers"])
    options = _options(answers, words, texts)
    right = _right(options, lost)
    always = texts.plain(in_any_case)
    when_right, when_wrong = (joined(each, always) for each in _feedback(options, right, lost))
    return Asked(words, tuple(option.words for option in options), right, when_right, when_wrong)


def _question_words(parts: re.Match[str], texts: _Texts) -> str:
    gap = " ____ " if parts["rest"].strip() else ""
    words, had_gap = without_gap(texts.plain(f"{parts['words']}{gap}{parts['rest']}"))
    if had_gap:
        texts.lost.append("the gap in the question, which is heard as a silence; better ask with 什么, 谁, what, who")
    return words


def _options(answers: str, words: str, texts: _Texts) -> list[_Option]:
    if truth := _TRUE_OR_FALSE.fullmatch(answers):
        return _true_or_false(truth, language_of(words), texts)
    if why := _why_not(answers):
        raise _Unasked(why)
    return [_option(mark, text, texts) for mark, text in _OPTION.findall(answers)]


def _why_not(answers: str) -> str:
    """Why nothing can be chosen from these answers; empty where it can."""
    marks = _ESCAPED.sub("", answers).strip()
    if not marks:
        return "an essay can't be given by telephone"
    if marks.startswith("#"):
        return "a number can't be given by telephone; offer two or three to choose from"
    if not _OPTIONS.fullmatch(answers):
        return "these answers are not written in GIFT"
    if "~" in marks:
        return ""
    return (
        "pairs can't be matched by telephone" if "->" in marks else "one answer to write; offer wrong ones, too, by ~"
    )


def _true_or_false(truth: re.Match[str], language: str, texts: _Texts) -> list[_Option]:
    """The first feedback is for those who are wrong, the second for those who are right."""
    wrong, right = (texts.plain(truth[each] or "") for each in (2, 3))
    shares = (100, 0) if truth[1] else (0, 100)
    return [
        _Option(words, share, right if share else wrong) for words, share in zip(TRUTH[language], shares, strict=True)
    ]


def _option(mark: str, text: str, texts: _Texts) -> _Option:
    weight = _WEIGHT.match(text)
    share = float(weight[1]) if weight else 100 if mark == "=" else 0
    words, feedback = _split(_WITH_FEEDBACK, text[weight.end() if weight else 0 :])
    return _Option(texts.plain(words), share, texts.plain(feedback))


def _right(options: list[_Option], lost: list[str]) -> tuple[int, ...]:
    whole = tuple(index for index, option in enumerate(options) if option.share == 100)
    part = tuple(index for index, option in enumerate(options) if 0 < option.share < 100)
    if whole and part:
        lost.append("a part of the mark for an answer that is not quite right; by telephone it counts as wrong")
    return whole or part


def _feedback(options: list[_Option], right: tuple[int, ...], lost: list[str]) -> tuple[str, str]:
    """What is said when right and when wrong: by telephone the same for all that is wrong."""
    when_right = options[right[0]].feedback if right else ""
    others = {option.feedback: None for index, option in enumerate(options) if index not in right}
    if len(others) > 1:
        quoted = ", ".join(repr(each) for each in others if each)
        lost.append(f"what is said after one wrong answer and not after another ({quoted}); write one 答错 for all")
    return when_right, "".join(others) if len(others) == 1 else ""


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.match(text)
    return (match[1], match[2] or "") if match else (text, "")


def _without_html(text: str, lost: list[str]) -> str:
    reader = _HtmlText()
    reader.feed(text)
    reader.close()
    lost += [f"a picture or a recording in {_short(text)}"] * reader.media
    return "".join(reader.text)


class _HtmlText(HTMLParser):
    """The text between the tags; what is no text is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.media = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.media += tag in ("img", "audio", "video", "object")
        self.text += [" "] if tag in ("p", "br", "div", "li", "tr", "td") else []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 40 else f"{line[:40]}…")


def _answers(asked: Asked) -> Iterator[str]:
    for index, option in enumerate(asked.options):
        is_right = index in asked.right
        feedback = asked.when_right if is_right else asked.when_wrong
        yield f"\t{'=' if is_right else '~'}{_marked(option)}{f'#{_marked(feedback)}' if feedback else ''}\n"


def _marked(text: str) -> str:
    return f"{'[plain]' if _NEEDS_FORMAT.match(text) else ''}{_escaped(text)}"


def _escaped(text: str) -> str:
    return re.sub(r"[~=#{}:\\]", r"\\\g<0>", text)

"""A quiz as people type it: options with [x], √ or ✓, or Aiken's lines; exactly one of two or three is right.

    ## 报警电话是多少？          What is the number of the police?
    - [x] 110                   A. 110
    - [ ] 114                   B. 114
    > 答对：说得对。              ANSWER: A
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from ivr.studio.markup import read_markup, shown
from ivr.studio.mistakes import Mistake, advice, mistake
from ivr.studio.reading import Wording, read_aloud, sentences
from ivr.studio.rows import Row

FEWEST_OPTIONS, MOST_OPTIONS = 2, 3
MOST_QUESTIONS = 10

_BOX = re.compile(r"\[\s*([xXｘＸ√✓✔]?)\s*\]\s*(.*)")
_TICK = re.compile(r"[√✓✔]\s*(.*)|(.*?)\s*[√✓✔]")
_AIKEN_OPTION = re.compile(r"[A-JＡ-Ｊ]\s*[.．、)）:：]\s*(.+)")
_AIKEN_ANSWER = re.compile(r"(?:ANSWER|答案)\s*[:：]\s*([A-JＡ-Ｊ1-9])\s*[.。]?", re.IGNORECASE)
_FEEDBACK = re.compile(r"(?:(答对|right)|答错|wrong)了?\s*[:：]\s*(.*)", re.IGNORECASE)

_OPTION = {"zh": "{option}，请按{key}。", "en": "For {option}, press {key}."}
_WHEN_RIGHT = {"zh": "答对了，是{option}。", "en": "That is right: {option}."}
_WHEN_WRONG = {"zh": "不对。正确答案是{option}。", "en": "That is not right. The right answer is {option}."}


class Question(Struct, frozen=True):
    """A question as it is shown and as it is said; `right` is the key of the right option."""

    words: str
    options: tuple[str, ...]
    right: str
    ask: tuple[Wording, ...]  # the question, then each option with its key
    when_right: tuple[Wording, ...]
    when_wrong: tuple[Wording, ...]


@dataclass
class _Draft:
    """A question while its lines are being read."""

    line: int
    words: str
    options: list[Row] = field(default_factory=list)
    right: list[int] = field(default_factory=list)  # indices into options
    feedback: dict[bool, Row] = field(default_factory=dict)
    open: bool | None = None  # which feedback the next line goes on with


def read_questions(
    rows: Iterable[Row], language: str, lexicon: Mapping[str, str]
) -> tuple[tuple[Question, ...], tuple[Mistake, ...]]:
    """The questions in a quiz's rows, and what is wrong with them."""
    mistakes: list[Mistake] = []
    drafts = _drafts(rows, mistakes)
    if len(drafts) > MOST_QUESTIONS:
        what = f"there are {len(drafts)} questions"
        mistakes.append(mistake(drafts[MOST_QUESTIONS].line, what, f"Keep {MOST_QUESTIONS} of them."))
    for draft in drafts:
        mistakes += _judge(draft)
    return tuple(_question(draft, language, lexicon, mistakes) for draft in drafts), tuple(mistakes)


def _drafts(rows: Iterable[Row], mistakes: list[Mistake]) -> list[_Draft]:
    drafts: list[_Draft] = []
    for row in rows:
        if row.kind == "question" or (row.kind == "text" and _starts_question(row, drafts)):
            drafts.append(_Draft(row.line, row.text))
        elif not drafts:
            what = "this line belongs to no question"
            mistakes.append(mistake(row.line, what, "Put `## ` and the question above it."))
        else:
            _add(row, drafts[-1], mistakes)
    return drafts


def _starts_question(row: Row, drafts: Sequence[_Draft]) -> bool:
    """A plain line starts one where none is open; after options, only what is no option, answer or feedback."""
    marked = any(form.fullmatch(row.text) for form in (_BOX, _AIKEN_OPTION, _AIKEN_ANSWER, _FEEDBACK))
    return not marked and (not drafts or bool(drafts[-1].options))


def _add(row: Row, draft: _Draft, mistakes: list[Mistake]) -> None:
    if answer := _AIKEN_ANSWER.fullmatch(row.text):
        draft.right.append(_index(answer[1]))
    elif feedback := _FEEDBACK.fullmatch(row.text):
        draft.open = bool(feedback[1])
        draft.feedback[draft.open] = Row(row.line, "quote", feedback[2])
    elif row.kind == "quote" and draft.open is not None:
        so_far = draft.feedback[draft.open]
        draft.feedback[draft.open] = Row(so_far.line, "quote", f"{so_far.text} {row.text}")
    elif row.kind == "quote":
        what = "this is neither 答对： nor 答错："
        mistakes.append(mistake(row.line, what, "Begin it with one of them (Right:, Wrong:)."))
    elif row.kind == "item" and not row.opens:
        draft.options[-1] = Row(draft.options[-1].line, "item", f"{draft.options[-1].text} {row.text}")
    elif row.kind == "item" or _BOX.fullmatch(row.text) or _AIKEN_OPTION.fullmatch(row.text):
        _add_option(row, draft)
    else:
        draft.words = f"{draft.words} {row.text}".strip()


def _add_option(row: Row, draft: _Draft) -> None:
    words, right = row.text, False
    if box := _BOX.fullmatch(words):
        words, right = box[2], bool(box[1])
    elif option := _AIKEN_OPTION.fullmatch(words):
        words = option[1]
    if tick := _TICK.fullmatch(words):
        words, right = tick[1] or tick[2] or "", True
    if right:
        draft.right.append(len(draft.options))
    draft.options.append(Row(row.line, "item", words.strip().rstrip("。.；;，,")))


def _index(answer: str) -> int:
    for letters in ("ABCDEFGHIJ", "ＡＢＣＤＥＦＧＨＩＪ", "123456789"):
        if answer.upper() in letters:
            return letters.index(answer.upper())
    raise AssertionError(answer)


def _judge(draft: _Draft) -> Iterator[Mistake]:
    right = [index for index in draft.right if index < len(draft.options)]
    if not shown(read_markup(draft.words, draft.line)[0]):
        yield mistake(draft.line, "the question has no words", "Write it after `## `.")
    if not FEWEST_OPTIONS <= len(draft.options) <= MOST_OPTIONS:
        what = f"{len(draft.options)} options" if draft.options else "no options"
        yield mistake(draft.line, what, f"A question by phone has {FEWEST_OPTIONS} or {MOST_OPTIONS}.")
    if not right:
        yield mistake(draft.line, "no right option", "Mark one option with [x].")
    if len(right) > 1:
        yield mistake(draft.line, f"{len(right)} right options", "Keep one [x].")
    yield from _judge_options(draft.options)


def _judge_options(options: Sequence[Row]) -> Iterator[Mistake]:
    exact: dict[str, int] = {}
    alike: dict[str, int] = {}
    for option in options:
        sound = re.sub(r"[\W_]+", "", option.text).casefold()
        if not sound:
            yield mistake(option.line, "an option has no words", "Write some, or delete the line.")
        elif option.text in exact:
            yield mistake(option.line, f"the same option as in line {exact[option.text]}", "Write another one.")
        elif sound in alike:
            what = f"this option sounds like the one in line {alike[sound]}"
            yield advice(option.line, what, "Use different words.")
        exact.setdefault(option.text, option.line)
        alike.setdefault(sound, option.line)


def _question(draft: _Draft, language: str, lexicon: Mapping[str, str], mistakes: list[Mistake]) -> Question:
    def say(row: Row) -> tuple[Wording, ...]:
        spans, wrong = read_markup(row.text, row.line)
        mistakes.extend(each for each in wrong if each not in mistakes)
        return tuple(read_aloud(sentence, language, lexicon) for sentence in sentences(spans, language))

    def with_key(index: int, option: Row) -> Row:
        return Row(option.line, "item", _OPTION[language].format(option=option.text, key=index + 1))

    right = draft.right[0] if draft.right and draft.right[0] < len(draft.options) else 0
    answer = draft.options[right].text if draft.options else ""
    default_right = Row(draft.line, "quote", _WHEN_RIGHT[language].format(option=answer))
    default_wrong = Row(draft.line, "quote", _WHEN_WRONG[language].format(option=answer))
    options = [with_key(index, option) for index, option in enumerate(draft.options)]
    return Question(
        words=shown(read_markup(draft.words, draft.line)[0]),
        options=tuple(shown(read_markup(option.text, option.line)[0]) for option in draft.options),
        right=str(right + 1),
        ask=tuple(each for row in (Row(draft.line, "text", draft.words), *options) for each in say(row)),
        when_right=say(draft.feedback.get(True) or default_right),
        when_wrong=say(draft.feedback.get(False) or default_wrong),
    )

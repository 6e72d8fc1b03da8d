"""A quiz as people type it: options with [x], √ or ✓, or Aiken's lines; exactly one of two or three is right.

    ## 报警电话是多少？           报警电话是多少？
    - [x] 110                    A. 110
    - [ ] 114                    B. 114
    > 答对：说得对。               答案：A

Where nothing is to be said after an answer, a sentence with the right option is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from msgspec import Struct

from ivr.catalogue import MOST_QUESTIONS
from ivr.studio.languages import stumbles
from ivr.studio.languages.hanzi import Lexicon
from ivr.studio.markup import read_markup, shown, without_recordings
from ivr.studio.mistakes import Mistake, advice, mistake
from ivr.studio.proofreading import judge_words
from ivr.studio.reading import Wording
from ivr.studio.recording.recorded import read_row
from ivr.studio.rows import Row

FEWEST_OPTIONS, MOST_OPTIONS = 2, 3

BOX = re.compile(r"\[\s*([xXｘＸ√✓✔]?)\s*\]\s*(.*)")
TICK = re.compile(r"[√✓✔]\s*(.*)|(.*?)\s*[√✓✔]")
AIKEN_OPTION = re.compile(r"[A-Ja-jＡ-Ｊ]\s*[.．、)）:：]\s*(.+)")
_AIKEN_ANSWER = re.compile(r"(?:ANSWER|答案)\s*[:：]\s*([A-JＡ-Ｊ1-9])\s*[.。]?", re.IGNORECASE)
FEEDBACK = re.compile(r"(?:(答对|答對|right)|答错|答錯|wrong)了?\s*[:：]\s*(.*)", re.IGNORECASE)

# What the studio says by itself. In a language that it has no words of, it is only the key and the option.
_OPTION = {
    "zh": "{option}，请按{key}。",
    "yue": "{option}，請按{key}。",
    "en": "For {option}, press {key}.",
    "ug": "{option} بولسا، {key} نى بېسىڭ.",
}
_WHEN_RIGHT = {
    "zh": "答对了，是{option}。",
    "yue": "答啱喇，係{option}。",
    "en": "That is right: {option}.",
    "ug": "توغرا: {option}.",
}
_WHEN_WRONG = {
    "zh": "不对。正确答案是{option}。",
    "yue": "唔啱。正確答案係{option}。",
    "en": "That is not right. The right answer is {option}.",
    "ug": "توغرا ئەمەس. توغرا جاۋاب: {option}.",
}


def default_feedback(right: bool, option: str, language: str) -> str:
    """What is said after a right or a wrong answer, where nobody wrote what."""
    return (_WHEN_RIGHT if right else _WHEN_WRONG).get(language, "{option}.").format(option=option)


class Question(Struct, frozen=True):
    """A question as it is shown and as it is said; `right` is the key of the right option."""

    words: str
    options: tuple[str, ...]
    right: str
    ask: tuple[Wording, ...]  # the question, then each option with its key
    starts: tuple[int, ...]  # where in `ask` each option starts
    picks: tuple[tuple[Wording, ...], ...]  # each option alone, without its key
    when_right: tuple[Wording, ...]
    when_wrong: tuple[Wording, ...]

    @property
    def stem(self) -> tuple[Wording, ...]:
        return self.ask[: self.starts[0]]

    @property
    def said_options(self) -> tuple[tuple[Wording, ...], ...]:
        """Each option alone; where a person recorded it with its key, so."""
        with_keys = (self.ask[start:end] for start, end in pairwise((*self.starts, len(self.ask))))
        return tuple(
            said if all(each.recording for each in said) else pick
            for said, pick in zip(with_keys, self.picks, strict=True)
        )


@dataclass
class _Draft:
    """A question while its lines are being read."""

    line: int
    words: str
    options: list[Row] = field(default_factory=list)
    right: list[int] = field(default_factory=list)  # indices into options
    feedback: dict[bool, Row] = field(default_factory=dict)
    open: bool | None = None  # which feedback the next line goes on with

    @property
    def asked(self) -> Row:
        return Row(self.line, "question", self.words)

    @property
    def marked(self) -> list[int]:
        return sorted({index for index in self.right if index < len(self.options)})


def _asked_twice(drafts: Sequence[_Draft]) -> Iterator[Mistake]:
    first: dict[tuple[str, ...], _Draft] = {}
    for draft in drafts:
        same = first.setdefault((draft.words, *(option.text for option in draft.options)), draft)
        if same is not draft:
            yield mistake(draft.line, f"the same question as in line {same.line}", "Delete one of them.")


def read_questions(
    rows: Iterable[Row], language: str, lexicon: Lexicon, speaker: str = ""
) -> tuple[tuple[Question, ...], tuple[Mistake, ...]]:
    """The questions in a quiz's rows, and what is wrong with them; `speaker` is who says them, as "engine:voice"."""
    mistakes: list[Mistake] = []
    drafts = _drafts(rows, mistakes)
    if len(drafts) > MOST_QUESTIONS:
        what = f"there are {len(drafts)} questions"
        mistakes.append(mistake(drafts[MOST_QUESTIONS].line, what, f"Keep {MOST_QUESTIONS} of them."))
    mistakes += _asked_twice(drafts)
    voice = _Voice(language, lexicon, speaker, mistakes)
    for draft in drafts:
        mistakes += _judge(draft, voice)
    return tuple(_question(draft, voice) for draft in drafts), tuple(dict.fromkeys(mistakes))


def _drafts(rows: Iterable[Row], mistakes: list[Mistake]) -> list[_Draft]:
    drafts: list[_Draft] = []
    for row in rows:
        if row.kind == "question" or (row.kind == "text" and _starts_question(row, drafts)):
            drafts.append(_Draft(row.line, row.text))
        elif drafts:
            _add(row, drafts[-1], mistakes)
        elif not mistakes:
            what = "this line belongs to no question"
            mistakes.append(mistake(row.line, what, "Put `## ` and the question above it."))
    return drafts


def _starts_question(row: Row, drafts: Sequence[_Draft]) -> bool:
    """A plain line starts one where none is open; after options, only what is no option, answer or feedback."""
    marked = any(form.fullmatch(row.text) for form in (BOX, AIKEN_OPTION, _AIKEN_ANSWER, FEEDBACK))
    return not marked and (not drafts or bool(drafts[-1].options))


def _add(row: Row, draft: _Draft, mistakes: list[Mistake]) -> None:
    if answer := _AIKEN_ANSWER.fullmatch(row.text):
        draft.right.append(_index(answer[1]))
    elif feedback := FEEDBACK.fullmatch(row.text):
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
    elif row.kind == "item" or BOX.fullmatch(row.text) or AIKEN_OPTION.fullmatch(row.text):
        _add_option(row, draft)
    else:
        draft.words = f"{draft.words} {row.text}".strip()


def _add_option(row: Row, draft: _Draft) -> None:
    words, right = row.text, False
    if box := BOX.fullmatch(words):
        words, right = box[2], bool(box[1])
    elif option := AIKEN_OPTION.fullmatch(words):
        words = option[1]
    if tick := TICK.fullmatch(words):
        words, right = tick[1] or tick[2] or "", True
    if right:
        draft.right.append(len(draft.options))
    draft.options.append(Row(row.line, "item", words.strip().rstrip("。.；;，,")))


def _index(answer: str) -> int:
    for letters in ("ABCDEFGHIJ", "ＡＢＣＤＥＦＧＨＩＪ", "123456789"):
        if answer.upper() in letters:
            return letters.index(answer.upper())
    raise AssertionError(answer)


@dataclass(frozen=True)
class _Voice:
    """How rows are said; mistakes in their marks are added to `mistakes`."""

    language: str
    lexicon: Lexicon
    speaker: str
    mistakes: list[Mistake]

    def say(self, row: Row) -> tuple[Wording, ...]:
        texts = read_row(row, self.language, self.mistakes)
        return tuple(wording for text in texts for wording in text.wordings(self.language, self.lexicon))

    def sound(self, row: Row) -> str:
        """What an ear makes of it."""
        return stumbles.sound([each.text for wording in self.say(row) for each in wording.utterances], self.language)

    def judge(self, row: Row) -> Iterator[Mistake]:
        for wording in self.say(row):
            yield from judge_words(wording, self.language, self.speaker)


def _judge(draft: _Draft, voice: _Voice) -> Iterator[Mistake]:
    if not voice.sound(draft.asked):
        yield mistake(draft.line, "the question has no words", "Write it after `## `.")
    if not FEWEST_OPTIONS <= len(draft.options) <= MOST_OPTIONS:
        what = f"{len(draft.options)} options" if draft.options else "no options"
        yield mistake(draft.line, what, f"A question by phone has {FEWEST_OPTIONS} or {MOST_OPTIONS}.")
    if not draft.marked:
        yield mistake(draft.line, "no right option", "Mark one option with [x].")
    if len(draft.marked) > 1:
        yield mistake(draft.line, f"{len(draft.marked)} right options", "Keep one [x].")
    yield from _judge_options(draft.options, voice)
    for row in (draft.asked, *draft.options, *draft.feedback.values()):
        yield from voice.judge(row)


def _judge_options(options: Sequence[Row], voice: _Voice) -> Iterator[Mistake]:
    shown_in: dict[str, int] = {}
    heard_in: dict[str, int] = {}
    for option in options:
        sound = voice.sound(option)
        if not sound:
            yield mistake(option.line, "an option has no words", "Write some, or delete the line.")
        elif option.text in shown_in:
            yield mistake(option.line, f"the same option as in line {shown_in[option.text]}", "Write another one.")
        elif sound in heard_in:
            what = f"this option sounds like the one in line {heard_in[sound]}"
            yield advice(option.line, what, "Use different words.")
        shown_in.setdefault(option.text, option.line)
        heard_in.setdefault(sound, option.line)


def _question(draft: _Draft, voice: _Voice) -> Question:
    right = draft.marked[0] if draft.marked else 0
    answer = without_recordings(draft.options[right].text) if draft.options else ""
    line = draft.options[right].line if draft.options else draft.line
    keyed = _OPTION.get(voice.language, "{key}: {option}.")
    offered = [
        Row(each.line, "item", keyed.format(option=each.text, key=key)) for key, each in enumerate(draft.options, 1)
    ]

    def feedback(right: bool) -> tuple[Wording, ...]:
        written = voice.say(draft.feedback[right]) if right in draft.feedback else ()
        return written or voice.say(Row(line, "quote", default_feedback(right, answer, voice.language)))

    said = [voice.say(draft.asked), *map(voice.say, offered)]
    return Question(
        words=_shown(draft.asked),
        options=tuple(map(_shown, draft.options)),
        right=str(right + 1),
        ask=tuple(wording for wordings in said for wording in wordings),
        starts=tuple(accumulate(map(len, said)))[:-1],
        picks=tuple(voice.say(Row(each.line, "item", without_recordings(each.text))) for each in draft.options),
        when_right=feedback(True),
        when_wrong=feedback(False),
    )


def _shown(row: Row) -> str:
    return shown(read_markup(row.text, row.line)[0])

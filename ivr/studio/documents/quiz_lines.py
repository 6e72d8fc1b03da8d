"""A quiz as people type it in Word or Notepad becomes questions; a doubtful line is kept where its author sees it.

1. 有人要您转账，怎么办？（B）      ## 报警电话是多少？      2. 陌生人的话可以信。（×）
A. 转账   B. 挂断电话              - **110**
解析：先挂电话。                    - 114
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from ivr.studio.documents.document import Block, without_gap
from ivr.studio.documents.written import TRUTH, Asked, joined, language_of
from ivr.studio.questions import AIKEN_OPTION, BOX, FEEDBACK, TICK

_LETTERS = "A-JＡ-Ｊ"
_SEVERAL = rf"[{_LETTERS}](?:[\s、,，和]*[{_LETTERS}])*"
_ANSWER = re.compile(
    rf"(?:ANSWER|(?:正确|参考|标准)?答案)\s*(?:[:：]|是|为)?\s*({_SEVERAL}|[1-9])\s*[.。]?", re.IGNORECASE
)
_SHEET = re.compile(rf"(?:正确|参考|标准)?答案\s*[:：]?\s*(?:\d{{1,2}}\s*[.．、:：]?\s*[{_LETTERS}]+[\s,，;；、。]*)+")
_ON_SHEET = re.compile(rf"(\d{{1,2}})\s*[.．、:：]?\s*([{_LETTERS}]+)")
_TRUTH_ANSWER = re.compile(r"(?:(?:正确|参考|标准)?答案)\s*[:：]?\s*(?:([√✓✔对]|正确)|[×✗✘错]|错误)\s*[.。]?")
_EXPLAINED = re.compile(r"(?:解析|讲解|说明|解释|explanation)\s*[:：]\s*(.*)", re.IGNORECASE)
_INLINE = re.compile(rf"[（(]\s*({_SEVERAL})\s*[)）]")
_INLINE_TRUTH = re.compile(r"[（(]\s*(?:([√✓✔对])|[×✗✘xXｘＸ错])\s*[)）]\s*[。.]?\s*$")
_NOT_FILLED_IN = re.compile(r"(?<=[。？！?!.])\s*[（(]\s*[)）]\s*[。.]?$")
_LIST_MARK = re.compile(
    r"(?:[-*]\s|[•●·>]|第\s*[一二三四五六七八九十\d]{1,3}\s*题\s*[.．、:：]?"
    r"|\d{1,2}\s*[.．、:：)）](?!\d)|[（(]\d{1,2}[)）])\s*"
)
_NEXT_OPTION = re.compile(r"\s+(?=[√✓✔]?\s*[A-JＡ-Ｊ]\s*[.．、)）:：])")
_DRAWN_BOXES = str.maketrans({**dict.fromkeys("☑🗹🗸✅", "√"), **dict.fromkeys("☐□▢", "")})
_YES, _NO = ("对", "正确", "是"), ("错", "错误", "不对", "不是")


@dataclass
class _Asking:
    """A question while its lines are being read."""

    words: str
    place: str
    options: list[str] = field(default_factory=list)
    right: set[int] = field(default_factory=set)
    bold: set[int] = field(default_factory=set)
    feedback: dict[bool, str] = field(default_factory=dict)
    explained: str = ""
    last: bool | None = None  # the feedback that the next line goes on with


def read_quiz(blocks: Sequence[Block]) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """The questions in a quiz's lines, and what of them can't be heard or belongs to none, with its place."""
    drafts: list[_Asking] = []
    left_out: list[str] = []
    for block, following in _with_following(blocks):
        if _SHEET.fullmatch(block.text):
            _mark_by_sheet(block.text, drafts)
        elif _opens(block, following, drafts):
            drafts.append(_opened(block))
        elif drafts:
            _add(block, drafts[-1])
        else:
            left_out.append(f"{block.place}: the line {block.text!r}, which belongs to no question")
    return tuple(_asked(draft, left_out) for draft in drafts), tuple(left_out)


def _asked(draft: _Asking, left_out: list[str]) -> Asked:
    inline = _INLINE.search(draft.words)
    right = draft.right or (draft.bold if len(draft.bold) < len(draft.options) else set())
    if inline and (not right or right == _indices(inline[1])):
        right = _indices(inline[1])
        draft.words = f"{draft.words[: inline.start()]}（）{draft.words[inline.end() :]}"
    words, had_gap = without_gap(_NOT_FILLED_IN.sub("", draft.words))
    if had_gap:
        left_out.append(
            f"{draft.place}: the gap in {words!r}, which is heard as a silence; better ask with 什么, who, what"
        )
    when_right, when_wrong = (joined(draft.feedback.get(each, ""), draft.explained) for each in (True, False))
    return Asked(words, tuple(draft.options), tuple(sorted(right)), when_right, when_wrong)


def first_question(blocks: Sequence[Block]) -> int | None:
    """Where a quiz without a heading starts: at a judgement, or above the first options that have an answer."""
    lines = [(index, each.text) for index, block in enumerate(blocks) for each in _lines(block)]
    answered = any(_is_answer(text) or _INLINE.search(text) or TICK.fullmatch(text) for _, text in lines)
    for index, text in lines:
        if _INLINE_TRUTH.search(text):
            return index
        if answered and _is_option(text):
            return max(0, index - 1)
    return None


def _is_option(text: str) -> bool:
    return bool(BOX.fullmatch(text) or AIKEN_OPTION.fullmatch(_without_tick(text)))


def _without_tick(text: str) -> str:
    tick = TICK.fullmatch(text)
    return (tick[1] or tick[2] or "").strip() if tick else text


def _belongs_to_question(text: str) -> bool:
    return _is_option(text) or _is_answer(text) or bool(FEEDBACK.fullmatch(text) or _EXPLAINED.fullmatch(text))


def _is_answer(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_ANSWER, _TRUTH_ANSWER, _SHEET))


def _with_following(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block | None]]:
    lines = [line for block in blocks for line in _lines(block)]
    return zip_longest(lines, lines[1:])


def _lines(block: Block) -> list[Block]:
    """A line without the marks of lists and quotes; options that stand side by side in it, each by itself."""
    mark = _LIST_MARK.match(block.text)
    bare = (block.text[mark.end() :] if mark else block.text).translate(_DRAWN_BOXES).strip()
    texts = _NEXT_OPTION.split(bare) if _is_option(bare) else [bare]
    return [_marked(block, mark[0].strip() if mark else block.item, text) for text in texts]


def _marked(block: Block, item: str, text: str) -> Block:
    return Block(text, block.place, block.heading, item, block.depth, block.bold)


def _opens(block: Block, following: Block | None, drafts: Sequence[_Asking]) -> bool:
    """Is it a question's first line? A list's item is one where its options stand inside or below it."""
    if block.heading:
        return True
    if block.item == ">" or _belongs_to_question(block.text):
        return False
    if not drafts or _INLINE_TRUTH.search(block.text):
        return True
    if not block.item:
        return bool(drafts[-1].options)
    if following is None:
        return False
    return following.depth > block.depth or _is_option(following.text) or bool(_TRUTH_ANSWER.fullmatch(following.text))


def _opened(block: Block) -> _Asking:
    """A question; of a judgement all is known at once."""
    if truth := _INLINE_TRUTH.search(block.text):
        words = block.text[: truth.start()].strip()
        return _Asking(words, block.place, list(TRUTH[language_of(words)]), {0 if truth[1] else 1})
    return _Asking(block.text, block.place)


def _mark_by_sheet(text: str, drafts: Sequence[_Asking]) -> None:
    """All the answers in one line, "答案：1. B 2. A"."""
    for number, letters in _ON_SHEET.findall(text):
        for draft in drafts[int(number) - 1 : int(number)]:
            draft.right |= _indices(letters)


def _add(block: Block, draft: _Asking) -> None:
    if answer := _ANSWER.fullmatch(block.text):
        draft.right |= _indices(answer[1])
    elif truth := _TRUTH_ANSWER.fullmatch(block.text):
        draft.options = draft.options or list(TRUTH[language_of(draft.words)])
        draft.right = {index for index, option in enumerate(draft.options) if option in (_YES if truth[1] else _NO)}
    elif feedback := FEEDBACK.fullmatch(block.text):
        draft.last = bool(feedback[1])
        draft.feedback[draft.last] = joined(draft.feedback.get(draft.last, ""), feedback[2])
    elif explained := _EXPLAINED.fullmatch(block.text):
        draft.explained = joined(draft.explained, explained[1])
    elif block.item == ">" and draft.last is not None:
        draft.feedback[draft.last] = joined(draft.feedback[draft.last], block.text)
    elif block.item == ">":
        draft.explained = joined(draft.explained, block.text)
    elif block.item or _is_option(block.text):
        _add_option(block, draft)
    else:
        draft.words = f"{draft.words} {block.text}"


def _add_option(block: Block, draft: _Asking) -> None:
    box = BOX.fullmatch(block.text)
    marked = box[2] if box else block.text
    letter = AIKEN_OPTION.fullmatch(_without_tick(marked))
    if (box and box[1]) or TICK.fullmatch(marked) or (letter and TICK.fullmatch(letter[1])):
        draft.right.add(len(draft.options))
    if block.bold:
        draft.bold.add(len(draft.options))
    draft.options.append(_without_tick(letter[1]) if letter else _without_tick(marked).strip())


def _indices(letters: str) -> set[int]:
    narrow = letters.upper().translate(str.maketrans("ＡＢＣＤＥＦＧＨＩＪ", "ABCDEFGHIJ"))
    return {"ABCDEFGHIJ".index(each) if each in "ABCDEFGHIJ" else int(each) - 1 for each in narrow if each.isalnum()}

"""The lines between the two `---`: every value is read as text first and then understood, or named with its line.

YAML would make 3 of 003, 90 of 1:30 and a date of 2026-11-01; BaseLoader leaves text alone. Keys are Chinese or
English, and a full-width colon counts as a colon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import msgspec
import yaml
from msgspec import Struct

from ivr.studio.engines.engine import Rate
from ivr.studio.languages.hanzi import read_reading
from ivr.studio.languages.tags import tag
from ivr.studio.mastering import PresetName
from ivr.studio.mistakes import Mistake, advice, mistake, nearest


class FrontMatter(Struct, frozen=True):
    """What is said about a lesson before it begins; None or empty where nothing was said."""

    code: str = ""
    title: str = ""
    language: str = ""
    issue: str = ""  # this, `audience` and `hours` are for reports to come: nothing uses them yet
    voice: str = ""  # "engine:voice", or empty: the one from the settings
    rate: Rate | None = None
    preset: PresetName | None = None  # how it is mastered; None: as the settings say
    audience: tuple[str, ...] = ()
    opens: date | None = None
    closes: date | None = None
    hours: float | None = None
    pass_mark: int = 0
    say: Mapping[str, str] = {}
    recording: str = ""  # of the whole lesson


class Entry(Struct, frozen=True):
    """A key of a mapping, its line and its value: text, a list of texts, or a mapping again."""

    line: int
    key: str
    value: str | list[str] | tuple[Entry, ...]


Value = str | list[str] | tuple[Entry, ...]


class _Unclear(Exception):
    """A value that can't be understood; its words say how to write it."""


KEYS = {
    **dict.fromkeys(("课号", "課號", "code"), "code"),
    **dict.fromkeys(("标题", "標題", "title"), "title"),
    **dict.fromkeys(("语言", "語言", "language"), "language"),
    **dict.fromkeys(("期次", "issue"), "issue"),
    **dict.fromkeys(("发音人", "發音人", "voice"), "voice"),
    **dict.fromkeys(("语速", "語速", "rate"), "rate"),
    **dict.fromkeys(("声音", "聲音", "preset"), "preset"),
    **dict.fromkeys(("目标", "目標", "audience"), "audience"),
    **dict.fromkeys(("播出", "window"), "window"),
    **dict.fromkeys(("学时", "學時", "hours"), "hours"),
    **dict.fromkeys(("及格", "pass"), "pass_mark"),
    **dict.fromkeys(("读音", "讀音", "say"), "say"),
    **dict.fromkeys(("录音", "錄音", "recording"), "recording"),
}
_RATES: dict[str, Rate] = {
    **dict.fromkeys(("慢", "slow"), "slow"),
    **dict.fromkeys(("中", "正常", "normal", "medium"), "normal"),
    **dict.fromkeys(("快", "fast"), "fast"),
}
_PRESETS: dict[str, PresetName] = {
    **dict.fromkeys(("普通", "plain"), "plain"),
    **dict.fromkeys(("清晰", "strong"), "strong"),
}
_DATE = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?")
_FULL_WIDTH_COLON = re.compile(r"^(\s*(?:- )?[^\s:：#'\"\[\]{}][^:：#'\"\[\]{}]*|\s*\"[^\"]*\"|\s*'[^']*')：[ \u3000]*")


def read_front_matter(text: str, first_line: int) -> tuple[FrontMatter, Mapping[str, int], tuple[Mistake, ...]]:
    """The values of a block of front matter, the line of each, and what is wrong with them; lines are the file's."""
    mistakes: list[Mistake] = []
    values: dict[str, object] = {}
    seen: dict[str, int] = {}
    for entry in _entries(text, first_line, mistakes):
        field = KEYS.get(entry.key.casefold())
        if field is None:
            mistakes.append(mistake(entry.line, f"the key {entry.key!r} is not known", nearest(entry.key, KEYS)))
        elif field in seen:
            mistakes.append(mistake(entry.line, f"{entry.key} stands in line {seen[field]} already", "Delete one."))
        else:
            seen[field] = entry.line
            values |= _understood(field, entry, mistakes)
    return msgspec.convert(values, FrontMatter), seen, tuple(mistakes)


def _understood(field: str, entry: Entry, mistakes: list[Mistake]) -> dict[str, object]:
    if field in _PONDER:
        mistakes += _PONDER[field](entry)
    try:
        return _UNDERSTAND[field](entry.value)
    except _Unclear as error:
        what = f"{entry.key} can't be understood: {_as_text(entry.value)[:60]!r}"
        mistakes.append(mistake(entry.line, what, str(error)))
        return {}


def _entries(text: str, first_line: int, mistakes: list[Mistake]) -> tuple[Entry, ...]:
    text = "\n".join(_FULL_WIDTH_COLON.sub(r"\1: ", line) for line in text.split("\n"))
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        mistakes.append(mistake(line, "this line can't be read", "Write `key: value`; quote a value with : # or [."))
        return ()
    if not isinstance(root, yaml.MappingNode | None):
        mistakes.append(mistake(first_line, "these are not lines like `标题: 谨防电信诈骗`", "Write `key: value`."))
    if not isinstance(root, yaml.MappingNode):
        return ()
    return tuple(Entry(line, key, _value(value, first_line)) for line, key, value in _pairs(root, first_line))


def _pairs(node: yaml.MappingNode, first_line: int) -> Iterable[tuple[int, str, yaml.Node]]:
    return ((first_line + key.start_mark.line, _text(key), value) for key, value in node.value)


def _text(node: yaml.Node) -> str:
    return node.value.strip() if isinstance(node, yaml.ScalarNode) else ""


def _value(node: yaml.Node, first_line: int) -> Value:
    match node:
        case yaml.MappingNode():
            return tuple(Entry(line, key, _text(value)) for line, key, value in _pairs(node, first_line))
        case yaml.SequenceNode():
            return [_text(item) for item in node.value]
        case _:
            return _text(node)


def _as_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    return "、".join(each if isinstance(each, str) else each.key for each in value)


def _plain(field: str) -> Callable[[Value], dict[str, object]]:
    return lambda value: {field: _as_text(value)}


def _voice(value: Value) -> dict[str, object]:
    known = re.fullmatch(r"[a-z]+:[\w.#-]+", _as_text(value))
    return {"voice": known[0] if known else ""}


def _rate(value: Value) -> dict[str, object]:
    words = _as_text(value).casefold()
    if words in _RATES:
        return {"rate": _RATES[words]}
    if not (number := re.fullmatch(r"(\d{2,3})\s*(?:字每分|字/分钟?)?", words)):
        raise _Unclear("Write 慢, 中 or 快 (slow, normal, fast).")
    return {"rate": "slow" if int(number[1]) < 165 else "normal" if int(number[1]) < 210 else "fast"}


def _preset(value: Value) -> dict[str, object]:
    words = _as_text(value).casefold()
    if words not in _PRESETS:
        raise _Unclear("Write 普通 or 清晰 (plain, strong).")
    return {"preset": _PRESETS[words]}


def _language(value: Value) -> dict[str, object]:
    if not (language := tag(_as_text(value))):
        raise _Unclear("Write zh, yue, en, or the code of another language that eSpeak NG speaks, like ug (Uyghur).")
    return {"language": language}


def _audience(value: Value) -> dict[str, object]:
    groups = re.split("[、，,;；]", _as_text(value))
    return {"audience": [group.strip() for group in groups if group.strip()]}


def _window(value: Value) -> dict[str, object]:
    days = [date(*map(int, each.groups())) for each in _DATE.finditer(_as_text(value)) if _is_day(each)]
    if len(days) != 2 or days[0] > days[1]:
        raise _Unclear("Write the first and the last day like 2026-11-01 至 2026-11-30.")
    return {"opens": days[0], "closes": days[1]}


def _is_day(match: re.Match[str]) -> bool:
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


def _hours(value: Value) -> dict[str, object]:
    words = _as_text(value)
    if words in ("自动", "auto", ""):
        return {}
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", words):
        raise _Unclear("Write 自动 (auto) or a number of hours like 0.5.")
    return {"hours": float(words)}


def _pass_mark(value: Value) -> dict[str, object]:
    if not re.fullmatch(r"\d{1,2}", _as_text(value)):
        raise _Unclear("Write how many right answers are enough, like 2; 0 means not marked.")
    return {"pass_mark": int(_as_text(value))}


def _say(value: Value) -> dict[str, object]:
    if not isinstance(value, tuple):
        raise _Unclear("Write one line for each word below it, like `  六盘水: 陆盘水`.")
    said = {each.key: each.value for each in value if isinstance(each.value, str) and each.value}
    return {"say": {word: read_reading(word, said, 0)[0] for word, said in said.items() if word}}


def _unknown_voice(entry: Entry) -> Iterable[Mistake]:
    if not _voice(entry.value)["voice"]:
        what = f"there is no voice {_as_text(entry.value)!r}; the one from the settings speaks"
        yield advice(entry.line, what, "Delete the line, or write a voice like espeak:cmn.")


def _pinyin(entry: Entry) -> Iterable[Mistake]:
    for each in entry.value if isinstance(entry.value, tuple) else ():
        if isinstance(each.value, str):
            yield from read_reading(each.key, each.value, each.line)[1]


_PONDER: dict[str, Callable[[Entry], Iterable[Mistake]]] = {"voice": _unknown_voice, "say": _pinyin}
_UNDERSTAND: dict[str, Callable[[Value], dict[str, object]]] = {
    **{field: _plain(field) for field in ("code", "title", "issue", "recording")},
    "language": _language,
    "voice": _voice,
    "rate": _rate,
    "preset": _preset,
    "audience": _audience,
    "window": _window,
    "hours": _hours,
    "pass_mark": _pass_mark,
    "say": _say,
}

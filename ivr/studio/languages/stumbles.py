"""What a voice or a listener stumbles over: doubtful readings of hanzi, signs nobody reads, words that sound alike.

Everything here looks at text as voices are told it, with pinyin in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pypinyin import Style, lazy_pinyin
from pypinyin.seg import mmseg

from ivr.studio.engines.abilities import is_too_long, refused
from ivr.studio.engines.engine import plain, pronounced, syllables
from ivr.studio.languages.hanzi import HANZI
from ivr.studio.languages.plain_signs import ADDRESS, in_plain_signs
from ivr.studio.mistakes import Mistake, advice, mistake

# Hanzi that are everyday words of their own in more than one reading, and beside what their usual one is in doubt;
# what a dictionary or the lexicon has as a longer word is not. Contexts, not lists of words: 还 is huán before whom
# one gives something back, 得 a complement's mark except before what one gets.
_CONTEXTS = {
    "行": ("xing2 hang2", "(?<![不也还就才可都])行(?![了吗吧啊不])"),
    "长": ("zhang3 chang2", "长(?![大高胖到满出在])"),
    "重": ("zhong4 chong2", "(?<![很太更最较不越病伤])重(?![的了病物])"),
    "得": ("de5 de2 dei3", "得(?![了过到奖病分票])"),
    "还": ("hai2 huan2", "还(?=[了我你您他她它]|$)"),
    "只": ("zhi3 zhi1", "(?<=[这那每几])只(?![是有要能会])"),
    "着": ("zhe5 zhao2", "^着"),
    "种": ("zhong3 zhong4", "(?<![几数各每这那哪多一二三四五六七八九十两百千])种"),
    "倒": ("dao4 dao3", "倒(?![水茶车进出入在])"),
    "干": ("gan4 gan1", "干(?![活什啥完得])"),
    "数": ("shu4 shu3", "数(?=[一二三几两到着出])"),
    "量": ("liang4 liang2", "量(?=[一了出好完])"),
    "转": ("zhuan3 zhuan4", "转(?=[圈一两三几个着起])"),
    "调": ("diao4 tiao2", "调"),
    "空": ("kong1 kong4", "空(?=[出一着])"),
    "背": ("bei4 bei1", "背(?=[着上起了])"),
    "教": ("jiao4 jiao1", "教"),
    "扎": ("zha1 za1", "扎(?=[好紧住])"),
    "盛": ("sheng4 cheng2", "盛"),
    "缝": ("feng4 feng2", "缝(?=[了好上几])"),
    "闷": ("men4 men1", "闷(?=[着在住上])"),
    "吐": ("tu3 tu4", "吐(?=[了出在]|$)"),
    "中": ("zhong1 zhong4", "中(?=[了过])"),
    "卡": ("ka3 qia3", "卡(?=[在了着到])"),
    "撒": ("sa1 sa3", "撒(?=[上了一些在])"),
}
_DOUBTFUL = {hanzi: (readings, re.compile(context)) for hanzi, (readings, context) in _CONTEXTS.items()}
_LETTERS = rf"(?:(?!{HANZI.pattern})[^\W\d_])+(?:['’-](?:(?!{HANZI.pattern})[^\W\d_])+)*"
_SIGNS = r"[^\w\s，。！？；：、…,.!?;:'\"（）()]"
_UNREAD = {
    "zh": re.compile(rf"{_LETTERS}|{_SIGNS}"),
    "yue": re.compile(_SIGNS),  # its voices read Latin words, as its speakers do
    "en": re.compile(rf"(?:{HANZI.pattern})+|[^\w\s,.!?;:…'’‘\"“”()–—-]"),
}
MOST_DIGITS = 40
_TOO_LONG = re.compile(rf"\d{{{MOST_DIGITS + 1},}}")
_AS_IT_SOUNDS = "Write it as it sounds: {{{}|…}}, or put it under 读音."
_DROPPED = re.compile(f"{ADDRESS}|[\U0001f000-\U0001faff\u2600-\u27bf]+")

# What old ears hear alike on a telephone, which carries little above 3400 Hz: hissing initials (四 and 十), also
# against none (一 and 七); n and l; a nose at the end. Source: studies of Mandarin with age-related hearing loss.
_ALIKE = (
    (re.compile("^[zcs]h?"), "s"),
    (re.compile("^[jqxy]"), "x"),
    (re.compile("^l"), "n"),
    (re.compile("ng$"), "n"),
)


def judge(words: str, texts: Iterable[str], language: str, line: int, voice: str = "") -> Iterator[Mistake]:
    """Advice on a sentence: as it is shown, and as voices are told it. What `voice` would refuse is a mistake."""
    for sign in _DROPPED.findall(in_plain_signs(words)):
        yield advice(line, f"{sign} is not said", "Delete it, or write what is to be said.")
    for number in _TOO_LONG.findall(words):
        what = f"{number[:10]}… is a number of {len(number)} digits"
        yield mistake(line, what, f"Nobody follows more than {MOST_DIGITS}: delete it, or write it in parts.")
    for text in texts:
        unsaid = refused(voice, text)
        yield from _refusals(unsaid, text, voice, line)
        yield from _unread_signs(plain(text), unsaid, language, line)
        if language == "zh":
            yield from _doubtful_readings(text, line)


def sound(texts: Iterable[str], language: str) -> str:
    """What an ear makes of it, over a telephone: the same for texts that are easily taken for one another."""
    if language != "zh":
        return re.sub(r"[\W_]+", "", "".join(map(plain, texts))).casefold()
    return " ".join(_blurred(each) for text in texts for each in _syllables(text))


def _syllables(text: str) -> Iterator[str]:
    """Without tones; words that are no hanzi as they are."""
    for words, pinyin in pronounced(text):
        heard = re.findall("[a-zê]+", pinyin) if pinyin else lazy_pinyin(words)
        yield from filter(None, (re.sub(r"[\W_]+", "", each).casefold() for each in heard))


def _blurred(syllable: str) -> str:
    for pattern, heard in _ALIKE:
        syllable = pattern.sub(heard, syllable)
    return syllable


def _refusals(words: Sequence[str], text: str, voice: str, line: int) -> Iterator[Mistake]:
    for word in words:
        yield mistake(line, f"{voice} can't say {word}", _AS_IT_SOUNDS.format(plain(word)))
    if not words and is_too_long(voice, text):
        what = f"{voice} can't say a sentence of {syllables(text)} syllables in one go"
        yield mistake(line, what, "Make it two.")


def _unread_signs(text: str, refused: Sequence[str], language: str, line: int) -> Iterator[Mistake]:
    """Those that nothing was said about yet."""
    for sign in _UNREAD[language].findall(text) if language in _UNREAD else ():
        if not any(each in sign for each in refused):
            mend = _AS_IT_SOUNDS.format(sign) if language == "zh" else "Write words."
            yield advice(line, f"no rule says how {sign} is read", mend)


def _doubtful_readings(text: str, line: int) -> Iterator[Mistake]:
    """Hanzi of a Mandarin text that the voice may read otherwise than is meant."""
    given: set[int] = set()
    bare = ""
    for words, pinyin in pronounced(text):
        given |= set(range(len(bare), len(bare) + len(words))) if pinyin else set()
        bare += words
    for run in re.finditer(f"(?:{HANZI.pattern})+", bare):
        for at in _alone(run[0]):
            readings, context = _DOUBTFUL[run[0][at]]
            if run.start() + at not in given and context.match(run[0], at):
                yield _doubt(run[0], at, readings.split(), line)


def _alone(run: str) -> Iterator[int]:
    """Where a hanzi that may be doubtful is a word of its own."""
    at = 0
    for word in mmseg.seg.cut(run):
        if word in _DOUBTFUL:
            yield at
        at += len(word)


def _doubt(run: str, at: int, readings: list[str], line: int) -> Mistake:
    said = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True)[at]
    others = " or ".join(f"{{{run[at]}|{each}}}" for each in readings if each != said)
    around = f"{run[max(0, at - 4) : at]}[{run[at]}]{run[at + 1 : at + 5]}"
    return advice(line, f"{run[at]} in {around} will be read {said}", f"If that is wrong, write {others}.")

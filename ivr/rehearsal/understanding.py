"""What a caller understands of the words, in the languages that the line speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.rehearsal.hearing import Passage

_KEY = re.compile("(?:请按|請撳|[Pp]ress )([0-9])")
_SENTENCE = re.compile("[。？！.?!]")
_SAYS = {
    "playing": "现在放课|现在接着放|接着往下听|再放一遍|而家播課|而家接住播|^繼續聽。|再播一次"
    "|Now the lesson|It goes on|Here it is once more",
    "over": "这一课听完了|呢一課聽完|That was the lesson",
    "questions": "现在答题|题和答案|而家答題|答案讀畀|Now the questions|the questions and their answers",
    "answered": "您选的是|我告诉您|你揀嘅係|我話你知|You chose|I will tell you",
    "reminder": "没听到按键|不着急|聽唔到|唔使急|heard no key|no hurry",
    "any_key": "听到您要的，随便按|聽到你要嘅，隨便撳|When you hear what you want, press any key",
    "waiting": "想接着听，随便按|想繼續聽，隨便撳|To go on, press any key",
    "number": "编号|編號|member number",
    "staff": "自己的编号|自己嘅編號|own member number",
    "name": "说您的名字|講你嘅名|say your name",
    "sorry": "线路出了一点问题|條線有啲問題|trouble on the line",
    "goodbye": "再见|再見|oodbye",
}
_WISHES = {
    "somebody_else": "别的人|第個人|omebody else",
    "who": "您是谁|你係邊個|who you are",
    "one_key": "用这个办法|用呢個辦法|o it that way",
    "listen": "要听课|^听课|想聽課|^聽課|To listen,|Listen to a lesson",
    "go_on": "往下听|繼續聽|[Gg]o on",
    "answer": "答题|答題|nswer questions",
    "next": "听下一课|聽下一課|next lesson",
    "ask": "有话要问|有嘢想問|sk something",
    "done": "今天就到这里|今日就到呢度|inish for today",
    "dont_know": "不知道|唔知|not know",
}
_UNDERSTOOD = {name: re.compile(words) for name, words in _SAYS.items()}
_WISHED = {name: re.compile(words) for name, words in _WISHES.items()}


@dataclass(frozen=True, slots=True)
class Offer:
    """A key that was named, for what, and when that had been said."""

    what: str
    key: str
    at_s: float


def says(what: str, words: str) -> bool:
    return _UNDERSTOOD[what].search(words) is not None


def wished(wish: str, words: str) -> bool:
    """Whether these words offer what is wished for."""
    return _WISHED[wish].search(words) is not None


def names_a_key(words: str) -> bool:
    return _KEY.search(words) is not None


def named(heard: Passage) -> Iterator[Offer]:
    """Each key that was named, with the words of its sentence before it."""
    words, since = heard.words, 0
    for key in _KEY.finditer(words):
        what = _SENTENCE.split(words[since : key.start()])[-1]
        yield Offer(what, key[1], heard.time_of(key.end() - 1))
        since = key.end()

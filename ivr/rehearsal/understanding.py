"""What a caller understands of the words, in the languages that the line speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.rehearsal.hearing import Passage

_KEY = re.compile("(?:请按|請撳|[Pp]ress )([0-9])")
_SENTENCE = re.compile("[。？！.?!]")
_SAYS = {
    "playing": "现在开始听课|现在接着听|接着往下听|好，再听一遍|您听过了，再听一遍"
    "|而家開始聽課|而家接住聽|^繼續聽。|好，再聽一次|聽過喇，再聽一次"
    "|Now the lesson|It goes on|Good, once more|Here it is once more",
    "over": "这一课(放|听)完了|呢一課播完|That was the lesson",
    "help": "用电话就能听课|用電話就可以聽課|On this line you can hear lessons",
    "how": "请按左下角的星号键|請撳左下角嘅星號掣|To hear the last words again, press the star",
    "paced": "放慢一点。|放快一点。|放慢啲|放快啲|a little slower|a little faster",
    "waiting": "想接着听，随便按|想繼續聽，隨便撳|To go on, press any key",
    "questions": "现在答题|题和答案|而家答題|題目同答案|Now the questions|the questions and their answers",
    "answered": "您选的是|我告诉您|你揀嘅係|我話你知|You chose|I will tell you",
    "reminder": "没听到按键|不着急|聽唔到|唔使急|heard no key|no hurry",
    "any_key": "听到您要的，随便按|聽到你要嘅，隨便撳|When you hear what you want, press any key",
    "any_key_offered": "换一个办法|換個辦法|there is another way",
    "number": "按您的编号|撳你嘅編號|enter your member number",
    "staff": "自己的编号|自己嘅編號|own member number",
    "pin": "按您的(听课)?密码|撳你嘅聽課密碼|enter your PIN",
    "roll": "现在点名|下一位。|还没有人。|没有这个编号，|人都到了吗|而家點名|仲未有人|冇呢個編號|人到齊未"
    "|Now the roll|Next, please|Nobody is here yet|no such number|Is everybody here",
    "all_here": "人都到了吗|人到齊未|Is everybody here",
    "name": "说您的名字|講你嘅名|say your name",
    "note": "请上门的同志在|請上門嘅同志喺|Visitor, please say",
    "reply": "以后回复|之後回覆|Please reply after",
    "notice": "给您的通知：|畀你嘅通知：|A notice to you:",
    "visit": "今天有人来看您了|今日有人嚟探你|come to see you today",
    "sorry": "线路出了一点问题|條線有啲問題|trouble on the line",
    "goodbye": "再见|再見|oodbye",
}
_WISHES = {
    "somebody_else": "都不是|别的人|都唔係|one of these",
    "who": "您是谁|你係邊個|who you are",
    "one_key": "一样一样念|一樣一樣讀|one by one",
    "listen": "要听课|^听课|想聽課|^聽課|To listen,|Listen to a lesson",
    "go_on": "往下听|繼續聽|[Gg]o on",
    "answer": "答题|答題|nswer questions",
    "next": "听下一课|聽下一課|next lesson",
    "other_lesson": "换一课|換一課|other lesson",
    "ask": "有话要问|有嘢想問|sk something",
    "hear_notice": "给您的通知|畀你嘅通知|notice",
    "done": "今天就到这里|今日就到呢度|inish for today",
    "dont_know": "不知道|唔知|not know",
    "pause": "等一会儿再听|等一陣先聽|ause",
    "pace": "慢一点|快一点|慢啲|快啲|lower|aster",
    "help": "需要帮忙|要幫手|or help|^Help",
    "on_duty": "组长、上门的同志|組長、上門嘅同志|roup leaders",
    "group": "大家一起听|大家一齊聽|isten as a group",
    "visit": "上门看望|上門探望|home visit",
    "visit_lesson": "一起听课|一齊聽課|to a lesson together",
    "visit_talk": "只是看望|淨係探望|talk only",
    "confirm": "^是[，。]|^係[，。]|For yes|^Yes",
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

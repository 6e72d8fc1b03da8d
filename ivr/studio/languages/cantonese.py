"""Written Cantonese as it is said: the rules of Chinese, and what Hong Kong and Guangdong say otherwise. Pure.

    spoken("下晝2:30，買餸$45.5，有事打999")  ->  "下晝兩點半，買餸四十五個半，有事打九九九"

The rules know simplified hanzi; a text that has none of them gets its traditional ones back.
"""

from __future__ import annotations

import re

from ivr.studio.languages.chinese import LATIN, RULES, Match, apply, rule
from ivr.studio.languages.numerals import DIGITS, MARKED, amount, count, dictated, marks
from ivr.studio.languages.plain_signs import in_plain_signs

# The hanzi of the rules that have exactly one traditional form, in pairs.
_PAIRS = (
    "个個两兩点點岁歲号號层層级級楼樓组組时時钟鐘颗顆吨噸亩畝间間户戶辆輛头頭张張条條双雙对對种種类類项項场場声聲针針节節"
    "课課万萬亿億电電话話热熱线線报報拨撥验驗证證码碼编編账賬帐帳单單邮郵学學温溫压壓车車获獲胜勝领領战戰释釋兑兌负負为為约約"
    "过過内內华華东東岛島门門医醫诉訴举舉询詢联聯系係"
)
_SIMPLIFIED = str.maketrans(dict(zip(_PAIRS[1::2], _PAIRS[::2], strict=True)))
_TRADITIONAL = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))

# The digit 1 is 一 also where it is dictated; letters have their English names.
_NAMES = marks(["一", *(f"{letter} " for letter in MARKED[1:])])
_DIALLED = r"(?:拨打|致电|打俾|打去|打|拨|电话|热线|号码|查询)(?:系|为)?[:： ]?"
_CLOCK = r"(?<![\d:：])(?P<hour>\d{1,2})[:：]"


def spoken(text: str) -> str:
    """A text in the words it is said with. What no rule knows is left as it is."""
    text = in_plain_signs(text)
    said = apply(_RULES, text.translate(_SIMPLIFIED)).translate(_NAMES)
    said = re.sub(r"(?<=[A-Z]) (?![A-Za-z])", "", said)
    return said if any(hanzi in text for hanzi in _PAIRS[::2]) else said.translate(_TRADITIONAL)


def digit_by_digit(number: str) -> str:
    """As numbers to dial are dictated."""
    return dictated(number).translate(_NAMES)


def _half_past(found: Match) -> str:
    return f"{count(found['hour'])}点半" if int(found["hour"]) <= 24 else found[0]


def _dollars(found: Match) -> str:
    """$45.5 is 四十五個半, $45.8 四十五個八, $45.85 四十五蚊八毫半, $0.5 五毫."""
    whole, dime, cent = found["whole"].replace(",", ""), found["dime"] or "0", found["cent"] or "0"
    said = count(whole) if whole.strip("0") else ""
    if cent != "0":
        rest = f"{_dimes(dime)}半" if cent == "5" and dime != "0" else f"{_dimes(dime) or '零'}{DIGITS[int(cent)]}仙"
        return f"{said}蚊{rest}" if said else rest.removeprefix("零")
    if dime == "0":
        return f"{said or '零'}蚊"
    return f"{said}个{'半' if dime == '5' else DIGITS[int(dime)]}" if said else _dimes(dime)


def _dimes(dime: str) -> str:
    return f"{count(dime)}毫" if dime != "0" else ""


_MONEY = r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<dime>\d)(?P<cent>\d)?)?(?![\d.])"
_RULES = (
    # numbers to dial: eight digits, 1823 and its like
    rule(
        r"(?<![\d-])(?:\+?852[- ]?)?([2-9]\d{3})[- ](\d{4})(?![\d-])", lambda m: f"{dictated(m[1])}，{dictated(m[2])}"
    ),
    rule(rf"({_DIALLED})([2-9]\d{{3}})(\d{{4}})(?!\d)", lambda m: f"{m[1]}{dictated(m[2])}，{dictated(m[3])}"),
    rule(rf"({_DIALLED})(1\d{{3}})(?!\d|蚊|元|次)", lambda m: m[1] + dictated(m[2])),
    rule(rf"{_CLOCK}30(?!\d|[:：]\d|比)", _half_past),
    rule(rf"(?:HK)?\$\s*{_MONEY}(?!\s*[万亿])(?:蚊|元)?", _dollars),
    rule(rf"(?<![\d.]){_MONEY}\s*蚊", _dollars),
    rule(r"(?:HK)?\$\s*([\d.,]+)\s*([万亿])元?", lambda m: f"{amount(m[1])}{m[2]}蚊"),
    rule(r"(?<![\d.第])2(?=隻|嚿|樽|餐|週|日(?:一|两|三)?次|蚊)", "两"),
    *(each for each in RULES if each is not LATIN),
    rule(r"(?<![A-Za-z])(?!OK)[A-Z]{2,}(?![A-Za-z])", lambda m: dictated(m[0])),
)

"""Numbers in Chinese words: as amounts, with 两 where things are counted, and digit by digit as they are dictated.

What is dictated sounds otherwise in Mandarin (1 is 幺, A is 诶) than in Cantonese. So `dictated` writes marks for the
digit 1 and for letters, which each language turns into its own words at the end: MANDARIN is such a table.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence

DIGITS = "零一二三四五六七八九"
_NAMES = "诶 必 西 弟 衣 艾弗 记 诶曲 爱 杰 开 艾勒 艾姆 恩 欧 皮 扣 阿尔 艾丝 提 优 维 达不溜 艾克斯 歪 贼德"
_MARK = 0xE000  # a private plane: the mark of a sign stands as far from it as the sign from 0
MARKED = "1" + string.ascii_uppercase
# What is counted says 两, what is numbered says 二.
COUNTED = (
    "个|只|位|名|人|次|片|粒|颗|天|周|年(?!级)|小时|分钟|秒|公斤|千克|斤|毫克|微克|克|吨|厘米|毫米|平方|立方|米|公里|"
    "毫升|升|元|块|角|毛|份|条|件|张|本|台|部|套|间|户|家|所|座|辆|棵|头|匹|亩|公顷|倍|遍|趟|顿|餐|杯|碗|瓶|盒|袋|包|"
    "勺|滴|步|句|段|道|种|类|项|批|场|根|支|双|对|副|把|桶|箱|口|声|岁|分|度|万|千|亿|星期|名|夜|针|瓣|节课|多"
)


def marks(names: Sequence[str]) -> Mapping[int, str]:
    """The table that turns marks into names, given for the digit 1 and for A to Z."""
    return {_MARK + ord(sign): name for sign, name in zip(MARKED, names, strict=True)}


MANDARIN = marks(["幺", *_NAMES.split()])


def cardinal(number: int) -> str:
    """A whole number from 0 up to 10^16: 10 is 十, 110 一百一十, 2000 两千, 100010000 一亿零一万."""
    if number == 0:
        return "零"
    said, above = "", False
    for power, unit in ((12, "万亿"), (8, "亿"), (4, "万"), (0, "")):
        group = number // 10**power % 10**4
        if not group:
            continue
        if above and (group < 1000 or said.endswith("零")):
            said += "零"
        said += ("两" if group == 2 and unit else _below_10000(group)) + unit
        above = True
    if said.startswith("二千"):
        return "两" + said[1:]
    return said.removeprefix("一") if said.startswith("一十") else said


def _below_10000(number: int) -> str:
    said = ""
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            said += DIGITS[digit] + unit
        elif said and number % power:
            said += "" if said.endswith("零") else "零"
    return said


def dictated(text: str) -> str:
    """Digits and capital letters as they are dictated, with marks; everything else is left out."""
    return "".join(chr(_MARK + ord(each)) if each in MARKED else digits(each) for each in text)


def digits(text: str) -> str:
    """Digits one by one, as in years; everything else is left out."""
    return "".join(DIGITS[int(each)] for each in text if each.isdecimal())


def amount(text: str) -> str:
    """A number as it stands: thousands separators, decimals, zeros in front."""
    whole, _, part = text.replace(",", "").partition(".")
    said = digits(whole) if (len(whole) > 1 and whole.startswith("0")) or len(whole) > 16 else cardinal(int(whole))
    return f"{said}点{digits(part)}" if part else said


def count(text: str) -> str:
    return "两" if text == "2" else amount(text)


def of_things(text: str, what: str) -> str:
    return count(text) if re.match(COUNTED, what) else amount(text)

"""Signs that stand for others are written as on a keyboard: Ａ is A, ㎡ m2, ℃ °C, ½ 1/2, Ⅱ 2, ① 1. Pure.

Chinese punctuation stays what it is: a full-width comma never parts thousands. A sign for a number is kept apart from
digits around it: 2½ is 2 1/2, 10² is 10^2. Source: Unicode, the compatibility forms (NFKC) and numeric values.
"""

from __future__ import annotations

import re
import unicodedata

# An address of the web: no voice says it. The sentence's own marks behind it are not a part of it.
ADDRESS = r"(?:https?://|(?<![0-9A-Za-z])www\.)[!-~]*[0-9A-Za-z/_=-]"
_FULL_WIDTH_KEPT = "，：；！？（）"
_ODD = re.compile(r"[^\x00-\x7f\u2000-\u2043\u3000-\u301f\u3400-\u9fff\ue000-\uf8ff]")
_REPLACED = {"−": "-", "⁄": "/", "№": "No.", "º": "°", "˚": "°", "™": "™", "℠": "℠"}
_COMPATIBLE = ("Ll", "Lu", "Lo", "Lm", "Nd", "So")  # letters, digits, signs; marks of punctuation stay
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉"
_OF_LISTS = re.compile("[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3251-\u325f\u3280-\u3289\u32b1-\u32bf]")
_FIRST_HANZI = "\u3400"  # 一 is numeric, too
_BREAKS = "，。；：！？、,.;:!?…（("
_UNHEARD = re.compile("[\u200b-\u200f\u20e3\u2060\ufeff\ufe0e\ufe0f\ue031\ue041-\ue05a]")


def in_plain_signs(text: str, after_list_number: str = "、") -> str:
    """A text with letters, digits and signs as on a keyboard, one space for each blank. ① before what it numbers has
    `after_list_number` behind it."""

    def plain(found: re.Match[str]) -> str:
        return _plain(text, found.start(), after_list_number)

    return re.sub(r"\s+", " ", _UNHEARD.sub("", _ODD.sub(plain, text)))


def _plain(text: str, at: int, after_list_number: str) -> str:
    sign = text[at]
    if sign in _REPLACED:
        return _REPLACED[sign]
    if "！" <= sign <= "～":
        return sign if sign in _FULL_WIDTH_KEPT else chr(ord(sign) - 0xFEE0)
    if unicodedata.category(sign) in ("No", "Nl"):
        return _number(sign, text[at - 1 : at] if at else "", text[at + 1 : at + 2], after_list_number)
    return unicodedata.normalize("NFKC", sign) if unicodedata.category(sign) in _COMPATIBLE else sign


def _number(sign: str, before: str, after: str, after_list_number: str) -> str:
    digits = _digits(sign)
    if sign in _LOWERED:
        return digits
    if sign in _RAISED:
        return f"^{digits}" if before.isdecimal() else digits
    if _OF_LISTS.match(sign) and (_OF_LISTS.match(after) or before in f"{_BREAKS} ") and after not in f"号號{_BREAKS}":
        return digits + after_list_number
    return " " * before.isdecimal() + digits + " " * (after.isnumeric() and after < _FIRST_HANZI)


def _digits(sign: str) -> str:
    value = unicodedata.numeric(sign)
    return str(int(value)) if value == int(value) else unicodedata.normalize("NFKC", sign).replace("⁄", "/")

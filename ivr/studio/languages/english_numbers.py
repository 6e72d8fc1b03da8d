"""Numbers in English words, without commas, so that no voice makes a pause in them."""

from __future__ import annotations

import re

_TO_NINE = "zero one two three four five six seven eight nine"
_TO_NINETEEN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TO_NINETY = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = [*_TO_NINE.split(), *_TO_NINETEEN.split()]
_TENS = _TO_NINETY.split()
_GROUPS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS["twelve"] = "twelfth"


def cardinal(number: int) -> str:
    """A whole number from 0 up to 10^15: 342 is three hundred and forty-two."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        return _TENS[number // 10 - 2] + (f"-{_SMALL[number % 10]}" if number % 10 else "")
    size, name = next(each for each in _GROUPS if number >= each[0])
    rest = number % size
    link = " and " if 0 < rest < 100 else " "
    return f"{cardinal(number // size)} {name}" + (f"{link}{cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """21 is twenty-first, 100 one hundredth."""
    *before, last = re.split(r"(?<=[ -])", cardinal(number))
    return "".join(before) + (_ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"))


def year(number: int) -> str:
    """1999 is nineteen ninety-nine, 2005 two thousand and five, 2026 twenty twenty-six, 1905 nineteen oh five."""
    century, rest = divmod(number, 100)
    if century % 10 == 0 and rest < 10:
        return cardinal(number)
    return f"{cardinal(century)} {'hundred' if not rest else f'oh {_SMALL[rest]}' if rest < 10 else cardinal(rest)}"


def digits(text: str) -> str:
    """Digits one by one; everything else is left out."""
    return " ".join(_SMALL[int(each)] for each in text if each.isdecimal())


def amount(text: str) -> str:
    """A number as it stands: thousands separators, decimals; with a zero in front, or too long, digit by digit."""
    whole, _, part = text.replace(",", "").partition(".")
    named = len(whole) > 15 or (len(whole) > 1 and whole.startswith("0"))
    said = digits(whole) if named else cardinal(int(whole or "0"))
    return f"{said} point {digits(part)}" if part else said

"""Written English as it is said: numbers, dates, times, money, units, telephone numbers, abbreviations, signs. Pure.

    spoken("Take 2.5 mg at 9:30, ring 911")  ->  "Take two point five milligrams at nine thirty, ring nine one one"

RULES is a table that is gone through from top to bottom; each leaves words where it found something. What voices say
rightly by themselves stays: words, contractions, the sentence's marks.
"""

from __future__ import annotations

import re

from ivr.studio.languages.chinese import Match, apply, rule
from ivr.studio.languages.english_numbers import amount, cardinal, digits, ordinal, year
from ivr.studio.languages.plain_signs import ADDRESS, in_plain_signs

_CALENDAR = "January February March April May June July August September October November December"
_MONTHS = _CALENDAR.split()
_MONTH = (
    "|".join(f"{name}|{name[:3]}\\." if name == "May" else f"{name}|{name[:3]}\\.?" for name in _MONTHS) + r"|Sept\.?"
)
_UNITS = {
    "mmHg": "millimetre of mercury",
    "mmol/L": "millimole per litre",
    "mg/dL": "milligram per decilitre",
    "km/h": "kilometre per hour",
    "mph": "mile per hour",
    "km2": "square kilometre",
    "m2": "square metre",
    "cm2": "square centimetre",
    "m3": "cubic metre",
    "cm3": "cubic centimetre",
    "cc": "cubic centimetre",
    "kWh": "kilowatt hour",
    "kcal": "kilocalorie",
    "km": "kilometre",
    "cm": "centimetre",
    "mm": "millimetre",
    "kg": "kilogram",
    "mg": "milligram",
    "μg": "microgram",
    "mcg": "microgram",
    "ml": "millilitre",
    "mL": "millilitre",
    "lbs": "pound",
    "lb": "pound",
    "oz": "ounce",
    "ft": "foot",
    "hrs": "hour",
    "hr": "hour",
    "mins": "minute",
    "min": "minute",
    "secs": "second",
    "sec": "second",
    "m": "metre",
    "g": "gram",
    "L": "litre",
    "l": "litre",
    "W": "watt",
    "V": "volt",
}
_CURRENCIES = {"$": "dollar", "US$": "US dollar", "HK$": "Hong Kong dollar", "€": "euro", "£": "pound", "¥": "yuan"}
_CENTS = {"$": "cent", "US$": "cent", "HK$": "cent", "€": "cent", "£": "penny", "¥": "fen"}
_ODD_PLURALS = {
    "foot": "feet",
    "penny": "pence",
    "yuan": "yuan",
    "fen": "fen",
    "millimetre of mercury": "millimetres of mercury",
}
# Names and first words of a sentence that stand before a saint; after any other name, St. is a street.
_BEFORE_SAINT = "In|At|On|The|From|To|Near|Of|And|For|With|By|Our|Visit|See|Ask|Father|Mother|Sister|Brother|Mount|Fort"
_BEFORE_SAINT += "|Port|East"
_ABBREVIATIONS = {
    r"Mr\.": "Mister",
    r"Mrs\.": "Missus",
    r"Ms\.": "Miz",
    r"Dr\.": "Doctor",
    r"Prof\.": "Professor",
    rf"((?!(?:{_BEFORE_SAINT})\s)[A-Z][a-z]+|\d(?:st|nd|rd|th))\s+St\.(?=\s+[A-Z])": r"\1 Street.",
    r"St\.(?=\s[A-Z])": "Saint",
    r"St\.": "Street",
    r"Rd\.": "Road",
    r"e\.g\.": "for example",
    r"i\.e\.": "that is",
    r"etc\.(?=\s+[a-z])": "and so on",
    r"etc\.": "and so on.",
    r"vs?\.(?=\s)": "versus",
    r"approx\.": "about",
    r"[Tt]el\.(?=[\s:]*[+\d(])": "telephone",
    r"[Ee]xt\.(?=\s*\d)": "extension",
    r"[Nn]os?\.(?=\s*\d)": "number",
    r"a\.m\.(?=\s*$)": "am.",
    r"p\.m\.(?=\s*$)": "pm.",
    r"a\.m\.": "am",
    r"p\.m\.": "pm",
}
_WORDS = {"NASA", "AIDS", "COVID", "SARS", "PIN", "SIM", "UNICEF", "OPEC", "NATO", "RAM", "LED", "ZIP", "I", "A", "OK"}
_NUMBER = r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d])"
_TO = r"\s*(?:-|–|—|to)\s*"
_HALF = r"\s*(?P<half>[AaPp][Mm])\b"
_DIALLED = re.compile(
    r"(?i)\b(?:call|dial|ring|phone|telephone|number|hotline|helpline|emergency|text)\b[^.!?;]{0,24}$"
)
_COUNTING = re.compile(rf"\s*(?:-|–|to\b|(?:people|men|women|children|{'|'.join(map(re.escape, _UNITS))}|[a-z]+s)\b)")
_PUNCTUATION = str.maketrans(
    {"，": ", ", "。": ". ", "：": ": ", "；": "; ", "！": "! ", "？": "? ", "（": " (", "）": ") "}
)


def spoken(text: str) -> str:
    """A text in the words it is said with. What no rule knows is left as it is."""
    return re.sub(" +", " ", apply(RULES, in_plain_signs(text, ", ").translate(_PUNCTUATION)))


def digit_by_digit(number: str) -> str:
    """As numbers to dial are dictated."""
    return digits(number)


def _plural(name: str, number: str) -> str:
    if number.replace(",", "") == "1":
        return name
    first, link, rest = name.partition(" per ")
    return _ODD_PLURALS.get(name) or (f"{first}s{link}{rest}" if link else f"{name}s")


def _month(name: str) -> str:
    return next(month for month in _MONTHS if month.startswith(name[:3]))


def _day(month: int, day: int, of_year: str | None) -> str:
    said = f"{_MONTHS[month - 1]} {ordinal(day)}"
    return f"{said}, {year(int(of_year))}" if of_year else said


def _iso_date(found: Match) -> str:
    month, day = int(found[2]), int(found[3])
    return _day(month, day, found[1]) if 1 <= month <= 12 and 1 <= day <= 31 else found[0]


def _slashed_date(found: Match) -> str:
    """24/11/2026 and 11/24/2026 are clear; of 3/4/2026 only the numbers are."""
    first, second = int(found[1]), int(found[2])
    if 12 < first <= 31 and 1 <= second <= 12:
        return _day(second, first, found[3])
    if 12 < second <= 31 and 1 <= first <= 12:
        return _day(first, second, found[3])
    return f"{cardinal(first)}, {cardinal(second)}, {year(int(found[3]))}"


def _month_first(found: Match) -> str:
    of_year = f", {year(int(found['year']))}" if found["year"] else ""
    return f"{_month(found['month'])} {ordinal(int(found['day']))}{of_year}"


def _day_first(found: Match) -> str:
    of_year = f", {year(int(found['year']))}" if found["year"] else ""
    of = "" if found["the"] else "the "
    return f"{of}{found['the'] or ''}{ordinal(int(found['day']))} of {_month(found['month'])}{of_year}"


def _time(found: Match) -> str:
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 24 or minute > 59:
        return f"{amount(found['hour'])} to {amount(found['minute'])}"
    half = f" {_spelled(found['half'].upper())}" if found["half"] else ""
    if not minute:
        return f"{cardinal(hour)}{half or ' o’clock'}"
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}{half}"


def _money(found: Match) -> str:
    currency, number, scale = found["currency"], found["number"], (found["scale"] or "").strip()
    name = _CURRENCIES[currency]
    if scale:
        word = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}.get(scale.lower(), scale)
        return f"{amount(number)} {word} {_plural(name, '2')}"
    whole, _, part = number.partition(".")
    if len(part) != 2:
        return f"{amount(number)} {_plural(name, number)}"
    cents = str(int(part))
    said = [f"{amount(whole)} {_plural(name, whole)}"] if whole.strip("0,") else []
    said += [f"{cardinal(int(cents))} {_plural(_CENTS[currency], cents)}"] if int(cents) else []
    return " and ".join(said) or f"zero {_plural(name, '0')}"


def _unit(found: Match) -> str:
    return f"{_minus(found)}{amount(found['number'])} {_plural(_UNITS[found['unit']], found['number'])}"


def _minus(found: Match) -> str:
    return "minus " if found["minus"] else ""


def _degrees(found: Match) -> str:
    scale = {"C": " Celsius", "F": " Fahrenheit"}.get(found["scale"] or "", "")
    return f"{_minus(found)}{amount(found['number'])} {_plural('degree', found['number'])}{scale}"


def _fraction(found: Match) -> str:
    above, below = (int(found[each][:4]) for each in ("above", "below"))  # of a longer one no name is made
    if not below or below > 100 or above >= below:
        return f"{amount(found['above'])} over {amount(found['below'])}"
    name = {2: "half", 4: "quarter"}.get(below) or ordinal(below)
    part = f"{cardinal(above)} {name if above == 1 else 'halves' if below == 2 else f'{name}s'}"
    if not found["whole"]:
        return part
    return f"{amount(found['whole'])} and {part.replace('one ', 'a ', 1) if above == 1 else part}"


def _telephone(found: Match) -> str:
    return ", ".join(digits(each) for each in re.findall(r"\d+", found[0]))


def _hot_line(found: Match) -> str:
    """112 and its like are dictated where they are dialled, and counted where something is counted."""
    dialled = found[0] == "911" or _DIALLED.search(found.string[max(0, found.start() - 40) : found.start()])
    counted = _COUNTING.match(found.string[found.end() :][:40])
    return digits(found[0]) if dialled and not counted else found[0]


def _spelled(word: str) -> str:
    return " ".join(word)


def _capitals(found: Match) -> str:
    """Letter by letter, unless it is a word, or one of several that are written large."""
    word = found[1]
    before, after = found.string[max(0, found.start() - 40) : found.start()], found.string[found.end() :][:40]
    large = re.search(r"\b[A-Z]{2,}\W+$", before) or re.match(r"\W+[A-Z]{2,}\b", after)
    return found[0] if word in _WORDS or large else f"{_spelled(word)}{found[2] and '’s'}"


def _number(found: Match) -> str:
    """Long numbers without separators are names of something."""
    text = found[0]
    return digits(text) if text.isdigit() and len(text) > 6 and not text.endswith("000") else amount(text)


_UNIT_NAMES = "|".join(re.escape(each) for each in sorted(_UNITS, key=len, reverse=True))
_CURRENCY_NAMES = "|".join(re.escape(each) for each in sorted(_CURRENCIES, key=len, reverse=True))
_YEAR = r"(?:,?\s+(?P<year>[12]\d{3}))?(?![\d,]*\d)"
_NOT_A_DAY = r"\d{1,2} (?![12]\d{3})"  # in March 10 people came

RULES = (
    rule(ADDRESS, ""),
    rule("[\U0001f000-\U0001faff\u2600-\u27bf]", ""),
    *(rule(rf"\b{written}", said) for written, said in _ABBREVIATIONS.items()),
    rule(r"\b24/7\b", "twenty-four seven"),
    # dates
    rule(r"(?<!\d)([12]\d{3})-(\d{1,2})-(\d{1,2})(?!\d)", _iso_date),
    rule(r"(?<![\d/])(\d{1,2})/(\d{1,2})/([12]\d{3})(?!\d)", _slashed_date),
    rule(
        rf"\b([Ii]n|[Ll]ast|[Ee]very|[Ee]arly|[Ll]ate) ({_MONTH})(?= {_NOT_A_DAY})", lambda m: f"{m[1]} {_month(m[2])},"
    ),
    rule(rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}", _month_first),
    rule(
        rf"(?P<the>[Tt]he\s+)?(?<![\d.:,])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b{_YEAR}",
        _day_first,
    ),
    rule(rf"\b({_MONTH}),?\s+([12]\d{{3}})(?!\d)", lambda m: f"{_month(m[1])} {year(int(m[2]))}"),
    rule(
        rf"(?<![\d.,$£€¥])([12]\d{{3}}){_TO}([12]\d{{3}})(?![\d.,]\d)",
        lambda m: f"{year(int(m[1]))} to {year(int(m[2]))}",
    ),
    rule(r"\b([12]\d)([1-9]0)s\b", lambda m: f"{cardinal(int(m[1]))} {cardinal(int(m[2]))[:-1]}ies"),
    rule(
        r"(?i)(?<=\b(?:in) )([12]\d{3})(?!\d|[.,]\d)(?!\s*(?:people|members|ways|places|steps|[a-z]+s\b))",
        lambda m: year(int(m[1])),
    ),
    rule(
        r"(?i)(?:(?<=\bsince )|(?<=\byear )|(?<=\bby )|(?<=\buntil ))([12]\d{3})(?!\d|[.,]\d)",
        lambda m: year(int(m[1])),
    ),
    # numbers to dial
    rule(r"\+\d{1,3}(?:[ -]?\(?\d{1,5}\)?){2,5}(?!\d)", _telephone),
    rule(r"(?<![\d-])(?:1-)?\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\d)", _telephone),
    rule(r"(?<![\d-])(?:1-)?[48]00-\d{3,4}-?\d{3,4}(?!\d)", _telephone),
    rule(r"(?<![\d.-])0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}(?!\d)", _telephone),
    rule(r"(?<![\d-])\d{3}-\d{4}(?!\d)", _telephone),
    rule(r"(?<![\d.,$£€¥-])(?:911|999|112|000|1[012]\d|123\d\d|988)(?![.,]?\d|\s*[%°])", _hot_line),
    # times and ratios
    rule(rf"(?<=\d[:.]\d\d){_TO}(?=\d{{1,2}}[:.]\d\d)", " to "),
    rule(rf"(?<![\d:])(\d{{1,2}}){_TO}(?=\d{{1,2}}(?::\d\d)?\s*[AaPp][Mm]\b)", lambda m: f"{cardinal(int(m[1]))} to "),
    rule(rf"(?<![\d:.])(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?!\d|:)(?:{_HALF})?", _time),
    rule(
        rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?P<minute>){_HALF}",
        lambda m: f"{cardinal(int(m[1]))} {_spelled(m['half'].upper())}",
    ),
    rule(r"(?<![\d:])(\d+):(\d+)(?![\d:])", lambda m: f"{amount(m[1])} to {amount(m[2])}"),
    # signs
    rule(r"#(?=\d)", "number "),
    rule(r"\s*(?:≥|>=)\s*(?=\d)", " at least "),
    rule(r"\s*(?:≤|<=)\s*(?=\d)", " at most "),
    rule(r"\s*>\s*(?=\d)", " more than "),
    rule(r"\s*<\s*(?=\d)", " less than "),
    rule(r"\s*±\s*(?=\d)", " plus or minus "),
    rule(r"(?<![\w])~\s*(?=\d)", "about "),
    rule(r"(?<=\d)\s*[×*x]\s*(?=\d)", " times "),
    rule(r"(?<=\d)\s*\+\s*(?=\d)|(?<=\w)\s\+\s(?=\w)", " plus "),
    rule(r"(?<=\d)\s*=\s*(?=\d)", " equals "),
    rule(r"(?<=\d)\^2(?!\d)", " squared"),
    rule(r"(?<=\d)\^3(?!\d)", " cubed"),
    rule(r"(?<=\d)\^(?=\d)", " to the power of "),
    rule(r"(?<=\d)\+", " or more"),
    rule(r"\s*&\s*", " and "),
    rule(r"\band/or\b", "and or"),
    rule(r"(?<=[a-z])/(?=[a-z])", " or "),
    # measures
    rule(r"(?<![\d/])(\d{2,3})/(\d{2,3})(?=\s*mm\s?Hg)", lambda m: f"{amount(m[1])} over {amount(m[2])}"),
    rule(r"\s*mm ?Hg\b", " millimetres of mercury"),
    rule(
        r"(?i)(?<=pressure )(of |is |above |over |below |under )?(\d{2,3})/(\d{2,3})(?![\d/])",
        lambda m: f"{m[1] or ''}{amount(m[2])} over {amount(m[3])}",
    ),
    rule(
        rf"({_CURRENCY_NAMES})\s*({_NUMBER}){_TO}(?={_NUMBER}|(?:{_CURRENCY_NAMES}))",
        lambda m: f"{amount(m[2])} to {m[1]}",
    ),
    rule(rf"(?:{_CURRENCY_NAMES})(?={_CURRENCY_NAMES})", ""),
    rule(
        rf"(?P<currency>{_CURRENCY_NAMES})\s*(?P<number>{_NUMBER})(?P<scale>[kKmMbB]\b|\s*(?:bn|million|billion|trillion|thousand)\b)?",
        _money,
    ),
    rule(rf"({_NUMBER})%?{_TO}({_NUMBER})\s*%", lambda m: f"{amount(m[1])} to {amount(m[2])} percent"),
    rule(rf"({_NUMBER})\s*%", lambda m: f"{amount(m[1])} percent"),
    rule(rf"({_NUMBER}){_TO}(?={_NUMBER}\s*(?:°|(?:{_UNIT_NAMES})\b))", lambda m: f"{amount(m[1])} to "),
    rule(rf"(?P<minus>(?<![\w.])-)?(?P<number>{_NUMBER})\s*°\s*(?P<scale>[CF]\b)?", _degrees),
    rule(rf"(?P<minus>(?<![\w.])-)?(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT_NAMES})(?![A-Za-z/])", _unit),
    rule(r"(?<![\d/.])(?:(?P<whole>\d+) )?(?P<above>\d+)/(?P<below>\d+)(?![\d/])", _fraction),
    # numbers that order, count, or just stand there
    rule(r"(?<![\d.,])(\d{1,4})(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1]))),
    rule(r"\b([Rr]oom|[Bb]us|[Ff]light|[Pp]age code|[Cc]ode|PIN) (\d{3,})\b", lambda m: f"{m[1]} {digits(m[2])}"),
    rule(rf"({_NUMBER})\s*(?:-|–|—)\s*({_NUMBER})", lambda m: f"{amount(m[1])} to {amount(m[2])}"),
    rule(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])", lambda m: " point ".join(map(amount, m[0].split(".")))),
    rule(rf"(?<![\w.])-(?={_NUMBER})", "minus "),
    rule(r"\b(COVID|[A-Z]+)-(?=\d)", lambda m: f"{m[1]} "),
    rule(r"(?<=[A-Za-z])(?=\d)", " "),
    rule(r"(?<=\d)(?=[A-Za-z])", " "),
    rule(_NUMBER, _number),
    rule(r"\d+", lambda m: digits(m[0])),
    rule(r"\b([A-Z]{2,5})(s?)\b(?![a-z'’])", _capitals),
)

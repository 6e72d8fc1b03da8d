"""Written Chinese as it is said: numbers, dates, times, money, units, telephone numbers, Latin letters, signs. Pure.

    spoken("2月2日9:30，血压140/90mmHg，打120")  ->  "二月二日九点三十分，血压一百四十、九十毫米汞柱，打幺二零"

RULES is a table that is gone through from top to bottom. Each rule leaves hanzi where it found something, so the rules
below never see it: that is why dates stand above ranges (2024-07-18), and telephone numbers above amounts. The Chinese
comma never belongs to a number: 3，5天 are two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ivr.studio.languages.numerals import (
    COUNTED,
    DIGITS,
    MANDARIN,
    amount,
    cardinal,
    count,
    dictated,
    digits,
    of_things,
)
from ivr.studio.languages.plain_signs import ADDRESS, in_plain_signs

Match = re.Match[str]
Rule = tuple[re.Pattern[str], str | Callable[[Match], str]]

_WORDS = {"wifi": "无线网", "wi-fi": "无线网", "app": "应用", "e-mail": "电子邮件", "email": "电子邮件", "ok": "好"}
_UNITS = {
    "mmHg": "毫米汞柱",
    "mmol/L": "毫摩尔每升",
    "μmol/L": "微摩尔每升",
    "umol/L": "微摩尔每升",
    "mg/dL": "毫克每分升",
    "mg/L": "毫克每升",
    "g/L": "克每升",
    "mg/kg": "毫克每公斤",
    "kg/m2": "公斤每平方米",
    "km/h": "公里每小时",
    "m/s": "米每秒",
    "kPa": "千帕",
    "kWh": "千瓦时",
    "kcal": "千卡",
    "km2": "平方公里",
    "cm2": "平方厘米",
    "m2": "平方米",
    "m3": "立方米",
    "mm2": "平方毫米",
    "cm3": "立方厘米",
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "μm": "微米",
    "nm": "纳米",
    "kg": "公斤",
    "mg": "毫克",
    "μg": "微克",
    "ug": "微克",
    "ml": "毫升",
    "mL": "毫升",
    "cc": "毫升",
    "dB": "分贝",
    "Hz": "赫兹",
    "kW": "千瓦",
    "kV": "千伏",
    "GB": "吉字节",
    "MB": "兆字节",
    "min": "分钟",
    "IU": "国际单位",
    "m": "米",
    "g": "克",
    "L": "升",
    "l": "升",
    "h": "小时",
    "s": "秒",
    "W": "瓦",
    "V": "伏",
    "A": "安",
    "t": "吨",
}
_CURRENCIES = {"¥": "元", "￥": "元", "RMB": "元", "CNY": "元", "US$": "美元", "$": "美元", "HK$": "港元", "€": "欧元"}
_CURRENCIES |= {"£": "英镑"}
_POWERS = {"2": "平方", "3": "立方"}
_MEASURED = f"{COUNTED}|月|日|号|级|层|楼|组|班|路|期|点|时|室|百|十|成|元|%|代"
_NUMBER = r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)"
_DEGREES = "(?:°C|°(?![A-Za-z])|度)"
_TO = r"\s*(?:--?|–|—|~|至|到)\s*"
_DIALLED = "拨打|拨通|致电|呼叫|拨|打|电话|热线|急救|报警|火警|求助|投诉|举报|咨询|客服|号码|联系"
_ANSWERED = r"[^，。；！？\d]{0,3}(?:电话|热线|急救|报警|火警|民警|警察|救护)"
_COUNTING = rf"\s*(?:{_MEASURED}|[A-Za-z%‰°/.:：-]|余|来|几)"
_KNOWN = frozenset(re.findall(r"\d+", "12306 12315 12320 12333 12338 12345 12348 12355 12369 12377 12380 12388 95598"))
_NAMED = "尾号|验证码|密码|编号|卡号|账号|帐号|单号|证号|身份证号码|身份证号|身份证|学号|工号|邮编|房号|代码|取件码"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def spoken(text: str) -> str:
    """A text in the words it is said with. What no rule knows is left as it is."""
    return apply(RULES, in_plain_signs(text)).translate(MANDARIN)


def digit_by_digit(number: str) -> str:
    """As numbers to dial are dictated."""
    return dictated(number).translate(MANDARIN)


def apply(rules: Iterable[Rule], text: str) -> str:
    """One rule after the other, each on what those before it left."""
    for pattern, say in rules:
        text = pattern.sub(say, text)
    return text


# ── what the rules say ───────────────────────────────────────────────────────────────────────────────────────────


def _full_date(found: Match) -> str:
    year, month, day = found["year"], int(found["month"]), int(found["day"] or 0)
    if not (1 <= month <= 12 and day <= 31):
        return found[0]
    return f"{digits(year)}年{cardinal(month)}月" + (f"{cardinal(day)}日" if day else "")


def _clock(hour: str, minute: str, second: str | None) -> str:
    said = f"{count(hour.lstrip('0') or '0')}点"
    for value, unit in ((minute, "分"), (second, "秒")):
        if value and (int(value) or second):
            said += ("零" if int(value) < 10 else "") + (cardinal(int(value)) if int(value) else "") + unit
    return said


def _time(found: Match) -> str:
    if int(found["hour"]) > 24 or int(found["minute"]) > 59:
        return f"{amount(found['hour'])}比{amount(found['minute'])}"
    return _clock(found["hour"], found["minute"], found["second"])


def _o_clock(found: Match) -> str:
    minute = found["minute"]
    hour = count(found["hour"]) if found["unit"] == "点" else amount(found["hour"])
    if not minute:
        return hour + found["unit"]
    zero = "零" if minute.startswith("0") and int(minute) else ""
    return hour + found["unit"] + zero + cardinal(int(minute)) + "分"


def _telephone(found: Match) -> str:
    groups = (re.sub(r"\D", "", each) for each in found.groups() if each)
    return "，".join(dictated(each) for each in groups)


def _hot_line(found: Match) -> str:
    """110 and its like are dictated where they are dialled, and counted where something is counted."""
    before = re.split("[。！？；]", found.string[max(0, found.start() - 14) : found.start()])[-1]
    after = found.string[found.end() :][:5]
    dialled = found[0] in _KNOWN or re.search(_DIALLED, before) or re.match(_ANSWERED, after)
    counted = re.search("(?:花|付|交|收|共|约|近|超过|不到)了?$", before) or re.match(_COUNTING, after)
    return dictated(found[0]) if dialled and not counted else found[0]


def _pressure(found: Match) -> str:
    high, low = int(found["high"]), int(found["low"])
    likely = 60 <= high <= 300 and 30 <= low < high
    if not likely or not (found["unit"] or "压" in found.string[max(0, found.start() - 12) : found.start()]):
        return found[0]
    return f"{cardinal(high)}、{cardinal(low)}" + ("毫米汞柱" if found["unit"] else "")


def _share(found: Match) -> str:
    of = {"%": "百分之", "‰": "千分之"}[found["sign"]]
    first = f"{_minus(found['minus'])}{of}{amount(found['first'])}"
    return f"{first}到{of}{amount(found['last'])}" if found["last"] else first


def _minus(sign: str | None) -> str:
    return "负" if sign else ""


def _temperature(found: Match) -> str:
    def degrees(sign: str | None, number: str) -> str:
        return ("零下" if sign else "") + count(number)

    first = degrees(found["minus"], found["first"])
    if found["last"] is None:
        return first + "度"
    return f"{first}到{degrees(found['below'], found['last'])}度"


def _money(found: Match) -> str:
    unit = _CURRENCIES[found["currency"].upper()]
    return count(found["number"]) + (found["scale"] or "") + unit


def _cents(found: Match) -> str:
    whole, dime, cent = found["whole"].replace(",", ""), int(found["dime"]), int(found["cent"])
    said = f"{count(whole)}元" if whole.strip("0") else ""
    if not dime and not cent:
        return said or "零元"
    said += f"{count(str(dime))}角" if dime else "零" if said else ""
    return said + (f"{DIGITS[cent]}分" if cent else "")


def _unit(found: Match) -> str:
    unit = _UNITS[found["unit"]]
    return count(found["number"]) + unit


def _range(found: Match) -> str:
    what = found["what"] or ""
    return f"{of_things(found['first'], what)}到{of_things(found['last'], what)}{what}"


def _fraction(found: Match) -> str:
    whole = f"{amount(found['whole'])}又" if found["whole"] else ""
    return f"{whole}{amount(found['below'])}分之{amount(found['above'])}{_UNITS.get(found['unit'], '')}"


def _chain(found: Match) -> str:
    """Dotted numbers: a version, a paragraph."""
    return "点".join(amount(each) for each in found[0].split("."))


def _last_resort(found: Match) -> str:
    """Long numbers that count nothing are names of something."""
    text, after = found[0], found.string[found.end() :]
    is_name = len(text) > 8 and text.isdigit() and not text.endswith("0000") and not re.match(_MEASURED, after)
    return dictated(text) if is_name else amount(text)


def _latin(found: Match) -> str:
    word = found[0]
    if known := _WORDS.get(word.lower()):
        return known
    return dictated(word) if word.isupper() else word


def rule(pattern: str, say: str | Callable[[Match], str]) -> Rule:
    return re.compile(pattern), say


_UNIT_NAMES = "|".join(re.escape(each) for each in sorted(_UNITS, key=len, reverse=True))
_CURRENCY_NAMES = "|".join(re.escape(each) for each in sorted(_CURRENCIES, key=len, reverse=True))

LATIN = rule(r"[A-Za-z]+(?:-[A-Za-z]+)*", _latin)
RULES: tuple[Rule, ...] = (
    rule(ADDRESS, ""),
    # how it is typed
    rule("〇|(?<=[一二三四五六七八九])○|○(?=[一二三四五六七八九])", "零"),
    rule(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=[\d%]) (?=[\u4e00-\u9fff])", ""),
    rule("(?<=[，。！？；：、]) ", ""),
    rule(r"(?<![A-Za-z])N[oO]\.?\s*(?=\d)", "第"),
    rule("[\U0001f000-\U0001faff\u2600-\u27bf]", ""),
    # names of things that happen to be digits
    rule(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])", lambda m: dictated(m[0].upper())),
    rule(rf"([{_PROVINCES}])([A-Z])[·•]?([A-Z0-9]{{5,6}})(?![A-Z0-9])", lambda m: m[1] + dictated(m[2] + m[3])),
    rule(rf"((?:{_NAMED})(?:\s*[是为:：])?\s*)([0-9A-Za-z]{{2,}})", lambda m: m[1] + dictated(m[2].upper())),
    rule(
        r"(?<![A-Za-z])([GDCZTKY])(\d{1,4})(?=次|列车|号车)",
        lambda m: dictated(m[1]) + (dictated(m[2]) if len(m[2]) > 2 else cardinal(int(m[2]))),
    ),
    rule(r"(?<![\d.])(\d{3,4})(?=号?(?:室|房间|房|病房|病床|教室|办公室|信箱))", lambda m: dictated(m[1])),
    rule(r"(?<![\d.])(\d{3})(?=路(?:公交|车|公共|汽车))", lambda m: dictated(m[1])),
    # dates
    rule(r"(?<!\d)(?P<year>[12]\d{3})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?:日|号)?(?!\d)", _full_date),
    rule(r"(?<!\d)(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])(?P<day>)(?![\d-])", _full_date),
    rule(rf"(?<!\d)([12]\d{{3}})(年?){_TO}([12]\d{{3}})年", lambda m: f"{digits(m[1])}{m[2]}到{digits(m[3])}年"),
    rule(r"(?<!\d)([12]\d{3})(?=年(?![前后後来來间以]|的?[历歷]史))", lambda m: digits(m[1])),
    rule(r"(?<!\d)((?:19|20)(?!00)\d\d)(?=年[前后後来來间以])", lambda m: digits(m[1])),  # a round number is an age
    rule(r"(?<!\d)(\d0)(?=年代)", lambda m: cardinal(int(m[1]))),
    rule(r"(?<![\d.])([5-9]0)(?=后)", lambda m: digits(m[1])),  # people born in those years
    rule(
        rf"(?<![\d.])(\d{{1,2}}){_TO}(\d{{1,2}})(?=月|日|号(?!楼|院|线))", lambda m: f"{amount(m[1])}到{amount(m[2])}"
    ),
    rule(r"(?<![\d.])(\d{1,2})(?=月|日|号)", lambda m: cardinal(int(m[1]))),
    # telephone numbers
    rule(r"(?<![\d-])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)", _telephone),
    rule(r"(?<![\d-])([48]00)[- ]?(\d{3})[- ]?(\d{4})(?!\d)", _telephone),
    rule(r"(?<![\d-])[(（]?(0\d{2,3})[)）]?[- ]?(\d{3,4})[- ]?(\d{4})(?!\d)", _telephone),
    rule(r"(?<![\d.,/-])(?<!\d[:：])(?:1[012]\d|999|1\d{4}|9[56]\d{3,4})(?!\d)", _hot_line),
    # ratios and times
    rule(r"(?<=比分)(\D{0,4})(\d+)[:：](\d+)", lambda m: f"{m[1]}{amount(m[2])}比{amount(m[3])}"),
    rule(
        r"(?<![\d:：])(\d+)[:：](\d+)(?=的?(?:比例|比|稀释|兑|配|获胜|战胜|领先))",
        lambda m: f"{amount(m[1])}比{amount(m[2])}",
    ),
    rule(r"(比例(?:是|为|约)?|按照?|稀释)(\d+)[:：](\d+)", lambda m: f"{m[1]}{amount(m[2])}比{amount(m[3])}"),
    rule(r"(?<=\d[:：]\d\d)\s*[-–—~]\s*(?=\d{1,2}[:：]\d\d)", "到"),
    rule(r"(?<![\d:：])(?P<hour>\d{1,2})[:：](?P<minute>\d\d)(?:[:：](?P<second>\d\d))?(?![\d:：])", _time),
    rule(r"(?<![\d:：])(\d+)[:：](\d+)(?![\d:：])", lambda m: f"{amount(m[1])}比{amount(m[2])}"),
    rule(rf"(?<![\d.])(\d{{1,2}}){_TO}(\d{{1,2}})(?=点)", lambda m: f"{count(m[1])}到{count(m[2])}"),
    rule(r"(?<![\d.])(?P<hour>\d{1,2})(?P<unit>点|时)(?:(?P<minute>[0-5]?\d)分?(?!\d|钟))?", _o_clock),
    rule(r"(?<=[年月日号点时分])\s*[-–—~]\s*(?=[\d一二三四五六七八九十两零])", "到"),
    # measures
    rule(r"(?<![\d/])(?P<high>\d{2,3})/(?P<low>\d{2,3})\s*(?P<unit>mmHg|毫米汞柱)?(?![\d/])", _pressure),
    rule(rf"(?P<minus>(?<![\d%‰])-)?(?P<first>{_NUMBER})[%‰]?(?:{_TO}(?P<last>{_NUMBER}))?\s*(?P<sign>[%‰])", _share),
    rule(r"(?<![\d.])(\d)(?=度(?:烫|烧|冻|房室))", lambda m: amount(m[1])),
    rule(
        rf"(?P<minus>(?<![\d度C])-|零下)?(?P<first>{_NUMBER})\s*{_DEGREES}?"
        rf"(?:{_TO}(?P<below>-|零下)?(?P<last>{_NUMBER}))?\s*{_DEGREES}",
        _temperature,
    ),
    rule(rf"({_NUMBER})\s*°F(?![A-Za-z])", lambda m: f"华氏{amount(m[1])}度"),
    rule(
        rf"(?<![\d/.])(?:(?P<whole>\d+) )?(?P<above>\d+)/(?P<below>\d+)(?![\d/.])"
        rf"(?:\s*(?P<unit>{_UNIT_NAMES})(?![A-Za-z]))?",
        _fraction,
    ),
    rule(r"(?<=\d)\^(\d+)", lambda m: f"的{_POWERS.get(m[1]) or amount(m[1]) + '次方'}"),
    rule(rf"(?P<currency>{_CURRENCY_NAMES})\s*(?P<number>{_NUMBER})(?P<scale>[千万亿]+)?元?", _money),
    rule(r"(?<![\d.])(?P<whole>(?:\d{1,3}(?:,\d{3})+|\d+))\.(?P<dime>\d)(?P<cent>\d)元", _cents),
    rule(rf"(?P<number>{_NUMBER})(?={_TO}{_NUMBER}\s*(?:{_UNIT_NAMES})(?![A-Za-z]))", lambda m: count(m[0])),
    rule(rf"(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT_NAMES})(?![A-Za-z])", _unit),
    rule(r"(?<=[一二三四五六七八九十百千万两零])\s*[-–—~]\s*(?=[一二三四五六七八九十百千万两零])", "到"),
    # signs before numbers
    rule(r"(?:≥|>=)\s*(?=[\d百])", "大于等于"),
    rule(r"(?:≤|<=)\s*(?=[\d百])", "小于等于"),
    rule(r">\s*(?=\S)", "大于"),
    rule(r"<\s*(?=\S)", "小于"),
    rule(r"±\s*(?=\S)", "正负"),
    rule(r"≈\s*(?=\S)", "约等于"),
    rule(r"(?<=[\d\u4e00-\u9fff])\s*[×*]\s*(?=\d)", "乘"),
    rule(r"(?<=[\d\u4e00-\u9fff])\s*\+\s*(?=\d)", "加"),
    rule(r"(?<=[\d\u4e00-\u9fff])\s*=\s*(?=\d)", "等于"),
    rule(r"(?<=[元斤克升米里个次片粒度亩吨])/(?=[\u4e00-\u9fff])", "每"),
    rule(rf"(?<![\d.])(\d+)([米万千块])(\d)(?![\d.]|{_MEASURED})", lambda m: f"{count(m[1])}{m[2]}{amount(m[3])}"),
    rule(r"(?<![\d.])(\d+)米(\d\d)(?![\d.])", lambda m: f"{count(m[1])}米{digits(m[2])}"),
    # numbers that count, order, or just stand there
    rule(rf"(?P<first>{_NUMBER}){_TO}(?P<last>{_NUMBER})(?P<what>{_MEASURED})?", _range),
    rule(r"第(\d+)", lambda m: f"第{amount(m[1])}"),
    rule(rf"(?<![\d.第])2(?={COUNTED})(?!\d)", "两"),
    rule(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])", _chain),
    rule(rf"(?<![\w\d.])-(?={_NUMBER})", "负"),
    rule(_NUMBER, _last_resort),
    rule(r"\d+", lambda m: dictated(m[0])),
    # letters and signs
    LATIN,
    rule('[“”‘’"《》〈〉「」『』【】]', ""),
    rule(r"^\s*[(（]", ""),
    rule(r"\s*[(（]", "，"),
    rule(r"[)）]\s*(?=[，。！？；：、]|$)", ""),
    rule(r"[)）]\s*", "，"),
    rule(r"——|--|—", "，"),
    rule(r"[·•]", ""),
    rule(r"(?<=[，。！？；：、])，+", ""),
)

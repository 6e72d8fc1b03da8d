"""How written Chinese is read: the studio's rules beside wetext and zh-normalization, over the table of readings.

scripts/bench reading [--rounds N] [--wrong NAME]

A text counts as right when it would be heard as the table says; `SAME` is what counts as the same to the ear.
`--wrong` lists what one of them says otherwise. Medians of interleaved rounds; one thread.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import NamedTuple

import wetext
import zh_normalization

from ivr.studio.languages.chinese import spoken

TABLE = Path(__file__).parents[2] / "tests" / "studio" / "readings_zh.tsv"
EXAMPLES = ("3，5天后", "110平方米", "2月2日", "0991-2345678", "血压140/90mmHg")

# What a listener takes the same way, whoever says it which way; in this order.
SAME = (
    (r"[A-Za-z]+", lambda m: spoken(m[0])),  # a synthesizer says letters by itself: left as they are, they are right
    (r"\W", ""),
    ("〇", "零"),
    ("至", "到"),
    ("摄氏度", "度"),
    ("千克", "公斤"),
    ("千米", "公里"),
    ("二(?=[百千万亿])", "两"),
    ("点半", "点三十分"),
    ("负(?=[^负]+度)", "零下"),
    ("度到(?=[^度]+度)", "到"),
    ("每(小时|斤|月)(.+?(?:公里|元))", r"\2每\1"),
    ("零点([^零])([^零])元", r"\1角\2分"),
    ("点零零元", "元"),
    ("点([^零])零?元", r"元\1角"),
    ("点零([^零])元", r"元零\1分"),
)


class Case(NamedTuple):
    kind: str
    text: str
    said: str


class Count(NamedTuple):
    """How many are right, and how many more are with 一 where the table has 幺."""

    right: int
    with_yi: int


def main() -> None:
    readers = _readers()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--wrong", choices=readers)
    asked = parser.parse_args()
    cases = _cases()
    if asked.wrong:
        _print_wrong(cases, readers[asked.wrong])
        return
    _print_counts(cases, readers, _microseconds(cases, readers, asked.rounds))
    _print_examples(readers)


def _readers() -> dict[str, Callable[[str], str]]:
    fst = wetext.Normalizer(lang="zh", operator="tn", full_to_half=True)
    rules = zh_normalization.TextNormalizer()
    return {"the studio": spoken, "wetext": fst.normalize, "zh-normalization": lambda s: "".join(rules.normalize(s))}


def _cases() -> list[Case]:
    cases, kind = [], ""
    for line in TABLE.read_text("utf-8").splitlines()[1:]:
        if line.startswith("# "):
            kind = line[2:]
        else:
            cases.append(Case(kind, *line.split("\t")))
    return cases


def heard(said: str) -> str:
    """What is left of a reading when style is taken away."""
    for pattern, instead in SAME:
        said = re.sub(pattern, instead, said)
    return said


def _count(cases: list[Case], read: Callable[[str], str]) -> Count:
    said = [(heard(each.said), heard(read(each.text))) for each in cases]
    right = sum(expected == got for expected, got in said)
    return Count(right, sum(expected != got == expected.replace("幺", "一") for expected, got in said))


def _microseconds(cases: list[Case], readers: dict[str, Callable[[str], str]], rounds: int) -> dict[str, float]:
    took: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            began = perf_counter_ns()
            for each in cases:
                read(each.text)
            took[name].append((perf_counter_ns() - began) / 1000 / len(cases))
    return {name: median(each) for name, each in took.items()}


def _print_counts(cases: list[Case], readers: dict[str, Callable[[str], str]], took: dict[str, float]) -> None:
    _print_row("right", "of", *(cell for name in readers for cell in (name, "with 一 for 幺")))
    _print_row("---", *["---:"] * (1 + 2 * len(readers)))
    for kind in (*dict.fromkeys(each.kind for each in cases), ""):
        some = [each for each in cases if kind in ("", each.kind)]
        counts = [_count(some, read) for read in readers.values()]
        cells = [cell for count in counts for cell in (count.right, f"+{count.with_yi}" if count.with_yi else "")]
        _print_row(kind or "**all**", len(some), *cells)
    _print_row("microseconds a text", "", *(cell for name in readers for cell in (f"{took[name]:.0f}", "")))


def _print_examples(readers: dict[str, Callable[[str], str]]) -> None:
    print()
    _print_row("written", *readers)
    _print_row(*["---"] * (1 + len(readers)))
    for text in EXAMPLES:
        _print_row(text, *(read(text) for read in readers.values()))


def _print_wrong(cases: list[Case], read: Callable[[str], str]) -> None:
    for each in cases:
        if heard(said := read(each.text)) != heard(each.said):
            print(each.text, each.said, said, sep="\t")


def _print_row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()

"""Two small lessons and the line's prompts, as audio made here: whatever is tested with them needs no voice.

`falls`   3 segments of 12, 10 and 8 s; two questions (right: 2, then 1); slowly, 15, 12.5 and 10 s
`stoves`  2 segments of 8 and 6 s; no questions
Each sentence lasts 2 s, slowly 2.5 s. Its sound is a steady tone, so that slices can be told apart by their lengths.
"""

from __future__ import annotations

import io
import sys
import wave
from functools import cache
from pathlib import Path
from zlib import crc32

from msgspec.structs import replace

from ivr import prompts
from ivr.catalogue import Clip, Lesson, Question, Segment, Sentence
from ivr.dialogue.machine import every_say
from ivr.shelf import Shelf

RATE_HZ = 8000
SENTENCE_MS, SLOW_MS = 2000, 2500
NAMES = ("王秀英", "李大山", "陈德明")


@cache
def tone(length_ms: int, mark: int = 0) -> bytes:
    """A WAV file of a square wave; `mark` makes it another file of the same length."""
    frames = RATE_HZ * length_ms // 1000
    wave_form = (b"\x00\x10" * 8 + b"\x00\xf0" * 8) * (frames // 16 + 1)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(mark.to_bytes(4, "little") + wave_form[4 : 2 * frames])
    return out.getvalue()


def clip(shelf: Shelf, words: str) -> Clip:
    """Words as a clip of a fifth of a second each."""
    length_ms = 200 * len(words)
    mark = crc32(words.encode()) & 0x3FFF_3FFF  # two samples, not too loud
    return Clip(shelf.put_audio(tone(length_ms, mark)), length_ms, words)


def segment(shelf: Shelf, title: str, sentences: tuple[str, ...], mark: int, each_ms: int = SENTENCE_MS) -> Segment:
    length_ms = each_ms * len(sentences)
    spans = tuple(Sentence(words, i * each_ms, (i + 1) * each_ms) for i, words in enumerate(sentences))
    return Segment(title, shelf.put_audio(tone(length_ms, mark)), length_ms, spans)


def question(shelf: Shelf, name: str, words: str, options: tuple[str, ...], right: str) -> Question:
    asked = words + "".join(f"{option}，请按{n}。" for n, option in enumerate(options, 1))
    return Question(
        name,
        clip(shelf, asked),
        clip(shelf, words),
        tuple(clip(shelf, option) for option in options),
        right,
        clip(shelf, f"说得对。{options[int(right) - 1]}。"),
        clip(shelf, f"是这样的：{options[int(right) - 1]}。"),
    )


def falls(shelf: Shelf) -> Lesson:
    sentences = [[f"防跌倒第{s}段第{n}句。" for n in range(1, count + 1)] for s, count in ((1, 6), (2, 5), (3, 4))]
    own, slow = (
        tuple(segment(shelf, f"第{i}段", tuple(each), i, each_ms) for i, each in enumerate(sentences, 1))
        for each_ms in (SENTENCE_MS, SLOW_MS)
    )
    lesson = Lesson(
        slug="falls",
        code="T-1",
        title=clip(shelf, "防跌倒"),
        language="zh",
        voice="made",
        segments=own,
        questions=(
            question(shelf, "q-night", "夜里起床，先做什么？", ("马上走", "先坐一坐", "跑过去"), "2"),
            question(shelf, "q-floor", "地上有水怎么办？", ("马上擦干", "不用管"), "1"),
        ),
        pass_mark=1,
        opens=None,
        closes=None,
        pace="normal",
    )
    return replace(lesson, other_pace=replace(lesson, segments=slow, questions=(), pace="slow"))


def stoves(shelf: Shelf) -> Lesson:
    return Lesson(
        slug="stoves",
        code="T-2",
        title=clip(shelf, "用炉子"),
        language="zh",
        voice="made",
        segments=(
            segment(shelf, "第1段", tuple(f"用炉子第1段第{n}句。" for n in range(1, 5)), 11),
            segment(shelf, "第2段", tuple(f"用炉子第2段第{n}句。" for n in range(1, 4)), 12),
        ),
        questions=(),
        pass_mark=0,
        opens=None,
        closes=None,
    )


def put_lessons(shelf: Shelf) -> tuple[Lesson, Lesson]:
    """Publish both lessons, and every prompt and name; returns the lessons with their editions."""
    for line in map(prompts.load, prompts.LANGUAGES):
        words = {line.words(say.prompt, say.value) for say in every_say(len(NAMES))} | set(NAMES)
        shelf.put_phrases(line.voice, [clip(shelf, each) for each in sorted(words)])
    return publish_lessons(shelf)


def publish_lessons(shelf: Shelf) -> tuple[Lesson, Lesson]:
    """Publish both lessons; returns them with their editions."""
    return shelf.publish(falls(shelf)), shelf.publish(stoves(shelf))


if __name__ == "__main__":
    put_lessons(Shelf(Path(sys.argv[1])))

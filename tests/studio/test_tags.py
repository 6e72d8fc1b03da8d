"""Languages by their names, and those that have no rules here: read as they are written, by eSpeak NG."""

from __future__ import annotations

import importlib.util

import pytest

from ivr.studio.engines import language_of
from ivr.studio.languages.tags import WITHOUT_RULES, tag
from ivr.studio.markup import read_markup, shown
from ivr.studio.reading import read_aloud, sentences
from ivr.studio.script import every_wording, parse

UYGHUR = (
    "---\n标题: يىقىلىش\n语言: 维吾尔语\n---\n# Opening\nياخشىمۇسىز؟ ئاستا مېڭىڭ، 110 غا تېلېفون\nقىلىڭ!\n"
    "# Quiz\n## قايسى توغرا؟\n- [x] مېڭىش\n- [ ] يۈگۈرۈش\n# Closing\nرەھمەت.\n"
)


@pytest.mark.parametrize(
    ("name", "is_tag"),
    [
        ("普通话", "zh"),
        ("zh-CN", "zh"),
        ("cmn", "zh"),
        ("zh_HK", "yue"),
        ("EN", "en"),
        ("en-gb", "en"),
        ("维语", "ug"),
        ("Uyghur", "ug"),
        ("ug", "ug"),
        ("fr-be", "fr"),
        ("qq", None),
        ("", None),
        ("世界语", None),
    ],
)
def test_a_language_has_one_tag(name: str, is_tag: str | None) -> None:
    assert tag(name) == is_tag


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("kokoro:zm_yunxi", "zh"),
        ("kokoro:af_heart", "en"),
        ("espeak:cmn", "zh"),
        ("espeak:yue", "yue"),
        ("espeak:en-us", "en"),
        ("espeak:ug", "ug"),
        ("gtts:zh-CN", "zh"),
        ("sherpa:vctk#12", None),
    ],
)
def test_a_voice_s_name_tells_its_language(voice: str, language: str | None) -> None:
    assert language_of(voice) == language


@pytest.mark.skipif(not importlib.util.find_spec("espeakng_loader"), reason="eSpeak NG is not installed")
def test_espeak_counts_in_each_of_them() -> None:
    from ivr.studio.engines.espeak import Espeak

    espeak = Espeak()
    for each in sorted(WITHOUT_RULES):
        assert espeak.synthesize("1", each, "fast").sound.any()


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("ug", "ياخشىمۇسىز؟ ئاستا مېڭىڭ. «قىلىڭ!» دېدى", ["ياخشىمۇسىز؟", " ئاستا مېڭىڭ.", " «قىلىڭ!»", " دېدى"]),
        ("ur", "آہستہ چلیں۔ شکریہ", ["آہستہ چلیں۔", " شکریہ"]),
        ("hi", "नमस्ते। धन्यवाद॥", ["नमस्ते।", " धन्यवाद॥"]),
        ("am", "ሰላም። አመሰግናለሁ፧", ["ሰላም።", " አመሰግናለሁ፧"]),
        ("ja", "気をつけて。110番。", ["気をつけて。", "110番。"]),
    ],
)
def test_sentences_end_where_the_script_ends_them(language: str, text: str, said: list[str]) -> None:
    assert [shown(each) for each in sentences(read_markup(text, 1)[0], language)] == [each.strip() for each in said]


def test_numbers_are_left_to_the_voice_unless_digit_by_digit() -> None:
    spans = read_markup("110 غا، [[逐位]]12-34 {ABC|ئا بى سى}", 1)[0]
    assert [each.text for each in read_aloud(spans, "ug", {"غا": "غە"}).utterances] == ["110 غە، 1, 2, 3, 4 ئا بى سى"]


def test_a_lesson_in_uyghur_is_right_and_asks_in_uyghur() -> None:
    written, wrong = parse(UYGHUR.encode(), "falls")
    assert (written.language, wrong) == ("ug", ())
    assert [each.words for each in every_wording(written)] == [
        "يىقىلىش",
        "ياخشىمۇسىز؟",
        "ئاستا مېڭىڭ، 110 غا تېلېفون قىلىڭ!",
        "رەھمەت.",
        "قايسى توغرا؟",
        "مېڭىش بولسا، 1 نى بېسىڭ.",
        "يۈگۈرۈش بولسا، 2 نى بېسىڭ.",
        "توغرا: مېڭىش.",
        "توغرا ئەمەس.",
        "توغرا جاۋاب: مېڭىش.",
    ]


def test_in_a_language_without_words_of_ours_the_key_and_the_option_are_said() -> None:
    written, _ = parse(UYGHUR.replace("维吾尔语", "kk").encode(), "falls")
    (asked,) = written.questions
    assert [each.words for each in (*asked.ask[1:], *asked.when_right, *asked.when_wrong)] == [
        "1: مېڭىش.",
        "2: يۈگۈرۈش.",
        "مېڭىش.",
        "مېڭىش.",
    ]

"""What the line says: all of it, in each language, and as it sounds."""

from __future__ import annotations

import io
import re
import wave

import pytest
from flask import Flask

from ivr.dialogue.machine import every_say
from ivr.prompts import load
from tests.web.conftest import Browser

EVERY = {language: load(name) for language, name in (("zh", "zh_CN"), ("yue", "yue"), ("en", "en"))}


def words(html: str) -> list[str]:
    return re.findall(r"<tr><td>(.*?)</td>", html)


def pages(browser: Browser, address: str) -> list[str]:
    """Everything on this page and those after it."""
    found: list[str] = []
    while address:
        page = browser.get(address).text
        found += words(page)
        following = re.search(r'<a href="([^"]*)">后面的', page)
        address = following[1].replace("&amp;", "&") if following else ""
    return found


def test_everything_the_line_says_is_there(app: Flask, browser: Browser) -> None:
    browser.sign_in("chuxin")
    chosen = re.findall(r'<option value="(.*?)"', browser.get("/desk/prompts").text)
    assert chosen[0] == "zh"
    for language in chosen:
        found = pages(browser, f"/desk/prompts?language={language}")
        line = EVERY[language]
        expected = {line.words(s.prompt, s.value) for s in every_say(6) if s.language in ("", line.voice)}
        assert {each.replace("&#39;", "'") for each in found} == expected and len(found) >= len(expected) > 200


@pytest.mark.parametrize(
    ("sought", "found"),
    [("听课电话", ["您好，这里是听课电话。"]), ("没有这句话", []), ("%", []), ("<b>", [])],
)
def test_words_are_looked_for(app: Flask, browser: Browser, sought: str, found: list[str]) -> None:
    browser.sign_in("chuxin")
    page = browser.client.get("/desk/prompts", base_url="https://line.example", query_string={"words": sought})
    assert words(page.text) == found and ("没有这样的话。" in page.text) == (not found) and "<b>" not in page.text


def test_each_is_heard_as_on_a_telephone(app: Flask, browser: Browser) -> None:
    browser.sign_in("chuxin")
    page = browser.get("/desk/prompts?words=请按").text
    sounds = [each.replace("&amp;", "&") for each in re.findall(r'<audio [^>]*src="(.*?)"', page)]
    assert len(sounds) == len(words(page)) > 20
    for address in sounds[:5]:
        answer = browser.get(address)
        assert answer.mimetype == "audio/wav"
        with wave.open(io.BytesIO(answer.data)) as file:
            assert file.getframerate() == 8000 and file.getnframes() > 800
        answer.close()


@pytest.mark.parametrize(
    "address",
    ["zh/nothing.wav", "xx/welcome.wav", "zh/welcome.wav?value=x", "zh/press.wav?value=12345", "zh/..%2fx.wav"],
)
def test_what_the_line_does_not_say_is_not_there(app: Flask, browser: Browser, address: str) -> None:
    browser.sign_in("chuxin")
    assert browser.get(f"/desk/prompts/{address}").status_code == 404


@pytest.mark.parametrize("written", ["-1", "x", "999999", "", "9" * 30])
def test_pages_that_are_not_there_show_those_that_are(app: Flask, browser: Browser, written: str) -> None:
    browser.sign_in("chuxin")
    page = browser.get(f"/desk/prompts?from={written}")
    assert page.status_code == 200 and words(page.text)

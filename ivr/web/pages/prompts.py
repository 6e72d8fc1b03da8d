"""What the line says besides lessons: every sentence, in each language that a call can be in, as callers hear it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, Response, abort, render_template, request, send_file

from ivr.catalogue import Clip
from ivr.dialogue.machine import every_say
from ivr.dialogue.turn import Say
from ivr.errors import DamagedAudio
from ivr.prompts import Prompts
from ivr.records import preferences, roster
from ivr.voicing import spoken, voicing
from ivr.web.desk import Desk

ON_A_PAGE = 40  # more players than that are a burden to an old computer


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence of the line's: the prompt, what fills its blank, its words, and whether there is a file of it."""

    prompt: str
    value: str
    words: str
    is_pressed: bool


def add_to(routes: Blueprint, desk: Desk) -> None:
    voiced = voicing(desk.shelf, desk.settings.line.language)

    @routes.get("/prompts")
    def prompts() -> str:
        lines, people = _lines(desk)
        chosen = request.args.get("language", "")
        line = lines.get(chosen) or next(iter(lines.values()))
        sought = request.args.get("words", "").strip()[:100]
        found = [row for row in rows(line, people) if sought.lower() in row.words.lower()]
        first = min(max(0, request.args.get("from", 0, type=int)), max(0, len(found) - 1)) // ON_A_PAGE * ON_A_PAGE
        return render_template(
            "desk/prompts.html",
            languages=tuple(lines),
            language_heard=line.voice,
            sought=sought,
            found=len(found),
            shown=found[first : first + ON_A_PAGE],
            first=first,
            on_a_page=ON_A_PAGE,
        )

    @routes.get("/prompts/<spoken_in>/<prompt>.wav")
    def prompt_sound(spoken_in: str, prompt: str) -> Response:
        say = Say(prompt, request.args.get("value", ""))
        lines, people = _lines(desk)
        clip = voiced(say, spoken_in) if spoken_in in lines and say in every_say(people) else None
        if not isinstance(clip, Clip):
            abort(404)
        try:
            return send_file(BytesIO(desk.shelf.audio(clip.audio).read_bytes()), "audio/wav")
        except DamagedAudio:
            abort(404)

    def rows(line: Prompts, people: int) -> Iterator[Row]:
        """In the order of the file of prompts."""
        order = {prompt: n for n, prompt in enumerate(line.texts)}
        says = (say for say in every_say(people) if say.language in ("", line.voice))
        for say in sorted(says, key=lambda say: (order[say.prompt], len(say.value), say.value)):
            clip = voiced(say, line.voice)
            words = clip if isinstance(clip, str) else clip.words
            yield Row(say.prompt, say.value, words, isinstance(clip, Clip))


def _lines(desk: Desk) -> tuple[dict[str, Prompts], int]:
    """The languages, and how many people the largest branch has: counts are said up to there."""
    with desk.database.reading() as connection:
        return spoken(desk.settings, preferences.languages(connection)), roster.largest_branch(connection)

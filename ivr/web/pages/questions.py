"""What members asked after the tone, and the replies to them: of the user's own branches. What nobody known asked is
for the county, which sees everybody."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement
from werkzeug import Response as Redirect
from werkzeug.datastructures import FileStorage

from ivr import letters
from ivr.errors import BadEntry, BadRecording, MissingPart, Refused, Unsayable
from ivr.letters import Sent
from ivr.records import deeds
from ivr.records import questions as records
from ivr.records.notices import asks_for
from ivr.records.numbers import masked
from ivr.records.questions import Given, Left
from ivr.reports.member import clock
from ivr.studio.phrases import MOST_SHOWN
from ivr.vocabulary import Vocabulary
from ivr.web.desk import Desk
from ivr.web.presses import Ended, Far, Press, at_once
from ivr.web.saved import saved
from ivr.web.sending import SOUND_BYTES
from ivr.web.sounds import private

LONGEST = 500  # characters: two to three minutes of speech
LONGEST_S, PATIENCE_S = 5 * 60, 60.0  # of a sound that is sent; for reading it
MOST = 200  # questions on the page
MOST_A_DAY = 100  # replies of one user
ROW = "int(max=2147483647)"


def add_to(routes: Blueprint, desk: Desk) -> None:
    say = desk.words.say

    @routes.get("/questions")
    def questions() -> str:
        everything = "all" in request.args
        with desk.database.reading() as connection:
            waiting = records.asked(connection, theirs(), waiting=True)
            asked = records.asked(connection, theirs())[: -MOST - 1 : -1] if everything else waiting[:MOST]
            replies = records.replies_to(connection, [each.id for each in asked])
        return render_template(
            "desk/questions.html",
            asked=[(each, standing(each, {one.id for one in waiting})) for each in asked],
            replies=by_question(replies),
            everything=everything,
            told=[say("questions_count", n=len(waiting)) if waiting else say("questions_none")],
            **shown(),
        )

    @routes.get(f"/questions/<{ROW}:question>")
    def question(question: int) -> str | Response:
        """The question and what was replied; `press` is a reply that is on its way."""
        asked = one(question)
        press = desk.presses.of(g.user.id, f"question {question}", request.args.get("press", ""))
        if press and press.ended is None:
            address = url_for("desk.question", **request.view_args or {}, press=request.args["press"])
            return waiting_page(address, press.far)
        return page(asked, press)

    @routes.post(f"/questions/<{ROW}:question>")
    def replying(question: int) -> Redirect | tuple[str, int]:
        asked = one(question)
        typed = {"words": plain(request.form.get("words", ""))}
        try:
            with desk.database.reading() as connection:
                if deeds.lately(connection, g.user.id, letters.REPLIED, desk.clock()) >= MOST_A_DAY:
                    raise BadEntry("all", "enough_replies", most=MOST_A_DAY)
            sound = checked(asked, request.form, typed["words"], request.files.get("sound"))
            ticket = begun(question, typed, sound)
        except BadEntry as error:
            return page(asked, None, typed, {error.field: say(f"mistake_{error.why}", **error.values)}), 400
        return redirect(url_for("desk.question", question=question, press=ticket), 303)

    @routes.post(f"/questions/<{ROW}:question>/take-back")
    def reply_taken_back(question: int) -> Redirect | tuple[str, int]:
        """As long as nobody has heard it. What it is said with names it: its number may be another's by now."""
        asked, audio = one(question), request.form.get("audio", "")
        with desk.database.writing() as connection:
            if records.take_back(connection, question, audio):
                deeds.did(connection, g.user.id, "reply taken back", str(question), desk.clock())
            stands = audio in {each.audio for each in records.replies_to(connection, [question])}
        if stands:
            return page(asked, None, wrong={"all": say("mistake_reply_heard")}), 409
        return saved("question", question=question, kept="taken_back")

    @routes.get(f"/questions/<{ROW}:question>.wav")
    def question_sound(question: int) -> Response:
        return private(desk, one(question).audio)

    @routes.get(f"/questions/replies/<{ROW}:reply>.wav")
    def reply_sound(reply: int) -> Response:
        with desk.database.reading() as connection:
            audio = records.reply_audio(connection, reply, theirs())
        return private(desk, audio)

    def theirs() -> ColumnElement[bool]:
        return heard_by(desk)

    def one(question: int) -> Left:
        with desk.database.reading() as connection:
            return records.one_asked(connection, question, theirs()) or abort(404)

    def page(
        asked: Left, press: Press | None, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
    ) -> str:
        with desk.database.reading() as connection:
            waiting = records.asked(connection, theirs(), waiting=True)
            replies = records.replies_to(connection, [asked.id])
        ended = press.ended if press else None
        failed = press if press and ended and ended.wrong else None
        return render_template(
            "desk/question.html",
            question=asked,
            stands=standing(asked, {each.id for each in waiting}),
            replies=replies,
            typed=typed or (failed.typed if failed else {"words": ""}),
            wrong=wrong or (ended.wrong if ended else {}),
            done=ended.told if ended else (),
            minutes=LONGEST_S // 60,
            size=SOUND_BYTES >> 20,
            **shown(),
        )

    def shown() -> dict[str, object]:
        return {"moment": moment, "clock": clock, "masked": masked, "several": len(desk.seen_by(g.user)) > 1}

    def moment(when: datetime) -> str:
        return f"{when.astimezone(desk.settings.line.zone):%Y-%m-%d %H:%M}"

    def begun(question: int, typed: Mapping[str, str], sound: Path | None) -> str:
        now, user = desk.clock(), g.user.id
        failed = Ended(wrong={"sound" if sound else "words": say("mistake_not_made")})

        def work() -> Ended:
            try:
                return by_sound(question, sound, user, now) if sound else by_words(question, typed["words"], user, now)
            finally:
                if sound:
                    sound.unlink(missing_ok=True)

        try:
            return desk.presses.begin(user, f"question {question}", typed, at_once(work), failed, now)
        except BadEntry:
            if sound:
                sound.unlink(missing_ok=True)
            raise

    def by_words(question: int, words: str, user: int, now: datetime) -> Ended:
        try:
            sent = letters.reply(desk.database, desk.settings, question, words, now, by=user)
        except Unsayable as error:
            return Ended(wrong={"words": can_t_say(desk.words, error)})
        except MissingPart:
            return Ended(wrong={"words": say("mistake_no_voice")})
        return ready(sent)

    def by_sound(question: int, sound: Path, user: int, now: datetime) -> Ended:
        limits = {"minutes": LONGEST_S // 60}
        try:
            sent = letters.reply_spoken(
                desk.database, desk.settings, question, sound, now, LONGEST_S, PATIENCE_S, by=user
            )
        except Refused as error:
            faults = "".join(say(f"fault_{name}") for name in error.found)
            return Ended(wrong={"sound": say("sound_refused", faults=faults)})
        except BadRecording as error:
            return Ended(wrong={"sound": say(f"sound_{error.why}", **limits)})
        return ready(sent)

    def ready(sent: Sent) -> Ended:
        replaced = [say("reply_replaced")] if sent.replaced else []
        advice = (say(f"sound_advice_{name}") for name in sent.advice_names)
        return Ended((say("reply_ready", name=sent.asker.name), *replaced, *advice))


def heard_by(desk: Desk) -> ColumnElement[bool]:
    """What this user may hear of what was said after the tone."""
    return records.heard_by([place.id for place in desk.seen_by(g.user)])


def standing(asked: Left, waiting: set[int]) -> str:
    """Its state: waits, replied, heard; or spoken, for a reply by telephone that is not here yet."""
    if asked.replies:
        return "reply_heard" if asked.heard == asked.replies else "replied"
    return "waits" if asked.id in waiting else "reply_coming"


def by_question(replies: list[Given]) -> dict[int, list[Given]]:
    found: dict[int, list[Given]] = {}
    for each in replies:
        found.setdefault(each.question, []).append(each)
    return found


def checked(asked: Left, form: Mapping[str, str], words: str, sound: FileStorage | None) -> Path | None:
    """By words or by a sound, as the button says that was pressed: the sound on the disk, None for words.

    Raises BadEntry."""
    sent = sound if sound and sound.filename else None
    if not asked.name:
        raise BadEntry("all", "asker_unknown")
    if form.get("by") == "sound":
        if not sent:
            raise BadEntry("sound", "no_sound")
        return put_aside(sent)
    if not words:
        raise BadEntry("words", "no_reply")
    if len(words) > LONGEST:
        raise BadEntry("words", "too_long", most=LONGEST, written=len(words))
    if word := asks_for(words):
        raise BadEntry("words", "swindling", word=word)
    return None


def put_aside(sent: FileStorage) -> Path:
    """Under a name of ours, which says nothing of what it is. Raises BadEntry."""
    content = sent.stream.read(SOUND_BYTES + 1)
    if len(content) > SOUND_BYTES:
        raise BadEntry("sound", "sound_too_large", size=SOUND_BYTES >> 20)
    opened, name = tempfile.mkstemp(prefix="tingke-", suffix=".sound")
    with os.fdopen(opened, "wb") as file:
        file.write(content)
    return Path(name)


def plain(text: str) -> str:
    """Without what is not to be seen, but with its lines."""
    lines = text.replace("\r\n", "\n").strip()
    return "".join(each for each in lines if each == "\n" or unicodedata.category(each) not in ("Cc", "Cs"))


def can_t_say(words: Vocabulary, wrong: Unsayable) -> str:
    """What the voice would refuse, and what to do about it."""
    if wrong.stretch:
        return words.say("mistake_in_one_breath", beginning=wrong.stretch[:MOST_SHOWN])
    if wrong.words:
        return words.say("mistake_unsayable", words=words.say("between").join(wrong.words))
    return words.say("mistake_nothing_to_say")


def waiting_page(address: str, far: Far | None) -> Response:
    """It asks again by itself, also without JavaScript."""
    response = Response(render_template("desk/pressing.html", address=address, far=far))
    response.headers["Refresh"] = f"2; url={address}"
    return response

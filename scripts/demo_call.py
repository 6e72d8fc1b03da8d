"""The demonstration behind scripts/demo: the real line on a real port, and a simulated member who rings it.

The member's phone is the strict provider of the tests. It lives in virtual time, so a lesson of two minutes is heard
in a second; everything else is as it is with a real provider: signed requests over HTTP, files fetched and decoded.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import waitress
from rich.console import Console

from ivr import calls, config, prompts
from ivr.app import create_app
from ivr.catalogue import Clip, Lesson
from ivr.records import recordings
from ivr.records.numbers import masked
from ivr.rehearsal.provider import Account, Call, Clock, HttpTransport, Provider
from tests.drivers import words_by_audio

HERE = Path(__file__).resolve().parent
LESSON = "first-call"
MEMBERS = HERE / "demo_members.csv"
SECRETARY, BRANCH = "shuji", "初心村党支部"
CALLER, NUMBER = "王秀英", "+8613800000001"
STRANGER = "+8613900000009"  # on no list
DONE, QUESTION = "4", "3"  # that is all for today; there is something to ask
THINKING_S = 8  # how long the member listens before she presses a key
BEFORE = timedelta(minutes=30)  # the virtual call ends before now, so that the record has nothing from the future

say = Console(highlight=False, soft_wrap=True).print


def main() -> None:
    parser = argparse.ArgumentParser(description="One whole call, from the lesson's text to the branch's record.")
    parser.add_argument("--keep", action="store_true", help="leave the line running afterwards")
    parser.add_argument("--port", type=int, default=8080, help="where it runs then (default: 8080)")
    arguments = parser.parse_args()
    end_when_told()
    say("One whole call: a short lesson is spoken on this machine (the first time: a minute or two on two")
    say("processors), a member rings the line and hears it, and the branch's record shows it (a few seconds).")
    data = HERE.parent / "data" / "demo"
    begin_anew(data)
    share_voices(data)
    environment = os.environ | {
        "IVR_DATA": str(data),
        "IVR_DATABASE_URL": f"sqlite:///{data / 'ivr.db'}",
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{arguments.port}",
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }
    ivr(environment, "voices", "fetch", or_go_on="The lesson is read by the voice that is here.")
    ivr(environment, "lesson", "publish", f"audio_lessons/{LESSON}/{LESSON}.lesson.md")
    ivr(environment, "roster", "import", str(MEMBERS.relative_to(HERE.parent)))
    began = datetime.now(UTC) - BEFORE
    settings = config.load(HERE.parent / "config.toml", environment)
    demonstrate(settings, began)
    month = f"{began.astimezone(settings.line.zone):%Y-%m}"
    for kind in ("calls", "member", "branch"):
        ivr(environment, "report", kind, "--month", month)
    what_next(arguments.port, kept=arguments.keep)
    if arguments.keep:
        ivr(environment, "user", "add", SECRETARY, "--branch", BRANCH)
        keep(environment, arguments.port)


def end_when_told() -> None:
    """By Ctrl-C or SIGTERM, with the command that runs. A shell without a terminal lets what it runs in the background
    ignore Ctrl-C; what is caught here is ignored no more, by the line neither."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


def begin_anew(data: Path) -> None:
    """Without the records of an earlier demonstration, nor a word about it where there was none."""
    earlier = list(data.glob("ivr.db*"))
    if earlier:
        say("What an earlier demonstration left, also what was written at the desk, is thrown away.")
    for each in earlier:
        each.unlink()


def share_voices(data: Path) -> None:
    """What the demonstration fetches is there for the line of one's own, whose data folder is the one above."""
    voices = data.parent / "voices"
    voices.mkdir(parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    if not (data / "voices").exists():  # an older demonstration has its own
        (data / "voices").symlink_to(Path("..", "voices"), target_is_directory=True)


def ivr(environment: dict[str, str], *words: str, or_go_on: str = "") -> None:
    """Run an `ivr` command as a person would, and show it; `or_go_on` is said where the story can do without."""
    say(f"\n[bold]$ ivr {' '.join(words)}[/bold]")
    command = [str(Path(sys.executable).with_name("ivr")), *words]
    done = subprocess.run(command, env=environment, cwd=HERE.parent, check=False)
    if done.returncode and not or_go_on:
        sys.exit(done.returncode)
    if done.returncode:
        say(f"[yellow]{or_go_on}[/yellow]")


def demonstrate(settings: config.Settings, began: datetime) -> None:
    """Open the line on a free port, and let the member ring it."""
    clock = Clock(began)
    app = create_app(settings, clock)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    line = app.extensions["line"]
    words = words_by_audio(line.shelf, (CALLER,))
    account = Account(settings.twilio.account_sid, settings.twilio.auth_token)
    transport = HttpTransport(f"127.0.0.1:{server.effective_port}")
    provider = Provider(transport, account, clock=clock, base_url=settings.line.public_url)
    (lesson, *_) = line.shelf.catalogue().lessons

    def rings(number: str, who: str) -> Teller:
        say(f"\n[bold]{who} rings the line from {masked(number)}[/bold]")
        told = Teller(provider.call(number), words, clock.now())
        told.line()
        return told

    listen_and_answer(rings(NUMBER, f"{CALLER} (her phone is simulated, the line is not)"), lesson)
    asked = lesson.questions[0].stem  # her phone has no voice: words of the lesson stand for hers
    ask(rings(NUMBER, f"{CALLER}, with a question,"), asked.length_ms / 1000)
    listen_a_little(rings(STRANGER, "Somebody whom nobody knows"))
    provider.finish()
    fetch(line, asked)
    line.database.close()
    for call in provider.calls.values():
        if call.errors or not call.ended:
            sys.exit(f"A call went wrong: {call.errors}")


class Teller:
    """Prints what the line says, as the caller hears it."""

    def __init__(self, call: Call, words: dict[str, list[tuple[int, str]]], began: datetime) -> None:
        self.call, self.words, self.began, self.told = call, words, began, 0
        self.last = ""  # what was said last

    def line(self) -> None:
        for sent in self.call.documents[self.told :]:
            at = int((sent.sent - self.began).total_seconds())
            names = re.findall(r"/audio/([0-9a-f]{64})", sent.body.decode())
            self.last = " ".join("".join(words for _, words in self.words[name]) for name in names)
            say(f"  {at // 60:02}:{at % 60:02}  [cyan]line[/cyan]    {self.last}")
        self.told = len(self.call.documents)

    def press(self, key: str) -> None:
        say(f"         [green]caller[/green]  presses {key}")
        self.call.press(key, after=THINKING_S)
        self.line()

    def listen(self) -> None:
        self.call.listen()
        self.line()


def listen_and_answer(told: Teller, lesson: Lesson) -> None:
    """Press 1, hear it all, press 2, answer; the first answer is a wrong one, so that question comes once more."""
    over = prompts.load("zh_CN").words("lesson_over")
    told.press("1")
    while over not in told.last and not told.call.ended:
        told.listen()
    told.press("2")
    first, *others = lesson.questions
    wrong = next(key for key in first.keys if key != first.right)
    for key in (wrong, first.right, *(question.right for question in others), first.right, DONE):
        told.press(key)
    while not told.call.ended:
        told.call.listen()


def ask(told: Teller, seconds: float) -> None:
    """Leave a question for the secretary."""
    told.press(QUESTION)
    say(f"         [green]caller[/green]  speaks for {seconds:.0f} seconds, and hangs up")
    told.call.speak(seconds, "hang up")


def listen_a_little(told: Teller) -> None:
    """Whoever is not known may listen, too; the call waits until the secretary says whose it was."""
    told.press("1")
    told.listen()
    told.call.hang_up(after=THINKING_S)


def fetch(line: calls.Line, said: Clip) -> None:
    """What she said would be fetched from the provider."""
    with line.database.writing() as connection:
        for recording in recordings.unfinished(connection):
            recordings.kept(connection, recording, said.audio, said.length_ms, line.clock())
            recordings.forgotten(connection, recording)


def what_next(port: int, *, kept: bool) -> None:
    line = f"IVR_DATA=data/demo IVR_PUBLIC_URL=http://127.0.0.1:{port}"
    say(f"\n[bold]What next?[/bold]  (each with {line} before it)")
    say("  .venv/bin/ivr phone --from 13800000001     ring the line yourself, in this terminal")
    say("  .venv/bin/ivr report calls                 every call, and how it ended")
    say("  .venv/bin/ivr lesson publish audio_lessons/*/*.lesson.md    the other lessons (some minutes)")
    say("  .venv/bin/ivr lesson check FILE            begin a lesson of your own; README.md shows the format")
    if not kept:
        say("  ./scripts/demo --keep                      the same from the beginning, and leave the line running")
        return
    say("Once the line is closed, this opens it again, with all that was written down (./scripts/demo begins anew):")
    say(f"  {line} .venv/bin/ivr serve --port {port}")


def keep(environment: dict[str, str], port: int) -> None:
    """The line as `ivr serve` opens it, until Ctrl-C."""
    say(f"\n[bold]The secretary's page[/bold]: open http://127.0.0.1:{port}/desk/ in a browser of this machine.")
    say(f"  The user name is {SECRETARY}; the password stands above.")
    say("  Under 更多 a voice question waits for a reply, and a call for whoever knows whose it was.")
    say("\nThe line stays open. A provider would reach it with these:")
    for name in ("IVR_DATA", "IVR_PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        say(f"  export {name}={environment[name]}")
    say(f"  curl http://127.0.0.1:{port}/healthz      is it well?")
    say("Ctrl-C closes it.\n")
    command = str(Path(sys.executable).with_name("ivr"))
    os.chdir(HERE.parent)
    os.execve(command, [command, "serve", "--port", str(port)], environment)


if __name__ == "__main__":
    main()

"""What is ours to have right: the settings, the database, lessons, prompts and voices, who may use the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from ivr import prompts as texts
from ivr import vocabulary
from ivr.config import Settings
from ivr.dialogue.machine import every_say
from ivr.doctor.finding import Finding
from ivr.errors import DamagedAudio, IvrError
from ivr.records import users
from ivr.records.db import Database, newest_revision
from ivr.records.models import Member
from ivr.reports.lrs import LOOPBACK
from ivr.shelf import Shelf


def settings(of: Settings, _: datetime) -> Iterator[Finding]:
    """They were read to get here; a file of words is read only now."""
    try:
        vocabulary.load(of.desk.words)
    except IvrError as error:
        yield Finding("settings", "missing", str(error), "Mend [desk] words in config.toml.")
        return
    yield Finding("settings", "well", f"the data are in {of.data}")


def address(of: Settings, _: datetime) -> Iterator[Finding]:
    parts = urlsplit(of.line.public_url)
    if parts.scheme == "https":
        yield Finding("address", "well", of.line.public_url)
    elif parts.hostname in LOOPBACK:
        mend = "Set IVR_PUBLIC_URL to the https address that the provider reaches; for trying out here this will do."
        yield Finding("address", "note", f"{of.line.public_url} is this machine alone", mend)
    else:
        mend = "Put a web server with a certificate before the line, and write https:// in IVR_PUBLIC_URL."
        yield Finding("address", "missing", f"{of.line.public_url} is not https: passwords would be read", mend)


def provider(of: Settings, _: datetime) -> Iterator[Finding]:
    if lacking := of.twilio.lacking:
        mend = "The provider's console shows them; put them into the environment. `ivr phone` works without."
        yield Finding("provider", "missing", f"{' and '.join(lacking)} not set: no calls can come in", mend)
    else:
        yield Finding("provider", "well", f"calls are known by the account {of.twilio.account_sid[:6]}…")


def database(of: Settings, _: datetime) -> Iterator[Finding]:
    """Opened without being brought up to date: that is for whoever starts the line."""
    if _is_new(of):
        yield Finding("database", "note", "there is none yet", "`ivr roster import` or `ivr serve` makes it.")
        return
    opened = Database(of.database)
    try:
        with opened.reading() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
            if now != (head := newest_revision()):
                mend = "Any other ivr command brings it up to date; make a copy first."
                yield Finding("database", "note", f"its tables are of {now or 'nothing'}, not {head}", mend)
                return
            members = connection.execute(select(func.count()).select_from(Member)).scalar_one()
    except SQLAlchemyError as error:
        told = str(getattr(error, "orig", error)).splitlines()[0]
        yield Finding("database", "missing", f"can't be opened: {told}", "Check IVR_DATABASE_URL and that it runs.")
        return
    finally:
        opened.close()
    yield Finding("database", "well", f"{_size(of)}at head {head}, {members} members")
    if not members:
        yield Finding("database", "note", "nobody is enrolled", "`ivr roster import members.xlsx`")


def _is_new(of: Settings) -> bool:
    path = _sqlite(of)
    return path is not None and not path.exists()


def _sqlite(of: Settings) -> Path | None:
    name = of.database.removeprefix("sqlite:///")
    return Path(name) if name != of.database and name else None


def _size(of: Settings) -> str:
    path = _sqlite(of)
    return f"{path.stat().st_size / 1e6:.1f} MB, " if path else ""


def desk(of: Settings, _: datetime) -> Iterator[Finding]:
    if _is_new(of):
        return
    opened = Database(of.database)
    try:
        with opened.reading() as connection:
            known = users.listed(connection)
    finally:
        opened.close()
    told = f"{len(known)} users" if known else "nobody may use it yet"
    mend = "" if known else "`ivr user add NAME --county`, or --township T, or --branch B"
    yield Finding("desk", "well" if known else "note", told, mend)


def lessons(of: Settings, _: datetime) -> Iterator[Finding]:
    """Each piece is read and decoded."""
    shelf = Shelf(of.data)
    try:
        on_offer = shelf.catalogue().lessons
    except DamagedAudio as error:
        yield Finding("lessons", "missing", str(error), "`ivr lesson publish FILE` mends it.")
        return
    if not on_offer:
        yield Finding("lessons", "missing", "none is on the line", "`ivr lesson publish audio_lessons/*/*.lesson.md`")
        return
    faults = [f"{lesson.slug}: {fault}" for lesson in on_offer for fault in shelf.faults(lesson)]
    for fault in faults:
        yield Finding("lessons", "missing", fault, "`ivr lesson publish FILE` mends it.")
    if not faults:
        yield Finding("lessons", "well", f"{len(on_offer)} on the line, every piece decodes")


def prompts(of: Settings, _: datetime) -> Iterator[Finding]:
    """The line's own words in its own language; `ivr prompts check` looks at all of them and at names."""
    line, shelf = texts.load(of.line.language), Shelf(of.data)
    said = {line.words(say.prompt, say.value) for say in every_say(1) if not say.language}
    absent = [words for words in said if not shelf.phrase(line.voice, words)]
    if absent:
        yield Finding("prompts", "missing", f"{len(absent)} of {len(said)} have no audio", "`ivr prompts press`")
    else:
        yield Finding("prompts", "well", f"all {len(said)} are here; `ivr prompts check` reads each, and names too")


def voices(of: Settings, _: datetime) -> Iterator[Finding]:
    """Those of the settings; a voice is needed to publish lessons, not to hold calls."""
    from ivr.studio.engines import is_here

    for language, spec in of.studio.voices.items():
        if is_here(spec, of.data):
            yield Finding("voices", "well", f"{language} is spoken by {spec}")
        else:
            mend = "`ivr voices fetch`, and pip install 'tingke[kokoro,espeak]'; `ivr voices list` tells more."
            yield Finding("voices", "note", f"{spec}, which should speak {language}, is not here", mend)

"""config.toml and the environment become one frozen Settings; every mistake in them is reported at once.

The environment wins: it is where secrets and what differs from machine to machine belong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ivr.errors import BadSettings

FILE = Path("config.toml")
ENVIRONMENT = {
    "IVR_DATA": ("data",),
    "IVR_DATABASE_URL": ("database_url",),
    "IVR_PUBLIC_URL": ("line", "public_url"),
    "IVR_SECRET_KEY": ("secrets", "desk"),
    "IVR_LRS_KEY": ("secrets", "lrs_key"),
    "IVR_LRS_SECRET": ("secrets", "lrs_secret"),
    "TWILIO_ACCOUNT_SID": ("twilio", "account_sid"),
    "TWILIO_AUTH_TOKEN": ("twilio", "auth_token"),
}
ENVIRONMENT_ONLY = ("twilio", "secrets")  # sections that only the environment may fill

AudioFormat = Literal["wav", "ulaw", "alaw", "mp3"]
PresetName = Literal["plain", "strong"]


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    plain = parts.scheme in ("http", "https") and not re.search(r"[\s?#]", url)
    if not plain or not parts.hostname or not (parts.port is None or parts.port):  # .port raises ValueError past 65535
        raise ValueError("write it like https://line.example.org, without blanks, ? or #")
    return url.rstrip("/")


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write a time zone like Asia/Shanghai") from error
    return name


def _named(folder: object) -> object:
    if isinstance(folder, str) and not folder.strip():
        raise ValueError("name a folder; . is this one")
    return folder


Folder = Annotated[Path, BeforeValidator(_named)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineSettings(Section):
    public_url: Annotated[str, AfterValidator(_public_url)] = "http://127.0.0.1:8080"
    language: Literal["zh_CN", "yue", "en"] = "zh_CN"
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CN"
    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Shanghai"
    most_turns: Annotated[int, Field(ge=10, le=100_000)] = 2000
    audio: AudioFormat = "wav"
    number: Annotated[str, Field(max_length=18, pattern=r"^[0-9+() \-]*$")] = ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class DialogueSettings(Section):
    wait_s: Annotated[int, Field(ge=3, le=60)] = 10
    between_segments_s: Annotated[int, Field(ge=1, le=10)] = 1
    reminders: Annotated[int, Field(ge=0, le=3)] = 3
    attempts: Annotated[int, Field(ge=1, le=5)] = 3
    languages: tuple[Literal["zh", "yue", "en"], ...] = ()
    scan_s: Annotated[int, Field(ge=2, le=15)] = 4
    digits_s: Annotated[int, Field(ge=3, le=30)] = 10
    number_tries: Annotated[int, Field(ge=1, le=5)] = 3
    pause_s: Annotated[int, Field(ge=10, le=120)] = 60
    pauses: Annotated[int, Field(ge=1, le=10)] = 5
    question_s: Annotated[int, Field(ge=10, le=300)] = 120
    longest_call_min: Annotated[int, Field(ge=1, le=240)] = 60
    month_min: Annotated[int, Field(ge=0, le=10_000)] = 0


class RecordSettings(Section):
    completed_share: Annotated[float, Field(gt=0, le=1)] = 0.9
    hour_minutes: Annotated[int, Field(ge=30, le=90)] = 60
    year_hours: Annotated[int, Field(ge=1, le=1000)] = 32


def _host(host: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+(:[0-9]{1,5})?", host):
        raise ValueError("write a host like media.example.org, or media.example.org:8443")
    return host


class RecordingSettings(Section):
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    own_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()


class StudioSettings(Section):
    rate: Literal["slow", "normal", "fast"] = "normal"
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    preset: PresetName = "plain"
    level_db: Annotated[float, Field(ge=-26, le=-19)] = -22
    lexicon: Path = Path("audio_lessons/lexicon.tsv")
    voices: Mapping[str, str] = {"zh": "kokoro:zm_yunxi", "yue": "espeak:yue", "en": "kokoro:af_heart"}


class BranchSettings(Section):
    folder: Folder
    preset: PresetName | None = None


def _lrs_url(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s?#@]", url)):
        raise ValueError("write it like https://lrs.example.org/xapi, the part before /statements")
    return url.rstrip("/")


class LrsSettings(Section):
    url: Annotated[str, AfterValidator(_lrs_url)] = ""


class DeskSettings(Section):
    words: Annotated[str, Field(pattern=r"^(zh|en|.+\.toml)$")] = "zh"
    templates: str = ""  # in the data folder


class SecretSettings(Section):
    desk: Annotated[str, Field(min_length=32, repr=False)] = ""  # empty: one is made, and kept in the data folder
    lrs_key: str = Field(default="", repr=False)
    lrs_secret: str = Field(default="", repr=False)


class TwilioSettings(Section):
    account_sid: str = ""
    auth_token: str = Field(default="", repr=False)

    @property
    def lacking(self) -> list[str]:
        """The variables of the environment that are not set; all of them where Twilio has no line to us."""
        named = (("TWILIO_ACCOUNT_SID", self.account_sid), ("TWILIO_AUTH_TOKEN", self.auth_token))
        return [variable for variable, value in named if not value]


class Settings(Section):
    """All settings. `data`, `studio.lexicon`, the folders of branches and a file of `desk.words` are absolute paths;
    `database` is the URL to open."""

    data: Folder = Path("data")
    database_url: str = Field(default="", repr=False)
    line: LineSettings = LineSettings()
    dialogue: DialogueSettings = DialogueSettings()
    records: RecordSettings = RecordSettings()
    recordings: RecordingSettings = RecordingSettings()
    studio: StudioSettings = StudioSettings()
    branches: Mapping[str, BranchSettings] = {}
    desk: DeskSettings = DeskSettings()
    lrs: LrsSettings = LrsSettings()
    secrets: SecretSettings = SecretSettings()
    twilio: TwilioSettings = TwilioSettings()

    @property
    def templates(self) -> Path:
        """The folder of townships' own forms."""
        return Path(self.desk.templates) if self.desk.templates else self.data / "templates"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'ivr.db'}"

    def preset_of(self, lesson: Path) -> PresetName | None:
        """How the branch in whose folder a lesson file lies has its lessons mastered; None where it does not say."""
        around = [each for each in self.branches.values() if lesson.resolve().is_relative_to(each.folder.resolve())]
        nearest = sorted((each for each in around if each.preset), key=lambda each: len(each.folder.resolve().parts))
        return nearest[-1].preset if nearest else None


def found(path: Path | None) -> Path | None:
    """The settings file: the one that is named, or that of the folder one is in; None where there is none."""
    return path or (FILE if FILE.exists() else None)


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises BadSettings with every mistake, each with its place."""
    where = path or FILE
    values = _read(where) if found(path) else {}
    mistakes = []
    for section in values.keys() & set(ENVIRONMENT_ONLY):
        mistakes.append(f"{where}: [{section}]: secrets come from the environment only; delete this section")
        del values[section]
    origin = _overlay(values, environment)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        mistakes += [_mistake(where, origin, each) for each in error.errors()]
    if mistakes:
        raise BadSettings("The settings can't be used:", mistakes)
    here = where.absolute().parent
    folder = Path.cwd() if "data" in origin else here
    studio = settings.studio.model_copy(update={"lexicon": _lexicon(where, here, settings.studio)})
    data = _data(origin.get("data") or f"{where}: data", folder / settings.data)
    branches = _branches(where, here, settings.branches)
    templates = str(here / settings.desk.templates) if settings.desk.templates else ""
    desk = settings.desk.model_copy(update={"words": _words(where, here, settings.desk.words), "templates": templates})
    return settings.model_copy(update={"data": data, "studio": studio, "branches": branches, "desk": desk})


def _data(place: str, folder: Path) -> Path:
    """The folder, which is made when it is first needed."""
    path = folder.absolute()
    if file := next((each for each in (path, *path.parents) if each.is_file()), None):
        raise BadSettings("The settings can't be used:", [f"{place}: {file} is a file; name a folder"])
    return path


def _lexicon(where: Path, folder: Path, studio: StudioSettings) -> Path:
    """Where it lies; one that was named must be there."""
    path = (folder / studio.lexicon).absolute()
    if studio.lexicon != StudioSettings().lexicon and not path.is_file():
        raise BadSettings("The settings can't be used:", [f"{where}: studio.lexicon: there is no file {path}"])
    return path


def _words(where: Path, folder: Path, words: str) -> str:
    """A language, or where its file lies, which must be there."""
    if not words.endswith(".toml"):
        return words
    path = (folder / words).absolute()
    if not path.is_file():
        raise BadSettings("The settings can't be used:", [f"{where}: desk.words: there is no file {path}"])
    return str(path)


def _branches(where: Path, folder: Path, branches: Mapping[str, BranchSettings]) -> Mapping[str, BranchSettings]:
    """Each with its folder where it lies; all of them must be there."""
    found = {name: (folder / each.folder).absolute() for name, each in branches.items()}
    if wrong := [
        f"{where}: branches.{name}.folder: there is no folder {path}"
        for name, path in found.items()
        if not path.is_dir()
    ]:
        raise BadSettings("The settings can't be used:", wrong)
    return {name: each.model_copy(update={"folder": found[name]}) for name, each in branches.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings("The settings can't be read:", [f"{path}: {error}"]) from error


def _overlay(values: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Lay the environment over the file's values; returns which setting came from which variable."""
    origin = {}
    for variable, (*sections, key) in ENVIRONMENT.items():
        if value := environment.get(variable):
            place = values
            for section in sections:
                place = place.setdefault(section, {})
            if isinstance(place, dict):
                place[key] = value
                origin[".".join([*sections, key])] = variable
    return origin


def _mistake(path: Path, origin: Mapping[str, str], error: Any) -> str:
    setting = ".".join(str(part) for part in error["loc"])
    place = origin.get(setting) or f"{path}: {setting}"
    if error["type"] == "extra_forbidden":
        return f"{place}: no such setting; config.toml as shipped lists them all"
    shown = "" if place in ENVIRONMENT or setting == "database_url" else f" (here: {error['input']!r})"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}{shown}"

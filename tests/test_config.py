"""The settings: every mistake is named at once, with its place, and without a secret; config.toml lists them all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ivr import config
from ivr.config import Settings, StudioSettings
from ivr.errors import BadSettings

SHIPPED = Path(__file__).parents[1] / "config.toml"
SECRET = "geheim-0123"
SECRETS = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": SECRET,
    "IVR_DATABASE_URL": f"postgresql://ivr:{SECRET}@db.example/lessons",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(file: Path, text: str, **environment: str) -> Settings:
    file.write_text(text, "utf-8")
    return config.load(file, environment)


def mistakes(file: Path, text: str, **environment: str) -> list[str]:
    """What is said of it, without the name of the file."""
    with pytest.raises(BadSettings) as raised:
        load(file, text, **environment)
    assert str(raised.value).splitlines()[1:] == [f"  {mistake}" for mistake in raised.value.mistakes]
    return [str(mistake).removeprefix(f"{file}: ") for mistake in raised.value.mistakes]


# ── as shipped ───────────────────────────────────────────────────────────────────────────────────────────────────


def settings_of(model: BaseModel | type[BaseModel], above: str = "") -> Iterator[tuple[str, Any]]:
    """Each setting by its dotted name, with its default."""
    for name, field in (model if isinstance(model, type) else type(model)).model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            yield from settings_of(default, f"{above}{name}.")
        else:
            yield f"{above}{name}", default


def flat(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and f"{above}{name}" != "studio.voices":
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", tuple(value) if isinstance(value, list) else value


def test_the_file_as_shipped_is_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shipped, bare = config.load(SHIPPED, {}), config.load(None, {})
    assert shipped.data == SHIPPED.parent / "data"
    assert bare.data == tmp_path / "data"
    assert shipped.studio.lexicon == SHIPPED.parent / "audio_lessons" / "lexicon.tsv"
    assert bare.studio.lexicon == tmp_path / "audio_lessons" / "lexicon.tsv"
    studio = bare.studio.model_copy(update={"lexicon": shipped.studio.lexicon})
    assert shipped == bare.model_copy(update={"data": shipped.data, "studio": studio})


def test_every_setting_is_in_the_file_with_its_default() -> None:
    """And none that the environment alone may fill. A branch is there as an example, for there is none by default."""
    example = SHIPPED.read_text("utf-8").partition("# [branches.")[2].replace("# ", "")
    (branch,) = tomllib.loads(f"[branches.{example}")["branches"].values()
    assert branch.keys() == config.BranchSettings.model_fields.keys()
    written = dict(flat(tomllib.loads(SHIPPED.read_text("utf-8"))))
    known = {name: default for name, default in settings_of(Settings) if not name.startswith(("twilio.", "secrets."))}
    assert known.pop("branches") == {}
    assert written.keys() == known.keys()
    assert written == {name: str(value) if isinstance(value, Path) else value for name, value in known.items()}


def test_every_setting_has_a_comment_before_it() -> None:
    lines = SHIPPED.read_text("utf-8").splitlines()
    for line, before in zip(lines[1:], lines, strict=False):
        if " = " in line and not line.startswith("#"):
            assert before.startswith("#") or " = " in before, line
    for variable in config.ENVIRONMENT:
        assert variable in SHIPPED.read_text("utf-8")


# ── mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────────

WRONG: dict[str, tuple[str, str]] = {
    "an unknown setting": ("colour = 1", "colour: no such setting; config.toml as shipped lists them all"),
    "an unknown section": ("[dialog]\nwait_s = 1", "dialog: no such setting; config.toml as shipped lists them all"),
    "a slip in a section": (
        "[line]\nlangage = 'en'",
        "line.langage: no such setting; config.toml as shipped lists them",
    ),
    "a setting of another section": ("wait_s = 10", "wait_s: no such setting"),
    "words for a number": ("[dialogue]\nwait_s = 'ten'", "dialogue.wait_s: .*integer.* \\(here: 'ten'\\)"),
    "half a second": ("[dialogue]\nwait_s = 9.5", "dialogue.wait_s: .*integer.* \\(here: 9.5\\)"),
    "a list for a number": ("[dialogue]\nwait_s = [1]", "dialogue.wait_s: .*integer.* \\(here: \\[1\\]\\)"),
    "too short a wait": ("[dialogue]\nwait_s = 2", "dialogue.wait_s: .*greater than or equal to 3 \\(here: 2\\)"),
    "too long a wait": ("[dialogue]\nwait_s = 61", "dialogue.wait_s: .*less than or equal to 60 \\(here: 61\\)"),
    "no pause between segments": ("[dialogue]\nbetween_segments_s = 0", "dialogue.between_segments_s: .*\\(here: 0\\)"),
    "four reminders": ("[dialogue]\nreminders = 4", "dialogue.reminders: .*\\(here: 4\\)"),
    "fewer than none": ("[dialogue]\nreminders = -1", "dialogue.reminders: .*\\(here: -1\\)"),
    "no attempts": ("[dialogue]\nattempts = 0", "dialogue.attempts: .*\\(here: 0\\)"),
    "few turns": ("[line]\nmost_turns = 9", "line.most_turns: .*\\(here: 9\\)"),
    "a share of nothing": ("[records]\ncompleted_share = 0", "records.completed_share: .*\\(here: 0\\)"),
    "a share of more than all": ("[records]\ncompleted_share = 1.01", "records.completed_share: .*\\(here: 1.01\\)"),
    "a share in per cent": ("[records]\ncompleted_share = 90", "records.completed_share: .*\\(here: 90\\)"),
    "a share that is no number": ("[records]\ncompleted_share = nan", "records.completed_share: .*\\(here: nan\\)"),
    "a share without end": ("[records]\ncompleted_share = inf", "records.completed_share: .*\\(here: inf\\)"),
    "a language not spoken": ("[line]\nlanguage = 'fr'", "line.language: .*'zh_CN', 'yue' or 'en'.*\\(here: 'fr'\\)"),
    "a language written otherwise": ("[line]\nlanguage = 'zh-CN'", "line.language: .*\\(here: 'zh-CN'\\)"),
    "a host with a path": ("[recordings]\nhosts = ['media.example.org/x']", "recordings.hosts.0: write a host.*"),
    "a country in small letters": ("[line]\ncountry = 'cn'", "line.country: .*\\(here: 'cn'\\)"),
    "a country by its name": ("[line]\ncountry = '中国'", "line.country: .*\\(here: '中国'\\)"),
    "a country with a line break": ('[line]\ncountry = "CN\\n"', "line.country: "),
    "no such time zone": ("[line]\ntimezone = 'Asia/Beijing'", "line.timezone: write a time zone like Asia/Shanghai"),
    "half a time zone": ("[line]\ntimezone = 'Asia'", "line.timezone: write a time zone like Asia/Shanghai"),
    "an empty time zone": ("[line]\ntimezone = ''", "line.timezone: write a time zone like Asia/Shanghai"),
    "a time zone out of its folder": ("[line]\ntimezone = '../../etc/passwd'", "line.timezone: write a time zone"),
    "a number for a time zone": ("[line]\ntimezone = 8", "line.timezone: .*string.* \\(here: 8\\)"),
    "a rate not known": ("[studio]\nrate = 'slower'", "studio.rate: .*\\(here: 'slower'\\)"),
    "a preset not known": ("[studio]\npreset = 'loud'", "studio.preset: .*'plain' or 'strong'.*\\(here: 'loud'\\)"),
    "speech too loud": ("[studio]\nlevel_db = -18.9", "studio.level_db: .*\\(here: -18.9\\)"),
    "speech too soft": ("[studio]\nlevel_db = -27", "studio.level_db: .*\\(here: -27\\)"),
    "a level that is no number": ("[studio]\nlevel_db = nan", "studio.level_db: .*\\(here: nan\\)"),
    "a negative thread": ("[studio]\nthreads = -1", "studio.threads: .*\\(here: -1\\)"),
    "a voice that is a number": ("[studio.voices]\nzh = 1", "studio.voices.zh: .*string.* \\(here: 1\\)"),
    "a value for a section": ("line = 3", "line: .*"),
    "a list for a section": ("line = []", "line: .*"),
    "two of a section": ("[[dialogue]]\nwait_s = 3", "dialogue: .*"),
    "no name of a folder": ("data = ''", "data: name a folder; . is this one \\(here: ''\\)"),
    "no name of a branch's folder": ("[branches.a]\nfolder = ' '", "branches.a.folder: name a folder"),
    "a number for a path": ("data = 3", "data: .*\\(here: 3\\)"),
    "words that are not shipped": ("[desk]\nwords = 'fr'", "desk.words: .*pattern.* \\(here: 'fr'\\)"),
    "words that are not there": ("[desk]\nwords = 'own.toml'", "desk.words: there is no file .*own.toml"),
    "the desk's key in the file": (
        f"[secrets]\ndesk = '{SECRET}'",
        "\\[secrets\\]: secrets come from the environment only; delete this section",
    ),
    "secrets in the file": (
        f"[twilio]\nauth_token = '{SECRET}'",
        "\\[twilio\\]: secrets come from the environment only; delete this section",
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=list(WRONG))
def test_a_mistake(file: Path, text: str, told: str) -> None:
    (mistake,) = mistakes(file, text)
    assert re.match(told, mistake), mistake
    assert SECRET not in mistake


BAD_URLS = ["", "line.example", "ftp://line.example", "https://", "https:///line", "//line.example", "https://[::1"]
BAD_URLS += [
    "https://line.example?a=1",
    "https://line.example#top",
    "https://line.example?",
    "https://line.example/?",
    "https://line.example#",
]
BAD_URLS += ["https://line.example ", " https://line.example", "https://line .example", "https://line.example/\n"]
BAD_URLS += ["https://line.example:99999", "https://line.example:port", "https://line.example:0", "javascript:alert(1)"]


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_bad_address(file: Path, url: str) -> None:
    (mistake,) = mistakes(file, f"[line]\npublic_url = {url!r}".replace("'", '"'))
    assert mistake.startswith("line.public_url: ") and mistake.endswith(f"(here: {url!r})")


GOOD_URLS = {
    "http://127.0.0.1:8080": "http://127.0.0.1:8080",
    "https://line.example": "https://line.example",
    "https://line.example/": "https://line.example",
    "https://line.example///": "https://line.example",
    "https://line.example:8443/a/b/": "https://line.example:8443/a/b",
    "http://[::1]:8080/": "http://[::1]:8080",
    "https://LINE.example/A": "https://LINE.example/A",
    "https://听课.example/": "https://听课.example",
}


@pytest.mark.parametrize(("written", "read"), GOOD_URLS.items())
def test_a_good_address(file: Path, written: str, read: str) -> None:
    assert load(file, f"[line]\npublic_url = '{written}'").line.public_url == read


def test_all_mistakes_at_once(file: Path) -> None:
    text = """
        colour = 1
        [line]
        public_url = "line.example"
        timezone = "Mars"
        [dialogue]
        wait_s = "ten"
        attempts = 9
        [twilio]
        account_sid = "AC1"
        [studio]
        rate = "slower"
    """
    told = mistakes(file, text, IVR_PUBLIC_URL="ftp://line.example")
    places = {mistake.partition(":")[0] for mistake in told}
    assert places == {
        "[twilio]",
        "colour",
        "IVR_PUBLIC_URL",
        "line.timezone",
        "dialogue.wait_s",
        "dialogue.attempts",
        "studio.rate",
    }
    assert len(told) == 7


UNREADABLE = {
    "no value": ("a = 1\nb =\n", "line 2"),
    "a quote left open": ("[line]\n\nlanguage = 'en\n", "end of document"),
    "twice": ("data = 'a'\ndata = 'b'\n", "line 2"),
    "a bare word": ("data = data\n", "line 1"),
    "no TOML": ("<settings/>\n", "line 1"),
}


@pytest.mark.parametrize(("text", "line"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_a_file_that_is_no_toml_is_told_with_its_line(file: Path, text: str, line: str) -> None:
    (mistake,) = mistakes(file, text)
    assert line in mistake


def test_a_file_that_can_t_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("data = 'données'".encode("latin-1"))
    for path in (tmp_path / "nowhere.toml", tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(BadSettings, match=re.escape(str(path))):
            config.load(path, {})


def test_no_file_at_all_is_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    studio = StudioSettings(lexicon=tmp_path / "audio_lessons" / "lexicon.tsv")
    assert config.load(None, {}) == Settings(data=tmp_path / "data", studio=studio)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "\ufeff[line]\nlanguage = 'en'\n", "[line]\r\nlanguage = 'en'\r\n"]
)
def test_what_editors_make_of_it(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    assert config.load(file, {}).line.language == ("en" if "en" in text else "zh_CN")


# ── the environment ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_environment_wins(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    text = "data = 'here'\ndatabase_url = 'sqlite:///x.db'\n[line]\npublic_url = 'https://a.example'\nlanguage = 'en'"
    read = load(file, text, IVR_DATA="there", IVR_PUBLIC_URL="https://b.example/", **SECRETS)
    assert read.data == tmp_path.parent / "there"  # as every path that is typed: from where one stands
    assert (read.line.public_url, read.line.language) == ("https://b.example", "en")
    assert read.database == SECRETS["IVR_DATABASE_URL"]
    assert (read.twilio.account_sid, read.twilio.auth_token) == (SECRETS["TWILIO_ACCOUNT_SID"], SECRET)


def test_paths_in_the_file_count_from_the_file(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert load(file, "data = 'here'").data == tmp_path / "here"
    assert load(file, "data = '/elsewhere'").data == Path("/elsewhere")
    assert load(file, "data = 'here'").database == f"sqlite:///{tmp_path / 'here' / 'ivr.db'}"


@pytest.mark.parametrize("below", ["", "/data", "/a/b"])
def test_the_data_folder_is_no_file_nor_below_one(file: Path, tmp_path: Path, below: str) -> None:
    (tmp_path / "taken").touch()
    path = f"{tmp_path / 'taken'}"
    with pytest.raises(BadSettings, match=re.escape(f": data: {path} is a file; name a folder")):
        load(file, f"data = '{path}{below}'")
    with pytest.raises(BadSettings, match=re.escape(f"  IVR_DATA: {path} is a file; name a folder")):
        load(file, "", IVR_DATA=path + below)


def test_a_lexicon_that_was_named_is_there(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    with pytest.raises(BadSettings, match=re.escape(f"studio.lexicon: there is no file {tmp_path / 'own.tsv'}")):
        load(file, "[studio]\nlexicon = 'own.tsv'")
    (tmp_path / "own.tsv").touch()
    assert load(file, "[studio]\nlexicon = 'own.tsv'", IVR_DATA="there").studio.lexicon == tmp_path / "own.tsv"


def test_a_branch_has_a_folder_and_a_preset_for_what_lies_in_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        "[branches.'东村']\nfolder = 'all/east'\npreset = 'strong'\n[branches.'全镇']\nfolder = 'all'\npreset = 'plain'"
    )
    with pytest.raises(BadSettings) as told:
        load(file, text)
    for name, folder in (("东村", "all/east"), ("全镇", "all")):
        assert f"branches.{name}.folder: there is no folder {tmp_path / folder}" in str(told.value)
    (tmp_path / "all" / "east").mkdir(parents=True)
    settings = load(file, text)
    assert settings.preset_of(Path("all/east/fire/fire.lesson.md")) == "strong"
    assert settings.preset_of(tmp_path / "all" / "eastern" / "fire.lesson.md") == "plain"
    assert settings.preset_of(tmp_path / "fire.lesson.md") is None


def test_an_empty_variable_is_none(file: Path) -> None:
    text = "data = '/a'\n[line]\npublic_url = 'https://a.example'"
    assert load(file, text, **dict.fromkeys(config.ENVIRONMENT, "")) == load(file, text)


def test_other_variables_are_nobody_s_business(file: Path) -> None:
    assert load(file, "", IVR_LANGUAGE="en", TWILIO_API_KEY="x", ivr_data="/x") == load(file, "")


@pytest.mark.parametrize("text", ["", "[line]\npublic_url = 'https://a.example'", "line = 3"])
def test_a_mistake_in_the_environment_is_named_by_its_variable(file: Path, text: str) -> None:
    told = mistakes(file, text, IVR_PUBLIC_URL="line.example")
    assert [mistake.partition(":")[0] for mistake in told] == ["line" if "3" in text else "IVR_PUBLIC_URL"]


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_secret_is_shown(file: Path) -> None:
    """Neither when settings are printed nor in a mistake, nor in what is raised along with it."""
    read = load(file, "", **SECRETS)
    for shown in (repr(read), str(read), f"{read.twilio}", f"{read!r:>9}", repr([read.twilio])):
        assert SECRET not in shown
    broken = "[line]\ntimezone = 'Mars'\nlanguage = 'fr'\n[twilio]\nauth_token = 1\n[dialogue]\nwait_s = 'x'\n"
    for text in (broken, "line = 3", "twilio = 3", "[twilio.auth_token]\na = 1", f"[twilio]\nauth_token = '{SECRET}'"):
        with pytest.raises(BadSettings) as raised:
            load(file, text, **SECRETS, IVR_PUBLIC_URL=f"ftp://{SECRET}@line.example")
        assert SECRET not in str(raised.value) and SECRET not in repr(raised.value)


def test_a_database_in_the_file_is_no_secret_to_show_either(file: Path) -> None:
    read = load(file, f"database_url = '{SECRETS['IVR_DATABASE_URL']}'")
    assert SECRET not in repr(read)
    told = mistakes(file, f"database_url = ['{SECRETS['IVR_DATABASE_URL']}']")
    assert told and SECRET not in told[0]


def test_settings_are_frozen(file: Path) -> None:
    read = load(file, "")
    with pytest.raises(ValidationError):
        read.line = read.line
    with pytest.raises(ValidationError):
        read.twilio.auth_token = ""

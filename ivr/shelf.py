"""Published editions: audio is written first, then the day of a lesson's first offer, the manifest, the index last; so
a reader never sees half a lesson.

audio/<sha256>.wav              named by its content, never changed
recordings/<sha256>.wav         the same, for what people said by telephone and what is for one person only: there is no
                                second copy, and `tidy` leaves it
editions/<slug>/<edition>.json  manifests; old ones stay for the calls and records that name them
index.json                      what is on offer, oldest first: slug -> edition
offered.json                    since when what was on offer for the first time: slug -> day
phrases/<language>.json         pressed prompts and people's names: words -> clip, and the voice that said them
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import re
import threading
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from ivr import prompts
from ivr.catalogue import FRAMES_PER_MS, RATE_HZ, Catalogue, Clip, Lesson
from ivr.errors import DamagedAudio, UnknownLesson
from ivr.keeping import locked, write_whole

KEPT = timedelta(days=2)  # longer than any call

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class _Phrase(Clip, frozen=True, tag="Clip"):
    voice: str = ""  # "engine:voice"; empty in files from before this was kept


class Shelf:
    """The data folder, seen as published lessons; any number of processes and threads may share one."""

    def __init__(self, root: Path, spare: Path | None = prompts.PRESSED) -> None:
        """`root` need not exist; its folders are made on the first write. Phrases that are not there are looked for in
        `spare`, a folder like it that is only read: the prompts that come with the package."""
        self.root = root
        self._spare = Shelf(spare, None) if spare else None
        self._loaded: dict[str, Lesson] = {}
        self._index = _Watched(root / "index.json", self._read_catalogue)
        self._phrases: dict[str, _Watched[dict[str, Clip]]] = {}

    def catalogue(self) -> Catalogue:
        """All that is on offer and every edition ever published; one stat unless something changed.

        Raises DamagedAudio, naming the file, when the index or a manifest can't be read.
        """
        return self._index.value()

    def put_audio(self, wav: bytes) -> str:
        """Keep a WAV file; returns its name. A damaged copy of the same audio is mended."""
        return self._put(wav, self._audio_path)

    def _put(self, wav: bytes, path_of: Callable[[str], Path]) -> str:
        name = hashlib.sha256(wav).hexdigest()
        path = path_of(name)
        with self._locked():  # somebody may be deleting an old copy
            if path.is_file() and path.read_bytes() == wav:
                os.utime(path)  # wanted again
            else:
                write_whole(path, wav)
        return name

    def put_recording(self, wav: bytes) -> str:
        """Keep a WAV file that can't be made again; returns its name. It is found like any other audio."""
        return self._put(wav, self._recording_path)

    def forget(self, names: Iterable[str], now: datetime) -> int:
        """Delete these that were put among the recordings more than KEPT ago. Returns the bytes freed."""
        with self._locked():
            paths = [self._recording_path(name) for name in sorted(names)]
            return sum(_deleted(path) for path in paths if path.is_file() and _written_before(path, now - KEPT))

    def audio(self, name: str) -> Path:
        """The file of a piece of audio; raises DamagedAudio for a name that is not one or a file that is gone."""
        if re.fullmatch("[0-9a-f]{64}", name):
            for path in (self._audio_path(name), self._recording_path(name)):
                if path.is_file():
                    return path
        if self._spare:
            return self._spare.audio(name)
        raise DamagedAudio(f"There is no audio named {name[:64]}. Publish the lesson again.")

    def is_private(self, path: Path) -> bool:
        """Is this file of audio what somebody said, or for one person only?"""
        return path.parent == self.root / "recordings"

    def publish(self, lesson: Lesson, today: date | None = None) -> Lesson:
        """Put a lesson on offer and return it with its edition set; an edition already on offer is left alone. Offered
        for the first time, it is so from `today` on; without, no day of it is known, and it counts as always offered.

        Raises DamagedAudio, naming the piece, unless every piece is there whole and as long as stated.
        """
        lesson = msgspec.structs.replace(lesson, edition=edition_of(lesson))
        manifest = msgspec.json.format(msgspec.json.encode(lesson))
        path = self._manifest_path(lesson.slug, lesson.edition)
        with self._locked():  # nothing is tidied away between the look at a file and the offer
            if faults := self.faults(lesson):
                raise DamagedAudio(f"{faults[0]} Publish the lesson again.")
            if today and lesson.slug not in self._offers() and not any(path.parent.glob("*.json")):
                self._first_offered(lesson.slug, today)
            if not (path.is_file() and path.read_bytes() == manifest):
                write_whole(path, manifest)
            self._offer(lesson.slug, lesson.edition)
        return lesson

    def withdraw(self, slug: str) -> None:
        """Take a lesson off offer; its editions and audio stay. Raises UnknownLesson."""
        with self._locked():
            offers = self._offers()
            if slug not in offers:
                raise UnknownLesson(f"No lesson {slug!r} is published. `ivr lesson list` shows those that are.")
            self._retire(slug, offers.pop(slug))
            self._write_offers(offers)

    def tidy(self, now: datetime) -> int:
        """Delete the audio of editions that went off offer, and of pressings never published, more than KEPT ago: no
        call that was offered them goes on any more. Manifests stay for the records. Returns the bytes freed."""
        with self._locked():
            live = {audio for each in self._audible(now - KEPT) for _, audio, _ in _pieces(each)}
            for path in sorted((self.root / "phrases").glob("*.json")):
                live |= {clip.audio for clip in (_read(path, dict[str, Clip]) or {}).values()}
            idle = [path for path in (self.root / "audio").glob("*.wav") if path.stem not in live]
            return sum(_deleted(path) for path in idle if _written_before(path, now - KEPT))

    def _audible(self, since: datetime) -> Iterator[Lesson]:
        """Editions on offer, and those that were since then."""
        catalogue = self._read_catalogue()
        yield from catalogue.lessons
        for each in catalogue.editions.values():
            if not _written_before(self._manifest_path(each.slug, each.edition), since):
                yield each

    def phrase(self, language: str, words: str) -> Clip | None:
        """The pressed prompt or name of these words; None where it was never pressed."""
        own = self._own_phrases(language).get(words)
        return self._spare.phrase(language, words) if own is None and self._spare else own

    def pressed(self, language: str) -> set[str]:
        """The words of all its pressed prompts and names."""
        own = set(self._own_phrases(language))
        return own | self._spare.pressed(language) if self._spare else own

    def _own_phrases(self, language: str) -> dict[str, Clip]:
        if language not in self._phrases:
            path = self._phrases_path(language)
            self._phrases[language] = _Watched(path, lambda: _read(path, dict[str, Clip]) or {})
        return self._phrases[language].value()

    def pressed_by(self, language: str) -> dict[str, str]:
        """The voice of each phrase that is not spare, by its words; "" where that was not kept."""
        phrases = _read(self._phrases_path(language), dict[str, _Phrase]) or {}
        return {words: each.voice for words, each in phrases.items()}

    def put_phrases(self, language: str, clips: Iterable[Clip], voice: str = "") -> None:
        """Add pressed prompts or names to those of a language; raises DamagedAudio as `publish` does."""
        added = {clip.words: _Phrase(clip.audio, clip.length_ms, clip.words, voice) for clip in clips}
        path = self._phrases_path(language)
        with self._locked():
            for clip in added.values():
                if fault := self._fault(repr(clip.words), clip.audio, clip.length_ms):
                    raise DamagedAudio(f"{fault} Press it again.")
            phrases = _read(path, dict[str, _Phrase]) or {}
            if phrases != phrases | added:
                write_whole(path, msgspec.json.encode(phrases | added))

    def faults(self, lesson: Lesson) -> list[str]:
        """What `publish` would refuse in a lesson, a piece a line."""
        return [fault for piece in _pieces(lesson) if (fault := self._fault(*piece))]

    def is_whole(self, clip: Clip) -> bool:
        """Is the audio of a clip there, unchanged, and as long as stated?"""
        return not self._fault(repr(clip.words), clip.audio, clip.length_ms)

    def is_kept(self, name: str) -> bool:
        """Is a piece of audio there, and unchanged?"""
        try:
            return hashlib.sha256(self.audio(name).read_bytes()).hexdigest() == name
        except (DamagedAudio, OSError):
            return False

    def _fault(self, piece: str, audio: str, length_ms: int) -> str:
        """What is wrong with a piece; "" for nothing."""
        try:
            wav = self.audio(audio).read_bytes()
        except (DamagedAudio, OSError):
            return f"The audio of {piece} is not there ({audio}.wav)."
        if hashlib.sha256(wav).hexdigest() != audio:
            return f"The audio of {piece} was changed on disk ({audio}.wav)."
        sound = sound_in(wav)
        if sound is None:
            return f"The audio of {piece} is not a whole mono 16-bit {RATE_HZ} Hz WAV file ({audio}.wav)."
        frames = len(sound) // 2
        if abs(frames - length_ms * FRAMES_PER_MS) >= FRAMES_PER_MS:
            return f"The audio of {piece} lasts {frames / FRAMES_PER_MS:.1f} ms, not {length_ms} ms ({audio}.wav)."
        return ""

    def _offer(self, slug: str, edition: str) -> None:
        """With the lock held."""
        offers = self._offers()
        if offers.get(slug) != edition:
            if slug in offers:
                self._retire(slug, offers[slug])
            self._write_offers(offers | {slug: edition})

    def _first_offered(self, slug: str, day: date) -> None:
        """With the lock held, and before there is any manifest: a publication that is broken off here leaves none, and
        the next one is the first again; one that is broken off later has its day already. What has a manifest, but no
        day, is older than these days are."""
        path = self.root / "offered.json"
        days = _read(path, dict[str, date]) or {}
        write_whole(path, msgspec.json.format(msgspec.json.encode(days | {slug: day})))

    def _first_days(self) -> dict[str, date]:
        """Of those that are damaged, none is known: only reports of months that are over need them."""
        try:
            return _read(self.root / "offered.json", dict[str, date]) or {}
        except DamagedAudio as error:
            log.error("since when lessons are on offer is not known: %s", error)
            return {}

    def _retire(self, slug: str, edition: str) -> None:
        """A manifest's time, which nothing else reads, tells `tidy` when it went off offer."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(self._manifest_path(slug, edition))

    def _offers(self) -> dict[str, str]:
        return _read(self.root / "index.json", dict[str, str]) or {}

    def _write_offers(self, offers: dict[str, str]) -> None:
        write_whole(self.root / "index.json", msgspec.json.format(msgspec.json.encode(offers)))

    def _read_catalogue(self) -> Catalogue:
        offers = self._offers()
        for path in sorted((self.root / "editions").glob("*/*.json")):
            if path.stem not in self._loaded:  # editions never change: each is read once
                try:
                    self._loaded[path.stem] = _read_manifest(path)
                except DamagedAudio as error:
                    if path.stem in offers.values():
                        raise
                    log.error("left out an old edition: %s", error)
        missing = [f"{slug}/{edition}.json" for slug, edition in offers.items() if edition not in self._loaded]
        if missing:
            raise DamagedAudio(f"The manifest editions/{missing[0]} is missing. Publish the lesson again.")
        lessons = tuple(self._loaded[edition] for edition in offers.values())
        return Catalogue(lessons, dict(self._loaded), self._first_days())

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.root / ".shelf.lock")

    def _audio_path(self, name: str) -> Path:
        return self.root / "audio" / f"{name}.wav"

    def _recording_path(self, name: str) -> Path:
        return self.root / "recordings" / f"{name}.wav"

    def _manifest_path(self, slug: str, edition: str) -> Path:
        return self.root / "editions" / _as_file_name(slug) / f"{edition}.json"

    def _phrases_path(self, language: str) -> Path:
        return self.root / "phrases" / f"{_as_file_name(language)}.json"


class _Watched(Generic[_T]):
    """What a file says, read again only when the file was replaced."""

    def __init__(self, path: Path, read: Callable[[], _T]) -> None:
        self._path = path
        self._read = read
        self._lock = threading.Lock()
        self._known: tuple[object, _T] | None = None

    def value(self) -> _T:
        with self._lock:
            mark = self._mark()
            if self._known is None or self._known[0] != mark:
                self._known = (mark, self._read())
            return self._known[1]

    def _mark(self) -> object:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size


def edition_of(lesson: Lesson) -> str:
    """The name of an edition: the first 16 hex digits of the SHA-256 of everything else in the lesson."""
    bare = msgspec.to_builtins(msgspec.structs.replace(lesson, edition=""))
    if lesson.other_pace is None:
        del bare["pace"], bare["other_pace"]  # lessons published before there were two keep their names
    return hashlib.sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()[:16]


def _written_before(path: Path, when: datetime) -> bool:
    try:
        return path.stat().st_mtime < when.timestamp()
    except FileNotFoundError:
        return False


def _deleted(path: Path) -> int:
    """Delete a file; returns how many bytes it had."""
    size = path.stat().st_size
    path.unlink()
    return size


def _pieces(lesson: Lesson) -> Iterator[tuple[str, str, int]]:
    """Every piece of audio of a lesson: what it is, its name, how long it says it is."""
    for number, segment in enumerate(lesson.segments, 1):
        yield f"segment {number} ({segment.title})", segment.audio, segment.length_ms
    clips = {"the title": lesson.title}
    for number, question in enumerate(lesson.questions, 1):
        clips[f"question {number}"] = question.ask
        clips[f"question {number} without its options"] = question.stem
        clips |= {f"option {key} of question {number}": each for key, each in enumerate(question.options, 1)}
        clips[f"the right answer to question {number}"] = question.when_right
        clips[f"the wrong answers to question {number}"] = question.when_wrong
    for name, clip in clips.items():
        yield name, clip.audio, clip.length_ms
    for name, audio, length_ms in _pieces(lesson.other_pace) if lesson.other_pace else ():
        yield f"{name} at the other pace", audio, length_ms


def sound_in(wav: bytes) -> bytes | None:
    """The little-endian samples of a WAV file; None when it is not mono 16-bit PCM at 8 kHz, or was cut off."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            stated, sound = file.getnframes(), file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        return None
    return sound if shape == (1, 2, RATE_HZ) and len(sound) == stated * 2 else None


def _read(path: Path, kind: type[_T]) -> _T | None:
    """A JSON file as a typed value; None where there is no file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise DamagedAudio(f"{path} is damaged ({error}). Delete it, then publish its lessons again.") from error


def _read_manifest(path: Path) -> Lesson:
    lesson = _read(path, Lesson)
    if lesson is None or not lesson.edition == path.stem == edition_of(lesson):
        raise DamagedAudio(f"{path} was changed after it was published. Delete it, then publish the lesson again.")
    return lesson


def _as_file_name(name: str) -> str:
    if not re.fullmatch(r"\w[\w-]*", name):
        raise ValueError(f"{name!r} can't name a file on the shelf")
    return name

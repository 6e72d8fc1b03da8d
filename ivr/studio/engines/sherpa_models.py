"""What lies in a sherpa-onnx model folder, recognised by its files; what is missing is named.

The families and their files are those of https://k2-fsa.github.io/sherpa/onnx/tts/pretrained_models: Kokoro has
voices.bin, Matcha a vocoder beside the acoustic model, and everything else is VITS, Piper's voices among it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ivr.errors import MissingPart

VOCODERS = ("vocos*.onnx", "hifigan*.onnx")


@dataclass(frozen=True, slots=True)
class Model:
    """A family, and its files by the names that sherpa-onnx's configuration has for them; `lexicon` may be several."""

    family: Literal["kokoro", "matcha", "vits"]
    files: Mapping[str, Path]
    lexicon: tuple[Path, ...]

    @property
    def fingerprint(self) -> str:
        """Twelve digits that change when any file does."""
        digests = []
        for path in (*self.files.values(), *self.lexicon):
            with path.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256").digest())
        return hashlib.sha256(b"".join(digests)).hexdigest()[:12]


def recognise(folder: Path) -> Model:
    """Raises MissingPart, naming what is not there."""
    if not folder.is_dir():
        raise MissingPart(f"There is no model folder {folder}. Unpack a sherpa-onnx text-to-speech model there.")
    vocoders = [path for pattern in VOCODERS for path in folder.glob(pattern)]
    models = sorted(
        (path for path in folder.glob("*.onnx") if path.is_file() and path not in vocoders), key=_best_first
    )
    tokens = _needed(folder, "tokens.txt")
    if not models:
        raise MissingPart(f"{folder} has no model. Put the model's .onnx file there.")
    if (folder / "voices.bin").exists():
        files = {"model": models[0], "voices": folder / "voices.bin", "tokens": tokens}
        return Model("kokoro", files, _lexicon(folder))
    if vocoders:
        files = {"acoustic_model": models[0], "vocoder": vocoders[0], "tokens": tokens}
        return Model("matcha", files, _lexicon(folder))
    if models[0].name.startswith("model-steps"):
        raise MissingPart(f"{folder} has no vocoder. Put vocos-22khz-univ.onnx or hifigan_v2.onnx beside the model.")
    return Model("vits", {"model": models[0], "tokens": tokens}, _lexicon(folder))


def folders(place: Path) -> list[Path]:
    """The model folders that there are, whole or not."""
    return sorted(path for path in place.glob("*") if path.is_dir()) if place.is_dir() else []


def state(folder: Path) -> str:
    """What a person who looks for voices is told about a folder."""
    try:
        return f"here ({recognise(folder).family})"
    except MissingPart as error:
        return f"not usable: {error}"


def _best_first(model: Path) -> tuple[bool, str]:
    """Some folders hold a small copy of the model, too."""
    return "int8" in model.name, model.name


def _needed(folder: Path, name: str) -> Path:
    if not (folder / name).is_file():
        raise MissingPart(f"{folder} has no {name}. It comes with the model: unpack the whole archive there.")
    return folder / name


def _lexicon(folder: Path) -> tuple[Path, ...]:
    """All there are, but one kind of English."""
    found = {path.name: path for path in sorted(folder.glob("lexicon*.txt"))}
    if "lexicon-us-en.txt" in found:
        found.pop("lexicon-gb-en.txt", None)
    return tuple(found.values())

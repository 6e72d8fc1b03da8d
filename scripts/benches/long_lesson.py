"""Press a lesson of about so many minutes with the tone engine, and print what that took, as JSON: for a process of its
own, whose memory nothing else has used.

python -m scripts.benches.long_lesson MINUTES
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from ivr.shelf import Shelf
from ivr.studio.press import Voices, press
from ivr.studio.script import parse

SENTENCE_S = 5.65  # with its share of pauses


def main() -> None:
    written, _ = parse(_text(int(sys.argv[1])).encode(), "long")
    before_mb, began = _peak_mb(), perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        lesson = press(written, Shelf(Path(folder)), Voices({"zh": "tone:a"}))
    took = {"minutes": lesson.length_ms / 60_000, "seconds": perf_counter() - began}
    print(json.dumps({**took, "before_mb": before_mb, "peak_mb": _peak_mb()}))


def _text(minutes: int) -> str:
    """Every sentence is another one, so that none is spoken for two."""
    sentences = [f"这是第{n}句话，请您慢慢听。" for n in range(1111, 1111 + round(minutes * 60 / SENTENCE_S))]
    parts = ["".join(sentences[at : at + 40]) for at in range(0, len(sentences), 40)]
    return "---\n标题: 长课\n---\n" + "".join(f"# 第{n}段\n{part}\n" for n, part in enumerate(parts, 1))


def _peak_mb() -> float:
    kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kept / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()

"""Speech becomes slower and keeps its pitch."""

from __future__ import annotations

import numpy as np
import python_stretch
from numpy.typing import NDArray

BLOCK_MS, STEP_MS = 50.0, 12.5  # blocks of 50 ms blur syllables least (docs/studio.md)
SEED = 1  # the same sound comes out the same


def stretched(sound: NDArray[np.float32], rate_hz: int, factor: float) -> NDArray[np.float32]:
    """Mono sound at `factor` of its speed; as it is where that is not slower."""
    if factor >= 1:
        return sound
    stretch = python_stretch.Signalsmith.Stretch(SEED)
    stretch.configure(1, *(round(ms * rate_hz / 1000) for ms in (BLOCK_MS, STEP_MS)))
    stretch.setTimeFactor(factor)
    # It gives back as much as it took, late by its latencies: so it gets some silence to end on.
    late = stretch.inputLatency() + stretch.outputLatency()
    out: NDArray[np.float32] = np.ravel(stretch.process(np.pad(sound, (0, late))[None]))
    return out

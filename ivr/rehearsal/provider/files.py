"""How long a file plays, told from its bytes alone: what is cut short, or is not what it says, is refused."""

from __future__ import annotations

import struct
from collections.abc import Iterator

PCM, MU_LAW = (1, 1, 8000, 16), (7, 1, 8000, 8)  # coding, channels, rate, bits
KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # ISO 13818-3, layer III at low rates
FRAME = 576  # samples


def wav_seconds(body: bytes) -> float:
    """A RIFF WAVE file, mono at 8 kHz, 16-bit PCM or mu-law, none of it missing; else ValueError. A-law in WAV is not
    among what Twilio says that it plays."""
    if body[:4] != b"RIFF" or body[8:12] != b"WAVE" or len(body) != 8 + int.from_bytes(body[4:8], "little"):
        raise ValueError("not a WAV file, or shorter or longer than its header says")
    chunks = dict(_chunks(body[12:]))
    if b"data" not in chunks or len(chunks.get(b"fmt ", b"")) < 16:
        raise ValueError("a WAV file without a format or without sound")
    coding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if (coding, channels, rate_hz, bits) not in (PCM, MU_LAW):
        raise ValueError(f"(coding, channels, rate, bits) are {(coding, channels, rate_hz, bits)}")
    samples, rest = divmod(len(chunks[b"data"]), 2 if coding == PCM[0] else 1)
    if not samples or rest:
        raise ValueError("there is no sound in it, or half a sample")
    return samples / 8000


def _chunks(rest: bytes) -> Iterator[tuple[bytes, bytes]]:
    while rest:
        name, size = rest[:4], int.from_bytes(rest[4:8], "little")
        if len(rest) < 8 + size:
            raise ValueError(f"the chunk {name!r} is cut short")
        yield name, rest[8 : 8 + size]
        rest = rest[8 + size + size % 2 :]


def mp3_seconds(body: bytes) -> float:
    """MPEG 2.5 layer III, mono at 8 kHz, frame after frame to the last byte; else ValueError. As long as a player takes
    that knows nothing of an encoder's delay."""
    frames, at = 0, 0
    while at < len(body):
        head = int.from_bytes(body[at : at + 4], "big")
        if head >> 17 != 0b1111_1111_1110_001 or head >> 10 & 0b11 != 0b10 or head >> 6 & 0b11 != 0b11:
            raise ValueError(f"no frame of MPEG 2.5 layer III, mono, 8 kHz, at byte {at}")
        size = 72 * 1000 * KBITS[(head >> 12 & 15) % 15] // 8000 + (head >> 9 & 1)
        if size < 5 or len(body) < at + size:
            raise ValueError("the last frame is cut short")
        frames += b"Xing" not in body[at : at + 40] and b"Info" not in body[at : at + 40]
        at += size
    if not frames:
        raise ValueError("there is no sound in it")
    return frames * FRAME / 8000

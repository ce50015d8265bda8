"""Raw letters are stored small without costing more time than they save, and come back byte for byte."""

import base64
import random
import zlib

import pytest

from tickets.intake import _pack

NOISE = random.Random(1).randbytes(200_000)


@pytest.mark.parametrize(
    ("body", "share"),
    [
        (b"From: ana@example.com\n\nHola\n", 1.0),
        (b"From: ana@example.com\n\n" + b"La misma linea otra vez.\n" * 10_000, 0.02),
        (b"From: ana@example.com\n\n" + base64.encodebytes(NOISE), 0.78),
        (NOISE, 1.0),
    ],
    ids=["short", "repetitive", "base64", "noise"],
)
def test_a_letter_is_packed_as_far_as_it_pays(body: bytes, share: float) -> None:
    codec, packed = _pack(body)
    assert (zlib.decompress(packed) if codec == "zlib" else packed) == body
    assert len(packed) <= share * len(body)

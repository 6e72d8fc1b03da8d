"""What swindlers ask for is seen in every spelling; what only looks like it is not."""

from __future__ import annotations

import pytest

from ivr.records.notices import swindling

SWINDLING = [
    "请转账到新账户。",
    "把验证码念一遍。",
    "请报银 行 卡号。",
    "请报银-行-卡号。",
    "请报银·行\u200b・卡。",
    "请报ＰＩＮ。",
    "请报密——码。",
    "請講您嘅密碼。",
    "請轉 帳。",
    "Please give us your PIN code.",
    "Please give us your P.I.N.",
    "Tell us your pass-word.",
    "Read us the Verification  Code.",
    "Your BANK_CARD, please.",
    "Buy three gift cards.",
    "We need the credit-card number.",
    "Send us the money.",
    "Money is to be wired today.",
]
FINE = [
    "请来银行旁边的村部，带上图书卡。",
    "号码本在书记那里。",
    "The wireless requires a spinning wheel.",
    "Opinions are welcome; the shopping trip is on Monday.",
    "Bring the library card and your own cup.",
    "您这个季度的党费是十五元。",
    "",
]


@pytest.mark.parametrize("words", SWINDLING)
def test_what_swindlers_speak_of(words: str) -> None:
    assert "is what swindlers speak of" in swindling(words)


@pytest.mark.parametrize("words", FINE)
def test_what_only_looks_like_it(words: str) -> None:
    assert swindling(words) == ""

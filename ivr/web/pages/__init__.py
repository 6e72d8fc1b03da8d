"""The pages of the desk, one file for each kind; all are put in place here."""

from __future__ import annotations

from flask import Blueprint

from ivr.web.desk import Desk
from ivr.web.pages import (
    account,
    audio,
    calls,
    claims,
    forms,
    hours,
    key_cards,
    ledger,
    lessons,
    member_card,
    members,
    members_import,
    month,
    more,
    notices,
    occasions,
    phone,
    prompts,
    questions,
    ring,
    users,
)

ROOMS = (
    *(month, ring, ledger, forms, more, lessons, audio, calls, claims, occasions, hours),
    *(members, member_card, members_import, key_cards, questions, notices, phone, prompts, users, account),
)


def add_to(routes: Blueprint, desk: Desk) -> None:
    for room in ROOMS:
        room.add_to(routes, desk)

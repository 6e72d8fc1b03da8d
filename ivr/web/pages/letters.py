"""What callers asked after the tone, and what is for one member only: both pages press, by the same one at a time."""

from __future__ import annotations

from flask import Blueprint

from ivr.web.desk import Desk
from ivr.web.pages import notices, questions
from ivr.web.presses import Presses


def add_to(routes: Blueprint, desk: Desk) -> None:
    presses = Presses()
    questions.add_to(routes, desk, presses)
    notices.add_to(routes, desk, presses)

"""What a page may be about: a month, and those of the user's branches, members and calls that are asked for. Whatever
is not theirs is not there (404), as if it did not exist."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from flask import abort, g
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, ValidationError

from ivr.errors import NotAMonth, NotEnrolled
from ivr.records.places import Place
from ivr.records.roster import Enrolled, enrolled
from ivr.reports.period import Period
from ivr.web.desk import Desk

ALL = "all"
PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class PlaceConverter(BaseConverter):
    """In addresses: the number of a branch, or all that the user sees."""

    regex = "all|[0-9]{1,18}"


class RowConverter(BaseConverter):
    """In addresses: the number of a row, no larger than a database takes."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)


class MemberConverter(BaseConverter):
    """In addresses: a member number, whatever stands in it. One that an address would not keep as it is, like 4/2, is
    written in base64 behind a ~."""

    regex = "[A-Za-z0-9_-]{1,64}|~[A-Za-z0-9_-]{1,400}"

    def to_python(self, value: str) -> str:
        if not value.startswith("~"):
            return value
        try:
            number = base64.urlsafe_b64decode(value[1:] + "=" * (-len(value[1:]) % 4)).decode()
        except ValueError as error:
            raise ValidationError from error
        if "\0" in number:
            raise ValidationError
        return number

    def to_url(self, value: str) -> str:
        if PLAIN.fullmatch(value):
            return value
        return "~" + base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


class NoSuchMonth(NotFound):
    """The month is what is wrong with an address; `description` is what stands there for it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A month, and branches of the user's: `place` as it stands in addresses, `name` theirs together; `one` if the page
    is about a single branch."""

    period: Period
    place: str
    branches: tuple[Place, ...]
    name: str
    one: Place | None

    @property
    def month(self) -> str:
        return self.period.month


def seen(desk: Desk, place: str, written: str) -> Seen:
    """A month written YYYY-MM, of a branch or of all."""
    period = _month(desk, written)
    if place != ALL:
        branch = branch_of_theirs(desk, int(place))
        return Seen(period, place, (branch,), branch.name, branch)
    branches = desk.seen_by(g.user)
    one = branches[0] if g.user.role == "branch" and branches else None
    return Seen(period, place, branches, g.user.place or desk.words.names["county"], one)


def theirs(desk: Desk) -> frozenset[int]:
    """The ids of the user's branches."""
    return frozenset(place.id for place in desk.seen_by(g.user))


def branch_of_theirs(desk: Desk, branch: int) -> Place:
    return next((place for place in desk.seen_by(g.user) if place.id == branch), None) or abort(404)


def branch_chosen(desk: Desk, written: str) -> Place | None:
    """The one that is asked for (404 if it is not theirs); without asking, the only one there is."""
    if written:
        return branch_of_theirs(desk, int(written)) if re.fullmatch("[0-9]{1,18}", written) else abort(404)
    theirs = desk.seen_by(g.user)
    return theirs[0] if len(theirs) == 1 else None


def branch_named(desk: Desk, name: str) -> Place:
    """One of theirs."""
    return next((place for place in desk.seen_by(g.user) if place.name == name), None) or abort(404)


def member_of_theirs(desk: Desk, number: str) -> Enrolled:
    """By their member number."""
    with desk.database.reading() as connection:
        try:
            (member,) = enrolled(connection, number=number, within=theirs(desk))
        except NotEnrolled:
            abort(404)
    return member


def _month(desk: Desk, written: str) -> Period:
    try:
        return desk.month(written)
    except NotAMonth:
        raise NoSuchMonth(written) from None

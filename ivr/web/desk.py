"""What the pages are made from, and what a user of them may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec.structs import replace

from ivr.config import Settings
from ivr.records import exemptions, follow_ups, places, roster
from ivr.records.db import Database
from ivr.records.follow_ups import Followed
from ivr.records.places import Place
from ivr.records.progress import Counting
from ivr.records.roster import Enrolled
from ivr.records.users import Known
from ivr.reports import facts
from ivr.reports.facts import BriefFacts, Facts, MonthFacts, Whom
from ivr.reports.period import Period, begun, month_at
from ivr.shelf import Shelf
from ivr.vocabulary import Vocabulary
from ivr.web.presses import Presses


@dataclass(frozen=True, slots=True)
class Desk:
    """The records, the lessons, the words of the pages, the key that sign-ins are signed with, the time; and what is
    being pressed."""

    database: Database
    shelf: Shelf
    settings: Settings
    words: Vocabulary
    key: str
    clock: Callable[[], datetime]
    presses: Presses = field(default_factory=Presses)

    def today(self) -> date:
        """The local day."""
        return self.clock().astimezone(self.settings.line.zone).date()

    def this_month(self) -> Period:
        return month_at(self.clock(), self.settings.line.zone)

    def month(self, written: str) -> Period:
        """Raises NotAMonth."""
        return begun(written, self.settings.line.zone, self.clock())

    def seen_by(self, user: Known) -> tuple[Place, ...]:
        with self.database.reading() as connection:
            return places.seen_by(connection, user.role, user.of)

    def counting(self) -> Counting:
        return Counting(self.shelf.catalogue(), self.settings.records.completed_share, self.settings.line.zone)

    def facts(self, period: Period, within: Iterable[Place]) -> Facts:
        """Of these branches' members, and of nobody else."""
        ids = frozenset(place.id for place in within)
        share = self.settings.records.completed_share
        with self.database.reading() as connection:
            return facts.gather(connection, period, self.shelf.catalogue(), share, Whom(within=ids))

    def brief_facts(self, period: Period, within: Iterable[Place], lesson: str | None = None) -> BriefFacts:
        """Likewise, of nobody by name; of one lesson, if any is told."""
        ids = frozenset(place.id for place in within)
        of = (period, self.shelf.catalogue(), self.settings.records.completed_share, ids)
        with self.database.reading() as connection:
            return facts.gather_brief(connection, *of, lesson=lesson)

    def month_facts(self, period: Period, within: Iterable[Place]) -> MonthFacts:
        """Likewise, without the calls."""
        ids = frozenset(place.id for place in within)
        share = self.settings.records.completed_share
        with self.database.reading() as connection:
            return facts.gather_month(connection, period, self.shelf.catalogue(), share, Whom(within=ids))

    def to_choose_from(self, within: Collection[int]) -> list[Enrolled]:
        """The members of the branches with these ids; of who has left by now, it stands behind the name."""
        with self.database.reading() as connection:
            people = roster.enrolled(connection, within=within)
            exempt = exemptions.in_force(connection, self.today())
        left, say = self.words.say("kind_left"), self.words.say
        return [
            replace(each, name=say("with_reason", name=each.name, reason=left))
            if facts.has_left(exempt, each.id)
            else each
            for each in people
        ]

    def followed(self, of: BriefFacts) -> dict[int, Followed]:
        """Who was followed up, of those that a month is about."""
        with self.database.reading() as connection:
            return follow_ups.of_month(connection, of.period.month, [person.id for person in of.people])

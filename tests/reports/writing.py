"""What a secretary wrote down in the village's November: who is excused, a visit, a meeting, hours, a call made."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert

from ivr.records import exemptions, follow_ups, hours, occasions, places, users
from ivr.records.models import Attendance, Visit
from ivr.records.occasions import Written
from ivr.records.places import Place
from ivr.records.progress import Counting, settle
from ivr.records.roster import enrolled
from tests.reports.village import ZONE, Village, at, bye, listens, menu

NOW = at("2026-11-25 09:00")
TODAY = date(2026, 11, 25)
HOME = "初心村党支部"


def places_of(connection: Connection) -> tuple[Place, ...]:
    return places.seen_by(connection, "county", None)


def write_november(village: Village) -> None:
    """In 初心村党支部: 马建民 is excused, 李大山 was at a meeting, 赵福贵 was visited; hours of two are confirmed."""
    connection = village.connection
    ids = {person.number: person.id for person in enrolled(connection)}
    branch = next(place.id for place in places_of(connection) if place.name == HOME)
    users.add(connection, "shuji", "branch", branch, users.hashed("eight-oak-trees", "shuji"), NOW)
    exemptions.exempt(
        connection, ids["004"], "excused", "行动不便，2026年1月登记", date(2026, 10, 5), None, 1, NOW, TODAY
    )
    met = Written(
        "meeting", date(2026, 11, 18), "falls", (ids["002"], ids["005"]), "主题党日", "王书记", "村委会", "学完讨论。"
    )
    occasions.write(connection, branch, met, 1, NOW, TODAY)
    seen = Written("visit", date(2026, 11, 20), "stoves", (ids["003"],), "炉子要通风", "老张", "家里", "=盼子女回家")
    occasions.write(connection, branch, seen, 1, NOW, TODAY)
    hours.confirm(connection, "2026-10", {(ids["001"], "falls"): 320}, 1, NOW)
    hours.confirm(connection, "2026-11", {(ids["001"], "falls"): 5, (ids["002"], "falls"): 3}, 1, NOW)
    follow_ups.tick(connection, ids["102"], "2026-11", "说下周打", 1, NOW)
    _visited_with_the_telephone(village, ids)


def _visited_with_the_telephone(village: Village, ids: dict[str, int]) -> None:
    """004 is visited by 001, hears a lesson whole in the visit, and confirms it; a second visit nobody confirms."""
    lesson = village.falls
    call = village.call("004", "2026-11-17 10:00", menu(), *listens(lesson, 0, 1, 2), bye(9.5), hung_up=1)
    then = at("2026-11-17 10:00")
    there = {"call_id": call, "turn": 1, "member_id": ids["004"], "grade": "visit", "joined": True, "at": then}
    village.connection.execute(insert(Attendance), there)
    visit = {"visitor_id": ids["001"], "edition": lesson.edition, "at": then}
    rows = [
        {"call_id": call, "turn": 2, "member_id": ids["004"], "confirmed": True, **visit},
        {"call_id": call, "turn": 3, "member_id": ids["005"], "confirmed": False, **visit},
    ]
    village.connection.execute(insert(Visit), rows)
    settle(village.connection, call, then, Counting(village.catalogue, 0.9, ZONE))

"""What was typed before somebody had to sign in, as people know it: members and lessons by their names, if theirs."""

from __future__ import annotations

from ivr.records.roster import enrolled
from ivr.records.users import Known
from ivr.web.carried import LABELS, Carried
from ivr.web.desk import Desk


def told(desk: Desk, onward: Carried, user: Known) -> dict[str, list[str]]:
    """What people read of it, by label."""
    with desk.database.reading() as connection:
        people = enrolled(connection, within=[place.id for place in desk.seen_by(user)])
    names = {person.number: person.name for person in people}
    by_id = {str(person.id): person.name for person in people}
    lessons = desk.shelf.catalogue().editions.values()
    titles = {each.slug: desk.words.say("title", title=each.title.words) for each in lessons}

    def named(field: str, value: str) -> str:
        match field:
            case "member" | "members" | "who":
                return names.get(value, value)
            case "lesson":
                return titles.get(value, value)
            case "ticked":
                member, _, lesson = value.partition(" ")
                return f"{by_id.get(member, member)}{titles.get(lesson, lesson)}"
        return value

    read: dict[str, list[str]] = {}
    for field, value in onward.typed:
        if field in LABELS and value:
            read.setdefault(LABELS[field], []).append(named(field, value))
    return read

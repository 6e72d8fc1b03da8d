"""What was typed before somebody had to sign in, as people know it: members and lessons by their names, if theirs."""

from __future__ import annotations

from ivr.records.notices import LONGEST
from ivr.records.roster import enrolled
from ivr.records.users import Known
from ivr.web.carried import Carried, form_at
from ivr.web.desk import Desk

LABELS = {  # by form, of the fields that people type into, as they read there; what else is carried is not for reading
    "visit": {
        "day": "day",
        "member": "visited_whom",
        "lesson": "studied_what",
        "topic": "topic_visit",
        "host": "host_visit",
        "note": "note",
    },
    "meeting": {
        "day": "day",
        "lesson": "studied_what",
        "topic": "topic_meeting",
        "host": "host_meeting",
        "place": "where",
        "members": "who_was_there",
        "note": "col_content",
    },
    "ring_tick": {"member": "name", "outcome": "ring_done"},
    "notice_written": {"member": "notice_for", "words": "notice_words", "closes": "notice_last_day"},
    "replying": {"words": "reply_words"},
    "claim": {"who": "claim_title"},
    "given_back": {"who": "name"},
    "excusing": {"reason": "reason_told", "since": "since_told", "until": "until_told"},
    "hours_confirmed": {"ticked": "confirmed"},
    "user_added": {"name": "user_name"},
}


def told(desk: Desk, onward: Carried, user: Known) -> dict[str, list[str]]:
    """What people read of it, by the label of its field."""
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

    labels, read = LABELS.get(form_at(onward.form), {}), dict[str, list[str]]()
    for field, value in onward.typed:
        if field in labels and value:
            label = desk.words.say(labels[field], most=LONGEST["words"], day=desk.today())
            read.setdefault(label, []).append(named(field, value))
    return read

"""A turn is small enough to wait in the database, whoever is there and however much they have heard."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.catalogue import Lesson
from ivr.dialogue import codec
from ivr.dialogue.scenes.group import MOST_PRESENT
from ivr.dialogue.state import Learner, Month, Place, RollCall, TellingMonth
from ivr.dialogue.turn import Found, Gather, Pressed, Silent, Turn
from tests.dialogue.house import FALLS, NOTICE, REPLY, House, state, told

MOST_BYTES = 16_384
MOST_BYTES_OF_A_GROUP = 20_480  # of thirty, each of them in the middle of a lesson
LESSONS = 12  # on offer at once: a year's


def many(house: House) -> House:
    one = house.lessons[FALLS]
    questions = tuple(replace(one.questions[0], id=f"{n:016x}") for n in range(10))
    made = [
        replace(one, slug=f"fall-prevention-{n}", code=f"T-{n}", questions=questions, edition=f"{n:016x}")
        for n in range(LESSONS)
    ]
    return House({lesson.slug: lesson for lesson in made})


def full(member: int, lessons: dict[str, Lesson]) -> Learner:
    """Somebody who has been everywhere, for whom everything waits, and who is in the middle of the last."""
    places = {
        slug: Place(slug, 17_000, True, tuple(q.id for q in lesson.questions), (lesson.questions[0].id,))
        for slug, lesson in lessons.items()
    }
    places[[*lessons][-1]] = replace(places[[*lessons][-1]], completed=False)
    return Learner(member, "欧阳明月", places, "zh", "slow", 12, replies=(REPLY,) * 3, notices=(NOTICE,) * 2)


def size(turn: Turn) -> int:
    return len(codec.encode(turn).encode())


def test_of_a_group_of_thirty(house: House) -> None:
    year = many(house)
    turn = Turn(
        state(RollCall(), learners=(), learner=None, grade="group", offer=tuple(year.lessons)), (), Gather(10, 12)
    )
    for n in range(MOST_PRESENT):
        turn = year.step(turn, Pressed(f"{n}"), found=Found(full(n, year.lessons)))
    assert len(turn.state.present) == MOST_PRESENT
    begun = year.step(year.step(turn, Silent()), Silent())
    assert told(begun) == "here_we_go go_on_with 防跌倒 part(2) of_parts(3)"
    assert max(size(turn), size(begun)) < MOST_BYTES_OF_A_GROUP, (size(turn), size(begun))


def test_of_a_phone_that_six_share(house: House) -> None:
    """Until one of them has said who is there."""
    year = many(house)
    asking = year.begin(*(full(n, year.lessons) for n in range(6)))
    assert size(asking) < 2 * MOST_BYTES
    known = year.step(asking, Pressed("2"))
    assert size(known) < MOST_BYTES / 2
    assert known.state.learners[1].places and not known.state.learners[0].places


def test_of_a_large_branch_s_month(house: House) -> None:
    month = Month(500, 0, tuple("欧阳明月" for _ in range(500)), (REPLY,) * 20)
    turn = house.step(state(TellingMonth(month), staff=0), Pressed("1"))
    assert size(turn) < MOST_BYTES, size(turn)

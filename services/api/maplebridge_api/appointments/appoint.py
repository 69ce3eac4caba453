"""Appoint a person to a post."""

from typing import Any
from uuid import UUID

from maplebridge_domain.appointment import PostTaken, check_alive
from maplebridge_domain.authority import Right

from ..organisations.service import POST_TO_FILL, Post
from ..people.service import PERSON_TO_APPOINT, must_be_named
from ..platform.bodies import range_text
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, queries, rule_queries
from .interest import supervision
from .schemas import NewAppointment, NewCrossAppointment
from .seating import seating


async def appoint(write: Write, appointments: Items[NewAppointment]) -> list[Created]:
    """Appoint persons to posts; the database says when a post is taken.

    Raises:
        What `seat` raises.
    """
    made, posts = await seat(write, appointments)
    ids = [one.id for one in made]
    await write.record_created(events.APPOINTED, "appointments", ids, posts)
    return made


async def seat(
    write: Write, appointments: Items[NewAppointment]
) -> tuple[list[Created], list[Post]]:
    """Put persons in posts; the event is the caller's.

    Raises:
        NotFound, EmptyPeriod, PersonMerged, PersonErased, PersonDied, PostTaken, AlreadyHoldsPost,
        GridOfPostClosed, CommitteeNotSitting, SupervisesIt, OfficeNotYoursToFill, OwnOffice.
    """
    people = await appointments.named(write.tx, PERSON_TO_APPOINT, "person_id")
    posts = await appointments.named(write.tx, POST_TO_FILL, "post_id")
    must_be_there = await seating(write.tx, posts.values())
    died_at = dict(await write.tx.all(rule_queries.DEATHS, person_ids=list(people)))
    must_not_supervise = await supervision(
        write.tx, [(new.person_id, posts[new.post_id]) for new in appointments]
    )

    def values(new: NewAppointment) -> dict[str, object]:
        post = posts[new.post_id]
        write.caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
        same_street(people[new.person_id].street_id, post)
        write.caller.must_fill(post.place.holder, post.place.post_kind, new.person_id)
        must_be_named(people[new.person_id], "/person_id")
        check_alive(new.during.period(), died_at.get(new.person_id))
        must_be_there(post, new.during.period())
        must_not_supervise(new.person_id, post, new.during.period())
        return values_of(new, post, new.person_id)

    made = await take_places(write, appointments, appointments.each(values))
    return made, list(posts.values())


def same_street(street_id: int, post: Post) -> None:
    """Refuse a post of another street than the person's.

    Raises:
        NotFound.
    """
    if street_id != post.street_id:
        raise NotFound("/post_id")


def values_of(
    new: NewAppointment | NewCrossAppointment, post: Post, person_id: UUID
) -> dict[str, object]:
    """Return the values of a plain appointment; a cross-appointment puts its own in their place."""
    return {
        "id": new.id,
        "street_id": post.street_id,
        "post_id": post.id,
        "seats": post.seats,
        "person_id": person_id,
        "during": range_text(new.during.period()),
        "step": None,
        "rests_on": None,
        "contract_id": None,
        "election": None,
        "no_interest_declared_on": None,
        "evidence": None,
    }


async def take_places(
    write: Write, items: Items[Any], values: list[dict[str, object]]
) -> list[Created]:
    """Seat persons, each in the lowest place that is free in their whole term.

    Raises:
        PostTaken.
    """
    made = []
    for index, one in enumerate(values):  # one by one: each takes the lowest place left free
        created = await write.tx.maybe(queries.APPOINT, **one)
        if created is None:
            problem = PostTaken()
            problem.pointer = items.pointer(index) + problem.pointer
            raise problem
        made.append(created)
    return made

"""What is read of committees, and the statements of their writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from maplebridge_domain.committee import CommitteeKind, Handed, Renewal
from maplebridge_domain.period import Period

from ..grid.service import (
    begins_as_one,
    closed_at,
    heir_of,
    kin,
    of_one,
    path_of,
    runs_in,
    stood_for,
    taken_in,
)
from ..organisations.service import name_of
from ..platform.database import (
    Statement,
    an_id,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
    json_period,
    timeliness,
)
from ..platform.paging import Pages, Single
from ..platform.request import Created
from .tables import committee_member, committee_term

_id = bindparam("id", type_=Uuid)
_quarter_id: ColumnElement[UUID] = bindparam("quarter_id", type_=Uuid)
_at = bindparam("at", type_=DateTime(timezone=True))
#: Of when a list is, if it is of an instant.
_then: ColumnElement[datetime] = bindparam("then", type_=DateTime(timezone=True))
_today = bindparam("today", type_=Date)
_ONE: ColumnElement[int] = literal_column("1")
_HUNDRED: ColumnElement[int] = literal_column("100")
_IS_OWNERS: ColumnElement[bool] = committee_term.c.kind == literal_column("'owners_committee'")

_TERM: Mapping[str, ColumnElement[Any]] = {
    "id": committee_term.c.id,
    "street_id": committee_term.c.street_id,
    "organisation_id": committee_term.c.organisation_id,
    "quarter_id": committee_term.c.quarter_id,
    "kind": committee_term.c.kind,
    "during": json_period(committee_term.c.during),
    "members": committee_term.c.members,
    "owners": committee_term.c.owners,
    "election": case(
        (
            _IS_OWNERS,
            json_object(voted_on=committee_term.c.voted_on, votes=committee_term.c.votes),
        )
    ),
    "file_by": committee_term.c.file_by,
    "filed_on": committee_term.c.filed_on,
    "filing_number": committee_term.c.filing_number,
    "filed_late": committee_term.c.filed_on > committee_term.c.file_by,
    "confirmed_at": committee_term.c.confirmed_at,
    "confirmer": committee_term.c.confirmer,
    "confirmed_in_capacity": committee_term.c.confirmed_in_capacity,
    "renew_from": committee_term.c.renew_from,
    "hand_over_by": committee_term.c.hand_over_by,
    **{f"{one}_handed_on": committee_term.c[f"{one}_handed_on"] for one in Handed},
}
TERM_OUT = json_object(**_TERM)

ADD_TERMS = Statement(insert_rows(committee_term, committee_term.c.id, TERM_OUT), Created)
ADD_MEMBERS = Statement(insert_rows(committee_member, committee_member.c.id), an_id)


@dataclass(frozen=True)
class Term:
    """A committee's term as its changes look at it."""

    id: UUID
    street_id: int
    organisation_id: UUID
    quarter_path: str
    kind: CommitteeKind
    during: Period
    voted_on: date | None
    file_by: date | None
    version: int


def _term(
    id_: UUID, street_id: int, organisation_id: UUID, path: str, kind: str, during: Any, *more: Any
) -> Term:
    period = Period(during.lower, during.upper)
    return Term(id_, street_id, organisation_id, path, CommitteeKind(kind), period, *more)


_CHANGING = (
    committee_term.c.street_id,
    committee_term.c.organisation_id,
    path_of(committee_term.c.street_id, committee_term.c.quarter_id),
    committee_term.c.kind,
    committee_term.c.during,
    committee_term.c.voted_on,
    committee_term.c.file_by,
    committee_term.c.version,
)
TERM_TO_CHANGE = Statement(by_ids(committee_term, *_CHANGING).with_for_update(), _term)
#: The property management committee that sits in a quarter, or one it took in, at an instant, and did before.
STANDING_IN = Statement(
    select(committee_term.c.id, *_CHANGING)
    .where(
        in_scope(committee_term),
        or_(
            committee_term.c.quarter_id == _quarter_id,
            committee_term.c.quarter_id.in_(taken_in(committee_term.c.street_id, _quarter_id, _at)),
        ),
        ~_IS_OWNERS,
        committee_term.c.during.contains(_at),
        func.lower(committee_term.c.during) < _at,
    )
    .with_for_update(),
    _term,
)


def _change(**values: Any) -> Statement[Created]:
    return Statement(
        update(committee_term)
        .where(in_scope(committee_term), committee_term.c.id == _id)
        .values(version=committee_term.c.version + _ONE, **values)
        .returning(committee_term.c.id, TERM_OUT),
        Created,
    )


FILE = _change(
    filed_on=bindparam("filed_on", type_=Date),
    filing_number=bindparam("filing_number", type_=Text),
    confirmed_at=_at,
    confirmer=bindparam("confirmer", type_=Text),
    confirmed_in_capacity=bindparam("capacity", type_=Uuid),
)
END = _change(
    during=func.tstzrange(func.lower(committee_term.c.during), _at),
    hand_over_by=bindparam("hand_over_by", type_=Date),
)
#: A day for what is handed over now; of the rest it stays as it was.
HAND_OVER = _change(
    **{
        f"{one}_handed_on": func.coalesce(
            bindparam(one, type_=Date), committee_term.c[f"{one}_handed_on"]
        )
        for one in Handed
    }
)

_kin = kin(bindparam("ids", type_=ARRAY(Uuid())))
#: Terms of committees of a quarter and of those that it has become one with: of all of it since then.
TERMS_OF_ONE = Statement(
    select(
        name_of(committee_term.c.street_id, committee_term.c.organisation_id),
        begins_as_one(_kin, committee_term),
        func.upper(committee_term.c.during),
    ).select_from(_kin.join(committee_term, of_one(_kin, committee_term))),
    lambda name, start, until: (name, Period(start, until)),
)


def sitting(at: ColumnElement[datetime]) -> Select[Any]:
    """Select which quarters have an owners' committee that sits at an instant, for another slice: `grid_id`."""
    here = stood_for(committee_term.c.street_id, committee_term.c.quarter_id, at)
    sits = in_scope(committee_term), _IS_OWNERS, committee_term.c.during.contains(at)
    return select(here.label("grid_id")).where(*sits)


TERM_BY_ID = Single(committee_term, TERM_OUT)
_member = json_object(
    person_id=committee_member.c.person_id, appointment_id=committee_member.c.appointment_id
)
#: Without a version of its own: a person who is merged has another id in it.
MEMBERS = Single(
    committee_term,
    json_object(
        items=select(func.json_agg(aggregate_order_by(_member, committee_member.c.id)))
        .where(
            committee_member.c.street_id == committee_term.c.street_id,
            committee_member.c.term_id == committee_term.c.id,
        )
        .correlate(committee_term)
        .scalar_subquery()
    ),
    versioned=False,
)

_filters: Mapping[str, ColumnElement[bool]] = {
    "organisation_id": committee_term.c.organisation_id == bindparam("organisation_id", type_=Uuid),
    "quarter_id": runs_in(_quarter_id, committee_term, _then),
    "at": committee_term.c.during.contains(_at),
}
_handed = [committee_term.c[f"{one}_handed_on"] for one in Handed]
#: Null until all is handed over.
_handed_over_on: ColumnElement[date] = case(
    (func.num_nulls(*_handed) == literal_column("0"), func.greatest(*_handed)), else_=null()
)
TERMS = Pages(
    committee_term,
    TERM_OUT,
    {
        **_filters,
        "kind": committee_term.c.kind == bindparam("kind", type_=Text),
        # Nothing is due of what has no day by which it is.
        **{
            name: (by.is_not(None)) & (timeliness(done_on, by) == bindparam(name, type_=Text))
            for name, done_on, by in (
                ("filing", committee_term.c.filed_on, committee_term.c.file_by),
                ("handover", _handed_over_on, committee_term.c.hand_over_by),
            )
        },
    },
)

_next = committee_term.alias("next")
_ends = func.upper(committee_term.c.during)
_elected_again = exists(
    select(_ONE)
    .where(
        _next.c.street_id == committee_term.c.street_id,
        heir_of(_next.c.street_id, _next.c.quarter_id)
        == heir_of(committee_term.c.street_id, committee_term.c.quarter_id),
        _next.c.kind == literal_column("'owners_committee'"),
        func.upper(_next.c.during) > _ends,  # also that of a quarter that was taken in
    )
    .correlate(committee_term)
)
_renewal = case(
    (_ends <= _at, literal_column(f"'{Renewal.OVERDUE}'")),
    (committee_term.c.renew_from <= _today, literal_column(f"'{Renewal.DUE}'")),
    else_=literal_column(f"'{Renewal.UPCOMING}'"),
)
#: Owners' committees that no next one follows, in quarters that are there, from so many days before renewal.
RENEWALS = Pages(
    committee_term,
    json_object(**_TERM, renewal=_renewal),
    {
        "quarter_id": _filters["quarter_id"],
        "within_days": (
            committee_term.c.renew_from <= _today + bindparam("within_days", type_=Integer)
        )
        | (_ends <= _at),
    },
    only=_IS_OWNERS
    & ~_elected_again
    & closed_at(committee_term.c.street_id, committee_term.c.quarter_id).is_(None),
)
_party_members = committee_term.c.party_members
_aimed_at = committee_term.c.party_aim_percent * committee_term.c.members
# Beside the list of members, a number that leaves out nobody, or one, says of each whether they are in the
# party; that it is none or one of them is then not to be told from the aim either: where one alone would
# reach it, whether it is reached is not told at all.
_leaves_open_who = func.least(
    _party_members, committee_term.c.members - _party_members
) > literal_column("1")
_reached: ColumnElement[bool] = case(
    (_aimed_at > _HUNDRED, _HUNDRED * _party_members >= _aimed_at), else_=null()
)
#: Owners' committees that sit `at` an instant, with their share of party members.
PARTY_SHARES = Pages(
    committee_term,
    json_object(
        **{name: _TERM[name] for name in ("id", "street_id", "organisation_id", "quarter_id")},
        members=committee_term.c.members,
        party_members=case((_leaves_open_who, _party_members)),
        share_percent=case(
            (_leaves_open_who, _HUNDRED * _party_members // committee_term.c.members)
        ),
        aim_percent=committee_term.c.party_aim_percent,
        reached=_reached,
    ),
    {**_filters, "reached": _reached == bindparam("reached", type_=Boolean)},
    only=_IS_OWNERS,
)

#: Of who is forgotten nothing says whether they were a party member; the committee's number stays.
FORGET = Statement(
    update(committee_member)
    .where(in_scope(committee_member), committee_member.c.person_id == _id)
    .values(party_member=null())
    .returning(committee_member.c.id),
    an_id,
)

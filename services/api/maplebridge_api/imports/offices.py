"""Loading people, and the posts that they hold."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from maplebridge_domain.cross_appointment import Step
from maplebridge_domain.importing import (
    GridUnknown,
    OrganisationAmbiguous,
    OrganisationUnknown,
    PersonKeptDifferently,
    PersonNeedsKey,
)
from maplebridge_domain.person import mask_name
from maplebridge_domain.posts import LEADERS, LeaderThereAlready, check_places, check_post_place
from maplebridge_domain.spreadsheet import refusal_of, uuid_in

from ..organisations import service as organisations
from ..people import service as people
from ..platform.ids import new_id
from ..platform.personal import phone_hashes
from .findings import NoteKind
from .loading import Batches, FirstRows, Ids, Loading
from .reading import Line

_PEOPLE = uuid5(NAMESPACE_URL, "maplebridge:people")


class People:
    """The street's people, found by the office's own number or by phone, as their names cannot be read."""

    def __init__(self, loading: Loading, kept: list[people.PersonLine]) -> None:
        self._street_id = loading.street_id
        self._compared: set[UUID] = set()
        loading.findings.compared = self._compared
        self.by_id = {one.id: one for one in kept}
        self.by_phone = {one.phone_hash: one for one in kept if one.phone_hash}

    def id_of(self, key: str) -> UUID:
        """Return the id of who has an office's number: the id itself, or one made from the number."""
        given = uuid_in(key)
        return given or uuid5(_PEOPLE, f"{self._street_id}/{key}")

    def find(self, key: str | None, phone: str | None) -> people.PersonLine | None:
        """Return who has a number, or else a phone; that somebody was looked at will be recorded."""
        found = self.by_id.get(self.id_of(key)) if key else None
        if found is None and phone:
            hashes = phone_hashes(phone)
            found = next((self.by_phone[one] for one in hashes if one in self.by_phone), None)
        if found is not None:
            self._compared.add(found.id)
        return found


async def load_people(loading: Loading, batches: Batches) -> None:
    """Enter the people of a sheet that are not there yet, as it is read."""
    known = People(loading, await loading.write.tx.all(people.PERSON_LEDGER))
    keys, phones = FirstRows(loading, "person_key"), FirstRows(loading, "phone")
    async for batch in batches:
        made = []
        for line in filter(lambda line: line.sound, batch):
            key, phone = line.values["person_key"], line.values["phone"]
            if not key and not phone:
                loading.refuse(PersonNeedsKey(), line, "person_key")
                continue
            first_key = not key or keys.first(line, key)
            first_phone = not phone or phones.first(line, phone)
            found = known.find(key, phone)
            if found is not None:
                compare(loading, line, found, "name")
                if line.values["party_member"] is not None:
                    loading.findings.note(NoteKind.PARTY_MEMBER_KEPT, line.row)
                loading.findings.rows_kept += 1
            elif first_key and first_phone:
                made.append((line, _new_person(known, loading.street_id, line.values)))
        if not loading.findings.faults:
            await loading.enter("person", made, people.create_people)


def compare(loading: Loading, line: Line, found: people.PersonLine, name: str) -> None:
    """Refuse a row that says otherwise who somebody is; it is not told what is kept otherwise.

    Party membership is taken of new people only: compared, it would be told of everybody.
    """
    values, phone = line.values, line.values["phone"]
    if (values[name] and mask_name(values[name]) != found.name_masked) or (
        phone and found.phone_hash not in phone_hashes(phone)
    ):
        loading.findings.refuse(PersonKeptDifferently(), line.row)


def _new_person(known: People, street_id: int, values: Mapping[str, Any]) -> people.NewPerson:
    id_ = known.id_of(values["person_key"]) if values["person_key"] else new_id()
    return people.NewPerson(
        id=id_,
        street_id=street_id,
        name=values["name"],
        phone=values["phone"],
        party_member=values["party_member"],
    )


class Posts:
    """The posts of a street, and those that a sheet adds."""

    def __init__(self, loading: Loading, kept: list[organisations.PostLine]) -> None:
        self._loading = loading
        self._ids = Ids(loading, "post_id")
        self.grids: Mapping[str, Any] = {}
        self.holders: defaultdict[tuple[str, str | None, str | None], list[UUID]] = defaultdict(
            list
        )
        self.new: list[tuple[Line, organisations.NewPost]] = []
        self._keys = {
            one.id: (one.grid_path, one.organisation_kind, one.organisation, one.kind, one.post)
            for one in kept
        }
        self._known = {self._keys[one.id]: (one.id, one.seats) for one in kept}
        self.seats = {one.id: one.seats for one in kept}
        self._added: set[tuple[Any, ...]] = set()  # by this sheet
        #: Who has a leader's post already: an organisation has one of each.
        self._led = {(one.organisation_id, one.kind) for one in kept if one.kind in LEADERS}

    def starts(self, step: Step, post_id: UUID) -> bool:
        """Tell whether a step starts from a post."""
        key = self._keys.get(post_id)  # none: of an organisation that is dissolved
        return key is not None and key[3] in step.source_posts and key[1] == step.source_holder

    def find(self, line: Line) -> UUID | None:
        """Return a line's post, one that is there or one to be made; None: it is refused."""
        values = line.values
        place = (values["grid_path"], values["organisation_kind"], values["organisation"])
        name = values["post"] or values["kind"]
        key = (*place, values["kind"], name)
        given: UUID | None = values["post_id"]
        if given in self.seats and self._keys[given] == key:  # of several that bear one name
            self._loading.differs(line, {"seats": self.seats[given]})
            return given
        if key in self._known and (given is None or key not in self._added):
            id_, seats = self._known[key]
            self._loading.differs(line, {"seats": seats, "post_id": id_})
            return id_
        return self._add(line, key)

    def _add(self, line: Line, key: tuple[Any, ...]) -> UUID | None:
        grid_path, holder_kind, holder_name, kind, name = key
        in_organisation = holder_kind is not None or holder_name is not None
        refused = None
        if holder_kind is not None or not in_organisation:  # a name alone tells no kind
            refused = refusal_of(
                lambda: check_post_place(kind, holder_kind, on_grid=not in_organisation)
            )
        holders = self.holders.get((grid_path, holder_kind, holder_name), [])
        if grid_path not in self.grids:
            self._loading.refuse(GridUnknown(), line, "grid_path")
        elif refused is not None:
            self._loading.refuse(refused, line, "kind")
        elif in_organisation and len(holders) != 1:
            problem = OrganisationAmbiguous() if holders else OrganisationUnknown()
            self._loading.refuse(problem, line, "organisation")
        else:
            seats = line.values["seats"] or 1
            self._loading.check(line, "seats", lambda: check_places(kind, seats))
            if in_organisation and kind in LEADERS:
                if (holders[0], kind) in self._led:
                    self._loading.refuse(LeaderThereAlready(), line, "kind")
                self._led.add((holders[0], kind))
            post = organisations.NewPost(
                id=self._ids.of(line),
                organisation_id=holders[0] if in_organisation else None,
                grid_id=None if in_organisation else self.grids[grid_path].id,
                kind=kind,
                name=name,
                seats=seats,
            )
            assert post.id is not None
            self.new.append((line, post))
            self._known[key] = (post.id, seats)
            self.seats[post.id] = seats
            self._keys[post.id] = key
            self._added.add(key)
            return post.id
        return None

"""Loading organisations, each after those that it answers to."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from maplebridge_domain.grid_attributes import check_answers
from maplebridge_domain.hierarchy import CreditCodeTaken, check_dual_leadership, check_parent
from maplebridge_domain.importing import (
    GridUnknown,
    OrganisationAmbiguous,
    OrganisationsInCircle,
    OrganisationUnknown,
)
from maplebridge_domain.organisation import OrganisationKind

from ..grid.service import GridLine
from ..organisations import service as organisations
from .links import Links
from .loading import Batches, FirstRows, Ids, Loading, all_lines
from .places import grids_of
from .reading import Line

_SUPERIORS = ("parent", "community_party_org")


@dataclass(frozen=True)
class Superior:
    """An organisation that others may answer to: one that is there, or of the same sheet."""

    id: UUID
    kind: OrganisationKind
    path: str


Named = Mapping[str, list[Superior]]


async def load_organisations(loading: Loading, batches: Batches) -> None:
    """Enter the organisations of a sheet that are not there yet; a parent may stand below."""
    lines, meant = await all_lines(batches, "name")
    grids = await grids_of(loading)
    kept = await loading.write.tx.all(organisations.ORGANISATION_LEDGER)
    known = {(one.grid_path, one.kind, one.name): one for one in kept}
    named: defaultdict[str, list[Superior]] = defaultdict(list)
    for one in kept:
        named[one.name].append(Superior(one.id, OrganisationKind(one.kind), one.grid_path))
    codes = {one.uscc for one in kept if one.uscc}
    links = Links(loading, grids, "party_org_id", "answers_for")
    once, ids = FirstRows(loading, "name"), Ids(loading)
    new: dict[UUID, Line] = {}
    for line in lines:
        values = line.values
        key = (values["grid_path"], values["kind"], values["name"])
        if not once.first(line, key):
            continue
        if key in known:
            names = (*_SUPERIORS, "uscc", "id")
            loading.differs(line, {name: getattr(known[key], name) for name in names})
            links.add(line, known[key].id, partial(_must_answer, values["kind"]))
            loading.findings.rows_kept += 1
            continue
        if values["grid_path"] not in grids:
            loading.refuse(GridUnknown(), line, "grid_path")
        if values["uscc"] in codes:
            loading.refuse(CreditCodeTaken(), line, "uscc")
        elif values["uscc"]:
            codes.add(values["uscc"])
        new[id_ := ids.of(line)] = line
        links.add(line, id_, partial(_must_answer, values["kind"]))
        named[values["name"]].append(Superior(id_, values["kind"], values["grid_path"]))
    superiors = {id_: _superiors(loading, line, named, meant) for id_, line in new.items()}
    ordered = _superiors_first(loading, new, superiors)
    if not loading.findings.faults:
        for generation in ordered:
            made = [
                (
                    new[id_],
                    organisations.NewOrganisation(
                        id=id_,
                        grid_id=grids[new[id_].values["grid_path"]].id,
                        kind=new[id_].values["kind"],
                        name=new[id_].values["name"],
                        parent_id=superiors[id_][0],
                        community_party_org_id=superiors[id_][1],
                        uscc=new[id_].values["uscc"],
                    ),
                )
                for id_ in generation
            ]
            await loading.enter("organisation", made, organisations.create_organisations)
        await links.enter()


def _must_answer(kind: OrganisationKind, grid: GridLine) -> None:
    check_answers(kind, grid.level)


def _superiors(
    loading: Loading, line: Line, named: Named, meant: Set[str]
) -> tuple[UUID | None, UUID | None]:
    """Return whom a line's organisation answers to; what does not fit is refused."""
    if not meant.isdisjoint(line.values[name] for name in _SUPERIORS):
        return None, None
    kind, path = line.values["kind"], line.values["grid_path"]
    parent, community = (_superior(loading, line, name, named) for name in _SUPERIORS)
    if parent is not None or not line.values["parent"]:  # else that name is refused already
        loading.check(line, "parent", lambda: check_parent(kind, path, parent))
    loading.check(line, "community_party_org", lambda: check_dual_leadership(kind, community))
    return parent.id if parent else None, community.id if community else None


def _superior(loading: Loading, line: Line, column: str, named: Named) -> Superior | None:
    name = line.values[column]
    found = named.get(name, []) if name else []
    if name and len(found) != 1:
        problem = OrganisationAmbiguous() if found else OrganisationUnknown()
        loading.refuse(problem, line, column)
        return None
    return found[0] if found else None


def _superiors_first(
    loading: Loading, new: Mapping[UUID, Line], superiors: Mapping[UUID, tuple[UUID | None, ...]]
) -> list[list[UUID]]:
    """Order what is new by generations."""
    generations: list[list[UUID]] = []
    left = dict.fromkeys(new)
    while left:
        generation = [id_ for id_ in left if not left.keys() & {*superiors[id_]}]
        if not generation:
            for id_ in left:
                loading.refuse(OrganisationsInCircle(), new[id_], "parent")
            break
        generations.append(generation)
        for id_ in generation:
            del left[id_]
    return generations

import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from maplebridge.sample.facts import DATA, document
from maplebridge.sample.world import World, build
from maplebridge_domain.hierarchy import check_dual_leadership, check_parent
from maplebridge_domain.identifier import check_credit_code
from maplebridge_domain.organisation import OrganisationKind
from maplebridge_domain.service_contract import file_by

from .lookup import Lookup


def test_households_residents_and_enterprises_are_exactly_the_streets(world: World) -> None:
    figures = document("tianqiao")
    kinds = Counter(str(o["kind"]) for o in world.organisations)

    assert len(world.households) == figures["households"] == 16252
    assert sum(h["residents"] for h in world.households) == figures["residents"] == 37452
    assert kinds["property_enterprise"] == kinds["enterprise_party_org"] == 14


def test_the_communities_are_the_real_ones_and_one_is_a_village(world: World) -> None:
    lines = (DATA / "divisions.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    real = {row["code"][-3:] for row in rows if row["level"] == "community"}
    communities = [grid for grid in world.grids if grid["level"] == "community"]

    assert {grid["code"] for grid in communities} == real
    assert [grid["name"] for grid in communities if grid["code"] >= "200"] == ["万庄村"]


def test_units_have_20_to_60_households_and_codes_unique_in_their_community(world: World) -> None:
    look = Lookup(world)
    units = [grid for grid in world.grids if grid["level"] == "unit"]
    sizes = Counter(h["grid_id"] for h in world.households)
    codes = Counter((look.path(u["id"]).split("/")[1], u["code"]) for u in units)

    assert set(sizes) == {unit["id"] for unit in units}
    assert all(20 <= size <= 60 for size in sizes.values())
    assert all(1 <= h["residents"] <= 6 for h in world.households)
    assert set(codes.values()) == {1}
    assert all(len(code) == 3 and code != "000" for _, code in codes)


def test_every_grid_comes_after_its_parent_and_one_level_or_two_above(world: World) -> None:
    levels = {world.street["grid_id"]: "street"}
    allowed = {
        "community": {"street"},
        "quarter": {"community"},
        "lane": {"quarter"},
        "unit": {"quarter", "lane"},
    }
    for grid in world.grids:
        assert levels[grid["parent_id"]] in allowed[grid["level"]]
        levels[grid["id"]] = grid["level"]


@dataclass(frozen=True)
class At:
    kind: OrganisationKind
    path: str


def test_every_organisation_answers_to_whom_it_may_and_almost_all_to_somebody(world: World) -> None:
    look = Lookup(world)
    placed = {
        id_: At(OrganisationKind(one["kind"]), look.path(one["grid_id"]))
        for id_, one in look.organisations.items()
    }
    for id_, one in look.organisations.items():
        check_parent(placed[id_].kind, placed[id_].path, placed.get(one["parent_id"]))
        check_dual_leadership(placed[id_].kind, placed.get(one["community_party_org_id"]))
        if one["uscc"]:
            check_credit_code(one["uscc"])
    alone = {one["kind"] for one in world.organisations if one["parent_id"] is None}
    assert alone == {"street_working_committee", "management_department", "property_enterprise"}
    led_twice = [o for o in world.organisations if o["community_party_org_id"]]
    assert {o["kind"] for o in led_twice} == {"enterprise_party_org"}
    assert len(led_twice) == 14


def test_most_contracts_are_filed_in_time_some_late_and_some_not(world: World) -> None:
    stands = Counter(
        "missing"
        if contract["filed_on"] is None
        else contract["filed_on"]
        <= file_by(date.fromisoformat(contract["signed_on"]), date.max).isoformat()
        for contract in world.contracts
    )
    assert stands[True] > 35
    assert min(stands[False], stands["missing"]) >= 1


def test_addresses_are_unique(world: World) -> None:
    assert len({h["address"] for h in world.households}) == len(world.households)


def test_telephones_are_nobodys_and_names_are_told_apart(world: World) -> None:
    assert all(p["phone"].startswith("1540000") and len(p["phone"]) == 11 for p in world.people)
    assert len({p["phone"] for p in world.people}) == len(world.people)
    assert len({p["name"] for p in world.people}) == len(world.people)


def test_ids_are_uuids_and_no_two_things_share_one(world: World) -> None:
    lists = (
        *(world.grids, world.households, world.organisations, world.posts, world.people),
        *(world.contracts, world.appointments, world.cross_appointments, world.meetings),
        *(world.tasks, world.ballots, world.disputes, world.records),
    )
    ids = [body["id"] for bodies in lists for body in bodies]

    assert len(set(ids)) == len(ids)
    assert all(str(UUID(one)) == one for one in ids)


def written(world: World) -> str:
    return json.dumps(asdict(world), ensure_ascii=False)


def test_the_same_seed_gives_the_same_bytes_and_another_another_street(world: World) -> None:
    other = build(257)

    assert written(build(256)) == written(world)
    assert written(other) != written(world)
    assert len(other.households) == 16252
    assert sum(h["residents"] for h in other.households) == 37452
    assert {h["id"] for h in other.households}.isdisjoint(h["id"] for h in world.households)

"""Masked by default: no list, no single read and no answer to a write shows a name or phone in full."""

import io
import json
from collections.abc import Iterable
from zipfile import ZipFile

import httpx

from maplebridge_api.platform.openapi import routes_of
from maplebridge_domain.authority import AUTHORITY, Right, Role
from tests.api.imports.sheets import PEOPLE, csv_of, imports
from tests.api.platform.test_isolation import everything, furnish, single
from tests.world import TIANQIAO, Actor, Json, Tianqiao, dispute, id_of, outcome

NAME, PHONE = "欧阳晓枫", "15412345678"
OUYANG = {"id": id_of("ouyang"), "street_id": TIANQIAO, "name": NAME, "phone": PHONE}
#: Where a name is shown in full, and why: the notice board; and, recorded, all that is kept.
IN_FULL = {"/office-holders", "/people/{id}/export"}
#: What asks for the right to unmask beside the right of its route.
ON_PURPOSE = {"/people/{id}/export"}
#: What a query must hold.
QUERIES: dict[str, Json] = {
    "/import-templates": {"shape": "people"},
    "/grids/{id}/weekly-meetings": {"from": "2026-10-01", "until": "2026-11-01"},
}
#: What is given to whom it came from, and to nobody else: the clerk's own sheet, in full.
OF_ONES_OWN = {"/imports/{id}/copy"}


async def everything_shown(
    actor: Actor, tianqiao: Tianqiao, rights: Iterable[Right], *, handed_in: bool
) -> dict[str, str]:
    """Call every route that reads, about the newest of what is there; return what each answered.

    Nothing is passed over: each is answered with 200, or with 403 to whom its right is missing; what
    the clerk has handed in is for others not there.
    """
    shown: dict[str, str] = {}
    for route in routes_of(tianqiao.app):
        path = route.path_format.removeprefix("/v1")
        if route.methods != {"GET"} or not route.path_format.startswith("/v1"):
            continue
        named = {field.name for field in route.dependant.query_params}
        query: Json = {"street_id": TIANQIAO} if "street_id" in named else {}
        query |= QUERIES.get(path, {})
        if "limit" in named:
            query["limit"] = 200
        for place in await places_of(path, tianqiao.clerk_li):
            answer = await actor.gets(place, params=query)
            asked = {route.needs} | ({Right.PEOPLE_UNMASK} if path in ON_PURPOSE else set())
            allowed = asked <= {*rights, None}
            hidden = path in OF_ONES_OWN and not handed_in
            there = "404 not_found" if hidden else "200"
            assert outcome(answer) == (there if allowed else "403 right_missing"), place
            shown[path] = shown.get(path, "") + text_of(answer) + str(answer.headers)
    return shown


def text_of(answer: httpx.Response) -> str:
    """Return what an answer says; a spreadsheet is a packed one."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


async def places_of(path: str, clerk: Actor) -> list[str]:
    """Fill a path with what is there: the newest of its collection."""
    collection, _, parameters = path.partition("/{")
    if not parameters:
        return [path]
    newest = (await everything(clerk, collection) or [])[:20]
    assert newest, path
    return [single(collection, one) + path.rpartition("}")[2] for one in newest]


async def test_whoever_reads_whatever_sees_masks(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await furnish(tianqiao)
    wrong = csv_of(PEOPLE, ["A-1", NAME, PHONE, ""], ["A-2", "", "", ""])
    assert (await imports(tianqiao, "people", wrong))["state"] == "refused"
    written = [(await clerk.posts("/people", OUYANG)).text]
    office = {
        "id": id_of("ouyang in committee"),
        "person_id": id_of("ouyang"),
        "post_id": id_of("member of huayuan committee"),
        "during": {"from": "2026-10-20T00:00:00+08:00", "until": "2026-12-31T00:00:00+08:00"},
    }
    written.append(json.dumps(await clerk.makes("/appointments", office), ensure_ascii=False))
    reported = await tianqiao.logged_in("ouyang").posts("/disputes", dispute())
    written.append(reported.text)
    written.append(
        (await clerk.changes("/people/" + id_of("ouyang"), "correction", OUYANG_IS)).text
    )
    masked = set(Right) - {Right.PEOPLE_UNMASK}
    system = tianqiao.system("reads all", rights=masked)
    xu = await tianqiao.in_office("xu in working committee")
    secretary = AUTHORITY[Role.STREET_SECRETARY]
    for actor, rights in ((system, masked), (clerk, Right), (xu, secretary)):
        shown = await everything_shown(actor, tianqiao, rights, handed_in=actor is clerk)
        assert len(shown) > 25
        assert "欧阳**" in shown["/people"] + shown["/people/{id}"]
        assert "154****5678" in shown["/people/{id}"]
        for path, text in shown.items():
            if path in OF_ONES_OWN and actor is clerk:
                continue
            if path not in IN_FULL or (actor is system and path != "/office-holders"):
                assert NAME not in text, path
                assert PHONE not in text, path
            if path != "/people/{id}/export":
                assert PHONE not in text, path
        assert (NAME in shown["/imports/{id}/copy"]) == (actor is clerk)
    assert NAME in shown["/office-holders"]  # the exceptions are real ones
    assert PHONE in shown["/people/{id}/export"]
    assert NAME not in "".join(written)
    assert PHONE not in "".join(written)
    events = await tianqiao.asks("SELECT json_agg(e)::text FROM event e")
    assert NAME not in json.dumps(json.loads(events), ensure_ascii=False)


#: Nothing is wrong with it: the answer to a correction is looked at, too.
OUYANG_IS = {"name": NAME, "phone": PHONE}

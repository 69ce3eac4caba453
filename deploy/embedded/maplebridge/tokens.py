"""Access tokens of a running installation, for trying the API by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from maplebridge.database import CLIENTS
from maplebridge.reach import reach
from maplebridge.sample import SEED
from maplebridge.sample.client import ok
from maplebridge.sample.send import CLIENT
from maplebridge.sample.world import build
from maplebridge.trouble import Trouble
from maplebridge.typed import typed
from maplebridge_domain.authority import Role, role_of
from maplebridge_domain.organisation import OrganisationKind, PostKind


@dataclass(frozen=True)
class Holder:
    """A person of the sample street: in an office, named by its appointment, or a resident."""

    name: str
    office: str
    id: str
    role: Role

    def __str__(self) -> str:
        return f"{self.id}  {self.role:25}  {self.name}  {self.office}"


def sample_holders() -> Iterator[Holder]:
    """List who holds which office in the sample street, then those who hold none."""
    world = build(SEED)
    names = {person["id"]: person["name"] for person in world.people}
    organisations = {one["id"]: one for one in world.organisations}
    posts = {post["id"]: post for post in world.posts}
    held = {one["id"]: one["person_id"] for one in world.appointments}
    held |= {one["id"]: held[one["source_id"]] for one in world.cross_appointments}
    for appointment in (*world.appointments, *world.cross_appointments):
        post = posts[appointment["post_id"]]
        at = organisations.get(post.get("organisation_id", ""))
        yield Holder(
            names[held[appointment["id"]]],
            f"{at['name'] if at else ''}{post['name']}",
            appointment["id"],
            role_of(OrganisationKind(at["kind"]) if at else None, PostKind(post["kind"])),
        )
    for id_, name in names.items():
        if id_ not in held.values():
            yield Holder(name, "居民", id_, Role.RESIDENT)


def examples() -> Iterator[str]:
    """List one holder of each role in the sample street, the systems, and how to find the others."""
    holders = list(sample_holders())
    first: dict[Role, Holder] = {}
    for holder in holders:
        first.setdefault(holder.role, holder)
    yield from (str(first[role]) for role in Role if role in first)
    yield from (f"{f'--client {client}':36}  {role}" for client, (role, _) in CLIENTS.items())
    yield f"One of each role; `{typed('token', '书记')}` searches all {len(holders):,}, by name or office."
    yield f"In a sandbox `{typed('token', '--person')} NAME`, or an id, gives that person's token,"
    yield f"once `{typed('sample', 'tianqiao')}` has loaded them."


def found(search: str) -> list[str]:
    """List the holders in the sample street whose name or office holds some words.

    Raises:
        Trouble: nobody's does.
    """
    those = [str(one) for one in sample_holders() if search in one.name or search in one.office]
    if not those:
        raise Trouble(f"No name or office in the sample street holds {search}: `{typed('token')}`.")
    return those


def find_person(person: str) -> str:
    """Return whom `person` means: an id, or a name in the sample street.

    Raises:
        Trouble: nobody is called so, or they hold several offices.
    """
    try:
        return str(UUID(person))
    except ValueError:
        called = [one for one in sample_holders() if one.name == person]
    if len(called) == 1:
        return called[0].id
    if not called:
        raise Trouble(f"Nobody in the sample street is called {person}: see `{typed('token')}`.")
    offices = "\n".join(f"  {one}" for one in called)
    raise Trouble(f"{person} holds several offices; name one by its id:\n{offices}")


async def fetch_token(data: Path, client_id: str | None, person: str | None) -> str:
    """Ask the installation that runs on a data folder for an access token.

    Raises:
        Trouble: nothing runs there, the client is unknown, a person is asked for outside a
            sandbox, or the API refused.
    """
    reached = reach(data)
    if person and not reached.secrets.sandbox:
        raise Trouble(
            "--person works only with --sandbox: in a real street nobody acts for another. "
            f"For a sandbox: `{typed('up', '--sandbox', data=Path('.maplebridge/sandbox'))}`."
        )
    known = reached.secrets.client_secrets
    client_id = client_id or CLIENT
    if client_id not in known:
        raise Trouble(f"There is no client {client_id}: {', '.join(known)}.")
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": known[client_id],
    }
    if person:
        form["act_as"] = find_person(person)
    async with httpx.AsyncClient(trust_env=False, headers={"Accept-Language": "en"}) as client:
        answer = ok(await client.post(f"{reached.url}/oauth/token", data=form))
    return str(answer.json()["access_token"])

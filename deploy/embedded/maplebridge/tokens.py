"""Access tokens of a running installation, for trying the API by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from maplebridge.reach import reach
from maplebridge.sample import SEED
from maplebridge.sample.client import ok
from maplebridge.sample.send import CLIENT
from maplebridge.sample.world import build
from maplebridge.trouble import Trouble
from maplebridge.typed import typed


@dataclass(frozen=True)
class Holder:
    """A person of the sample street in an office."""

    name: str
    office: str
    appointment_id: str


def sample_holders() -> Iterator[Holder]:
    """List who holds which office in the sample street."""
    world = build(SEED)
    names = {person["id"]: person["name"] for person in world.people}
    organisations = {one["id"]: one["name"] for one in world.organisations}
    posts = {post["id"]: post for post in world.posts}
    for appointment in world.appointments:
        post = posts[appointment["post_id"]]
        at = organisations.get(post.get("organisation_id") or "", "")
        yield Holder(names[appointment["person_id"]], f"{at}{post['name']}", appointment["id"])


def find_appointment(person: str) -> str:
    """Return the appointment that `person` means: its id, or a holder's name in the sample street.

    Raises:
        Trouble: nobody is called so, or several are.
    """
    try:
        return str(UUID(person))
    except ValueError:
        called = [one for one in sample_holders() if one.name == person]
    if len(called) == 1:
        return called[0].appointment_id
    if not called:
        raise Trouble(f"Nobody in the sample street is called {person}: see `{typed('token')}`.")
    offices = "\n".join(f"  {one.appointment_id}  {one.office}" for one in called)
    raise Trouble(f"{person} holds several offices; name one by its id:\n{offices}")


async def fetch_token(data: Path, client_id: str | None, person: str | None) -> str:
    """Ask the installation that runs on a data folder for an access token.

    Raises:
        Trouble: nothing runs there, the client is unknown, or the API refused.
    """
    reached = reach(data)
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
        form["act_as"] = find_appointment(person)
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = ok(await client.post(f"{reached.url}/oauth/token", data=form))
    return str(answer.json()["access_token"])

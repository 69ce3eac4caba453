"""The command's side of loading a sample street: into what runs, with a progress bar."""

from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import Progress

from maplebridge.folder import DataFolder
from maplebridge.reach import reach
from maplebridge.sample.client import signed_in
from maplebridge.sample.load import count, load
from maplebridge.sample.world import World, build
from maplebridge.trouble import Trouble

CLIENT = "operator"


async def send(data: Path, seed: int, console: Console) -> World:
    """Build the street of a seed and load it into the Maple Bridge that runs on a data folder.

    Raises:
        Trouble: nothing runs there, or it refused.
    """
    reached = reach(data)
    world = build(seed)
    secret = reached.secrets.client_secrets[CLIENT]
    async with signed_in(reached.url, CLIENT, secret) as client:
        await send_showing(console, client, world, data)
    return world


async def send_showing(
    console: Console, client: httpx.AsyncClient, world: World, data: Path
) -> None:
    """Load a street and show how far it is; its spreadsheets are left in `sample` of the data folder.

    Raises:
        Trouble: the API refused, or could not be reached.
    """
    folder = DataFolder.at(data).sample
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task(world.street["name"], total=count(world))
        try:
            await load(client, world, folder, lambda things: progress.advance(bar, things))
        except httpx.HTTPError as error:
            raise Trouble(f"The API could not be reached: {error!r}.") from error

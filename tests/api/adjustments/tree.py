"""What tests ask of a tree: where its grids stood on a day, and who lived in them."""

from tests.world import TIANQIAO, Actor, Json, id_of, outcome

MARCH, APRIL, MAY, JUNE = (f"2026-0{month}-01T00:00:00+08:00" for month in (3, 4, 5, 6))


async def paths(actor: Actor, at: str | None = None) -> dict[str, tuple[str, int, int]]:
    """Return path, households and residents of each grid below the street, by its name."""
    root = f"/grids/{id_of(f'root {TIANQIAO}')}/tree"
    answer = await actor.gets(root, params={"at": at} if at else {})
    assert answer.status_code == 200, answer.text
    _, *nodes = answer.json()["items"]
    return {
        node["name"]: (
            node["path"].removeprefix(f"{TIANQIAO}/"),
            node["households"],
            node["residents"],
        )
        for node in nodes
    }


async def does(actor: Actor, act: str, grid: str, body: Json) -> str:
    """Change a grid from the version that was read, and say what became of it."""
    return outcome(await actor.changes(f"/grids/{id_of(grid)}", act, body))

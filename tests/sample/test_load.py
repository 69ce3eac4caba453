from pathlib import Path

import pytest

from maplebridge.sample.load import load
from maplebridge.sample.world import World
from maplebridge.trouble import Trouble
from tests.world import Tianqiao


async def test_a_street_that_another_seed_has_loaded_is_told_with_what_to_do(
    tianqiao: Tianqiao, world: World, tmp_path: Path
) -> None:
    # The small street has the code of the sample street, and other ids.
    tianqiao.http.headers["Authorization"] = f"Bearer {tianqiao.clerk_li.token}"
    with pytest.raises(Trouble, match="not of seed 256: give the --seed that was loaded"):
        await load(tianqiao.http, world, tmp_path, lambda things: None)

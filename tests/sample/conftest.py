import pytest

from maplebridge.sample.world import World, build


@pytest.fixture(scope="session")
def world() -> World:
    return build(256)

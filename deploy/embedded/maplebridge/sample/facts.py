"""What the generator reads from `data/`: the real figures and the invented material."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DATA = files("maplebridge.sample") / "data"


@dataclass(frozen=True)
class Division:
    """A community or village of the street, by its statistical division code."""

    code: str
    name: str

    @property
    def short_name(self) -> str:
        """滨河路社区居民委员会 is the committee of 滨河路社区."""
        return self.name.removesuffix("居民委员会").removesuffix("村民委员会")

    @property
    def is_village(self) -> bool:
        """Codes 2xx in the fourth group are villagers' committees."""
        return self.code[9] == "2"


@cache
def document(name: str) -> Any:
    """One of the YAML files of `data/`."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))


@cache
def divisions() -> tuple[Division, ...]:
    """The street's communities and its village, in the order of their codes."""
    lines = (DATA / "divisions.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return tuple(Division(row["code"], row["name"]) for row in rows if row["level"] == "community")

"""The rubrics that come with the service, one YAML file each, named after its code."""

from importlib.resources import files

from maplebridge_domain.rubric import Rubric, read_rubric


def shipped_rubric(code: str) -> Rubric:
    """Read `luohe` (the default), `shandong` or `yantai`."""
    return read_rubric(files(__name__).joinpath(f"{code}.yaml").read_text(encoding="utf-8"))

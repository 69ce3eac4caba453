"""Bodies of changes of the tree."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from ..grid.service import Attributed
from ..platform.bodies import Body, Instant, Line, New, example, example_id

Code = Annotated[str, Field(pattern=r"^[0-9]{2,4}$", description="Own segment. 本级编码")]
At = Annotated[
    Instant | None,
    Field(description="From when on; after the last change, default: now. 生效时间"),
]
Codes = Annotated[dict[UUID, Code], Field(max_length=1000)]
Ids = Annotated[list[UUID], Field(max_length=1000)]


class GridMove(Body):
    """The grid under which another one stands from now on."""

    model_config = example(
        {"parent_id": example_id("community"), "code": "0012", "at": "2026-10-01T00:00:00+08:00"}
    )

    parent_id: UUID
    code: Code | None = Field(None, description="Its code there; default: as before. 新编码")
    codes: Codes = Field(
        {}, description="Of grids below it whose codes others have there. 下级新编码"
    )
    at: At = None


class Part(Attributed, New):
    """A new grid that is divided off, and what goes to it."""

    code: Code
    name: Line
    grids: Ids = Field([], description="Grids directly under the old one. 划入的下级网格")
    households: Ids = Field([], description="Of a unit: its households. 划入的住户")


class Split(Body):
    """The new grids beside the old one, which keeps what is given to none: its contract and committee, too."""

    model_config = example(
        {
            "into": [
                {
                    "code": "0013",
                    "name": "滨河花园北区",
                    "management": "professional",
                    "grids": [example_id("unit")],
                }
            ],
            "at": "2026-10-01T00:00:00+08:00",
        }
    )

    into: Annotated[list[Part], Field(min_length=1, max_length=50)]
    at: At = None


class Merger(Body):
    """The grids of the same level that are taken in, and close."""

    model_config = example(
        {"grids": [example_id("next quarter")], "at": "2026-10-01T00:00:00+08:00"}
    )

    grids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    codes: Codes = Field({}, description="Of grids that come whose codes others have. 下级新编码")
    at: At = None


class Closing(Body):
    """When a grid was closed."""

    model_config = example({"at": "2026-10-01T00:00:00+08:00"})

    at: At = None

"""A file as the rules look at it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

API = PurePosixPath("services/api/maplebridge_api")


@dataclass(frozen=True)
class Source:
    """A file, by its path from the root of the checkout."""

    path: PurePosixPath
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of a Python file; none for any other."""
        return list(ast.walk(ast.parse(self.text))) if self.path.suffix == ".py" else []

    @property
    def is_slice(self) -> bool:
        """Whether it lies in a slice: a folder of the API that is not the platform."""
        below = self.path.parts[len(API.parts) :]
        return self.path.is_relative_to(API) and len(below) > 1 and below[0] != "platform"

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Give all calls with the dotted name of what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, ast.unparse(node.func)

    def strings(self) -> Iterator[tuple[int, str, bool]]:
        """Give all texts but docstrings: line, text (a hole is `{}`), whether it has holes."""
        passed = {id(n.value) for n in self.nodes if isinstance(n, ast.Expr)}  # docstrings
        for node in self.nodes:  # an outer node comes before what it holds
            if isinstance(node, ast.JoinedStr):
                passed |= {id(part) for part in node.values}
                parts = (v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
                yield node.lineno, "".join(map(str, parts)), True
            elif id(node) in passed:
                continue
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value, False

"""What of the documentation is generated: the API document, and the list of refusals."""

import base64
import json
import os
from collections import defaultdict
from pathlib import Path

from joserfc.jwk import OKPKey

from maplebridge_domain.problem import Kind, Problem

OPENAPI, PROBLEMS = "openapi.json", "problems.md"

HEAD = """# Problems

Every refusal of the API: an `application/problem+json` document (RFC 9457) with this `code`. Generated
by `make docs` from the classes that raise them; a test compares.

API 的全部拒绝理由：每次拒绝返回一份 RFC 9457 文档，`code` 如下。由 `make docs` 生成。
"""


def write_docs(folder: Path) -> None:
    """Write both files into a folder."""
    (folder / OPENAPI).write_text(openapi(), encoding="utf-8")
    (folder / PROBLEMS).write_text(problems(), encoding="utf-8")


def openapi() -> str:
    """Return the API document of a sandbox, sorted, so that a diff shows what changed."""
    # The application wants its settings; none of them is in the document.
    key = json.dumps(
        OKPKey.generate_key("Ed25519", parameters={"kid": "test-1"}).as_dict(private=True)
    )
    os.environ |= {
        "MAPLEBRIDGE_DATABASE_URL": "postgresql://x@/x",
        "MAPLEBRIDGE_REDIS_URL": "redis://127.0.0.1",
        "MAPLEBRIDGE_TOKEN_KEY": key,
        "MAPLEBRIDGE_STATEMENT_KEY": key,
        "MAPLEBRIDGE_PERSONAL_DATA_KEY": f"x:{base64.b64encode(bytes(32)).decode()}",
        "MAPLEBRIDGE_SANDBOX": "true",
    }
    from maplebridge_api.main import create_app

    document = create_app().openapi()
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def problems() -> str:
    """Return the list of refusals by HTTP status."""
    from maplebridge_api import main
    from maplebridge_api.platform.problems import STATUS, title

    assert main.SLICES  # importing the application has declared every problem
    by_kind: dict[Kind, list[type[Problem]]] = defaultdict(list)
    for _, problem in sorted(Problem.known.items()):
        by_kind[problem.kind].append(problem)
    parts = [HEAD]
    for kind in sorted(by_kind, key=lambda kind: (STATUS[kind], kind.value)):
        parts.append(f"## {STATUS[kind]} {kind.value}\n")
        for problem in by_kind[kind]:
            meaning = " ".join((problem.__doc__ or "").split())
            parts.append(f"### `{problem.code}` {title(problem, 'zh')} · {title(problem, 'en')}\n")
            parts.append(f"{meaning}\n\n- {problem.zh}\n- {problem.en}\n")
    return "\n".join(parts)

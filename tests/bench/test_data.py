"""What the benches work on can be made: a change of the schema that forgets them is seen here."""

from uuid import uuid4

import asyncpg

from maplebridge_domain.evaluation import ResultKind
from tests.conftest import Databases

from .data import BIG_STREET, FIRST_EVALUATED, STREET, make_disputes, make_streets, make_tree
from .reference import CAST, GET, LIST, REPORT, TREE
from .streets import ADD_RUNS, PERIOD, copy

COUNTS = """
    SELECT (SELECT count(*) FROM ballot WHERE street_id = $1),
           (SELECT count(*) FROM dispute WHERE street_id = $1),
           (SELECT count(*) FROM reference.dispute), (SELECT count(*) FROM reference.ballot)
"""
#: Foreign keys are not looked at while rows are made: each is here, by a name of its own.
KEYS = """
    SELECT format('ALTER TABLE %s ADD CONSTRAINT again %s', conrelid::regclass,
                  pg_get_constraintdef(oid)),
           format('ALTER TABLE %s DROP CONSTRAINT again', conrelid::regclass)
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""


async def test_streets_and_disputes_are_made_and_every_key_of_theirs_holds(
    databases: Databases,
) -> None:
    name = await databases.copy("maplebridge")
    url = databases.url(name)
    await make_streets(url, [STREET])
    await make_disputes(url, 1_000)
    await make_streets(url, [FIRST_EVALUATED])
    await make_tree(url, BIG_STREET)
    database = await asyncpg.connect(url)
    [(ballots, disputes, *reference)] = await database.fetch(COUNTS, STREET)
    assert ballots > 10_000
    assert disputes > 900
    assert reference == [disputes, ballots]
    await database.execute(
        ADD_RUNS, [FIRST_EVALUATED], [uuid4()], *PERIOD, [kind.value for kind in ResultKind]
    )
    await copy(database, [FIRST_EVALUATED])
    for sql in (LIST, GET, REPORT, CAST, TREE):
        await database.prepare(sql)
    for add, drop in await database.fetch(KEYS):
        await database.execute(add)
        await database.execute(drop)
    await database.close()
    await databases.drop(name)

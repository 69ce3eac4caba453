"""Ids made here sort by the time they were made, as the database's do."""

from datetime import timedelta

from maplebridge_api.platform.clock import wall
from maplebridge_api.platform.ids import new_id


def test_an_id_is_of_version_7_and_tells_when_it_was_made() -> None:
    before = wall()
    id_ = new_id()
    milliseconds = timedelta(milliseconds=(id_.int >> 80))
    assert (id_.version, id_.variant) == (7, "specified in RFC 4122")
    assert abs(timedelta(seconds=before.timestamp()) - milliseconds) < timedelta(seconds=1)


def test_ids_differ_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert sorted(ids[::100]) == ids[::100]

"""A few credit records: commendations for the best, a penalty and a finding for the worst."""

from datetime import date

from maplebridge.sample.bodies import Record
from maplebridge.sample.organisations import Enterprise, Organisations, ServedTable
from maplebridge.sample.seed import Seed
from maplebridge.sample.standing import own_quality
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.record import RecordClass, RecordKind

PRAISE = "天桥街街道党工委2026年10月通报表扬（样例，虚构）"


def records(seed: Seed, street_id: int, organisations: Organisations) -> list[Record]:
    """Write the month's records."""
    best, second, *_, last_but_one, worst = sorted(
        organisations.enterprises, key=lambda enterprise: -enterprise.quality
    )
    return [
        _commend_enterprise(seed, street_id, best, "连夜抢修供水管道，保障居民用水"),
        _commend_enterprise(seed, street_id, second, "主动公示公共收益，账目清楚"),
        *(_commend_party(seed, street_id, table) for table in _best_tables(seed, organisations)),
        _against(
            seed,
            street_id,
            worst,
            grade=RecordClass.GENERAL,
            code="income_not_published",
            title="逾期未公示业主共有部分经营收益，责令改正后仍未公示",
            basis="《中华人民共和国民法典》第九百四十三条",
        ),
        _against(
            seed,
            street_id,
            last_but_one,
            grade=RecordClass.MINOR,
            code="upkeep_lacking",
            title="楼道照明维护不及时，已当场整改",
            basis="《中华人民共和国民法典》第九百四十二条",
        ),
    ]


def _best_tables(seed: Seed, organisations: Organisations) -> list[ServedTable]:
    return sorted(
        organisations.tables, key=lambda table: -own_quality(seed, table.quarter_party.id)
    )[:3]


def _commend_enterprise(seed: Seed, street_id: int, enterprise: Enterprise, title: str) -> Record:
    return {
        "id": seed.id("record", f"commendation/{enterprise.company.id}"),
        "street_id": street_id,
        "subject_kind": SubjectKind.ENTERPRISE,
        "subject_id": enterprise.company.id,
        "kind": RecordKind.COMMENDATION,
        "class": None,
        "code": "street_praise",
        "title": title,
        "basis": PRAISE,
        "occurred_on": date(2026, 10, 20).isoformat(),
    }


def _commend_party(seed: Seed, street_id: int, table: ServedTable) -> Record:
    return {
        "id": seed.id("record", f"commendation/{table.quarter_party.id}"),
        "street_id": street_id,
        "subject_kind": SubjectKind.ORGANISATION,
        "subject_id": table.quarter_party.id,
        "kind": RecordKind.COMMENDATION,
        "class": None,
        "code": "street_praise",
        "title": "组织党员志愿者入户排查隐患，成效明显",
        "basis": PRAISE,
        "occurred_on": date(2026, 10, 23).isoformat(),
    }


def _against(
    seed: Seed,
    street_id: int,
    enterprise: Enterprise,
    *,
    grade: RecordClass,
    code: str,
    title: str,
    basis: str,
) -> Record:
    kind = RecordKind.FINDING if grade is RecordClass.MINOR else RecordKind.PENALTY
    return {
        "id": seed.id("record", f"{kind}/{enterprise.company.id}"),
        "street_id": street_id,
        "subject_kind": SubjectKind.ENTERPRISE,
        "subject_id": enterprise.company.id,
        "kind": kind,
        "class": grade,
        "code": code,
        "title": title,
        "basis": basis,
        "occurred_on": date(2026, 10, 15).isoformat(),
    }

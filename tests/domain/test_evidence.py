"""What shows that somebody is to be appointed."""

from datetime import date

import pytest

from maplebridge_domain.evidence import EvidenceInTheFuture, check_evidence


def test_evidence_from_tomorrow_is_refused_and_pointed_at() -> None:
    today = date(2026, 11, 2)
    check_evidence([today, date(2024, 12, 20)], today)
    with pytest.raises(EvidenceInTheFuture) as refused:
        check_evidence([today, date(2026, 11, 3)], today)
    assert refused.value.pointer == "/evidence/1/dated_on"

from itertools import product

import pytest

from maplebridge_domain.record import (
    MONTHS_MAX,
    ClassMissing,
    RecordClass,
    RecordKind,
    check_record,
)


def test_a_bad_record_has_a_class_and_a_commendation_has_none() -> None:
    for kind, grade in product(RecordKind, (None, *RecordClass)):
        if (kind is RecordKind.COMMENDATION) == (grade is None):
            check_record(kind, grade)
        else:
            with pytest.raises(ClassMissing):
                check_record(kind, grade)


def test_the_graver_a_record_the_longer_it_may_be_used() -> None:
    months = [MONTHS_MAX[grade] for grade in RecordClass]
    assert months == [3, 12, 36] == sorted(months)

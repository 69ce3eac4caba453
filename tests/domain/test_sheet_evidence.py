from datetime import date

import pytest

from maplebridge_domain.sheet_evidence import (
    CellNotAnArea,
    File,
    area_from,
    clean_files,
    show_area,
    show_files,
)
from maplebridge_domain.spreadsheet import CellNotInForm

AREA = area_from(1)


@pytest.mark.parametrize(
    ("cell", "area_cm2"),
    [(90_000, 900_000_000), ("30000.05", 300_000_500), (0.0001, 1), ("１２.5平方米", 125_000)],
)
def test_an_area_is_square_metres_and_comes_back_as_it_was(cell: object, area_cm2: int) -> None:
    assert AREA(cell) == area_cm2  # type: ignore[arg-type]
    assert AREA(show_area(area_cm2)) == area_cm2


@pytest.mark.parametrize("cell", ["0", "-1", "12.34567", "九万", "1e5", True])
def test_what_is_no_area_is_refused(cell: object) -> None:
    with pytest.raises(CellNotAnArea):
        AREA(cell)  # type: ignore[arg-type]


def test_files_stand_each_in_a_line_and_come_back_as_they_were() -> None:
    files: tuple[File, ...] = (
        ("纪要；第一稿.pdf", "0f" * 32, date(2026, 11, 2), "天桥社纪〔2026〕11号"),
        ("声明.pdf", "a1" * 32, date(2026, 11, 3), None),
    )
    assert clean_files(show_files(files)) == files
    for wrong in ("声明.pdf", f"声明.pdf；{'0f' * 31}；2026-11-02", show_files(files[1:] * 21)):
        with pytest.raises(CellNotInForm):
            clean_files(wrong)

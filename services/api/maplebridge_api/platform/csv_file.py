"""Reading CSV row by row: UTF-8, with or without its mark, or GBK and what contains it (GB 18030)."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO

from maplebridge_domain.spreadsheet import FileNotReadable

from .xlsx import COLUMNS_MAX, Row

_CHUNK_BYTES = 1 << 20


def encoding_of(file: IO[bytes]) -> str:
    """Tell how a file is written: what is valid UTF-8 is that, as GBK hardly ever is by chance.

    Raises:
        FileNotReadable.
    """
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):  # Excel's "Unicode text"
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _is(encoding, file):
            return encoding
    raise FileNotReadable()


def _is(encoding: str, file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def csv_rows(file: IO[bytes]) -> Iterator[Row]:
    """Read the rows that hold something.

    Raises:
        FileNotReadable.
    """
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        first = text.readline(100_000)
        text.seek(0)
        delimiter = max(",\t;", key=first.count)
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter), start=1):
            if len(cells) > COLUMNS_MAX or "\0" in "".join(cells):
                raise FileNotReadable()
            if any(cells):
                yield Row(number, [cell or None for cell in cells])
    except (csv.Error, UnicodeError):
        raise FileNotReadable() from None
    finally:
        text.detach()  # the file is its opener's to close

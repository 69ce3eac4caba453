"""A cursor over several streets: the number seen last of each, in a text that means nothing to clients."""

import base64
from collections.abc import Iterator, Mapping

#: More streets than a URL should carry are asked for one by one, or by district.
STREETS_MAX = 500
NUMBER_MAX = 2**62
STREET_MAX = 999_999_999
PATTERN = r"v[0-9A-Za-z_-]{1,7000}"


def write_vector(numbers: Mapping[int, int]) -> str:
    """Write a cursor: streets in order as distances, then numbers, seven bits a byte."""
    written = bytearray()
    before = 0
    for street_id, number in sorted(numbers.items()):
        for value in (street_id - before, number):
            written += _varint(value)
        before = street_id
    return "v" + base64.urlsafe_b64encode(written).decode().rstrip("=")


def read_vector(cursor: str) -> dict[int, int]:
    """Read a cursor.

    Raises:
        ValueError: we have not written it.
    """
    written = base64.b64decode(cursor[1:] + "=" * (-len(cursor[1:]) % 4), b"-_", validate=True)
    values = list(_varints(written))
    numbers: dict[int, int] = {}
    street_id = 0
    for distance, number in zip(values[::2], values[1::2], strict=True):
        street_id += distance
        numbers[street_id] = number
        if street_id > STREET_MAX or number > NUMBER_MAX:
            raise ValueError("out of range")
    if write_vector(numbers) != cursor or len(numbers) > STREETS_MAX:
        raise ValueError("not in the form in which it is written")
    return numbers


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)


def _varints(written: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in written:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0
    if shift:
        raise ValueError("ends in the middle of a number")

"""Codes that bear a Chinese name, for sentences, drop-downs and sheets: written once, beside the code."""

from enum import StrEnum
from typing import Self


class Named(StrEnum):
    """An enum whose members are a code and what it is called: `SECRETARY = "secretary", "书记"`."""

    _value_: str
    chinese: str

    def __new__(cls, code: str, chinese: str = "") -> Self:
        """Make a member; to look one up by its code goes another way."""
        one = str.__new__(cls, code)
        one._value_ = code
        one.chinese = chinese
        return one

"""Logging in: what a binding code is, how long it and a session hold, how many tries there are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

import yaml

from .problem import Kind, Problem

#: Crockford's base 32: no letter that is taken for another, none that sounds like a word.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 50
_AS_TYPED = str.maketrans("OIL", "011", "- ")


class FirstLogin(Problem):
    """An account that is not bound yet is bound by a street's code, or registers a resident."""

    kind = Kind.RULE
    zh = "该账号尚未绑定。请提供 street_id，并提供街道发给您的 binding_code，或以 name 登记为居民。"
    en = (
        "This account is not bound yet: send street_id, and either the binding_code that the street "
        "gave you, or your name to register as a resident."
    )


class LoginAlreadyBound(Problem):
    """An account is bound to one person until the street ends it."""

    kind = Kind.CONFLICT
    zh = "该账号已绑定，请直接登录；如需改绑他人，请街道先解除绑定。"
    en = "This account is bound: log in without more. To bind it to another, let the street end it."


class BindingCodeWrong(Problem):
    """A binding code is right, of that street, in time, and used once; the answer does not tell which."""

    kind = Kind.FORBIDDEN
    zh = "绑定码不正确或已失效，请核对后重试，或请街道重新发码。"
    en = "The binding code is wrong or void: check it and try again, or ask the street for a new one."
    pointer = "/binding_code"


class LoginLocked(Problem):
    """After too many wrong binding codes an account waits."""

    kind = Kind.TOO_MANY
    zh = "绑定码错误次数过多，请稍后再试。"
    en = "Too many wrong binding codes: try again later."


class RefreshTokenWrong(Problem):
    """A refresh token is one of ours, of a session that is still in force."""

    kind = Kind.UNAUTHENTICATED
    zh = "刷新令牌无效，或会话已结束，请重新登录。"
    en = "The refresh token is not valid, or its session has ended: log in again."


class RefreshTokenReused(Problem):
    """A refresh token is used once; a second use ends its session, for one of both was a thief."""

    kind = Kind.UNAUTHENTICATED
    zh = "该刷新令牌已被使用过，为安全起见会话已结束，请重新登录。"
    en = "This refresh token was used before, so the session was ended for safety: log in again."


@dataclass(frozen=True)
class LoginRules:
    """The numbers in force on a day (parameters/login.yaml)."""

    binding_code_minutes: int
    binding_code_tries: int
    identity_tries: int
    locked_minutes: int
    session_days: int
    idle_days: int


@lru_cache(maxsize=8)
def login_rules(on: date) -> LoginRules:
    """Return the numbers of logging in as they are in force on a day."""
    text = (files(__package__) / "parameters" / "login.yaml").read_text(encoding="utf-8")
    in_force = {}
    for name, values in yaml.safe_load(text).items():
        first, *later = sorted(values, key=lambda value: value["from"])
        since = [value for value in later if value["from"] <= on]
        in_force[name] = [first, *since][-1]["value"]
    return LoginRules(**in_force)


@dataclass(frozen=True)
class BindingCode:
    """What a street hands to a person: the first half finds it, the second proves it."""

    selector: str
    verifier: str

    @classmethod
    def of(cls, number: int) -> "BindingCode":
        """Write a random number of `CODE_BITS` as a code."""
        letters = [ALPHABET[number >> bits & 31] for bits in range(0, CODE_BITS, 5)]
        return cls("".join(letters[:5]), "".join(letters[5:]))

    @classmethod
    def read(cls, typed: str) -> "BindingCode":
        """Read a code as people type it: small letters, O for 0, with or without the hyphen."""
        letters = typed.upper().translate(_AS_TYPED)
        return cls(letters[:5], letters[5:])

    def __str__(self) -> str:
        return f"{self.selector}-{self.verifier}"


@dataclass(frozen=True)
class IssuedCode:
    """How a binding code stands."""

    expires_at: datetime
    closed_at: datetime | None
    wrong_tries: int

    def is_open(self, at: datetime, rules: LoginRules) -> bool:
        """Tell whether it can still be used."""
        return (
            self.closed_at is None
            and at < self.expires_at
            and self.wrong_tries < rules.binding_code_tries
        )


@dataclass(frozen=True)
class Tries:
    """How often an account has sent a wrong binding code of late."""

    wrong: int
    last_at: datetime | None

    def locked_seconds(self, at: datetime, rules: LoginRules) -> int:
        """Return for how long it has to wait; 0: it may try."""
        if self.last_at is None or self.wrong < rules.identity_tries:
            return 0
        left = self.last_at + timedelta(minutes=rules.locked_minutes) - at
        return max(0, -(-left // timedelta(seconds=1)))

    def and_one(self, at: datetime, rules: LoginRules) -> "Tries":
        """Count one more wrong try; those long past are forgotten."""
        forgotten = self.last_at is None or at - self.last_at >= timedelta(
            minutes=rules.locked_minutes
        )
        return Tries(1 if forgotten else self.wrong + 1, at)


def session_ends(begun_at: datetime, used_at: datetime, rules: LoginRules) -> datetime:
    """Return when a session ends that is not used again."""
    return min(
        begun_at + timedelta(days=rules.session_days), used_at + timedelta(days=rules.idle_days)
    )

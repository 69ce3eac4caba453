"""The passwords and keys of one installation: made once, kept in one file."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from maplebridge.folder import DataFolder, draft_of
from maplebridge.trouble import Trouble
from maplebridge.typed import typed

ROLES = ("mb_owner", "mb_api", "mb_evaluator")
PERSONAL_DATA_KEY = "MAPLEBRIDGE_PERSONAL_DATA_KEY"
CLIENTS = ("evaluator", "operator")
#: What a sandbox has beside: the systems around the sample street.
SANDBOX_CLIENTS = ("integrator", "department")


@dataclass(frozen=True)
class Secrets:
    """What the parts need to trust each other; `keys` are settings of the API by their names.

    An installation is a sandbox from its first start or never: it has other keys.
    """

    role_passwords: Mapping[str, str]
    client_secrets: Mapping[str, str]
    keys: Mapping[str, str]
    sandbox: bool = False


def load_or_create(folder: DataFolder, *, sandbox: bool = False) -> Secrets:
    """Read the secrets; make them when the data folder is new.

    Raises:
        Trouble: the file is lost or damaged, so that the database can no longer be opened; or the
            folder was begun as the other of sandbox and real installation.
    """
    if folder.secrets.exists():
        known = load(folder.secrets)
        if known.sandbox != sandbox:
            raise Trouble(not_the_same_kind(folder.root, folder.root, is_sandbox=known.sandbox))
        return known
    if folder.postgres.exists():
        raise Trouble(
            f"{folder.secrets} is missing, and without it the database cannot be read: "
            f"bring it back from a backup, or start anew after `{typed('reset', data=folder.root)}`."
        )
    made = create(sandbox=sandbox)
    _save(folder.secrets, made)
    return made


def load(path: Path) -> Secrets:
    """Read the secrets.

    Raises:
        Trouble: the file cannot be read or is not what we wrote.
    """
    try:
        known: dict[str, Any] = json.loads(path.read_text())
        return Secrets(**known)
    except (OSError, ValueError, TypeError) as error:
        raise Trouble(f"{path} cannot be used ({error}): bring it back from a backup.") from error


def add_personal_data_key(path: Path) -> str:
    """Put a new key before those of personal data, which still decrypt; return its id."""
    known = load(path)
    key = _personal_data_key()
    keys = f"{key},{known.keys[PERSONAL_DATA_KEY]}"
    _save(path, replace(known, keys={**known.keys, PERSONAL_DATA_KEY: keys}))
    return key.partition(":")[0]


def drop_old_personal_data_keys(path: Path) -> int:
    """Keep the newest key of personal data only; return how many are gone."""
    known = load(path)
    newest, *old = known.keys[PERSONAL_DATA_KEY].split(",")
    _save(path, replace(known, keys={**known.keys, PERSONAL_DATA_KEY: newest}))
    return len(old)


def not_the_same_kind(zh: object, en: object, *, is_sandbox: bool) -> str:
    """Say in both languages that a sandbox and a real installation never become each other."""
    if is_sandbox:
        return (
            f"{zh} 是沙盒，不能转为正式街道：请加 --sandbox 启动，正式街道请另建。\n"
            f"{en} is a sandbox and never becomes a real street: start it with --sandbox, or "
            "choose another --data (and database) for the street."
        )
    return (
        f"{zh} 是正式街道，时钟不可拨动：请去掉 --sandbox 启动，沙盒请另建。\n"
        f"{en} is a real street, whose clock nobody moves: start it without --sandbox, or "
        "choose another --data (and database) for a sandbox."
    )


def keep_client_secret(path: Path, client_id: str, secret: str) -> None:
    """Put a client's new secret in the place of its old one."""
    known = load(path)
    _save(path, replace(known, client_secrets={**known.client_secrets, client_id: secret}))


def rotate_token_key(path: Path) -> str:
    """Put a new key before the one that signs access tokens; return its id.

    The one before still verifies, any older one is dropped: what it signed has long expired.
    """
    known = load(path)
    given = json.loads(known.keys["MAPLEBRIDGE_TOKEN_KEY"])
    [before, *_] = given.get("keys", [given])
    new = json.loads(_signing_key())
    keys = json.dumps({"keys": [new, before]})
    _save(path, replace(known, keys={**known.keys, "MAPLEBRIDGE_TOKEN_KEY": keys}))
    return str(new["kid"])


def create(*, sandbox: bool = False) -> Secrets:
    """Make new passwords and keys; a sandbox signs statements with a key that says so."""
    clients = CLIENTS + (SANDBOX_CLIENTS if sandbox else ())
    return Secrets(
        role_passwords={role: secrets.token_urlsafe(24) for role in ROLES},
        client_secrets={client: secrets.token_urlsafe(32) for client in clients},
        keys={
            "MAPLEBRIDGE_TOKEN_KEY": _signing_key(),
            "MAPLEBRIDGE_STATEMENT_KEY": _signing_key("test-" if sandbox else ""),
            PERSONAL_DATA_KEY: _personal_data_key(),
        },
        sandbox=sandbox,
    )


def _personal_data_key() -> str:
    # The name before the colon lets a later key stand beside this one. It is random, so that data
    # sealed with a lost key is seen to be that, not to be damaged.
    return f"k{secrets.token_hex(3)}:{base64.b64encode(os.urandom(32)).decode()}"


def _signing_key(prefix: str = "") -> str:
    key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "EdDSA"}, private=True)
    return json.dumps({**key.as_dict(private=True), "kid": prefix + key.thumbprint()})


def _save(path: Path, secrets: Secrets) -> None:
    _write(path, json.dumps(asdict(secrets), indent=2))


def _write(path: Path, text: str) -> None:
    """Write for the owner's eyes only, whole or not at all, and on disk before we go on."""
    draft = draft_of(path)
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)

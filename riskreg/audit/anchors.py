"""Anchors: how long the trail was and how it ended, signed, to be kept away from the database."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from riskreg.audit.chain import HEAD, START
from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.lib.dates import now
from riskreg.lib.hashing import canonical_json

LINE_CHARS_MAX = 2_000


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The trail held so many entries at that instant, and the last had this digest."""

    entries: int
    digest: str
    at: str

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return canonical_json(asdict(self))


def present() -> Anchor:
    """The anchor of the trail as it stands."""
    head = db.session.connection().execute(HEAD).first()
    return Anchor(
        entries=head.id if head else 0,
        digest=head.digest if head else START,
        at=now().isoformat(timespec="seconds"),
    )


def line_of(anchor: Anchor, key: Ed25519PrivateKey) -> str:
    """An anchor as one line of JSON, with its signature (Ed25519, RFC 8032, hexadecimal)."""
    return json.dumps(asdict(anchor) | {"signature": key.sign(anchor.signed_bytes).hex()})


def append(path: Path, line: str) -> None:
    """Add a line to a file of anchors and wait until it is on the disk."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Invalid(f"The anchor was not written to {path}: {error.strerror}.") from error


def read(path: Path, public: Ed25519PublicKey) -> list[Anchor]:
    """The anchors of a file; raises Invalid for a line that is none or is signed by another key."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read as a file of anchors: {error}.") from error
    return list(_anchors(lines, path, public))


def _anchors(lines: list[str], path: Path, public: Ed25519PublicKey) -> Iterator[Anchor]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            content: dict[str, Any] = json.loads(line[:LINE_CHARS_MAX])
            signature = bytes.fromhex(content.pop("signature"))
            anchor = Anchor(**content)
            public.verify(signature, anchor.signed_bytes)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid(f"Line {number} of {path} is not an anchor.") from error
        except InvalidSignature as error:
            raise Invalid(
                f"Line {number} of {path} was not signed with this register's key."
            ) from error
        yield anchor


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The key that signs, kept in the data folder; made the first time it is asked for."""
    path = home / "trail.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
    except FileExistsError:
        pass
    except OSError as error:
        raise Invalid(
            f"The key of the trail cannot be kept in {path}: {error.strerror}."
        ) from error
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} does not hold a key of the trail.") from error


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half, to be kept with the anchors."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def public_key(text: str) -> Ed25519PublicKey:
    """The public half from its text; raises Invalid."""
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text.strip()))
    except ValueError as error:
        raise Invalid("A public key is 64 hexadecimal digits.") from error

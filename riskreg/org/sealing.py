"""Secrets at rest: encrypted with a key made from the secret key, which is not in the database."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(text: str, *, secret_key: str) -> str:
    """The text as it may be stored."""
    return _box(secret_key).encrypt(text.encode()).decode()


def unseal(sealed: str, *, secret_key: str) -> str | None:
    """The text again; None when it was sealed with another secret key."""
    try:
        return _box(secret_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"riskreg: secrets at rest")
    return Fernet(urlsafe_b64encode(derived.derive(secret_key.encode())))

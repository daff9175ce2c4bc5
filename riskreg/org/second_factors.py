"""The second factor of a person: six digits from their phone, or a recovery code once each."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import pyotp
from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, func, or_, select, update

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.lib.dates import now
from riskreg.org.models import Person, RecoveryCode, SecondFactor
from riskreg.org.permissions import Actor
from riskreg.org.sealing import seal, unseal

STEP_SECONDS = 30
STEPS_EITHER_WAY = 1  # clocks differ, and people type slowly
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 16 letters and digits


def second_factor_of(person_id: int | None) -> SecondFactor | None:
    """The second factor of a person, confirmed or not yet."""
    return db.session.scalar(select(SecondFactor).where(SecondFactor.person_id == person_id))


def has_second_factor(person_id: int | None) -> bool:
    """Whether the person must show a second factor to sign in."""
    factor = second_factor_of(person_id)
    return factor is not None and factor.confirmed_at is not None


def recovery_codes_left(person_id: int) -> int:
    """How many recovery codes were not used yet."""
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(select(func.count(RecoveryCode.id)).where(*unused)) or 0


def begin_second_factor(person: Person, *, secret_key: str) -> None:
    """Make a new secret; it counts once a code of it was shown. Raises Conflict when one counts."""
    factor = second_factor_of(person.id)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict(_("You have a second factor already. Turn it off first."))
    sealed = seal(pyotp.random_base32(), secret_key=secret_key)
    if factor is None:
        db.session.add(SecondFactor(person_id=person.id, sealed=sealed, created_at=now()))
    else:
        factor.sealed = sealed
    db.session.flush()


def secret_of(factor: SecondFactor, *, secret_key: str) -> str | None:
    """The secret as an app takes it; None when the secret key was changed since."""
    return unseal(factor.sealed, secret_key=secret_key)


def confirm_second_factor(
    actor: Actor, person: Person, code: str, *, secret_key: str
) -> Sequence[str]:
    """From now on sign-in asks for it; returns the recovery codes, which are shown this once.

    Raises Invalid for a wrong code.
    """
    factor = second_factor_of(person.id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict(_("There is nothing to confirm. Begin again."))
    if not _takes_digits(factor, code, secret_key=secret_key):
        raise Invalid(_wrong_code(), field="code")
    factor.confirmed_at = now()
    db.session.flush()
    record(actor=actor, action="person.second-factor-on", subject=person)
    return _new_codes(person)


def takes_code(person: Person, code: str, *, secret_key: str) -> bool:
    """Whether this is a code of the person's second factor that was not used before; uses it."""
    factor = second_factor_of(person.id)
    if factor is None or factor.confirmed_at is None:
        return False
    return _takes_digits(factor, code, secret_key=secret_key) or _takes_recovery(person, code)


def demand_code(person: Person, code: str, *, secret_key: str) -> None:
    """Raise Invalid unless the code is right and was not used before."""
    if not takes_code(person, code, secret_key=secret_key):
        raise Invalid(_wrong_code(), field="code")


def renew_recovery_codes(actor: Actor, person: Person) -> Sequence[str]:
    """New recovery codes in place of the old ones; shown this once."""
    record(actor=actor, action="person.recovery-codes", subject=person)
    return _new_codes(person)


def remove_second_factor(actor: Actor, person: Person) -> bool:
    """Forget second factor and recovery codes; False where there was none that counted."""
    had_one = has_second_factor(person.id)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == person.id))
    if had_one:
        record(actor=actor, action="person.second-factor-off", subject=person)
    return had_one


def seal_anew(actor: Actor, *, old: str, new: str) -> tuple[int, int]:
    """Seal every secret with a new key; what is sealed with it already stays so.

    Returns how many are sealed with the new key, and how many neither key opens.
    """
    factors = db.session.scalars(select(SecondFactor)).all()
    lost = 0
    for factor in factors:
        secret = unseal(factor.sealed, secret_key=old)
        if secret is not None:
            factor.sealed = seal(secret, secret_key=new)
        elif unseal(factor.sealed, secret_key=new) is None:
            lost += 1
    record(actor=actor, action="secrets.rotate", subject=_Keys())
    return len(factors) - lost, lost


class _Keys:
    """The secret key as the subject of an act."""

    __tablename__ = "secret_key"
    id = None


def _takes_digits(factor: SecondFactor, code: str, *, secret_key: str) -> bool:
    """Whether the digits are right for now; each time step is accepted once and never an older."""
    secret = unseal(factor.sealed, secret_key=secret_key)
    if secret is None:
        return False
    digits = pyotp.TOTP(secret, interval=STEP_SECONDS)
    here = int(now().timestamp()) // STEP_SECONDS
    for step in range(here - STEPS_EITHER_WAY, here + STEPS_EITHER_WAY + 1):
        given = "".join(code.split())
        if hmac.compare_digest(digits.generate_otp(step).encode(), given.encode()):
            return _uses_step(factor, step)
    return False


def _uses_step(factor: SecondFactor, step: int) -> bool:
    """One statement, so that of two requests with the same digits one is refused."""
    result = db.session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.id == factor.id,
            or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
        )
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _takes_recovery(person: Person, code: str) -> bool:
    result = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == _digest(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _new_codes(person: Person) -> Sequence[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [_recovery_code() for _number in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(person_id=person.id, code_hash=_digest(code)) for code in codes)
    db.session.flush()
    return codes


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _digest(code: str) -> str:
    """So random a code needs no slow hash."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _wrong_code() -> str:
    return str(_("This code is wrong, too old or was used before. Take the next one."))

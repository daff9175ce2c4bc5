"""The claims of an ID token, if it is good; imported when the first one comes."""

from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from riskreg.errors import RiskregError
from riskreg.lib.dates import now
from riskreg.settings import Provider

ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 60  # clocks differ


class NotGood(RiskregError):
    """A token that does not count, in words for the log."""


def of_token(token: str, keys: object, *, provider: Provider, nonce: str) -> dict[str, Any]:
    """What the token says; `keys` is the provider's key set. Raises NotGood."""
    demands = jwt.JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        known = KeySet.import_key_set(cast(KeySetSerialization, keys))
        claims = jwt.decode(token, known, registry=_Registry()).claims
        demands.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotGood(f"{type(error).__name__}: {error}") from error
    return claims


class _Registry(JWSRegistry):
    """The algorithms that count; what else a header says is not looked at."""

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        """EdDSA is the older name of Ed25519."""
        return super().get_alg("Ed25519" if name == "EdDSA" else name)

"""OpenID Connect: the way to the provider and back, and what is believed of what comes back.

Code flow with PKCE, state and nonce. An ID token counts if it is signed by a key of the provider
with one of a few algorithms, comes from exactly this issuer, is meant for us, is in date and holds
our nonce. Who it is, is issuer and subject; e-mail and groups are only what the provider says.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import structlog
from flask_babel import gettext as _

from riskreg.errors import RiskregError, Unavailable
from riskreg.lib.dates import now
from riskreg.settings import LOOPBACK, Provider
from riskreg.sso.fetching import fetch_json
from riskreg.sso.kinds import Purpose

FLOW_LASTS = timedelta(minutes=10)
KNOWN_SECONDS = 600.0
SUBJECT_CHARS_MAX = 255
GROUPS_MAX = 2_000

log = structlog.get_logger()


class Distrusted(RiskregError):
    """What came back from the provider is not believed; the log says why."""

    status = 403


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One way to the provider and back; kept in the visitor's signed cookie meanwhile."""

    purpose: Purpose
    state: str
    nonce: str
    verifier: str
    onward: str
    begun_at: str
    person_id: int | None = None

    @classmethod
    def begin(cls, purpose: Purpose, *, onward: str, person_id: int | None) -> Self:
        """A new one, with words that nobody can guess."""
        return cls(
            purpose=purpose,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            onward=onward,
            begun_at=now().isoformat(),
            person_id=person_id,
        )

    @classmethod
    def of_cookie(cls, kept: Mapping[str, Any] | None, *, state: str) -> Self:
        """The one that this state belongs to; raises Distrusted where there is none, or too old."""
        if kept is None or not hmac.compare_digest(kept["state"].encode(), state.encode()):
            raise distrust("state", _("This sign-in was not begun in this browser."))
        flow = cls(**{**kept, "purpose": Purpose(kept["purpose"])})
        if now() - datetime.fromisoformat(flow.begun_at) > FLOW_LASTS:
            raise distrust("age", _("This sign-in was begun more than ten minutes ago."))
        return flow

    @property
    def begun_seconds(self) -> int:
        """When it began, in seconds since 1970."""
        return int(datetime.fromisoformat(self.begun_at).timestamp())

    def to_cookie(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is at the provider, and what the provider says about them."""

    issuer: str
    subject: str
    email: str  # empty where none was said
    email_is_verified: bool
    name: str
    groups: frozenset[str] | None  # None: the provider said nothing about groups
    signed_in_at: int | None  # seconds since 1970


def metadata_of(provider: Provider) -> dict[str, Any]:
    """Where the provider has what, as it said within ten minutes; it may not be believed."""
    with _lock:
        kept = _known.get(provider.issuer)
    if kept is not None and monotonic() - kept[0] < KNOWN_SECONDS:
        return kept[1]
    found = fetch_json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration", provider)
    if found.get("issuer") != provider.issuer:
        raise distrust("issuer", _("The identity provider calls itself by another name."))
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _demand_web_address(found.get(name))
    with _lock:
        _known[provider.issuer] = (monotonic(), found)
    return found


def way_there(provider: Provider, flow: Flow, *, redirect_uri: str) -> str:
    """The address at the provider to lead the browser to."""
    challenge = hashlib.sha256(flow.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if flow.purpose is Purpose.PROVE:
        asked |= {"prompt": "login", "max_age": "0"}
    endpoint: str = metadata_of(provider)["authorization_endpoint"]
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def identity_of(
    provider: Provider, answer: Mapping[str, str], flow: Flow, *, redirect_uri: str
) -> Identity:
    """Who came back with this answer. Raises Distrusted, or Unavailable for a silent provider."""
    metadata = metadata_of(provider)
    named = answer.get("iss")
    must_name = metadata.get("authorization_response_iss_parameter_supported") is True
    if (named is None and must_name) or named not in {None, provider.issuer}:
        raise distrust("iss", _("The answer came from another identity provider."))
    if "code" not in answer:
        raise distrust(answer.get("error", "no code")[:80], _("The identity provider said no."))
    tokens = _redeem(provider, metadata, answer["code"], flow, redirect_uri)
    claims = _verified(tokens.get("id_token"), provider, metadata, flow)
    return _read(_with_profile(claims, tokens, provider, metadata), provider)


def distrust(why: str, sentence: str) -> Distrusted:
    """The error to raise; the reason stands in the log, which never sees a token."""
    log.warning("sso_refused", why=why)
    return Distrusted(sentence)


def _redeem(
    provider: Provider, metadata: Mapping[str, Any], code: str, flow: Flow, redirect_uri: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": flow.verifier,
    }
    headers: dict[str, str] = {}
    ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" in ways:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    tokens = fetch_json(metadata["token_endpoint"], provider, form=form, headers=headers)
    if "error" in tokens:
        raise distrust(str(tokens["error"])[:80], _("The identity provider said no."))
    return tokens


def _verified(
    token: object, provider: Provider, metadata: Mapping[str, Any], flow: Flow
) -> dict[str, Any]:
    """The claims of an ID token that is good in every respect."""
    from riskreg.sso import claims  # noqa: PLC0415 - 10 MiB, and most processes never see a token

    try:
        fetched = fetch_json(metadata["jwks_uri"], provider)
        read = claims.of_token(str(token), fetched, provider=provider, nonce=flow.nonce)
    except claims.NotGood as error:
        raise distrust(
            str(error)[:200],
            _("The identity provider’s answer is not good, so nobody was signed in."),
        ) from error
    is_for_us_alone = read["aud"] in (provider.client_id, [provider.client_id])
    if not is_for_us_alone and read.get("azp") != provider.client_id:
        raise distrust("azp", _("The identity provider’s answer is meant for another program."))
    return read


def _with_profile(
    claims: dict[str, Any],
    tokens: Mapping[str, Any],
    provider: Provider,
    metadata: Mapping[str, Any],
) -> dict[str, Any]:
    """With what the provider says elsewhere, if it did not say all in the ID token."""
    endpoint = metadata.get("userinfo_endpoint")
    wanted = {"email", "email_verified", "name", provider.groups_claim}
    if wanted <= claims.keys() or endpoint is None or "access_token" not in tokens:
        return claims
    _demand_web_address(endpoint)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    profile = fetch_json(endpoint, provider, headers=headers)
    if profile.get("sub") != claims["sub"]:
        raise distrust("sub", _("The identity provider’s answers do not fit each other."))
    return {**profile, **claims}


def _read(claims: Mapping[str, Any], provider: Provider) -> Identity:
    subject = claims["sub"]
    if not subject or len(subject) > SUBJECT_CHARS_MAX or not subject.isprintable():
        raise distrust("sub", _("The identity provider’s answer is not good."))
    groups, signed_in_at = claims.get(provider.groups_claim), claims.get("auth_time")
    return Identity(
        issuer=provider.issuer,
        subject=subject,
        email=_text(claims.get("email")).lower(),
        email_is_verified=claims.get("email_verified") is True,
        name=_text(claims.get("name")),
        groups=frozenset(map(str, groups[:GROUPS_MAX])) if isinstance(groups, list) else None,
        signed_in_at=signed_in_at if type(signed_in_at) is int else None,
    )


def _text(value: object) -> str:
    """What the provider wrote, on one line and without what no page shows."""
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in " ".join(value.split()) if sign.isprintable())[:200]


def _demand_web_address(url: object) -> None:
    """Secrets go over https; without it on this machine only, as a test does."""
    parts = urlsplit(url if isinstance(url, str) else "")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise Unavailable(_("The identity provider does not answer as it should."))


_known: dict[str, tuple[float, dict[str, Any]]] = {}
_lock = Lock()

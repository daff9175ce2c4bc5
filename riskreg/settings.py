"""Settings from RISKREG_* variables: read once, checked, frozen. The only reader of os.environ."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from riskreg.environment import Environment, split
from riskreg.errors import SettingsError
from riskreg.lib.outgoing import Barred
from riskreg.lib.outgoing import checked as checked_address

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WEBHOOK_SECRET = "whsec_"  # noqa: S105 - how secrets of Standard Webhooks begin
WEBHOOK_SECRET_BYTES = range(24, 65)
PORT_MAX = 65535


class MailSecurity(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


MAIL_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mail is handed in, as whom, and from which address it comes."""

    host: str
    port: int
    security: MailSecurity
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The organisation's identity provider, and how far it is trusted."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "single sign-on"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups_claim: str = "groups"
    domains: frozenset[str] = frozenset()  # whose e-mails it answers for
    checks_second_factor: bool = False
    is_only_way: bool = False


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address that is told of something, and the key that what it is told is signed with."""

    url: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be configured; see docs/operators/settings.md."""

    home: Path
    database_url: str
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    threads: int = 8
    unready_seconds: int = 0
    job_lease_seconds: int = 60
    session_idle_minutes: int = 30
    session_hours: int = 12
    require_second_factor: bool = False  # from_env: yes, but in the demo
    upload_megabytes: int = 10
    mail: MailServer | None = None  # None: no mail is sent
    provider: Provider | None = None  # None: no single sign-on
    anchor_file: str = ""
    anchor_webhook: Webhook | None = None
    outgoing_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    paper: str = "A4"
    debug: bool = False
    demo: bool = False
    testing: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read RISKREG_* variables; raises SettingsError naming the variable that is wrong."""
        reader = Environment(os.environ if environ is None else environ)
        home = reader.home()
        settings = cls(
            home=home,
            database_url=reader.database("DATABASE_URL", home / "riskreg.db"),
            secret_key=reader.secret_key(home),
            host=reader.text("HOST", "127.0.0.1"),
            port=reader.integer("PORT", 8000, low=0, high=PORT_MAX),
            base_url=reader.url("BASE_URL"),
            trusted_hosts=reader.words("TRUSTED_HOSTS"),
            trusted_proxies=reader.integer("TRUSTED_PROXIES", 0, low=0, high=10),
            timezone=reader.zone("TIMEZONE", "UTC"),
            threads=reader.integer("THREADS", 8, low=1, high=64),
            unready_seconds=reader.integer("UNREADY_SECONDS", 0, low=0, high=60),
            job_lease_seconds=reader.integer("JOB_LEASE_SECONDS", 60, low=3, high=600),
            session_idle_minutes=reader.integer("SESSION_IDLE_MINUTES", 30, low=5, high=60),
            session_hours=reader.integer("SESSION_HOURS", 12, low=1, high=24),
            require_second_factor=reader.boolean(
                "REQUIRE_SECOND_FACTOR", default=not reader.boolean("DEMO")
            ),
            upload_megabytes=reader.integer("UPLOAD_MEGABYTES", 10, low=1, high=10),
            mail=_mail(reader),
            provider=_provider(reader),
            anchor_file=reader.text("ANCHOR_FILE", ""),
            anchor_webhook=_anchor_webhook(reader),
            outgoing_networks=_networks(reader),
            paper=reader.choice("PAPER", "A4", ("A4", "Letter")),
            debug=reader.boolean("DEBUG"),
            demo=reader.boolean("DEMO"),
        )
        reader.refuse_unknown()
        if (home / "demo").exists() and not settings.demo:
            raise SettingsError(
                f"RISKREG_HOME ({home}) holds a demo; use another folder, "
                f"or: riskreg demo --home {home}"
            )
        return settings.checked()

    @classmethod
    def of_command(cls) -> Self:
        """As `from_env`; where RISKREG_HOME holds a demo, the demo's: a command serves nobody.

        A demo has its own database, so one that is named besides is refused.
        """
        home = Environment(os.environ).home()
        is_demo = (home / "demo").exists() and "RISKREG_DATABASE_URL" not in os.environ
        return cls.from_env(demo_environment(home) if is_demo else None)

    def checked(self) -> Self:
        """Refuse a port that does not exist and combinations that are not safe; returns self."""
        if not 0 <= self.port <= PORT_MAX:
            raise SettingsError(
                f"The port (--port or RISKREG_PORT) must be between 0 and {PORT_MAX}; "
                f"it is {self.port}."
            )
        if self.mail is not None and not self.base_url:
            raise SettingsError(
                "RISKREG_BASE_URL must be set where RISKREG_SMTP_HOST is: mails hold links."
            )
        if self.provider is not None and not self.base_url:
            raise SettingsError(
                "RISKREG_BASE_URL must be set where RISKREG_OIDC_ISSUER is: people come back to it."
            )
        if self.host in LOOPBACK:
            return self
        if self.debug:
            raise SettingsError(
                "RISKREG_DEBUG may only be on while RISKREG_HOST is a loopback address."
            )
        if not self.base_url or not self.trusted_hosts:
            raise SettingsError(
                "RISKREG_BASE_URL and RISKREG_TRUSTED_HOSTS must be set when RISKREG_HOST is not a "
                f"loopback address (it is {self.host})."
            )
        return self

    def with_database(self, url: str) -> Self:
        """The same on another database; raises SettingsError for what is no address of one."""
        address = Environment({"RISKREG_DATABASE_URL": url}).database("DATABASE_URL", self.home)
        return replace(self, database_url=address)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def takes_passwords(self) -> bool:
        """Whether people sign in with a password here, or only with the provider."""
        return self.provider is None or not self.provider.is_only_way

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)


def secret_key_place(home: Path) -> Path | None:
    """The file that keeps the secret key; None where RISKREG_SECRET_KEY gives the key itself."""
    return Environment(os.environ).secret_key_place(home)


def admin_from_env(environ: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """The first administrator from RISKREG_ADMIN_*; None when there is no e-mail."""
    environ = os.environ if environ is None else environ
    email = environ.get("RISKREG_ADMIN_EMAIL", "").strip()
    if not email:
        return None
    return {
        "email": email,
        "name": environ.get("RISKREG_ADMIN_NAME", "").strip() or email,
        "organisation": environ.get("RISKREG_ADMIN_ORGANISATION", "").strip() or "Organisation",
        "password": environ.get("RISKREG_ADMIN_PASSWORD", ""),
    }


def demo_environment(home: Path) -> dict[str, str]:
    """The environment of a demo kept in `home`: nothing of the real one, loopback, no mail."""
    home.chmod(0o700)
    kept = {"RISKREG_HOME": str(home), "RISKREG_DEMO": "yes", "RISKREG_SESSION_IDLE_MINUTES": "60"}
    kept["RISKREG_UPLOAD_MEGABYTES"] = "1"  # anybody may come by and try
    return kept | {
        name: value for name, value in os.environ.items() if name.startswith("RISKREG_TEST_")
    }


def _mail(reader: Environment) -> MailServer | None:
    """The mail server; None where no host is named, and always in the demo."""
    host = reader.text("SMTP_HOST", "")
    security = MailSecurity(reader.choice("SMTP_SECURITY", "starttls", tuple(MailSecurity)))
    port = reader.integer("SMTP_PORT", MAIL_PORTS[security], low=1, high=PORT_MAX)
    user, password = reader.text("SMTP_USER", ""), reader.secret("SMTP_PASSWORD")
    sender = reader.text("SMTP_FROM", "")
    if not host or reader.boolean("DEMO"):
        return None
    if not re.fullmatch(r"[\w.-]+", host, re.ASCII):
        raise SettingsError(f"RISKREG_SMTP_HOST must be the name of a host; it is {host!r}.")
    if bool(user) != bool(password):
        raise SettingsError("RISKREG_SMTP_USER and RISKREG_SMTP_PASSWORD go together.")
    if user and security is MailSecurity.NONE and host not in LOOPBACK:
        raise SettingsError(
            "RISKREG_SMTP_SECURITY must not be none where a password is sent to another host."
        )
    return MailServer(
        host=host,
        port=port,
        security=security,
        sender=_sender(sender),
        user=user,
        password=password,
    )


def _sender(raw: str) -> Address:
    """An address as mails show it: riskreg@example.org or riskreg <riskreg@example.org>."""
    name, spec = parseaddr(raw)
    try:
        address = Address(display_name=name, addr_spec=spec)
    except (MessageError, ValueError, IndexError):
        address = Address()
    if not address.username or not address.domain or raw.count("@") != 1 or not raw.isprintable():
        raise SettingsError(
            f"RISKREG_SMTP_FROM must be an address such as riskreg@example.org; it is {raw!r}."
        )
    return address


def _provider(reader: Environment) -> Provider | None:
    """The identity provider; None where none is named, and always in the demo."""
    issuer = reader.text("OIDC_ISSUER", "")
    provider = Provider(
        issuer=issuer,
        client_id=reader.text("OIDC_CLIENT_ID", ""),
        client_secret=reader.secret("OIDC_CLIENT_SECRET"),
        name=reader.text("OIDC_NAME", "single sign-on"),
        scopes=reader.words("OIDC_SCOPES") or Provider.scopes,
        groups_claim=reader.text("OIDC_GROUPS_CLAIM", "groups"),
        domains=frozenset(word.lower() for word in reader.words("OIDC_DOMAINS")),
        checks_second_factor=reader.boolean("OIDC_SECOND_FACTOR"),
        is_only_way=reader.boolean("OIDC_ONLY"),
    )
    if not issuer or reader.boolean("DEMO"):
        return None
    parts = split(issuer)
    is_local = parts is not None and parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts is None or not (parts.scheme == "https" or is_local) or parts.query or parts.fragment:
        raise SettingsError(
            "RISKREG_OIDC_ISSUER must be the provider's https:// address, exactly as it names "
            f"itself; it is {issuer!r}."
        )
    if not provider.client_id or not provider.client_secret:
        raise SettingsError("RISKREG_OIDC_CLIENT_ID and RISKREG_OIDC_CLIENT_SECRET must be set.")
    if "openid" not in provider.scopes:
        raise SettingsError("RISKREG_OIDC_SCOPES must hold openid.")
    if any("." not in domain or "@" in domain for domain in provider.domains):
        raise SettingsError("RISKREG_OIDC_DOMAINS must be domains such as example.org.")
    return provider


def _anchor_webhook(reader: Environment) -> Webhook | None:
    """Who is sent the anchors of the trail; None where nobody is, and always in the demo."""
    url, secret = reader.text("ANCHOR_WEBHOOK", ""), reader.secret("ANCHOR_WEBHOOK_SECRET")
    if not url or reader.boolean("DEMO"):
        return None
    try:
        checked_address(url)
    except Barred as error:
        raise SettingsError(f"RISKREG_ANCHOR_WEBHOOK is not taken: {error}.") from error
    try:
        key = base64.b64decode(secret.removeprefix(WEBHOOK_SECRET), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(WEBHOOK_SECRET) or len(key) not in WEBHOOK_SECRET_BYTES:
        raise SettingsError(
            "RISKREG_ANCHOR_WEBHOOK_SECRET must be whsec_ and 24 to 64 random bytes in Base64; "
            "make one with: echo whsec_$(openssl rand -base64 32)"
        )
    return Webhook(url=url, secret=key)


def _networks(reader: Environment) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks inside the organisation that riskreg may talk to."""
    try:
        return tuple(ip_network(word) for word in reader.words("OUTGOING_NETWORKS"))
    except ValueError as error:
        raise SettingsError(
            f"RISKREG_OUTGOING_NETWORKS must be networks such as 10.1.2.0/24: {error}."
        ) from error

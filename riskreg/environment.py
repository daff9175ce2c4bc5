"""RISKREG_* variables as typed values; a wrong one is refused with its name, never a secret."""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit
from zoneinfo import available_timezones

from riskreg.errors import SettingsError

MIN_SECRET_BYTES = 32
KNOWN_SAMPLE_SECRETS = frozenset({"changeme", "secret", "dev", "development", "please-change-me"})
POSTGRESQL = ("postgresql", "postgresql+psycopg")
ADMIN_NAMES = frozenset({"ADMIN_EMAIL", "ADMIN_NAME", "ADMIN_PASSWORD", "ADMIN_ORGANISATION"})


class Environment:
    """Typed access to RISKREG_* variables that remembers which names it was asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known = {"HOME", "SECRET_KEY", "SECRET_KEY_FILE"}

    def text(self, name: str, default: str) -> str:
        """The text of a variable, or the default where it is empty."""
        self._known.add(name)
        return self._environ.get(f"RISKREG_{name}", "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        """Words parted by spaces or commas."""
        return tuple(word for word in self.text(name, "").replace(",", " ").split() if word)

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number within bounds."""
        raw = self.text(name, str(default))
        try:
            value = int(raw)
        except ValueError:
            raise SettingsError(f"RISKREG_{name} must be a whole number; it is {raw!r}.") from None
        if not low <= value <= high:
            raise SettingsError(f"RISKREG_{name} must be between {low} and {high}; it is {value}.")
        return value

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """yes or no."""
        raw = self.text(name, "yes" if default else "no").lower()
        if raw in {"1", "yes", "true", "on"}:
            return True
        if raw in {"0", "no", "false", "off"}:
            return False
        raise SettingsError(f"RISKREG_{name} must be yes or no; it is {raw!r}.")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of a few words."""
        raw = self.text(name, default)
        if raw not in choices:
            raise SettingsError(
                f"RISKREG_{name} must be one of {', '.join(choices)}; it is {raw!r}."
            )
        return raw

    def zone(self, name: str, default: str) -> str:
        """A time zone."""
        raw = self.text(name, default)
        if raw not in available_timezones():
            raise SettingsError(
                f"RISKREG_{name} must be a time zone such as Europe/Berlin; it is {raw!r}."
            )
        return raw

    def url(self, name: str) -> str:
        """A web address without the last slash."""
        raw = self.text(name, "").rstrip("/")
        if raw and not raw.startswith(("https://", "http://")):
            raise SettingsError(
                f"RISKREG_{name} must start with https:// or http://; it is {raw!r}."
            )
        return raw

    def database(self, name: str, default: Path) -> str:
        """The database's address; its password is never shown."""
        raw = self.text(name, f"sqlite:///{quote(str(default))}")
        scheme, _, rest = raw.partition("://")
        if scheme == "sqlite":
            return f"sqlite:///{quote(str(_database_file(f'RISKREG_{name}', raw)))}"
        if scheme not in POSTGRESQL or not rest or split(raw) is None:
            raise SettingsError(
                f"RISKREG_{name} must be sqlite:///path or "
                "postgresql://user:password@host/name; it is neither."
            )
        return raw

    def secret(self, name: str) -> str:
        """A secret from the variable, or from the file that RISKREG_…_FILE names."""
        given, path = self.text(name, ""), self.text(f"{name}_FILE", "")
        if not path:
            return given
        if given:
            raise SettingsError(f"Set RISKREG_{name} or RISKREG_{name}_FILE, not both.")
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"RISKREG_{name}_FILE ({path}) cannot be read: {error}.") from error

    def home(self) -> Path:
        """The data folder, made with mode 0700 where it is missing."""
        raw = self._environ.get("RISKREG_HOME", "").strip()
        home = Path(raw).expanduser() if raw else Path.home() / ".riskreg"
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"RISKREG_HOME ({home}) cannot be made: {error.strerror}."
            ) from error
        if home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not any(home.iterdir()):
            home.chmod(0o700)  # nobody uses it yet
        if home.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise SettingsError(
                f"RISKREG_HOME ({home}) can be read by others; run: chmod 700 {home}"
            )
        return home.resolve()

    def secret_key(self, home: Path) -> str:
        """RISKREG_SECRET_KEY, or the key kept in the data folder (made on the first start)."""
        place = self.secret_key_place(home)
        raw = self._environ.get("RISKREG_SECRET_KEY", "") if place is None else kept_secret(place)
        if raw.lower() in KNOWN_SAMPLE_SECRETS or len(raw.encode()) < MIN_SECRET_BYTES:
            raise SettingsError(
                f"RISKREG_SECRET_KEY must be random and at least {MIN_SECRET_BYTES} bytes long."
            )
        return raw

    def secret_key_place(self, home: Path) -> Path | None:
        """The file that keeps the secret key; None where the key itself is given."""
        if self._environ.get("RISKREG_SECRET_KEY"):
            return None
        return Path(self._environ.get("RISKREG_SECRET_KEY_FILE") or home / "secret.key")

    def refuse_unknown(self) -> None:
        """A misspelt name must not be ignored in silence."""
        for name in sorted(self._environ):
            if not name.startswith("RISKREG_") or name.startswith("RISKREG_TEST_"):
                continue
            if name.removeprefix("RISKREG_") not in self._known | ADMIN_NAMES | {"SAMPLES"}:
                raise SettingsError(
                    f"{name} is not a setting of riskreg; see docs/operators/settings.md."
                )


def split(raw: str) -> SplitResult | None:
    """The parts of an address; None when it is none, or when its port does not exist."""
    try:
        url = urlsplit(raw)
        _port = url.port  # raises ValueError too
    except ValueError:
        return None
    return url


def _database_file(name: str, raw: str) -> Path:
    """The file of an SQLite address, absolute; nothing that is kept in memory only."""
    path = unquote(raw.removeprefix("sqlite:///"))
    if not raw.startswith("sqlite:///") or not path or path.startswith((":", "file:")):
        raise SettingsError(f"{name} must name a file, such as sqlite:////srv/riskreg/riskreg.db.")
    if "?" in path:
        raise SettingsError(f"{name} must name a file and nothing else; take off what follows “?”.")
    file = Path(path).absolute()
    if file.is_dir() or not file.parent.is_dir():
        raise SettingsError(f"{name} must name a file in a folder that exists; it is {file}.")
    return file


def sync_folder(folder: Path) -> None:
    """Wait until the disk holds which files there are in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept_secret(path: Path) -> str:
    """The secret that a file keeps; made, of mode 0600, where there is none yet."""
    try:
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(descriptor)  # before anything is sealed with it
            sync_folder(path.parent)
        return path.read_text().strip()
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"RISKREG_SECRET_KEY_FILE ({path}) cannot be used: {error.strerror}."
        ) from error

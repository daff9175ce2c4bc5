"""System libraries and programs that no Python package brings: Pango, Chromium, PostgreSQL.

They come from Debian's packages: installed when we may, otherwise unpacked under .cache/native,
which changes nothing outside the checkout. Without them the program and the tests still run;
what needs them says so.
"""

import ctypes
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tooling.console import Problem, alone, logged, reason, say, step
from tooling.places import CACHE, COMPILED

NATIVE = CACHE / "native"
UNPACKED = NATIVE / "root"
FONTS = NATIVE / "fonts"
APT = NATIVE / "apt"  # only while packages are fetched
LISTS = APT / "lists"
ARCHIVES = APT / "archives"
RETRY_AFTER_SECONDS = 3600

APT_OPTIONS = ("-q", "-y", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30")
INSTALL_OPTIONS = (
    *APT_OPTIONS,
    *("--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"),
    *("-o", "Dpkg::Options::=--force-confold"),
)
# Of a simulated installation's line: the package and its version.
PLANNED = r"^Inst (\S+) (?:\[[^]]*\] )?\((\S+)"
# A new C library beside the machine's own would serve neither.
NEVER_UNPACKED = {"libc6", "libc-bin", "locales"}

FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""

# Debian's server package makes and starts a server of its own; nobody asked for that one.
NO_OWN_SERVER = """
conf=/etc/postgresql-common/createcluster.conf
test -e $conf || { mkdir -p ${conf%/*} && echo 'create_main_cluster = false' >$conf; }
"""


@dataclass(frozen=True, kw_only=True)
class Kit:
    """Something the program or its tests want from the system."""

    name: str
    loss: str  # what there is not without it
    packages: tuple[str, ...]
    is_here: Callable[[], bool]  # whether the system has it
    before: str = ""  # shell commands, run first where the packages are installed


def _has_library(*names: str) -> bool:
    try:
        for name in names:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _has_pango() -> bool:
    return _has_library("libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0", "libgobject-2.0.so.0")


def _has_chromium() -> bool:
    return shutil.which("chromium-headless-shell") is not None and _has_library("libatomic.so.1")


def _has_postgresql() -> bool:
    found = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found or shutil.which("initdb") is not None


PANGO = Kit(
    name="Pango",
    loss="no PDF can be made",
    packages=("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    is_here=_has_pango,
)
CHROMIUM = Kit(
    name="Chromium",
    loss="the browser tests take the whole Chromium, and are skipped where there is none",
    packages=("chromium-headless-shell", "libatomic1"),
    is_here=_has_chromium,
)
POSTGRESQL = Kit(
    name="PostgreSQL",
    loss="the tests run on SQLite only",
    packages=("postgresql",),
    is_here=_has_postgresql,
    before=NO_OWN_SERVER,
)
FOR_RUNNING = (PANGO,)
FOR_TESTING = (PANGO, CHROMIUM, POSTGRESQL)


def provide(kits: Sequence[Kit]) -> dict[str, str]:
    """Provide the kits as far as possible; return the environment in which they are found."""
    if not all(_is_provided(kit) for kit in kits):
        with alone("native"):
            for kit in kits:
                _provide_one(kit)
            shutil.rmtree(APT, ignore_errors=True)
    return _environment()


def _is_provided(kit: Kit) -> bool:
    return kit.is_here() or _note(kit, "unpacked").exists()


def _provide_one(kit: Kit) -> None:
    fault = "" if _is_provided(kit) else _last_fault(kit) or _get(kit)
    if fault:
        packages = " ".join(kit.packages)
        say(f"{kit.name} is not here, so {kit.loss}. Debian: apt-get install {packages}. ({fault})")


def _get(kit: Kit) -> str:
    """Install or unpack a kit; return why that failed, or nothing."""
    NATIVE.mkdir(parents=True, exist_ok=True)
    if not shutil.which("apt-get"):
        return "This system has no apt-get."
    with step(kit.name):
        prefix = _administrator()
        fault = _unpack(kit) if prefix is None else _install(kit, prefix)
    if fault:
        _note(kit, "failed").write_text(fault)
    return fault


def _note(kit: Kit, state: str) -> Path:
    return NATIVE / f"{kit.name}.{state}"


def _last_fault(kit: Kit) -> str:
    """Return why the last try failed, so that not every start waits for another failure."""
    try:
        age_seconds = time.time() - _note(kit, "failed").stat().st_mtime
        return _note(kit, "failed").read_text() if age_seconds < RETRY_AFTER_SECONDS else ""
    except OSError:
        return ""


def _administrator() -> list[str] | None:
    """Return what to put before a command that changes the system; None if we may not."""
    if os.geteuid() == 0:
        return []
    allowed, _ = logged(["sudo", "-n", "true"])
    return ["sudo", "-n"] if allowed else None


def _install(kit: Kit, prefix: Sequence[str]) -> str:
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "sh", "-c"]
    install = [*command, f'{kit.before}exec apt-get install "$@"', "sh", *INSTALL_OPTIONS]
    done, output = logged([*install, *kit.packages])
    if not done:  # most often the package lists are missing or old
        logged([*command, 'exec apt-get update "$@"', "sh", *APT_OPTIONS])
        done, output = logged([*install, *kit.packages])
    if done and not kit.is_here():
        return "Its packages hold something else here."
    return "" if done else reason(output)


def _unpack(kit: Kit) -> str:
    """Unpack the packages that the system lacks into a folder of our own; no rights are needed."""
    for folder in (LISTS / "partial", ARCHIVES / "partial", UNPACKED):
        folder.mkdir(parents=True, exist_ok=True)
    own = [*APT_OPTIONS, "-o", f"Dir::State::Lists={LISTS}", "-o", f"Dir::Cache={APT}"]
    simulate = ["apt-get", "install", "--simulate", "--no-install-recommends", *own]
    try:
        if not any(LISTS.glob("*_Packages*")):
            _output_of(["apt-get", "update", *own])
        plan = re.findall(PLANNED, _output_of([*simulate, *kit.packages]), re.MULTILINE)
        wanted = [f"{name}={version}" for name, version in plan if name not in NEVER_UNPACKED]
        _output_of(["apt-get", "download", *own, *wanted], cwd=ARCHIVES)
        for archive in sorted(ARCHIVES.glob("*.deb")):
            _output_of(["dpkg-deb", "--extract", archive, UNPACKED])
            archive.unlink()
    except Problem as problem:
        return str(problem)
    _note(kit, "unpacked").touch()
    return ""


def _output_of(command: Sequence[str | Path], *, cwd: Path | None = None) -> str:
    done, output = logged(command, cwd=cwd)
    if not done:
        raise Problem(reason(output))
    return output


def _environment() -> dict[str, str]:
    """Add the unpacked libraries, programs and fonts to the environment, if there are any.

    What Python compiles is kept inside .venv, also where the machine says to keep nothing:
    every process of ours would compile some 1,500 modules anew, seconds each time.
    """
    environ = {**os.environ, "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not UNPACKED.is_dir():
        return environ
    libraries = [*UNPACKED.glob("usr/lib/*-linux-*"), *UNPACKED.glob("lib/*-linux-*")]
    libraries += UNPACKED.glob("usr/lib/*-linux-*/pulseaudio")
    programs = [UNPACKED / "usr/lib/chromium", *UNPACKED.glob("usr/lib/postgresql/*/bin")]
    environ["LD_LIBRARY_PATH"] = _joined(libraries, environ.get("LD_LIBRARY_PATH"))
    environ["PATH"] = _joined(programs, environ.get("PATH"))
    if not Path("/etc/fonts/fonts.conf").exists():
        environ["FONTCONFIG_PATH"] = str(_font_settings())
    return environ


def _joined(folders: Sequence[Path], rest: str | None) -> str:
    return os.pathsep.join([*map(str, folders), *([rest] if rest else [])])


def _font_settings() -> Path:
    """Write where the unpacked fonts lie: the packages' own settings name the system's folders."""
    settings = FONTS / "fonts.conf"
    if not settings.exists():
        FONTS.mkdir(exist_ok=True)
        text = FONT_SETTINGS.format(fonts=UNPACKED / "usr/share/fonts", cache=FONTS / "cache")
        settings.write_text(text)
    return FONTS

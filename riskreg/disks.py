"""Whether the disk below an SQLite database is one that it can rely on."""

import os
from pathlib import Path

from sqlalchemy import make_url

from riskreg.errors import SettingsError
from riskreg.settings import Settings

MOUNTS = Path("/proc/self/mounts")  # on Linux; elsewhere nothing is known
# Their locks are kept, lost or forgotten as their server likes, and a commit may wait there.
NETWORK = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs"),
        *("fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4"),
        *("smb3", "smbfs"),
    }
)


def demand_fit_disk(settings: Settings) -> None:
    """Raise SettingsError where SQLite would lose or refuse what is written.

    That is on another machine's disk, and where nothing can be written: in write-ahead mode such
    a database cannot even be read.
    """
    file = Path(make_url(settings.database_url).database or "")
    if not settings.is_sqlite or not file.parent.exists():
        return
    place, kind = file_system_of(file.parent, MOUNTS.read_text() if MOUNTS.exists() else "")
    if kind in NETWORK:
        raise SettingsError(
            f"The database {file} is on a network disk ({kind} at {place}), where SQLite can lose "
            "what was saved. Set RISKREG_HOME to a disk of this machine, or use PostgreSQL."
        )
    for needed in (file.parent, file):
        if needed.exists() and not os.access(needed, os.W_OK):
            raise SettingsError(
                f"{needed} cannot be written to: its disk is read-only, or it belongs to somebody "
                "else. Without that the database cannot be opened either."
            )


def file_system_of(folder: Path, mounts: str) -> tuple[str, str]:
    """(where it is mounted, of which kind it is) of the disk that holds a folder.

    `mounts` is what Linux says in /proc/self/mounts; of places that are mounted on each other the
    last counts. Blanks in a place are written as octal there.
    """
    found = ("/", "")
    whole = folder.resolve()
    for line in mounts.splitlines():
        _source, place, kind, *_rest = line.split(" ")
        mounted = Path(place.encode().decode("unicode_escape"))
        if whole.is_relative_to(mounted) and len(str(mounted)) >= len(found[0]):
            found = (str(mounted), kind)
    return found

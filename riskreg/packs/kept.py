"""Printed parts of large packs, kept in the data folder so that none is printed twice."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from riskreg.lib.dates import now
from riskreg.lib.hashing import sha256
from riskreg.packs.engine import Pdf

KEPT = timedelta(days=8)  # a weekly pack finds those of the week before
BYTES_MAX = 256 * 1024**2


@dataclass(frozen=True, kw_only=True)
class KeptParts:
    """A folder of parts, each under the digest of what it was printed from.

    Several workers may share it: a file appears whole or not at all, and one that went away or is
    not what was written counts as not kept.
    """

    folder: Path

    def find(self, key: str) -> Pdf | None:
        """The part, which counts as used now; None when it is not kept."""
        path = self.folder / key
        try:
            head, _, content = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        said, _, pages = head.decode(errors="replace").partition(" ")
        if said != sha256(content):
            return None
        with suppress(OSError):  # swept away meanwhile
            os.utime(path, (now().timestamp(),) * 2)
        return Pdf(content=content, page_count=int(pages))

    def keep(self, key: str, pdf: Pdf) -> None:
        """Keep a part. A folder that cannot be written costs time later, not the pack now."""
        with suppress(OSError):
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, prefix="new-", delete=False) as file:
                file.write(b"%b %d\n" % (sha256(pdf.content).encode(), pdf.page_count))
                file.write(pdf.content)
            Path(file.name).replace(self.folder / key)

    def sweep(self) -> int:
        """Delete what nobody used for eight days, then the least recently used above 256 MiB."""
        gone, kept_bytes = 0, 0
        for path, stat in self._newest_first():
            kept_bytes += stat.st_size
            if stat.st_mtime < (now() - KEPT).timestamp() or kept_bytes > BYTES_MAX:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _newest_first(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):  # swept by another worker
                    found.append((path, path.stat()))
        return sorted(found, key=lambda pair: pair[1].st_mtime, reverse=True)

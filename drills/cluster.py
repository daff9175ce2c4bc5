"""A PostgreSQL server of a drill's own, over TCP and with its data synced to the disk."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import postgres

SETTINGS = {
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
    "autovacuum": "off",
    "recovery_init_sync_method": "syncfs",
}


@dataclass(frozen=True)
class Cluster:
    """The server: its folder and port."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address of its first database."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The same where something stands between."""
        return f"postgresql+psycopg://{postgres.USER}@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        self._control("start", "-o", f"-p {self.port} -k {self.folder} {options}")

    def stop(self, mode: str) -> None:
        """Stop it: "fast" ends connections in order, "immediate" as a crash does."""
        self._control("stop", "-m", mode)

    def restart(self, mode: str) -> None:
        """Stop and start it again."""
        self.stop(mode)
        self.start()

    def tell(self, *statements: str) -> None:
        """Run statements, each by itself."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=postgres.USER, dbname="postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _control(self, *arguments: str) -> None:
        program = postgres.programs_folder() / "pg_ctl"
        log = self.folder / "server.log"
        self.run([str(program), "-D", str(self.folder / "data"), "-w", "-l", str(log), *arguments])

    def run(self, command: list[str]) -> None:
        """As the user that a server may run as."""
        account = postgres.unprivileged_account()
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} {command[-1]}: {done.stderr.strip()}")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server that is stopped and thrown away afterwards."""
    made = Cluster(postgres.private_folder(), free_port())
    account = postgres.unprivileged_account()
    if account:
        os.chown(made.folder, account.pw_uid, account.pw_gid)
    try:
        initdb = [str(postgres.programs_folder() / "initdb"), "-D", str(made.folder / "data")]
        made.run(
            [*initdb, "--no-sync", "-U", postgres.USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        )
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)

"""Real server processes on a register, and what they are asked over a socket."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.registers import COOKIE, Prepared

LIST = "/risks"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A process that serves the register at a port of this machine."""

    pid: int
    port: int

    def get(self, times: int, token: str, path: str = LIST) -> None:
        """Ask for a page so many times on one connection."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        for _ in range(times):
            connection.request("GET", path, headers={"Cookie": f"{COOKIE}={token}"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        connection.close()

    @property
    def pss_mib(self) -> float:
        """The memory of the process, what it shares counted in parts."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


@contextmanager
def serving(made: Prepared) -> Iterator[Server]:
    """`riskreg serve` without a worker, stopped afterwards."""
    program = subprocess.Popen(
        [sys.executable, "-m", "riskreg", "serve", "--no-worker", "--port", "0"],
        env=made.environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stderr is not None
        line = next(line for line in program.stderr if "http://" in line)
        yield Server(pid=program.pid, port=int(line.rsplit(":", 1)[1].strip(" /\n")))
    finally:
        program.terminate()
        program.wait(timeout=20)
        if program.stderr is not None:
            program.stderr.close()

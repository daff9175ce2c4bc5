"""The program's own command as typed into a terminal, run in this process.

Another process would load the program anew, which takes longer than most commands. That a
command is a process as well is shown where that matters: setting up, serving, pipes and signals.
"""

import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from unittest.mock import patch

from riskreg.cli import main


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a command left on the terminal, and its exit status."""

    status: int
    out: str
    err: str


def riskreg(*arguments: str, environ: Mapping[str, str] | None = None) -> Ended:
    """Run it to its end, with this environment or that of the test."""
    out, err = StringIO(), StringIO()
    with (
        patch.dict(os.environ, environ or {}, clear=environ is not None),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            status = main(arguments)
        except SystemExit as end:  # how the parser ends after --help
            status = int(end.code or 0)
    return Ended(status=status, out=out.getvalue(), err=err.getvalue())

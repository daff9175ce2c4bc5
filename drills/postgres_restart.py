"""PostgreSQL is restarted, in order and as by a crash, while eight people file risks."""

from drills.clients import at_work
from drills.outcome import Outcome, compare
from drills.stage import SERVE_AND_WORK, Server, Stage, on_own_server

SHORT, LONG, CONTROL_SIZE = 8, 100, 2
DATABASES = ("postgresql",)
CONTROL = "synchronous_commit=off"
PROMISE = "A restart of PostgreSQL loses nothing, and work goes on by itself after it."
TRIES, ACKED = "restarts", "risks filed"
MODES = ("immediate", "fast")

own_stage = on_own_server


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Restart so many times; `wrong` counts a worker that did not come back too."""
    assert stage.server is not None
    if control:
        statements = ("ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")
        stage.server.tell("ALTER SYSTEM SET wal_writer_delay = '10s'", *statements)
    with Server(stage, mode=SERVE_AND_WORK), at_work(stage) as load:
        load.wait_for(20)
        load.forget_times()
        for number in range(size):
            load.wait_for(40)
            stage.server.restart("immediate" if control else MODES[number % len(MODES)])
        load.wait_for(40)
        told = f"at most {load.longest_gap_seconds:.1f} s until the next was filed"
        has_worker = stage.has_worker()
    wrong = stage.faults() + (not has_worker)
    return compare(size, load.acked, stage.titles(), wrong=wrong, told=told)

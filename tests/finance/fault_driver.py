"""Runs in a process of its own: makes processes that write, and kills them where a test says.

python fault_driver.py kill <url>       kill a process before each statement of a submission and of a decision
python fault_driver.py storm <url>      four processes write to one new database at once
python fault_driver.py random <url>     kill a busy process at ten random moments
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

import sqlalchemy as sa

from imgrec_tf.finance.applications import ApplicationConflict, ApplicationStore, Decision

KEY = bytes(range(32))
ASK = Decision("person", 0.3, ("Risk 0.3.",))
APPROVE = Decision("approve", 0.01, ("Risk 0.01.",))


def forked(work) -> int:
    """Run work in a child, and return its number."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def status(child: int) -> int:
    """Wait for a child: 0 when it ended well, -9 when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at(url: str, act: str, name: str, statement: int) -> int:
    """Do one act in a child that dies before its n-th statement; the statement after the last one is the commit."""

    def work() -> None:
        store = ApplicationStore(url, key=KEY)
        seen = 0

        def count(*arguments) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(store.engine, "before_cursor_execute", count)
        sa.event.listen(store.engine, "commit", count)
        if act == "submit":
            store.submit(name, {"name": name, "birth_date": "1990-01-01"})
        else:
            store.record(name, APPROVE)

    return status(forked(work))


def kill(url: str) -> list:
    store = ApplicationStore(url, key=KEY)
    outcomes = []
    for act in ("submit", "record"):
        for statement in range(1, 40):
            name = f"{act}-{statement}"
            if act == "record":
                store.submit(name, {"name": name})
                store.close()
            code = kill_at(url, act, name, statement)
            outcomes.append([act, statement, name, code])
            if code != -signal.SIGKILL:
                break
    return outcomes


def storm(url: str) -> list:
    def work(process: int):
        def write() -> None:
            store = ApplicationStore(url, key=KEY)
            for number in range(8):
                name = f"{process}-{number}"
                store.submit(name, {"name": name})
                store.record(name, ASK if number % 2 else APPROVE)
            try:
                store.submit("contested", {"name": "contested"})
                store.record("contested", Decision("refuse", 0.99, (f"by {process}",)))
            except ApplicationConflict:
                pass

        return write

    return [status(child) for child in [forked(work(process)) for process in range(4)]]


def randomly(url: str) -> list:
    """Return the names that a process was told are stored before it died."""
    rng = random.Random(7)
    acknowledged = []
    for turn in range(10):
        reading, writing = os.pipe()

        def work(turn=turn, writing=writing) -> None:
            store = ApplicationStore(url, key=KEY)
            for number in range(1000):
                name = f"{turn}-{number}"
                store.submit(name, {"name": name})
                os.write(writing, f"submitted {name}\n".encode())
                store.record(name, APPROVE)
                os.write(writing, f"decided {name}\n".encode())

        child = forked(work)
        os.close(writing)
        os.read(reading, 1)  # it has begun
        time.sleep(rng.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        status(child)
        with os.fdopen(reading) as lines:
            text = "s" + lines.read()
        acknowledged += [line.split() for line in text.splitlines() if len(line.split()) == 2]
    return acknowledged


if __name__ == "__main__":
    print(json.dumps({"kill": kill, "storm": storm, "random": randomly}[sys.argv[1]](sys.argv[2])))

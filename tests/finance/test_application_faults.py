"""Processes that die, processes that write at once, databases that are away, full, locked or only to be read."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from conftest import KEY
from mariadb_server import MariaDBServer

from imgrec_tf.finance import applications
from imgrec_tf.finance.applications import ApplicationStore, Decision, StorageProblem

HERE = Path(__file__).resolve().parent
APPROVE = Decision("approve", 0.01, ("Risk 0.01.",))


def driven(what: str, url: str) -> list:
    environment = os.environ | {"PYTHONPATH": f"{HERE.parent.parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, str(HERE / "fault_driver.py"), what, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_process_killed_at_any_statement_leaves_all_or_nothing(url):
    """Killed with SIGKILL before each statement of a submission and of a decision, and before the commit."""
    outcomes = driven("kill", url)
    store = ApplicationStore(url, key=KEY)
    for act in ("submit", "record"):
        codes = [code for one, _, _, code in outcomes if one == act]
        assert len(codes) >= 6
        assert set(codes[:-1]) == {-9}
        assert codes[-1] == 0
    pending = set(store.pending())
    for act, _, name, code in outcomes:
        if act == "submit":
            assert (name in pending) == (code == 0)
        else:
            assert (name in pending) == (code != 0)
            assert (store.decision(name) is None) == (code != 0)
    assert store.verify().intact, str(store.verify())
    for name in sorted(pending):  # going on where it ended
        store.record(name, APPROVE)
    assert store.pending() == []
    assert store.verify(store.head()).intact
    store.close()


@pytest.mark.slow
def test_a_process_killed_at_random_loses_nothing_that_it_acknowledged(url):
    acknowledged = driven("random", url)
    store = ApplicationStore(url, key=KEY)
    report = store.verify()
    assert report.intact, str(report)
    there = store.to_frame().set_index("id")["action"].to_dict()
    assert len(acknowledged) >= 10
    for event, name in acknowledged:
        assert name in there
        if event == "decided":
            assert there[name] == "approve"
    assert len(store.pending()) <= 10
    store.close()


@pytest.mark.slow
def test_four_processes_write_to_a_new_database_at_once(url):
    assert driven("storm", url) == [0, 0, 0, 0]
    store = ApplicationStore(url, key=KEY)
    report = store.verify()
    assert report.intact, str(report)
    assert report.entries == 4 * 8 * 2 + 2
    assert store.pending() == []
    assert store.decision("contested").action == "refuse"
    assert len([entry for entry in store.log() if entry.application_id == "contested"]) == 2
    store.close()


def test_a_full_disk(tmp_path):
    store = ApplicationStore(f"sqlite:///{tmp_path / 'a.db'}", key=KEY)
    pages = [60]
    sa.event.listen(store.engine, "connect", lambda raw, _: raw.execute(f"pragma max_page_count = {pages[0]}"))
    store.close()
    image = np.random.default_rng(0).integers(0, 255, (60, 90, 3), dtype=np.uint8)
    stored = []
    with pytest.raises(StorageProblem, match="no room left, and nothing was stored") as caught:
        for number in range(50):
            store.submit(f"a-{number}", {"name": "x"}, {"card": image})
            stored.append(f"a-{number}")
    assert caught.value.kind == "full"
    assert stored
    assert store.pending() == stored
    assert store.verify().intact
    pages[0] = 10_000
    store.close()
    store.submit(f"a-{len(stored)}", {"name": "x"}, {"card": image})
    store.record("a-0", APPROVE)
    assert store.verify().entries == len(stored) + 2


def test_a_database_that_may_only_be_read(tmp_path):
    path = tmp_path / "a.db"
    store = ApplicationStore(f"sqlite:///{path}", key=KEY)
    store.submit("a", {"name": "x"})
    store.close()
    reading = ApplicationStore(f"sqlite:///file:{path}?mode=ro&uri=true", key=KEY)
    assert reading.pending() == ["a"]
    assert reading.verify().intact
    for call in (lambda: reading.submit("b", {"name": "x"}), lambda: reading.record("a", APPROVE)):
        with pytest.raises(StorageProblem, match="only be read, and nothing was stored") as caught:
            call()
        assert caught.value.kind == "read-only"
    assert reading.pending() == ["a"]


def test_a_database_that_another_process_keeps_locked(tmp_path):
    path = tmp_path / "a.db"
    store = ApplicationStore(f"sqlite:///{path}", key=KEY, patience=1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StorageProblem, match="locked for too long, and nothing was stored") as caught:
        store.submit("a", {"name": "x"})
    assert caught.value.kind == "busy"
    other.execute("rollback")
    other.close()
    store.submit("a", {"name": "x"})
    assert store.verify().entries == 1


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("missing/folder/a.db", None, "unreachable"), ("a.db", b"this is a text, and no database" * 99, "damaged")],
)
def test_a_file_that_is_no_database(tmp_path, name, content, kind):
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StorageProblem) as caught:
        ApplicationStore(f"sqlite:///{tmp_path / name}", key=KEY)
    assert caught.value.kind == kind
    if content:
        assert (tmp_path / name).read_bytes() == content


def test_patience_is_whole_seconds(tmp_path):
    with pytest.raises(ValueError, match="patience"):
        ApplicationStore(f"sqlite:///{tmp_path / 'a.db'}", key=KEY, patience=0)


def test_a_server_that_dies_and_comes_back(mariadb_server):
    store = ApplicationStore(mariadb_server.url("dies"), key=KEY)
    store.submit("a", {"name": "x"})
    head = store.head()
    mariadb_server.kill()
    try:
        for call in (lambda: store.submit("b", {"name": "y"}), lambda: store.record("a", APPROVE), store.pending):
            with pytest.raises(StorageProblem, match="cannot be reached; start it") as caught:
                call()
            assert caught.value.kind == "unreachable"
    finally:
        mariadb_server.start()
    assert store.pending() == ["a"]
    store.submit("b", {"name": "y"})
    store.record("a", APPROVE)
    assert store.pending() == ["b"]
    assert store.verify(head).intact
    store.close()


@pytest.mark.slow
def test_a_server_that_dies_in_mid_decision(mariadb_server):
    """Killed before each statement, and before the commit: the decision is stored whole, or the application waits."""
    store = ApplicationStore(mariadb_server.url("mid_decision"), key=KEY)
    for statement in (2, 5, 7, 8):
        name = f"a-{statement}"
        store.submit(name, {"name": name})
        seen = 0

        def count(*arguments, statement=statement) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                mariadb_server.kill()

        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(store.engine, event, count)
        with pytest.raises(StorageProblem) as caught:
            store.record(name, APPROVE)
        assert caught.value.kind == "unreachable"
        for event in ("before_cursor_execute", "commit"):
            sa.event.remove(store.engine, event, count)
        mariadb_server.start()
        assert store.pending() == [name]
        store.record(name, APPROVE)
        assert store.pending() == []
        assert store.verify().intact
    store.close()


def test_a_server_that_lets_nobody_write(mariadb_server):
    url = mariadb_server.url("read_only")
    store = ApplicationStore(url, key=KEY)
    store.submit("a", {"name": "x"})
    mariadb_server.run(
        "create or replace user reader@localhost identified by 'p'",
        "grant select, insert, update on read_only.* to reader@localhost",
        "set global read_only = 1",
    )
    try:
        limited = ApplicationStore(mariadb_server.url("read_only", "reader", "p"), key=KEY)
        assert limited.pending() == ["a"]
        with pytest.raises(StorageProblem, match="only be read, and nothing was stored") as caught:
            limited.record("a", APPROVE)
        assert caught.value.kind == "read-only"
        limited.close()
    finally:
        mariadb_server.run("set global read_only = 0")
    with pytest.raises(StorageProblem, match="refuses this user") as caught:
        ApplicationStore(mariadb_server.url("read_only", "reader", "wrong"), key=KEY)
    assert caught.value.kind == "refused"
    with pytest.raises(StorageProblem, match="refuses this user"):
        ApplicationStore(mariadb_server.url("read_only", "reader", "p").replace("/read_only", "/nowhere"), key=KEY)
    assert store.verify().intact
    store.close()


def test_a_document_that_the_server_does_not_take(mariadb_server):
    store = ApplicationStore(mariadb_server.url("packets"), key=KEY)
    before = mariadb_server.run("select @@global.max_allowed_packet")[0][0]
    mariadb_server.run("set global max_allowed_packet = 1048576")
    try:
        store.close()
        image = np.random.default_rng(0).integers(0, 255, (800, 800, 3), dtype=np.uint8)
        with pytest.raises(StorageProblem) as caught:
            store.submit("a", {"name": "x"}, {"card": image})
        assert caught.value.kind in ("too large", "unreachable")  # some servers hang up instead of answering
    finally:
        mariadb_server.run(f"set global max_allowed_packet = {before}")
    store.close()
    assert store.pending() == []
    store.submit("a", {"name": "x"}, {"card": image})
    assert store.verify().intact
    store.close()


@pytest.mark.slow
def test_a_server_without_room(mariadb_server):
    server = MariaDBServer("--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:20M")
    try:
        server.start()
        store = ApplicationStore(server.url("full"), key=KEY)
        image = np.random.default_rng(0).integers(0, 255, (400, 400, 3), dtype=np.uint8)
        stored = []
        with pytest.raises(StorageProblem, match="no room left, and nothing was stored") as caught:
            for number in range(200):
                store.submit(f"a-{number:03d}", {"name": "x"}, {"card": image})
                stored.append(f"a-{number:03d}")
        assert caught.value.kind == "full"
        assert store.pending() == stored
        assert store.verify().intact
        store.close()
    finally:
        server.stop()


def test_what_a_problem_says():
    assert isinstance(StorageProblem("full", "detail"), Exception)
    assert "detail" in str(applications.StorageProblem("busy", "detail"))

"""Whatever is done to the log or to the rows it tells about is found, and where."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa
from conftest import KEY, Clock

from imgrec_tf.finance import applications
from imgrec_tf.finance.applications import Decision, LogHead, tables

ASK = Decision("person", 0.3, ("Risk 0.3.",))


@pytest.fixture
def kept(tmp_path):
    """Nine entries: three applications received, decided and resolved."""
    return filled(applications.ApplicationStore(f"sqlite:///{tmp_path / 'a.db'}", key=KEY, now=Clock()))


def filled(store):
    rng = np.random.default_rng(0)
    assert str(store.verify()) == "0 entries, none changed, removed, moved or added"
    for name in "abc":
        image = rng.integers(0, 255, (40, 60, 3), dtype=np.uint8)
        store.submit(name, {"name": name, "birth_date": "1990-01-01"}, {"card": image, "page": image})
        assert name != "a" or str(store.verify()) == "1 entry, none changed, removed, moved or added"
        store.record(name, ASK)
        store.resolve(name, "approve", decided_by="clerk", reason="seen")
    assert store.verify(store.head()).intact
    assert str(store.verify()) == "9 entries, none changed, removed, moved or added"
    return store


def tamper(store, *statements: str, **values) -> None:
    """Do what somebody with the database's password, but without the key, can do."""
    with store.engine.begin() as connection:
        for table in ("audit_log", "decisions"):
            for act in ("update", "delete"):
                connection.exec_driver_sql(f"drop trigger if exists {table}_no_{act}")
        if store.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma defer_foreign_keys = on")
        else:
            connection.exec_driver_sql("set foreign_key_checks = 0")
        for statement in statements:
            connection.execute(sa.text(statement), values)
    store.close()


def found(store, head: LogHead | None = None) -> list[tuple[int | None, str]]:
    report = store.verify(head)
    assert report.intact == (not report.problems)
    assert all(problem.message in str(report) for problem in report.problems)
    return [(problem.sequence, problem.kind) for problem in report.problems]


@pytest.mark.parametrize("place", [1, 2, 5, 9])
@pytest.mark.parametrize("column", ["content", "hash", "previous"])
def test_an_edited_entry(kept, place, column):
    value = {"content": '{"at": "x"}', "hash": "f" * 64, "previous": "f" * 64}[column]
    tamper(kept, f"update audit_log set {column} = :value where sequence = {place}", value=value)
    assert (place, "edited") in found(kept)
    assert {number for number, kind in found(kept) if kind == "edited"} == {place}


def test_an_action_rewritten_in_log_and_row(kept):
    replace = "update audit_log set content = replace(content, 'approve', 'refuse') where sequence = 3"
    tamper(kept, replace, "update decisions set action = 'refuse' where application_id = 'a' and step = 1")
    assert found(kept)[0] == (3, "edited")


@pytest.mark.parametrize("places", [(1,), (4,), (8,), (3, 4, 5)])
def test_a_removed_entry(kept, places):
    tamper(kept, *(f"delete from audit_log where sequence = {place}" for place in places))
    logged = [one for one in found(kept) if one[1] == "missing"]
    assert logged == [(place, "missing") for place in places]


def test_an_end_that_was_cut_off(kept):
    tamper(kept, "delete from audit_log where sequence > 7")
    assert [one for one in found(kept) if one[1] == "cut off"] == [(8, "cut off"), (9, "cut off")]


def test_an_end_that_was_moved_far_away(kept):
    tamper(kept, "update chain set sequence = 1000000000000")
    assert found(kept)[0] == (10, "cut off")
    assert len(found(kept)) == 1000


def test_an_end_that_was_cut_off_with_care_is_found_by_a_known_head(kept):
    """Rows and the kept end are set back to what they once were: only somebody who remembers can tell."""
    head = kept.head()
    early = next(entry for entry in kept.log() if entry.sequence == 6)
    tamper(
        kept,
        "delete from audit_log where sequence > 6",
        "delete from decisions where application_id = 'c'",
        "delete from documents where application_id = 'c'",
        "delete from fingerprints where application_id = 'c'",
        "delete from applications where id = 'c'",
        f"update chain set sequence = 6, hash = '{early.hash}'",
    )
    assert found(kept) == []
    assert found(kept, LogHead(6, early.hash)) == []
    assert found(kept, head) == [(7, "cut off"), (8, "cut off"), (9, "cut off")]


def test_a_history_written_anew_after_a_cut_is_found_by_a_known_head(kept):
    test_an_end_that_was_cut_off_with_care_is_found_by_a_known_head(kept)
    head = LogHead(9, "a" * 64)
    for name in "de":
        kept.submit(name, {"name": name})
        kept.record(name, ASK)
    assert found(kept) == []
    assert found(kept, head) == [(9, "rewritten")]


def test_entries_that_changed_places(kept):
    tamper(
        kept,
        "update audit_log set sequence = 100 where sequence = 3",
        "update audit_log set sequence = 3 where sequence = 6",
        "update audit_log set sequence = 6 where sequence = 100",
    )
    assert [one for one in found(kept) if one[1] == "moved"] == [(3, "moved"), (6, "moved")]
    assert "in place 3 belongs to place 6" in str(kept.verify())


def test_an_entry_of_somebody_else(kept):
    tamper(
        kept,
        "insert into audit_log (sequence, previous, hash, content) "
        "select 10, hash, hash, content from audit_log where sequence = 9",
        "update chain set sequence = 10",
    )
    assert (10, "edited") in found(kept)


def test_a_log_made_with_another_key(kept):
    vault = applications.Vault(b"another key, of thirty-two bytes")
    with kept.engine.connect() as connection:
        rows = connection.execute(sa.select(tables.AUDIT_LOG).order_by(tables.AUDIT_LOG.c.sequence)).all()
    previous, statements = "0" * 64, []
    for row in rows:
        own = vault.chain(row.sequence, previous, row.content)
        statements.append(f"update audit_log set previous='{previous}', hash='{own}' where sequence={row.sequence}")
        previous = own
    tamper(kept, *statements, f"update chain set hash = '{previous}'")
    assert [one for one in found(kept) if one[1] == "edited"] == [(place, "edited") for place in range(1, 10)]


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("update decisions set action = 'refuse' where application_id = 'b' and step = 1", 6),
        ("update decisions set decided_by = 'nobody' where application_id = 'b' and step = 1", 6),
        ("update decisions set decided_at = '2020-01-01' where application_id = 'b' and step = 0", 5),
        ("update decisions set details = :value where application_id = 'b' and step = 0", 5),
        ("delete from decisions where application_id = 'b' and step = 1", 6),
        ("update applications set received_at = '2020-01-01' where id = 'c'", 7),
        ("update applications set applicant = :value where id = 'c'", 7),
        ("update documents set image = :value where application_id = 'c' and kind = 'card'", 7),
        ("update documents set description = :value where application_id = 'c' and kind = 'card'", 7),
        ("update documents set redacted = 1 where application_id = 'c' and kind = 'card'", 7),
        ("delete from documents where application_id = 'c' and kind = 'card'", 7),
        ("delete from fingerprints where application_id = 'c'", 7),
        ("update documents set application_id = 'b', kind = 'more' where application_id = 'c' and kind = 'card'", 4),
    ],
)
def test_rows_that_no_longer_say_what_the_log_says(kept, statement, entry):
    tamper(kept, statement, **({"value": b"x" * 40} if ":value" in statement else {}))
    assert (entry, "row differs") in found(kept)


def test_a_decision_that_the_log_knows_nothing_of(kept):
    kept.submit("d", {"name": "d"})
    columns = "step, action, decided_at, decided_by, entry, digest, details"
    copy = f"insert into decisions (application_id, {columns}) select 'd', {columns} from decisions"
    tamper(kept, f"{copy} where application_id = 'a' and step = 0")
    assert found(kept) == [(None, "row differs")]
    assert "decision 0 of application d stands in no entry" in str(kept.verify())


def changed(value):
    if isinstance(value, bool):
        return not value
    return value + b"x" if isinstance(value, bytes) else value + "x" if isinstance(value, str) else value + 50


def test_any_cell_that_changes_is_found(tmp_path):
    """Every cell of every table, one after the other."""
    store = applications.ApplicationStore(f"sqlite:///{tmp_path / 'a.db'}", key=KEY, now=lambda: "2026-01-01")
    store.submit("a", {"name": "a", "birth_date": "b"}, {"card": np.full((9, 9), 7, np.uint8)})
    store.record("a", ASK)
    store.resolve("a", "refuse", decided_by="clerk", reason="seen")
    head = store.head()
    tamper(store)
    cells = 0
    for table in tables.METADATA.sorted_tables:
        with store.engine.connect() as connection:
            rows = connection.execute(sa.select(table)).mappings().all()
        for row in rows:
            where = sa.and_(*(column == row[column.name] for column in table.primary_key))
            for name, value in row.items():
                if name == "key_check" or (table.name, name) == ("chain", "id"):
                    continue  # opening says so, see the store's tests
                other = changed(value)
                with store.engine.connect() as connection:
                    raw = connection.connection.dbapi_connection
                    raw.execute("pragma foreign_keys = off")
                    connection.execute(sa.update(table).where(where).values({name: other}))
                    connection.commit()
                    assert not store.verify(head).intact, f"{table.name}.{name}"
                    back = sa.and_(
                        *(
                            column == (other if column.name == name else row[column.name])
                            for column in table.primary_key
                        )
                    )
                    connection.execute(sa.update(table).where(back).values({name: value}))
                    connection.commit()
                assert store.verify(head).intact
                cells += 1
    assert cells > 40


def test_the_same_on_a_server(mariadb_server):
    store = filled(applications.ApplicationStore(mariadb_server.url("audit"), key=KEY, now=Clock()))
    head = store.head()
    tamper(store, "update audit_log set content = replace(content, 'approve', 'refuse') where sequence = 3")
    tamper(store, "delete from audit_log where sequence = 5", "delete from audit_log where sequence = 9")
    tamper(store, "update decisions set action = 'refuse' where application_id = 'b' and step = 1")
    assert {(3, "edited"), (5, "missing"), (9, "cut off"), (6, "row differs")} <= set(found(store, head))
    store.close()


def test_an_empty_log_is_intact(store):
    assert store.verify().entries == 0
    assert store.verify(store.head()).intact
    assert found(store, LogHead(2, "a" * 64)) == [(1, "cut off"), (2, "cut off")]

"""An audit log that can only grow: each entry's keyed hash covers its number, its content and the entry before it.

Whoever changes the database without the key cannot make a hash that fits, so an edited, removed, moved or added entry
is found, and where. Entries cut off at the end are found by the end that the database keeps, and, where somebody set
that back as well, by a head that was written down elsewhere.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from imgrec_tf.finance.applications.encryption import Vault
from imgrec_tf.finance.applications.tables import AUDIT_LOG, CHAIN

_START = "0" * 64
_MOST_LISTED = 1000  # absent entries that are listed one by one, and wrong ones whose right place is looked for


@dataclass(frozen=True)
class LogHead:
    """The end of the log. Write it down outside of the database to be able to prove that nothing was cut off.

    Attributes:
        sequence: Number of the last entry, 0 for an empty log.
        hash: Its hash.
    """

    sequence: int
    hash: str


@dataclass(frozen=True)
class LogEntry:
    """One entry.

    Attributes:
        sequence: Its number, from 1 on.
        at: When it was written, ISO 8601.
        event: "received", "decided" or "resolved".
        application_id: Which application it is about.
        details: What happened, without personal data.
        hash: Its hash.
    """

    sequence: int
    at: str
    event: str
    application_id: str
    details: dict[str, Any]
    hash: str


@dataclass(frozen=True)
class LogProblem:
    """One thing that is wrong with the log, or with a row that it tells about.

    Attributes:
        sequence: Number of the entry, or None for a row that no entry tells about.
        kind: "edited", "missing", "moved", "cut off", "rewritten" or "row differs".
        message: One sentence for people.
    """

    sequence: int | None
    kind: str
    message: str


@dataclass(frozen=True)
class LogReport:
    """Outcome of a check of the log.

    Attributes:
        entries: Number of entries that are there.
        problems: What is wrong, in the order of the entries.
        head: The end of the log as it is now.
    """

    entries: int
    problems: tuple[LogProblem, ...]
    head: LogHead

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        if self.intact:
            return (
                f"{self.entries} {'entry' if self.entries == 1 else 'entries'}, none changed, removed, moved or added"
            )
        return "\n".join(f"{one.kind}: {one.message}" for one in self.problems)


def lock(connection: sa.Connection) -> LogHead:
    """Return the end of the log, and keep other writers waiting until this transaction ends."""
    row = connection.execute(sa.select(CHAIN.c.sequence, CHAIN.c.hash).where(CHAIN.c.id == 1).with_for_update()).one()
    return LogHead(row.sequence, row.hash)


def read_head(connection: sa.Connection) -> LogHead:
    """Return the end of the log that the database keeps, without making others wait."""
    row = connection.execute(sa.select(CHAIN.c.sequence, CHAIN.c.hash).where(CHAIN.c.id == 1)).one()
    return LogHead(row.sequence, row.hash)


def start(connection: sa.Connection, key_check: str) -> None:
    """Write the first row of a new database."""
    connection.execute(sa.insert(CHAIN).values(id=1, key_check=key_check, sequence=0, hash=_START))


def append(
    connection: sa.Connection,
    vault: Vault,
    head: LogHead,
    event: str,
    application_id: str,
    details: dict[str, Any],
    at: str,
) -> LogHead:
    """Add an entry inside of a transaction that called `lock`, and return the new end."""
    values = {"at": at, "event": event, "application": application_id, "details": details}
    content = json.dumps(values, sort_keys=True)  # ASCII only: no character set can change it
    made = LogHead(head.sequence + 1, vault.chain(head.sequence + 1, head.hash, content))
    row = {"sequence": made.sequence, "previous": head.hash, "hash": made.hash, "content": content}
    connection.execute(sa.insert(AUDIT_LOG).values(row))
    connection.execute(sa.update(CHAIN).where(CHAIN.c.id == 1).values(sequence=made.sequence, hash=made.hash))
    return made


def entries(connection: sa.Connection) -> list[LogEntry]:
    """Return all entries that can be understood, in order."""
    rows = connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.sequence)).all()
    return [entry for row in rows if (entry := _entry(row)) is not None]


def _entry(row) -> LogEntry | None:
    try:
        values = json.loads(row.content)
        return LogEntry(row.sequence, values["at"], values["event"], values["application"], values["details"], row.hash)
    except (ValueError, KeyError, TypeError):
        return None


def verify(connection: sa.Connection, vault: Vault, head: LogHead | None = None) -> LogReport:
    """Recompute every hash and compare the end with the one kept and the one known.

    Args:
        connection: Inside of a transaction that reads.
        vault: Holds the key.
        head: An end that was written down before, or None.

    Returns:
        The report; of absent entries it names the first 1,000.
    """
    rows = connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.sequence)).all()
    kept = connection.execute(sa.select(CHAIN.c.sequence, CHAIN.c.hash).where(CHAIN.c.id == 1)).one_or_none()
    wrong = [row for row in rows if vault.chain(row.sequence, row.previous, row.content) != row.hash]
    there = {row.sequence for row in rows}
    last = max(there, default=0)
    latest = max(last, kept.sequence if kept else 0, head.sequence if head else 0)
    absent = (number for number in range(1, latest + 1) if number not in there)
    vacant = list(itertools.islice(absent, _MOST_LISTED))
    places = {*vacant, *(row.sequence for row in wrong[:_MOST_LISTED])}
    problems = [_why_wrong(vault, row, places) for row in wrong]
    problems += [_absent(number, last) for number in vacant]
    suspected = {one.sequence for one in problems}
    before = {row.sequence: row.hash for row in rows} | {0: _START}
    for row in rows:
        linked = before.get(row.sequence - 1)
        if linked is not None and row.previous != linked and not {row.sequence, row.sequence - 1} & suspected:
            message = f"entry {row.sequence} follows another entry {row.sequence - 1} than the one that is there"
            problems.append(LogProblem(row.sequence - 1, "rewritten", message))
    for name, end in (("the end that the database keeps", kept), ("the end that you know", head)):
        known = before.get(end.sequence) if end is not None else None
        if known is not None and known != end.hash and end.sequence not in suspected:
            message = f"entry {end.sequence} is another one than {name} says"
            problems.append(LogProblem(end.sequence, "rewritten", message))
    if kept is not None and kept.sequence < last and not any(one.sequence == last for one in problems):
        problems.append(LogProblem(last, "rewritten", f"entry {last} lies behind the end that the database keeps"))
    if kept is None:
        problems.append(LogProblem(None, "cut off", "the row that keeps the end of the log is gone"))
    problems.sort(key=lambda one: (one.sequence is None, one.sequence or 0))
    end = LogHead(last, before[last])
    return LogReport(len(rows), tuple(problems), end)


def _why_wrong(vault: Vault, row, places: set[int]) -> LogProblem:
    for number in sorted(places - {row.sequence}):
        if vault.chain(number, row.previous, row.content) == row.hash:
            message = f"the entry in place {row.sequence} belongs to place {number}"
            return LogProblem(row.sequence, "moved", message)
    message = f"the content of entry {row.sequence}, or its hash, was changed, or it was never written by us"
    return LogProblem(row.sequence, "edited", message)


def _absent(number: int, last: int) -> LogProblem:
    if number > last:
        return LogProblem(number, "cut off", f"entry {number}, which the log once ended with or went beyond, is gone")
    return LogProblem(number, "missing", f"entry {number} was removed")

"""Digests of what is stored, and the comparison of every stored row with what the log says about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from imgrec_tf.finance.applications.audit import LogEntry, LogProblem
from imgrec_tf.finance.applications.duplicates import fingerprints
from imgrec_tf.finance.applications.encryption import Vault
from imgrec_tf.finance.applications.tables import APPLICATIONS, DECISIONS, DOCUMENTS, FINGERPRINTS

_STEPS = {"received": None, "decided": 0, "resolved": 1}


def application_digest(vault: Vault, applicant: dict[str, str], pictures: dict[str, tuple[bytes, bytes]]) -> str:
    """Return the digest of an applicant's fields and of PNG files with their descriptions by kind."""
    hashes = {kind: [hashlib.sha256(one).hexdigest() for one in parts] for kind, parts in pictures.items()}
    return vault.fingerprint("application", json.dumps([applicant, hashes], sort_keys=True))


def decision_digest(vault: Vault, action: str, decided_by: str, details: dict[str, Any]) -> str:
    """Return the digest of a decision."""
    return vault.fingerprint("decision", json.dumps([action, decided_by, details], sort_keys=True))


def differences(connection: sa.Connection, vault: Vault, entries: Iterable[LogEntry], deep: bool) -> list[LogProblem]:
    """Compare every application and decision with what the log says about it.

    Args:
        connection: Inside of a transaction that reads.
        vault: Holds the key.
        entries: The log.
        deep: Decrypt everything and compute its digest anew.
    """
    told = {(entry.application_id, _STEPS.get(entry.event)): entry for entry in entries}
    found = {**dict(_applications(connection, vault, deep)), **dict(_decisions(connection, vault, deep))}
    problems = []
    for key in sorted(told.keys() | found.keys(), key=str):
        name = f"application {key[0]}" if key[1] is None else f"decision {key[1]} of application {key[0]}"
        entry, row = told.get(key), found.get(key)
        if entry is None:
            problems.append(LogProblem(None, "row differs", f"{name} stands in no entry of the log"))
        elif row is None:
            message = f"{name}, which entry {entry.sequence} tells of, is gone"
            problems.append(LogProblem(entry.sequence, "row differs", message))
        elif row != {"at": entry.at, "entry": entry.sequence} | {
            one: entry.details.get(one) for one in row.keys() - _OWN
        }:
            message = f"{name} is not what entry {entry.sequence} says"
            problems.append(LogProblem(entry.sequence, "row differs", message))
    return problems


_OWN = {"at", "entry"}


def _applications(connection: sa.Connection, vault: Vault, deep: bool) -> Iterator[tuple]:
    for row in connection.execute(sa.select(APPLICATIONS)).all():
        query = sa.select(DOCUMENTS).where(DOCUMENTS.c.application_id == row.id).order_by(DOCUMENTS.c.kind)
        documents = connection.execute(query).all() if deep else []
        digest = row.digest
        values = {"at": row.received_at, "entry": row.entry}
        if deep:
            values["documents"] = [one.kind for one in documents]
            values["redacted"] = [one.kind for one in documents if one.redacted]
            try:
                applicant = vault.decrypt_values(row.applicant, f"applicant/{row.id}")
                pictures = {one.kind: _picture(vault, one) for one in documents}
                same = application_digest(vault, applicant, pictures) == digest
                same = same and _marked(connection, vault, row.id, applicant)
            except ValueError:
                same = False
            digest = digest if same else "changed"
        yield (row.id, None), values | {"digest": digest}


def _picture(vault: Vault, row) -> tuple[bytes, bytes]:
    place = f"{row.application_id}/{row.kind}"
    return vault.decrypt(row.image, f"document/{place}"), vault.decrypt(row.description, f"description/{place}")


def _marked(connection: sa.Connection, vault: Vault, application_id: str, applicant: dict[str, str]) -> bool:
    """Whether the fingerprints that duplicates are found by are the applicant's."""
    columns = (FINGERPRINTS.c.kind, FINGERPRINTS.c.value)
    found = connection.execute(sa.select(*columns).where(FINGERPRINTS.c.application_id == application_id)).all()
    right = {(kind, value) for kind, values in fingerprints(vault, applicant).items() for value in values}
    return {tuple(row) for row in found} == right


def _decisions(connection: sa.Connection, vault: Vault, deep: bool) -> Iterator[tuple]:
    for row in connection.execute(sa.select(DECISIONS)).all():
        digest = row.digest
        if deep:
            try:
                details = vault.decrypt_values(row.details, f"decision/{row.application_id}/{row.step}")
                same = decision_digest(vault, row.action, row.decided_by, details) == digest
            except ValueError:
                same = False
            digest = digest if same else "changed"
        values = {"at": row.decided_at, "entry": row.entry, "action": row.action, "digest": digest}
        yield (row.application_id, row.step), values

"""Reading and writing the rows of applications, inside of a transaction that somebody else began."""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa

from imgrec_tf.finance.applications import duplicates, pictures
from imgrec_tf.finance.applications.encryption import Vault
from imgrec_tf.finance.applications.tables import APPLICATIONS, DECISIONS, DOCUMENTS, FINGERPRINTS


def insert_application(
    connection: sa.Connection,
    vault: Vault,
    application_id: str,
    at: str,
    entry: int,
    digest: str,
    applicant: dict[str, str],
    images: dict[str, tuple[bytes, bytes, bool]],
) -> None:
    """Write an application, its documents (hash, PNG, whether it is redacted, by kind) and its fingerprints."""
    sealed = vault.encrypt_values(applicant, f"applicant/{application_id}")
    values = {"id": application_id, "received_at": at, "entry": entry, "digest": digest, "applicant": sealed}
    connection.execute(sa.insert(APPLICATIONS).values(values))
    for kind, (png, description, redacted) in images.items():
        values = {"application_id": application_id, "kind": kind, "redacted": redacted}
        values["image"] = vault.encrypt(png, f"document/{application_id}/{kind}")
        values["description"] = vault.encrypt(description, f"description/{application_id}/{kind}")
        connection.execute(sa.insert(DOCUMENTS).values(values))
    marks = [
        {"application_id": application_id, "kind": kind, "value": value}
        for kind, values in duplicates.fingerprints(vault, applicant).items()
        for value in values
    ]
    if marks:
        connection.execute(sa.insert(FINGERPRINTS), marks)


def digest_of(connection: sa.Connection, application_id: str) -> str | None:
    """Return the digest of an application, None where there is none."""
    return connection.execute(sa.select(APPLICATIONS.c.digest).where(APPLICATIONS.c.id == application_id)).scalar()


def application(connection: sa.Connection, application_id: str):
    """Return the row of an application and those of its documents.

    Raises:
        KeyError: If there is none of this name.
    """
    row = connection.execute(sa.select(APPLICATIONS).where(APPLICATIONS.c.id == application_id)).one_or_none()
    if row is None:
        raise KeyError(f"there is no application {application_id!r}")
    query = sa.select(DOCUMENTS).where(DOCUMENTS.c.application_id == application_id).order_by(DOCUMENTS.c.kind)
    return row, connection.execute(query).all()


def decision(connection: sa.Connection, application_id: str, step: int):
    """Return the row of a decision, or None."""
    query = sa.select(DECISIONS).where(DECISIONS.c.application_id == application_id, DECISIONS.c.step == step)
    return connection.execute(query).one_or_none()


def pending(connection: sa.Connection) -> list[str]:
    """Return the names of applications without a decision."""
    decided = sa.select(DECISIONS.c.application_id)
    query = sa.select(APPLICATIONS.c.id).where(APPLICATIONS.c.id.not_in(decided))
    return list(connection.execute(query.order_by(APPLICATIONS.c.entry)).scalars())


def waiting(connection: sa.Connection) -> list[str]:
    """Return the names of applications that wait for a person."""
    resolved = sa.select(DECISIONS.c.application_id).where(DECISIONS.c.step == 1)
    query = sa.select(DECISIONS.c.application_id).where(
        DECISIONS.c.step == 0, DECISIONS.c.action == "person", DECISIONS.c.application_id.not_in(resolved)
    )
    return list(connection.execute(query.order_by(DECISIONS.c.entry)).scalars())


def overview(connection: sa.Connection) -> list[tuple]:
    """Return (id, received at, last action or "", by whom) of every application."""
    last = {}
    for row in connection.execute(sa.select(DECISIONS).order_by(DECISIONS.c.step)):
        last[row.application_id] = (row.action, row.decided_by)
    query = sa.select(APPLICATIONS.c.id, APPLICATIONS.c.received_at)
    found = connection.execute(query.order_by(APPLICATIONS.c.entry)).all()
    return [(row.id, row.received_at, *last.get(row.id, ("", ""))) for row in found]


def matches(connection: sa.Connection, vault: Vault, application_id: str) -> dict[str, list[str]]:
    """Return by name of the other application what it has in common with this one. Every picture is compared."""
    own = sa.select(FINGERPRINTS.c.value).where(FINGERPRINTS.c.application_id == application_id)
    query = sa.select(FINGERPRINTS.c.application_id, FINGERPRINTS.c.kind).distinct()
    query = query.where(FINGERPRINTS.c.value.in_(own), FINGERPRINTS.c.application_id != application_id)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(FINGERPRINTS.c.kind)):
        found.setdefault(row.application_id, []).append(row.kind)
    for reasons in found.values():
        if "identity number" in reasons and duplicates.NEAR in reasons:
            reasons.remove(duplicates.NEAR)
    query = sa.select(DOCUMENTS.c.application_id, DOCUMENTS.c.kind, DOCUMENTS.c.description)
    own, others = [], []
    for row in connection.execute(query):
        (own if row.application_id == application_id else others).append((row, _description(vault, row)))
    for row, description in own:
        for other, another in others:
            if pictures.picture_similarity(description, another) >= pictures.SAME_PICTURE:
                reasons = found.setdefault(other.application_id, [])
                if f"picture: {row.kind}" not in reasons:
                    reasons.append(f"picture: {row.kind}")
    return found


def _description(vault: Vault, row) -> np.ndarray:
    data = vault.decrypt(row.description, f"description/{row.application_id}/{row.kind}")
    return np.frombuffer(data, np.int8).reshape(pictures.DESCRIPTION_SHAPE)

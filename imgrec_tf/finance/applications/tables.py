"""The tables. Rows are only ever inserted; what an application's state is follows from which rows are there."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
_ID = sa.String(64)
_BYTES = sa.LargeBinary(2**32 - 1)  # LONGBLOB on MySQL and MariaDB
_TEXT = sa.Text(2**24)  # LONGTEXT there
_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin",
            "mariadb_engine": "InnoDB", "mariadb_charset": "utf8mb4", "mariadb_collate": "utf8mb4_bin"}  # fmt: skip

# One row: what the key has to reproduce, and the end of the log, which is locked while an entry is appended.
CHAIN = sa.Table(
    "chain",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key_check", sa.String(32), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    **_OPTIONS,
)
APPLICATIONS = sa.Table(
    "applications",
    METADATA,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("received_at", sa.String(40), nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),  # of the log
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("applicant", _BYTES, nullable=False),
    **_OPTIONS,
)
DOCUMENTS = sa.Table(
    "documents",
    METADATA,
    sa.Column("application_id", _ID, sa.ForeignKey("applications.id"), primary_key=True),
    sa.Column("kind", _ID, primary_key=True),
    sa.Column("redacted", sa.Boolean, nullable=False),
    sa.Column("description", _BYTES, nullable=False),
    sa.Column("image", _BYTES, nullable=False),
    **_OPTIONS,
)
FINGERPRINTS = sa.Table(
    "fingerprints",
    METADATA,
    sa.Column("application_id", _ID, sa.ForeignKey("applications.id"), primary_key=True),
    sa.Column("kind", sa.String(48), primary_key=True),
    sa.Column("value", sa.String(32), primary_key=True, index=True),
    **_OPTIONS,
)
DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("application_id", _ID, sa.ForeignKey("applications.id"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),  # 0 automatic, 1 by a person
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("decided_at", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.String(64), nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("details", _BYTES, nullable=False),
    **_OPTIONS,
)
AUDIT_LOG = sa.Table(
    "audit_log",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("content", _TEXT, nullable=False),
    **_OPTIONS,
)


def append_only_statements(dialect: str) -> list[str]:
    """Return triggers that refuse to change or remove what was written, so that no mistake does; the hash chain tells
    when somebody removed the triggers first.
    """
    statements = []
    for table in ("audit_log", "decisions"):
        for act in ("update", "delete"):
            name, reason = f"{table}_no_{act}", f"{table} is append-only"
            if dialect == "sqlite":
                refuse = f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
                statements.append(f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act.upper()} ON {table} {refuse}")
            else:
                refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{reason}'"
                statements.append(f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} FOR EACH ROW {refuse}")
    return statements

"""Connect to SQLite, MySQL or MariaDB, and run a piece of work wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from numbers import Integral
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from imgrec_tf.finance.applications import audit, tables
from imgrec_tf.finance.applications.problems import StorageProblem, problem_of

Result = TypeVar("Result")
SERVERS = ("mysql", "mariadb")
_TRIES = 3


class Database:
    """An engine, its tables, and transactions that never end half-way."""

    def __init__(self, url: str, patience: int):
        """Make the engine; nothing is connected yet.

        Args:
            url: "sqlite:///file.db", or "mysql://…" or "mariadb://user:password@host/database".
            patience: Whole seconds to wait for another process that writes, 1 or more.

        Raises:
            TypeError: If it is no text.
            ValueError: If it is no address of SQLite, MySQL or MariaDB, or the patience is under a second.
        """
        if not isinstance(url, str):
            raise TypeError(f"url must be a text such as sqlite:///applications.db, got {url!r}")
        if isinstance(patience, bool) or not isinstance(patience, Integral) or patience < 1:
            raise ValueError(f"patience must be whole seconds, 1 or more, got {patience!r}")
        self._patience = int(patience)
        try:
            address = sa.make_url(url)
        except exc.ArgumentError:
            raise ValueError(
                f"{url!r} is no address; write sqlite:///applications.db or mariadb://user@host/name"
            ) from None
        self.dialect = address.get_backend_name()
        if self.dialect not in ("sqlite", *SERVERS):
            raise ValueError(f"databases are sqlite, mysql and mariadb, got {self.dialect!r}")
        if self.dialect == "sqlite":
            if not address.database or address.database == ":memory:":
                raise ValueError(
                    "a database in memory would lose every application; name a file: sqlite:///applications.db"
                )
            self.engine = sa.create_engine(address, connect_args={"timeout": self._patience})
            sa.event.listen(self.engine, "connect", _configure_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            if "+" not in address.drivername:
                address = address.set(drivername=f"{address.drivername}+pymysql")
            address = address.update_query_dict({"charset": "utf8mb4"})
            settings = f"SET SESSION sql_mode = 'STRICT_ALL_TABLES', innodb_lock_wait_timeout = {self._patience}"
            arguments = {"connect_timeout": 10, "init_command": settings}
            self.engine = sa.create_engine(address, pool_pre_ping=True, connect_args=arguments)

    def create(self, key_check: str) -> None:
        """Make tables, triggers and the first row where they are missing; several processes may do so at once.

        Args:
            key_check: What the key gives for a fixed text.

        Raises:
            ValueError: If the database was made with another key.
            StorageProblem: If the database cannot do it.
        """
        known = self.read(_key_check)
        if known is None:
            known = self.write(lambda connection: self._create(connection, key_check))
        if known != key_check:
            raise ValueError("this database was made with another key; open it with that one")

    def _create(self, connection: sa.Connection, key_check: str) -> str:
        if self.dialect in SERVERS:  # SQLite has locked the whole file already
            connection.exec_driver_sql(f"SELECT GET_LOCK('imgrec_tf applications', {self._patience})")
        try:
            known = _key_check(connection)
            if known is None:
                self._make(connection)
                audit.start(connection, key_check)
                if self.dialect in SERVERS:
                    connection.exec_driver_sql("COMMIT")
            return known or key_check
        finally:
            if self.dialect in SERVERS:
                connection.exec_driver_sql("DO RELEASE_LOCK('imgrec_tf applications')")

    def _make(self, connection: sa.Connection) -> None:
        tables.METADATA.create_all(connection)
        for statement in tables.append_only_statements(self.dialect):
            if self.dialect in SERVERS:
                statement = statement.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS", 1)
            connection.exec_driver_sql(statement)

    def write(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Run work in one transaction that writes: all of it is stored, or nothing.

        A deadlock is tried again, for the work was undone. A lost connection is not: whether the end of it was stored
        is unknown, and callers of the store may call again, for it recognises what it has.

        Raises:
            StorageProblem: If the database cannot do it; nothing was stored.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                with problems(), self.engine.connect() as connection:
                    writing = connection.execution_options(writes=True)
                    with writing.begin():
                        return work(writing)
            except StorageProblem as problem:
                if not problem.deadlock or attempt == _TRIES:
                    raise

    def read(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Run work that only reads, on one consistent state.

        Raises:
            StorageProblem: If the database cannot be read.
        """
        with problems(), self.engine.connect() as connection, connection.begin():
            return work(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _key_check(connection: sa.Connection) -> str | None:
    """Return what the database knows of its key, None for a new one."""
    if not sa.inspect(connection).has_table(tables.CHAIN.name):
        return None
    return connection.execute(sa.select(tables.CHAIN.c.key_check)).scalar()


@contextmanager
def problems() -> Iterator[None]:
    """Turn errors of the database into `StorageProblem`."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as error:
        raise problem_of(error) from error


def _configure_sqlite(connection, record) -> None:
    """Leave transactions to us, write durably, and wait for other writers."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A transaction that writes takes the lock at once: two that read first would refuse each other."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

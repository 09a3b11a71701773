"""A MariaDB server of the tests' own: private data folder, Unix socket only, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

SYSTEM_TABLES = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
SHARE = Path("/usr/share/mysql")
MISSING = "needs MariaDB's server: apt-get install --no-install-recommends mariadb-server-core"


class MariaDBServer:
    """Sets up, starts, kills and starts again."""

    @staticmethod
    def program() -> str | None:
        """The server's program, None where it is not installed."""
        found = shutil.which("mariadbd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        return found if found and all((SHARE / name).exists() for name in SYSTEM_TABLES) else None

    def __init__(self, *options: str):
        # Not below pytest's folders: those are closed to the server's own user.
        self.folder = Path(tempfile.mkdtemp(prefix="imgrec_mariadb_"))
        self.folder.chmod(0o755)
        self.data, self.socket = self.folder / "data", self.folder / "socket"
        self.data.mkdir()
        self.process: subprocess.Popen | None = None
        self._options = ["--no-defaults", f"--datadir={self.data}", "--innodb-buffer-pool-size=16M",
                         "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=2", *options]  # fmt: skip
        if os.geteuid() == 0:  # the server refuses to run as root
            user = next(name for name in ("mysql", "nobody") if _exists(name))
            self._options.append(f"--user={user}")
            for path in (self.folder, self.data):
                shutil.chown(path, user)
        statements = ["create database mysql;", "use mysql;", "set @auth_root_socket = null;"]
        statements += [(SHARE / name).read_text() for name in SYSTEM_TABLES]
        done = subprocess.run(
            [self.program(), *self._options, "--bootstrap"],
            input="\n".join(statements),
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            shutil.rmtree(self.folder)
            raise RuntimeError(f"MariaDB's tables could not be made:\n{done.stderr[-2000:]}")

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = self.folder / "log"
        command = [self.program(), *self._options, f"--socket={self.socket}", "--skip-networking", "--log-warnings=1",
                   f"--pid-file={self.folder / 'pid'}"]  # fmt: skip
        with log.open("a") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        end = time.monotonic() + 180
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.run("select 1")
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"MariaDB did not start:\n{log.read_text()[-2000:]}")

    def run(self, *statements: str) -> list:
        """Run statements as the server's administrator, and return the rows of the last one."""
        import pymysql

        try:
            connection = pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True)
        except pymysql.err.OperationalError as error:
            raise OSError(str(error)) from error
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def url(self, database: str, user: str = "root", password: str = "") -> str:
        """The address of a database, which is made where it is missing."""
        self.run(f"create database if not exists `{database}` character set utf8mb4")
        return f"mariadb://{user}{':' + password if password else ''}@localhost/{database}?unix_socket={self.socket}"

    def kill(self) -> None:
        """End it without warning, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """End it in order, and remove everything."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True

"""Applications in a database: received, decided, resolved; nothing half, nothing lost, nothing changed unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from imgrec_tf.finance.applications import audit, contents, duplicates, rows, tables
from imgrec_tf.finance.applications.application import Application, check_id, checked_fields, from_png, to_png, utc_now
from imgrec_tf.finance.applications.database import Database
from imgrec_tf.finance.applications.decisions import Decision
from imgrec_tf.finance.applications.encryption import Vault
from imgrec_tf.finance.applications.evidence import Evidence
from imgrec_tf.finance.applications.pictures import describe_picture
from imgrec_tf.finance.applications.problems import ApplicationConflict
from imgrec_tf.finance.applications.redaction import Box, redact_image

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.finance.consistency import ConsistencyReport

AUTOMATIC, PERSON = 0, 1


class ApplicationStore:
    """Keeps applications, decisions and the audit log in SQLite, MySQL or MariaDB.

    Each call is one transaction: it is stored wholly when the call returns, and not at all when it raises or when the
    process is killed. Every call may be repeated: what is there already with the same contents is not stored again.
    """

    def __init__(self, url: str, *, key: bytes, now: Callable[[], str] = utc_now, patience: int = 30):
        """Open a database, and make its tables where they are missing.

        Args:
            url: "sqlite:///applications.db", or "mariadb://user:password@host/database", or "mysql://…".
            key: 32 bytes, see `new_key`; the same one each time.
            now: Returns the time for the rows, ISO 8601.
            patience: Whole seconds to wait while another process writes.

        Raises:
            TypeError: If url or key are of the wrong kind.
            ValueError: If they are not usable, or the database was made with another key.
            StorageProblem: If the database cannot be reached or written to.
        """
        self._vault = Vault(key)
        self._database = Database(url, patience)
        self._now = now
        self._database.create(self._vault.fingerprint("key check", "imgrec_tf"))

    @property
    def engine(self) -> sa.Engine:
        """SQLAlchemy's engine, for reports of your own. What it writes past this class, `verify` will find."""
        return self._database.engine

    def submit(
        self,
        application_id: str,
        applicant: Mapping[str, str],
        documents: Mapping[str, np.ndarray] | None = None,
        *,
        redact: Mapping[str, Iterable[Box]] | None = None,
    ) -> str:
        """Take an application in. When this returns, it is on disk.

        Args:
            application_id: A name of up to 64 letters, digits, `.`, `_`, `-` that the caller chooses, so that a call
                that was cut off may be repeated.
            applicant: Fields by name: identity_number, name, birth_date, address, phone, document_number and others.
            documents: Images by kind, uint8. They are encrypted.
            redact: By kind, boxes (left, top, right, bottom) that are painted over before the image is kept.

        Returns:
            The application's name.

        Raises:
            TypeError: If an argument is of the wrong kind.
            ValueError: If a name, a field or a box is not usable.
            ApplicationConflict: If an application of this name with other contents is there.
            StorageProblem: If the database cannot do it; nothing was stored.
        """
        check_id(application_id)
        applicant = checked_fields(applicant)
        redact = {kind: list(boxes) for kind, boxes in (redact or {}).items()}
        unknown = redact.keys() - (documents or {}).keys()
        if unknown:
            raise ValueError(f"redact names documents that were not handed in: {', '.join(sorted(unknown))}")
        images = {}
        for kind, image in (documents or {}).items():
            check_id(kind)
            kept = redact_image(image, redact.get(kind, ()))
            description = describe_picture(kept).tobytes()  # of what is kept: the rest is to be gone
            images[kind] = (to_png(kept), description, kind in redact)
        digest = contents.application_digest(self._vault, applicant, {kind: one[:2] for kind, one in images.items()})

        def work(connection: sa.Connection) -> str:
            head = audit.lock(connection)
            known = rows.digest_of(connection, application_id)
            if known is not None:
                if known != digest:
                    raise ApplicationConflict(
                        f"{application_id} is there already, with other contents: choose another name"
                    )
                return application_id
            at = self._now()
            entry = head.sequence + 1
            rows.insert_application(connection, self._vault, application_id, at, entry, digest, applicant, images)
            details = {"digest": digest, "documents": sorted(images), "redacted": sorted(redact)}
            audit.append(connection, self._vault, head, "received", application_id, details, at)
            return application_id

        return self._database.write(work)

    def application(self, application_id: str) -> Application:
        """Return an application, decrypted.

        Raises:
            KeyError: If there is none of this name.
            ValueError: If it was changed in the database, or moved there from another one.
            StorageProblem: If the database cannot be read.
        """
        row, documents = self._database.read(lambda connection: rows.application(connection, application_id))
        applicant = self._vault.decrypt_values(row.applicant, f"applicant/{application_id}")
        images = {
            one.kind: from_png(self._vault.decrypt(one.image, f"document/{application_id}/{one.kind}"))
            for one in documents
        }
        return Application(application_id, row.received_at, applicant, images)

    def duplicates(self, application_id: str) -> list[duplicates.Duplicate]:
        """Return other applications that look like the same person or the same picture, most reasons first.

        Raises:
            KeyError: If there is no application of this name.
            StorageProblem: If the database cannot be read.
        """
        row, _ = self._database.read(lambda connection: rows.application(connection, application_id))
        own = self._vault.decrypt_values(row.applicant, f"applicant/{application_id}")
        found = self._database.read(lambda connection: rows.matches(connection, self._vault, application_id))
        answers = []
        for other, reasons in found.items():
            values = self._database.read(lambda connection, other=other: rows.application(connection, other))[0]
            applicant = self._vault.decrypt_values(values.applicant, f"applicant/{other}")
            answers.append(duplicates.Duplicate(other, tuple(reasons), duplicates.altered(own, applicant)))
        return sorted(answers, key=lambda one: (-len(one.reasons), one.application_id))

    def record(
        self,
        application_id: str,
        decision: Decision,
        *,
        evidence: Evidence | None = None,
        report: ConsistencyReport | None = None,
    ) -> None:
        """Store the automatic decision, with what it rests on, and log it, in one transaction.

        Args:
            application_id: Which application.
            decision: What `decide` returned.
            evidence: What it was decided on; kept encrypted.
            report: The consistency report; kept encrypted. The log names the failed rules, without their contents.

        Raises:
            TypeError: If the decision is none.
            KeyError: If there is no such application.
            ApplicationConflict: If it was decided otherwise before.
            StorageProblem: If the database cannot do it; nothing was stored.
        """
        if not isinstance(decision, Decision):
            raise TypeError(f"decision must be a Decision, got {decision!r:.80}")
        details = {
            "decision": decision.to_dict(),
            "evidence": None if evidence is None else evidence.to_dict(),
            "report": None if report is None else report.to_dict(),
        }
        told = {"action": decision.action, "risk": decision.risk, "model": decision.model_version}
        told["failed"] = [] if report is None else sorted(one.rule for one in report.failed)
        self._insert(application_id, AUTOMATIC, decision.action, "automatic", details, "decided", told)

    def resolve(self, application_id: str, action: str, *, decided_by: str, reason: str) -> None:
        """Store what a person decided about an application that was sent to one.

        Args:
            application_id: Which application.
            action: "approve" or "refuse".
            decided_by: Who, up to 64 characters.
            reason: Why; kept encrypted.

        Raises:
            ValueError: If the action is another one, or a text is empty or too long.
            KeyError: If there is no such application.
            ApplicationConflict: If it was not sent to a person, or was resolved otherwise before.
            StorageProblem: If the database cannot do it; nothing was stored.
        """
        if action not in ("approve", "refuse"):
            raise ValueError(f'action must be "approve" or "refuse", got {action!r}')
        if (
            not isinstance(decided_by, str)
            or not 1 <= len(decided_by) <= 64
            or not isinstance(reason, str)
            or not reason
        ):
            raise ValueError(
                f"decided_by (1 to 64 characters) and reason must be texts, got {decided_by!r}, {reason!r}"
            )
        told = {"action": action, "by": self._vault.fingerprint("person", decided_by)}
        self._insert(application_id, PERSON, action, decided_by, {"reason": reason}, "resolved", told)

    def decide(self, application_id: str, judge: Callable[[Application], Decision]) -> Decision:
        """Load an application, let `judge` decide it, and store that; returns the stored decision if there is one.

        `judge` runs outside of any transaction. Where the process ends while it runs, the application stays pending.
        """
        known = self.decision(application_id)
        if known is None:
            known = judge(self.application(application_id))
            self.record(application_id, known)
        return known

    def decision(self, application_id: str) -> Decision | None:
        """Return the automatic decision, or None while there is none.

        Raises:
            ValueError: If it was changed in the database.
            StorageProblem: If the database cannot be read.
        """
        row = self._database.read(lambda connection: rows.decision(connection, application_id, AUTOMATIC))
        if row is None:
            return None
        place = f"decision/{application_id}/{AUTOMATIC}"
        return Decision.from_dict(self._vault.decrypt_values(row.details, place)["decision"])

    def pending(self) -> list[str]:
        """Return the applications without a decision, oldest first: where to go on after a crash."""
        return self._database.read(rows.pending)

    def waiting(self) -> list[str]:
        """Return the applications that were sent to a person who has not decided yet, oldest first."""
        return self._database.read(rows.waiting)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an application: id, received_at, action (of a person where there is one), decided_by."""
        import pandas as pd

        return pd.DataFrame(self._database.read(rows.overview), columns=["id", "received_at", "action", "decided_by"])

    def log(self) -> list[audit.LogEntry]:
        """Return the audit log, oldest entry first. It holds no personal data."""
        return self._database.read(audit.entries)

    def head(self) -> audit.LogHead:
        """Return the end of the log, to be written down elsewhere."""
        return self._database.read(audit.read_head)

    def verify(self, head: audit.LogHead | None = None, *, deep: bool = True) -> audit.LogReport:
        """Check every entry of the log, and every application and decision against it.

        Args:
            head: An end of the log that was written down before: what was cut off behind it is found.
            deep: Decrypt every document and decision too, and compare it with its digest; slower with many pictures.

        Raises:
            StorageProblem: If the database cannot be read.
        """

        def work(connection: sa.Connection) -> audit.LogReport:
            report = audit.verify(connection, self._vault, head)
            found = contents.differences(connection, self._vault, audit.entries(connection), deep)
            return audit.LogReport(report.entries, (*report.problems, *found), report.head)

        return self._database.read(work)

    def close(self) -> None:
        """Close the connections. The store opens new ones when it is used again."""
        self._database.close()

    def _insert(self, application_id, step, action, by, details: dict, event: str, told: dict) -> None:
        digest = contents.decision_digest(self._vault, action, by, details)

        def work(connection: sa.Connection) -> None:
            head = audit.lock(connection)
            if rows.digest_of(connection, application_id) is None:
                raise KeyError(f"there is no application {application_id!r}")
            before = rows.decision(connection, application_id, step)
            if before is not None:
                if before.digest == digest:
                    return
                raise ApplicationConflict(
                    f"{application_id} was decided before: {before.action}, at {before.decided_at}"
                )
            automatic = rows.decision(connection, application_id, AUTOMATIC)
            if step == PERSON and (automatic is None or automatic.action != "person"):
                state = "not decided yet" if automatic is None else f"decided automatically: {automatic.action}"
                raise ApplicationConflict(f"{application_id} was not sent to a person; it is {state}")
            at = self._now()
            sealed = self._vault.encrypt_values(details, f"decision/{application_id}/{step}")
            values = {"application_id": application_id, "step": step, "action": action, "decided_at": at}
            values |= {"decided_by": by, "entry": head.sequence + 1, "digest": digest, "details": sealed}
            connection.execute(sa.insert(tables.DECISIONS).values(values))
            audit.append(connection, self._vault, head, event, application_id, told | {"digest": digest}, at)

        self._database.write(work)

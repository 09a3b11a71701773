"""What can go wrong with a database, told so that somebody can act on it."""

from __future__ import annotations

KINDS = {
    "unreachable": "the database cannot be reached; start it, or correct the address, and call again",
    "full": "the database has no room left, and nothing was stored; make room, and call again",
    "read-only": "the database may only be read, and nothing was stored; give write access, or open another one",
    "busy": "another process kept the database locked for too long, and nothing was stored; call again",
    "refused": "the database refuses this user or name; correct them, or grant what is missing",
    "too large": "the server does not take so large a document, and nothing was stored; raise max_allowed_packet",
    "damaged": "the file is no database, or it is damaged; restore it from a copy",
    "other": "the database reports an error, and nothing was stored",
}
_SQLITE = (
    ("disk is full", "full"),
    ("readonly database", "read-only"),
    ("read-only", "read-only"),
    ("unable to open", "unreachable"),
    ("is locked", "busy"),
    ("is not a database", "damaged"),
    ("malformed", "damaged"),
)
_DEADLOCKS = (1020, 1213)
_MYSQL = {
    1021: "full",
    1114: "full",
    28: "full",
    1030: "full",
    1290: "read-only",
    1792: "read-only",
    1836: "read-only",
    1205: "busy",
    1213: "busy",
    1020: "busy",
    1044: "refused",
    1045: "refused",
    1049: "refused",
    1142: "refused",
    1698: "refused",
    1227: "refused",
    1419: "refused",
    1153: "too large",
    2002: "unreachable",
    2003: "unreachable",
    2006: "unreachable",
    2013: "unreachable",
    2014: "unreachable",
    2055: "unreachable",
    1040: "unreachable",
    1053: "unreachable",
    1927: "unreachable",
    0: "unreachable",
}


class StorageProblem(Exception):
    """The database did not do what it should; the text says what it was and what to do.

    Attributes:
        kind: "unreachable", "full", "read-only", "busy", "refused", "too large", "damaged" or "other".
        deadlock: Whether the database ended this transaction in favour of another one: it may be tried again at once.
    """

    def __init__(self, kind: str, detail: str, deadlock: bool = False):
        super().__init__(f"{KINDS[kind]} ({detail})")
        self.kind = kind
        self.deadlock = deadlock


class ApplicationConflict(Exception):
    """The application is there already with other contents, or was decided otherwise before."""


def problem_of(error: Exception) -> StorageProblem:
    """Return the problem that a SQLAlchemy error stands for."""
    original = getattr(error, "orig", None) or error
    number = original.args[0] if getattr(original, "args", None) and isinstance(original.args[0], int) else None
    if number is not None:
        kind = _MYSQL.get(number, "other")
    else:
        text = str(original).lower()
        kind = next((kind for part, kind in _SQLITE if part in text), "other")
    detail = " ".join(str(part) for part in original.args) if getattr(original, "args", None) else str(original)
    told = detail.strip().splitlines()[0][:200] if detail.strip() else type(original).__name__
    return StorageProblem(kind, told, deadlock=number in _DEADLOCKS)

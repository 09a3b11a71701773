"""One broken rule of a number or a machine-readable zone, said so that a person can act on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BrokenRule:
    """One rule that a number or a machine-readable zone breaks.

    Attributes:
        rule: "length", "characters", "date", "check digit", "code" or "name".
        line: Line, from 1 on.
        places: First and last place in the line, from 1 on.
        found: What stands there.
        expected: What would be right there, or "" where that cannot be said.
        message: One sentence for people.
        fields: Names of the fields that may be wrong.
    """

    rule: str
    line: int
    places: tuple[int, int]
    found: str
    expected: str
    message: str
    fields: tuple[str, ...] = ()

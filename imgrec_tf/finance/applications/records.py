"""What the rules get to see of one document: what was read, what was typed, and where the two disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imgrec_tf.finance import reading
from imgrec_tf.finance.consistency import values
from imgrec_tf.finance.consistency.values import ENDLESS


def record(
    read: reading.NumberReading | reading.MrzReading | None,
    printed: reading.PrintedReading | None,
    typed: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the fields of a document, as `consistency.check_consistency` takes them.

    Of the printed fields, those that were read with confidence and pass their own checks are taken. What somebody typed
    goes before them; numbers and zones, whose digits prove them, go before what was typed.
    """
    proven: dict[str, Any] = {}
    if read is not None and read.text:
        is_zone = isinstance(read, reading.MrzReading)
        proven = {"mrz": read.record} if is_zone else {"identity_number": read.text}
    return (printed.record if printed is not None else {}) | dict(typed) | proven


def contradictions(kind: str, printed: reading.PrintedReading | None, typed: Mapping[str, Any]) -> list[str]:
    """Say, in one sentence each, where what was typed is not what is printed."""
    found = printed.record if printed is not None else {}
    sentences = []
    for name in sorted(found.keys() & typed.keys()):
        try:
            same = _plain(kind, name, found) == _plain(kind, name, typed)
        except values.Unknown:
            continue
        if not same:
            sentences.append(f"{name.replace('_', ' ')} was typed as {typed[name]}, printed is {found[name]}.")
    return sentences


def _plain(kind: str, name: str, fields: Mapping[str, Any]) -> Any:
    if name == "sex":
        return values.sex(fields, kind)
    if name.endswith("_date") and fields[name] != ENDLESS:
        return values.date(fields, kind, name)
    return "".join(values.text(fields, kind, name).split()).upper()

"""Who and what an image belongs to, without saying who: ids as keyed hashes."""

from __future__ import annotations

import hashlib
from typing import Any

from imgrec_tf.datasets.dicom.header import quiet_get

_LENGTH = 6  # bytes: of a million patients, two share a hash with a chance of 1 in 560


def hashed(text: str, salt: str = "") -> str:
    """Return a short text that is the same for the same id and salt, and does not tell the id.

    Without a salt that others do not know, anybody who guesses an id can check the guess: hospitals number their
    patients, so give one before you pass anything on.

    Args:
        text: The id.
        salt: Any text, up to 64 bytes in UTF-8.

    Raises:
        TypeError: If the salt is no text.
        ValueError: If it is too long.
    """
    if not isinstance(salt, str):
        raise TypeError(f"salt must be a text, got {type(salt).__name__}")
    if len(salt.encode()) > 64:
        raise ValueError(f"salt must have at most 64 bytes, got {len(salt.encode())}; shorten it")
    return hashlib.blake2b(text.encode(), digest_size=_LENGTH, key=salt.encode()).hexdigest()


def group(dataset: Any, keywords: tuple[str, ...], prefix: str, salt: str) -> str:
    """Return `prefix` and the hash of the first of these attributes, or "" where that is missing or empty."""
    values = [str(quiet_get(dataset, keyword) or "").strip(" \0") for keyword in keywords]
    return f"{prefix} {hashed(chr(0).join(values), salt)}" if values[0] else ""


def patient_group(dataset: Any, salt: str = "") -> str:
    """Return what must stay in one split: the patient, else the study, else the series; "" where none is stated."""
    return (
        group(dataset, ("PatientID", "IssuerOfPatientID"), "patient", salt)
        or group(dataset, ("StudyInstanceUID",), "study", salt)
        or group(dataset, ("SeriesInstanceUID",), "series", salt)
    )

"""What somebody hands in, and what of it can be taken."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

_ID = re.compile("[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Application:
    """What somebody handed in.

    Attributes:
        application_id: Its name.
        received_at: ISO 8601.
        applicant: Fields by name.
        documents: Images by kind, uint8, as they are kept (redacted where that was asked for).
    """

    application_id: str
    received_at: str
    applicant: dict[str, str]
    documents: dict[str, np.ndarray]


def utc_now() -> str:
    """Return the time of the machine, ISO 8601 to the second, UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def check_id(value: str) -> None:
    """Refuse what is no name of an application or a document."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"a name has 1 to 64 letters, digits, dots, _ or -, got {value!r}")


def checked_fields(applicant: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of an applicant, or refuse what is no text."""
    if not isinstance(applicant, Mapping) or not applicant:
        raise ValueError(f"applicant must map names of fields to texts, one or more, got {applicant!r:.80}")
    wrong = [name for name, value in applicant.items() if not isinstance(name, str) or not isinstance(value, str)]
    if wrong:
        raise TypeError(f"fields and their names must be texts; these are not: {wrong}")
    return dict(applicant)


def to_png(image: np.ndarray) -> bytes:
    """Return an image as a PNG file."""
    from PIL import Image

    flat = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
    buffer = io.BytesIO()
    Image.fromarray(flat).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def from_png(data: bytes) -> np.ndarray:
    """Undo `to_png`."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)

"""Near duplicates: one person who applies again with a field changed, or one picture that is handed in twice.

Fields are compared by keyed fingerprints, so the database holds nothing that can be read, and each of a few sets of
fields stands for one way of being the same person. A number with one character changed is found through eighteen
fingerprints, each with another place left out. Pictures are compared by a difference hash of 256 bits (after Krawetz
2013), which survives compression, a change of size or brightness, but no crop or turn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from imgrec_tf.finance.applications.encryption import Vault

SAME = (
    ("identity number", ("identity_number",)),
    ("document number", ("document_number",)),
    ("phone", ("phone",)),
    ("name and birth date", ("name", "birth_date")),
    ("name and address", ("name", "address")),
    ("birth date and address", ("birth_date", "address")),
)
NEAR = "identity number but one character"
_SIDE = 16
NEAR_BITS = 12  # of 256; the measurement behind it is in the test of this module


@dataclass(frozen=True)
class Duplicate:
    """Another application that is a near duplicate.

    Attributes:
        application_id: Which one.
        reasons: What both have in common, such as "identity number" or "picture: passport".
        altered: Fields that both have, with different contents.
    """

    application_id: str
    reasons: tuple[str, ...]
    altered: tuple[str, ...]


def fingerprints(vault: Vault, applicant: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the fingerprints of an applicant by what they stand for."""
    plain = {name: normal(value) for name, value in applicant.items()}
    found: dict[str, set[str]] = {}
    for reason, names in SAME:
        values = [plain.get(name, "") for name in names]
        if all(values):
            found[reason] = {vault.fingerprint(reason, "\n".join(values))}
    number = plain.get("identity_number", "")
    if len(number) == 18:
        near = (f"{number[:place]}?{number[place + 1 :]}" for place in range(18))
        found[NEAR] = {vault.fingerprint(NEAR, one) for one in near}
    return found


def normal(value: str) -> str:
    """Return a text without space, punctuation, case and width: what a person would call the same."""
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    return "".join(one for one in text if one.isalnum())


def altered(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that both applicants have, with contents that are not the same."""
    return tuple(sorted(name for name in one.keys() & other.keys() if normal(one[name]) != normal(other[name])))


def image_hash(image: np.ndarray) -> str:
    """Return a difference hash of 256 bits, 64 hexadecimal characters.

    The image is averaged down to 17 × 16 grey values; each bit says whether one is brighter than its right neighbour.

    Args:
        image: uint8 (height, width) or (height, width, channels), 1, 3 or 4 channels.

    Raises:
        TypeError: If it is no uint8 array.
        ValueError: If it has another shape.
    """
    from PIL import Image

    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(f"image must be a uint8 array, got {getattr(image, 'dtype', type(image).__name__)}")
    flat = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
    if not (flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] in (3, 4))) or not flat.size:
        raise ValueError(f"image must be (height, width) or (height, width, 1, 3 or 4), got shape {image.shape}")
    grey = Image.fromarray(flat).convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    values = np.asarray(grey, np.int16)
    return np.packbits(values[:, 1:] > values[:, :-1]).tobytes().hex()


def near_images(hash_: str, others: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return (application, kind) of the images whose hash differs in at most `NEAR_BITS` bits."""
    others = list(others)
    if not others:
        return []
    bits = np.array([list(bytes.fromhex(one[2])) for one in others], np.uint8)
    distance = np.unpackbits(bits ^ np.frombuffer(bytes.fromhex(hash_), np.uint8), axis=1).sum(axis=1)
    return [(others[place][0], others[place][1]) for place in np.flatnonzero(distance <= NEAR_BITS)]

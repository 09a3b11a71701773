"""Near duplicates: one person who applies again with a field changed, or one picture that is handed in twice.

Fields are compared by keyed fingerprints, so the database holds nothing that can be read, and each of a few sets of
fields stands for one way of being the same person. A number with one character changed is found through eighteen
fingerprints, each with another place left out. Pictures are compared as `pictures` says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

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

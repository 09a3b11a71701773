"""Who a document is about: identity numbers, machine-readable zones, and invented people to print on documents."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Household": "households",
    "HouseholdMember": "households",
    "IdentityNumber": "numbers",
    "IssuedDocument": "people",
    "Person": "people",
    "REFERENCE_DATE": "people",
    "build_identity_number": "numbers",
    "identity_check_character": "numbers",
    "invent_household": "households",
    "invent_identity_number": "numbers",
    "invent_people": "people",
    "invent_person": "people",
    "name_characters": "chinese_names",
    "romanize": "chinese_names",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

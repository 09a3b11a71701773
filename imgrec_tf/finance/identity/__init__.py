"""Who a document is about: identity numbers, machine-readable zones, and invented people to print on documents."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "BrokenRule": "rules",
    "DigitCheck": "mrz_record",
    "Household": "households",
    "HouseholdMember": "households",
    "IdentityNumber": "numbers",
    "IdentityNumberCheck": "numbers",
    "IssuedDocument": "person",
    "MRZ_CLASSES": "mrz_formats",
    "MRZ_FORMATS": "mrz_formats",
    "Misses": "check_digits",
    "MrzRecord": "mrz_record",
    "Person": "person",
    "REFERENCE_DATE": "validity",
    "STATE_CODES": "states",
    "add_years": "validity",
    "build_identity_number": "numbers",
    "build_mrz": "mrz",
    "check_identity_number": "numbers",
    "every_error": "check_digits",
    "identity_check_character": "check_digits",
    "invent_household": "households",
    "invent_identity_number": "numbers",
    "invent_people": "people",
    "invent_person": "people",
    "invisible_pairs": "check_digits",
    "measure_misses": "check_digits",
    "mrz_character_classes": "mrz_formats",
    "mrz_check_digit": "check_digits",
    "mrz_layout": "mrz_formats",
    "name_characters": "chinese_names",
    "parse_identity_number": "numbers",
    "parse_mrz": "mrz_record",
    "person_mrz": "mrz",
    "resident_card_years": "validity",
    "romanize": "chinese_names",
    "spellings": "transliteration",
    "transliterate": "transliteration",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

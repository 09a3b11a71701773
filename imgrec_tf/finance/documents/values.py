"""From an invented person to the plain texts that each class of document prints."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.identity import Household, Person, person_mrz


def of_person(document_class: str, person: Person, rng: np.random.Generator) -> dict[str, str]:
    """Return the values of a class by field name: dates in ISO form, "" for what stays empty."""
    maker = {
        "portrait_side": _resident,
        "emblem_side": _emblem,
        "passport": _passport,
        "id_card_td1": _identity_card,
        "household_page": _household,
        "bank_card": _bank_card,
    }.get(document_class, _nothing)
    return maker(person, rng)


def household_values(household: Household, member: int = 0) -> dict[str, str]:
    """Return what a household's pages print besides the person: pass it to `render` as `values`.

    Args:
        household: From `finance.identity.invent_household`.
        member: Which member the page is about; `household.members[member].person` is the `person` to render.

    Raises:
        ValueError: If the household has no such member.
    """
    if not 0 <= member < len(household.members):
        raise ValueError(f"member must be from 0 to {len(household.members) - 1}, got {member}")
    return {
        "relation": household.members[member].relation,
        "household_kind": household.kind,
        "household_number": household.number,
        "household_head": household.head.name,
        "address": household.address,
    }


def _nothing(person: Person, rng: np.random.Generator) -> dict[str, str]:
    return {}


def _resident(person: Person, rng: np.random.Generator) -> dict[str, str]:
    return {
        "name": person.name,
        "sex": person.sex,
        "sex_chinese": person.sex_chinese,
        "ethnicity": person.ethnicity,
        "birth_date": person.birth_date.isoformat(),
        "address": person.address,
        "identity_number": person.identity_number,
    }


def _emblem(person: Person, rng: np.random.Generator) -> dict[str, str]:
    return _issued(person.resident_card)


def _issued(issued) -> dict[str, str]:
    return {
        "authority": issued.authority,
        "issue_date": issued.issue_date.isoformat(),
        "expiry_date": issued.expiry_date.isoformat() if issued.expiry_date else "",
    }


def _latin(person: Person, issued) -> dict[str, str]:
    return {
        "surname": person.surname_latin,
        "given_names": person.given_names_latin,
        "name_chinese": person.name if person.locale == "zh_CN" else "",
        "sex": person.sex,
        "nationality": person.nationality,
        "birth_date": person.birth_date.isoformat(),
        "number": issued.number,
        "issuing_state": issued.issuing_state,
        **_issued(issued),
    }


def _passport(person: Person, rng: np.random.Generator) -> dict[str, str]:
    lines = person_mrz(person, "TD3")
    return _latin(person, person.passport) | {"type": "P"} | {f"mrz_{n}": line for n, line in enumerate(lines, start=1)}


def _identity_card(person: Person, rng: np.random.Generator) -> dict[str, str]:
    lines = person_mrz(person, "TD1")
    height = {"height_cm": f"{person.height_cm} cm"}
    return _latin(person, person.identity_card) | height | {f"mrz_{n}": line for n, line in enumerate(lines, start=1)}


def _household(person: Person, rng: np.random.Generator) -> dict[str, str]:
    return {
        "name": person.name,
        "relation": "户主",
        "former_name": person.former_name,
        "sex": person.sex,
        "sex_chinese": person.sex_chinese,
        "birth_place": person.birth_place,
        "ethnicity": person.ethnicity,
        "native_place": person.native_place,
        "birth_date": person.birth_date.isoformat(),
        "identity_number": person.identity_number,
        "height_cm": f"{person.height_cm}厘米",
        "blood_type": person.blood_type,
        "education": person.education,
        "marital_status": person.marital_status,
        "military_service": person.military_service,
        "workplace": person.workplace,
        "occupation": person.occupation,
        "address": person.address,
        "household_kind": "家庭户",
        "household_number": "".join(str(digit) for digit in rng.integers(0, 10, 9)),
        "household_head": person.name,
    }


def _bank_card(person: Person, rng: np.random.Generator) -> dict[str, str]:
    """A card number that no bank has: it begins with 0000, and its Luhn digit is wrong."""
    digits = [0, 0, 0, 0, *(int(one) for one in rng.integers(0, 10, 11))]
    doubled = [sum(divmod(2 * one, 10)) if place % 2 == 0 else one for place, one in enumerate(digits)]
    right = -sum(doubled) % 10
    digits.append((right + int(rng.integers(1, 10))) % 10)
    text = "".join(map(str, digits))
    return {
        "card_number": " ".join(text[place : place + 4] for place in range(0, 16, 4)),
        "holder": f"{person.given_names_latin} {person.surname_latin}",
        "valid_thru": f"{int(rng.integers(1, 13)):02d}/{int(rng.integers(27, 34))}",
    }

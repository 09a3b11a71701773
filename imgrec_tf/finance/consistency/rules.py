"""The rules: which documents and fields each one compares, and how severe it is when they differ.

A rule returns None when it holds and a sentence when it does not; it raises `values.Unknown` where something is
missing. The documents and their fields are named as in `finance.documents`: portrait_side, emblem_side, passport,
id_card_td1, visa, household_page.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imgrec_tf.finance.consistency import values
from imgrec_tf.finance.identity import check_digits, numbers, validity

Records = Mapping[str, Mapping[str, Any]]
WITH_NUMBER = ("portrait_side", "household_page")
WITH_ZONE = ("passport", "id_card_td1", "visa")


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: Short name for people.
        severity: "critical", "major" or "minor".
        fields: What is compared, as "document.field".
        test: Takes records and the day that counts as today.
    """

    name: str
    severity: str
    fields: tuple[str, ...]
    test: Callable[[Records, datetime.date], str | None]

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that the rule needs."""
        return tuple(dict.fromkeys(field.split(".")[0] for field in self.fields))


def all_rules() -> list[Rule]:
    """Return every rule, those on one document first."""
    rules: list[Rule] = []
    for document in WITH_NUMBER:
        rules += _number_rules(document)
    rules += _card_rules()
    for document in WITH_ZONE:
        rules += _zone_rules(document)
    rules += _page_rules()
    for one, other, severities in _PAIRS:
        rules += [_same(one, other, field, severity) for field, severity in severities.items()]
    for document in WITH_ZONE:
        rules.append(_name_across("portrait_side", document))
    return rules


# What two documents of one person have in common. People move, and a new card may follow an old page.
_CHINESE = {
    "identity_number": "critical",
    "name": "critical",
    "sex": "critical",
    "birth_date": "critical",
    "ethnicity": "major",
    "address": "minor",
}
_LATIN = {"surname": "major", "given_names": "major", "sex": "critical", "birth_date": "critical"}
_BIRTH = {"sex": "critical", "birth_date": "critical"}
_PAIRS = (
    ("portrait_side", "household_page", _CHINESE),
    ("portrait_side", "passport", _BIRTH),
    ("portrait_side", "id_card_td1", _BIRTH),
    ("portrait_side", "visa", _BIRTH),
    ("household_page", "passport", _BIRTH),
    ("household_page", "id_card_td1", _BIRTH),
    ("passport", "id_card_td1", _LATIN | {"nationality": "critical"}),
    ("passport", "visa", _LATIN | {"nationality": "critical"}),
)


def _number_rules(document: str) -> list[Rule]:
    number, born, sex = (f"{document}.{field}" for field in ("identity_number", "birth_date", "sex"))

    def check(records: Records, today: datetime.date) -> str | None:
        written = values.text(records[document], document, "identity_number")
        checked = numbers.check_identity_number(written, reference_date=today)
        return None if checked.valid else checked.explanation

    def birth_date(records: Records, today: datetime.date) -> str | None:
        part = _digits(records[document], document, slice(6, 14))
        printed = values.date(records[document], document, "birth_date")
        if part == printed.strftime("%Y%m%d"):
            return None
        return f"The identity number says born {part}, printed is {printed}."

    def sex_of(records: Records, today: datetime.date) -> str | None:
        sequence = int(_digits(records[document], document, slice(14, 17)))
        printed = values.sex(records[document], document)
        told = "M" if sequence % 2 else "F"
        return (
            None
            if told == printed
            else f"The identity number's sequence {sequence:03d} is {told}'s, printed is {printed}."
        )

    label = document.replace("_", " ")
    return [
        Rule(f"{label}: identity number", "critical", (number,), check),
        Rule(f"{label}: number and birth date", "critical", (number, born), birth_date),
        Rule(f"{label}: number and sex", "critical", (number, sex), sex_of),
    ]


def _digits(record: Mapping[str, Any], document: str, places: slice) -> str:
    written = values.text(record, document, "identity_number")
    part = written[places]
    if len(written) != 18 or not set(part) <= set(check_digits.DIGITS):
        raise values.Unknown(
            f"{document}.identity_number {written!r} has no digits at places {places.start + 1} to {places.stop}."
        )
    return part


def _card_rules() -> list[Rule]:
    issued, expires = "emblem_side.issue_date", "emblem_side.expiry_date"

    def duration(records: Records, today: datetime.date) -> str | None:
        start = values.date(records["emblem_side"], "emblem_side", "issue_date")
        end = values.last_day(records["emblem_side"], "emblem_side", "expiry_date")
        born = values.date(records["portrait_side"], "portrait_side", "birth_date")
        if start < born:
            return f"The card was issued on {start}, before the birth on {born}."
        age = validity.age_on(born, start)
        years = validity.resident_card_years(age)
        right = None if years is None else validity.add_years(start, years)
        written = values.ENDLESS if end is None else end
        if end == right or (right and end and start.day == 29 and abs((end - right).days) == 1):
            return None
        until = "without end (长期)" if right is None else f"{years} years, until {right}"
        return f"Issued on {start} at the age of {age}, a card is valid {until}; printed is {written}."

    return [
        Rule("card in force", "major", (issued, expires), _in_force("emblem_side")),
        Rule("card validity and age", "major", (issued, expires, "portrait_side.birth_date"), duration),
    ]


def _in_force(document: str) -> Callable[[Records, datetime.date], str | None]:
    def test(records: Records, today: datetime.date) -> str | None:
        start = values.date(records[document], document, "issue_date")
        end = values.last_day(records[document], document, "expiry_date")
        if end is not None and end <= start:
            return f"It expires on {end} and was issued on {start}."
        if start > today:
            return f"It was issued on {start}, after {today}."
        return f"It expired on {end}, before {today}." if end is not None and end < today else None

    return test


def _zone_rules(document: str) -> list[Rule]:
    mrz = f"{document}.mrz"

    def digits(records: Records, today: datetime.date) -> str | None:
        zone = values.zone(records[document], document, today)
        return None if zone.valid else zone.explanation

    def compared(field: str, of_zone: Callable, of_print: Callable) -> Callable[[Records, datetime.date], str | None]:
        def test(records: Records, today: datetime.date) -> str | None:
            read, printed = of_zone(values.zone(records[document], document, today)), of_print(records[document])
            if read is None or read == "":
                raise values.Unknown(f"{document}.mrz does not state the {field}.")
            return None if read == printed else f"The zone says {read}, printed is {printed}."

        return test

    def name(records: Records, today: datetime.date) -> str | None:
        zone = values.zone(records[document], document, today)
        parts = [values.text(records[document], document, "surname"), records[document].get("given_names")]
        if parts[1] is None:
            raise values.Unknown(f"{document}.given_names is missing.")
        names = values.spelled(parts[0], parts[1], document, "surname")
        printed = ", ".join(parts)
        return (
            None
            if values.same_name(zone, names)
            else f"The zone says {zone.surname}, {zone.given_names}; printed is {printed}."
        )

    def text(field: str) -> Callable:
        return lambda record: values.text(record, document, field)

    def date(field: str) -> Callable:
        return lambda record: values.date(record, document, field)

    def number(record: Mapping[str, Any]) -> str:
        return values.text(record, document, "number").replace(" ", "").replace("-", "")

    pairs = (
        ("number", lambda zone: zone.document_number.replace("<", ""), number),
        ("birth_date", lambda zone: zone.birth_date, date("birth_date")),
        ("sex", lambda zone: zone.sex, lambda record: values.sex(record, document)),
        ("expiry_date", lambda zone: zone.expiry_date, date("expiry_date")),
        ("nationality", lambda zone: zone.nationality, text("nationality")),
        ("issuing_state", lambda zone: zone.issuing_state, text("issuing_state")),
    )
    label = document.replace("_", " ")
    return [
        Rule(f"{label}: check digits", "critical", (mrz,), digits),
        *(
            Rule(
                f"{label}: zone and printed {field.replace('_', ' ')}",
                "critical",
                (mrz, f"{document}.{field}"),
                compared(field, *how),
            )
            for field, *how in pairs
        ),
        Rule(
            f"{label}: zone and printed name", "critical", (mrz, f"{document}.surname", f"{document}.given_names"), name
        ),
        Rule(f"{label}: in force", "major", (f"{document}.issue_date", f"{document}.expiry_date"), _in_force(document)),
    ]


def _page_rules() -> list[Rule]:
    def head(records: Records, today: datetime.date) -> str | None:
        page = records["household_page"]
        relation = values.text(page, "household_page", "relation")
        name = values.text(page, "household_page", "name")
        own = values.text(page, "household_page", "household_head")
        if relation == "户主" and name != own:
            return f"The page is the head's, {name}, and the register names {own} as its head."
        return (
            f"The page is that of a {relation}, and {own} is the head." if relation != "户主" and name == own else None
        )

    fields = ("household_page.relation", "household_page.name", "household_page.household_head")
    return [Rule("head of the household", "major", fields, head)]


def _same(one: str, other: str, field: str, severity: str) -> Rule:
    def test(records: Records, today: datetime.date) -> str | None:
        found = [_comparable(records[document], document, field) for document in (one, other)]
        return None if found[0] == found[1] else f"{one} says {found[0]}, {other} says {found[1]}."

    label = f"{one.replace('_', ' ')} and {other.replace('_', ' ')}: {field.replace('_', ' ')}"
    return Rule(label, severity, (f"{one}.{field}", f"{other}.{field}"), test)


def _comparable(record: Mapping[str, Any], document: str, field: str):
    if field == "birth_date":
        return values.date(record, document, field)
    if field == "sex":
        return values.sex(record, document)
    written = values.text(record, document, field)
    return "".join(written.split()).upper() if field != "given_names" else " ".join(written.split()).upper()


def _name_across(one: str, other: str) -> Rule:
    """A Chinese name on the card, its Latin spelling in the other document's zone."""

    def test(records: Records, today: datetime.date) -> str | None:
        name = values.text(records[one], one, "name")
        zone = values.zone(records[other], other, today)
        names = values.written_names(name, one, "name")
        if values.same_name(zone, names):
            return None
        return f"{name} would be {' or '.join(sorted(names)[:3])}; the zone says {zone.surname}, {zone.given_names}."

    label = f"{one.replace('_', ' ')} and {other.replace('_', ' ')}: name"
    return Rule(label, "major", (f"{one}.name", f"{other}.mrz"), test)

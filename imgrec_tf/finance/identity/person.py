"""The record of an invented person: everything that a rendered document prints about its holder.

What could tie a record to a living person does not: the identity number has a region code 99xxxx that no province has,
the nationality is UTO, Utopia, the specimen state of ICAO 9303. A `Person` that is not fictional in this sense cannot
be made at all.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass

from imgrec_tf.finance.identity import numbers, validity

UTOPIA = "UTO"


@dataclass(frozen=True)
class IssuedDocument:
    """One document of a person.

    Attributes:
        kind: "resident_card", "passport", "identity_card" (TD1) or "visa".
        number: What is printed as the document's number; on a resident card the identity number itself.
        issuing_state: "UTO".
        authority: Who issued it, for the printed field.
        issue_date: The day it was issued.
        expiry_date: The last day of its validity, or None for 长期, without end.
    """

    kind: str
    number: str
    issuing_state: str
    authority: str
    issue_date: datetime.date
    expiry_date: datetime.date | None


@dataclass(frozen=True)
class Person:
    """An invented person, and the documents that are printed for it.

    Attributes:
        identifier: "person 000012"; the group of every image of this person.
        locale: "zh_CN" or "en_US": the language of names and address.
        surname: As printed: "欧阳" or "O'Connor".
        given_names: As printed: "秀英" or "Mary Ann".
        surname_latin: As in the machine-readable zone's language: "OUYANG", "O'CONNOR".
        given_names_latin: "XIUYING", "MARY ANN".
        sex: "M" or "F".
        birth_date: The day of birth.
        nationality: "UTO".
        identity_number: 18 characters, region 99xxxx.
        ethnicity: 民族, for example "汉".
        address: One line.
        birth_place: 出生地.
        native_place: 籍贯.
        former_name: 曾用名, "" for most.
        height_cm: Height in centimetres.
        blood_type: "A", "B", "AB", "O" or "".
        education: 文化程度.
        marital_status: 婚姻状况.
        military_service: 兵役状况.
        workplace: 服务处所, "" for many.
        occupation: 职业.
        resident_card: Card after GA 448.
        passport: TD3 passport.
        identity_card: TD1 card.
        visa: MRV-A or MRV-B visa.
        portrait_seed: What the drawn portrait depends on, besides sex and age.
    """

    identifier: str
    locale: str
    surname: str
    given_names: str
    surname_latin: str
    given_names_latin: str
    sex: str
    birth_date: datetime.date
    nationality: str
    identity_number: str
    ethnicity: str
    address: str
    birth_place: str
    native_place: str
    former_name: str
    height_cm: int
    blood_type: str
    education: str
    marital_status: str
    military_service: str
    workplace: str
    occupation: str
    resident_card: IssuedDocument
    passport: IssuedDocument
    identity_card: IssuedDocument
    visa: IssuedDocument
    portrait_seed: int

    def __post_init__(self):
        if not self.identity_number.startswith(numbers.FICTIONAL_REGION):
            raise ValueError(
                f"identity_number must begin with {numbers.FICTIONAL_REGION}, got {self.identity_number!r}: invented "
                "people must not carry numbers that a living person may have; use invent_identity_number"
            )
        states = {self.nationality} | {one.issuing_state for one in self.documents}
        if states != {UTOPIA}:
            raise ValueError(f"nationality and issuing states must be {UTOPIA}, got {', '.join(sorted(states))}")

    @property
    def name(self) -> str:
        """The whole name as printed on one line: "欧阳秀英", "Mary Ann O'Connor"."""
        return self.surname + self.given_names if self.locale == "zh_CN" else f"{self.given_names} {self.surname}"

    @property
    def sex_chinese(self) -> str:
        """男 or 女."""
        return "男" if self.sex == "M" else "女"

    @property
    def documents(self) -> tuple[IssuedDocument, ...]:
        """The four documents: resident card, passport, identity card, visa."""
        return self.resident_card, self.passport, self.identity_card, self.visa

    def age(self, on: datetime.date) -> int:
        """Return the age in whole years on a day."""
        return validity.age_on(self.birth_date, on)

    def to_dict(self) -> dict:
        """Return everything as plain values, dates as "YYYY-MM-DD", ready for JSON."""

        def plain(value):
            if isinstance(value, dict):
                return {key: plain(one) for key, one in value.items()}
            return value.isoformat() if isinstance(value, datetime.date) else value

        return plain(asdict(self))

"""Invented people: everything that a rendered document prints about its holder.

Names and addresses come from Faker (zh_CN or en_US). What could tie a record to a living person does not: the identity
number has a region code 99xxxx that no province has, the nationality is UTO, Utopia, the specimen state of ICAO 9303.
A `Person` that is not fictional in this sense cannot be made at all.
"""

from __future__ import annotations

import datetime
import functools
import threading
from dataclasses import asdict, dataclass
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance.identity import chinese_names, circumstances, numbers, validity

if TYPE_CHECKING:
    from collections.abc import Sequence

UTOPIA = "UTO"
REFERENCE_DATE = datetime.date(2026, 1, 1)  # "today" of the invented people; no clock is read
LOCALES = ("zh_CN", "en_US")
_FAKER = threading.Lock()


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


def invent_person(
    seed: int,
    *,
    locale: str = "zh_CN",
    sex: str | None = None,
    age: int | tuple[int, int] = (18, 80),
    reference_date: datetime.date = REFERENCE_DATE,
    surname: str | None = None,
    address: str | None = None,
) -> Person:
    """Invent one person with consistent number, dates and documents, all valid on the reference date.

    Args:
        seed: 0 or more. Same arguments, same person.
        locale: "zh_CN" or "en_US".
        sex: "M", "F" or None for either.
        age: Age in whole years on the reference date, or youngest and oldest; 0 to 100.
        reference_date: The day that counts as today.
        surname: A surname to keep, as printed, such as a parent's; None for any. In zh_CN one of Faker's frequent ones.
        address: An address to keep, such as a household's; None for any.

    Returns:
        The person.

    Raises:
        TypeError: If seed or age are not whole numbers, or the date is none.
        ValueError: If an argument is out of its range.
    """
    check_whole("seed", seed, 0, 2**63)
    youngest, oldest = _ages(age)
    if locale not in LOCALES:
        raise ValueError(f"locale must be one of {', '.join(LOCALES)}, got {locale!r}")
    if sex not in ("M", "F", None):
        raise ValueError(f'sex must be "M", "F" or None for either, got {sex!r}')
    if not isinstance(reference_date, datetime.date):
        raise TypeError(f"reference_date must be a datetime.date, got {reference_date!r}")
    if not 1950 <= reference_date.year <= 2090:
        raise ValueError(f"reference_date must lie between 1950 and 2090, got {reference_date}")

    rng = np.random.default_rng([int(seed), 1])
    sex = sex or ("M", "F")[int(rng.integers(2))]
    birth_date = validity.birth_date_for_age(int(rng.integers(youngest, oldest + 1)), reference_date, rng)
    names = _names(locale, sex, surname, int(rng.integers(2**31)), address)
    years = validity.age_on(birth_date, reference_date)
    identity_number = numbers.invent_identity_number(birth_date, sex, int(rng.integers(2**63)))
    return Person(
        identifier=f"person {int(seed):06d}",
        locale=locale,
        sex=sex,
        birth_date=birth_date,
        nationality=UTOPIA,
        identity_number=identity_number,
        **names,
        **circumstances.invent(years, sex, rng),
        **_documents(identity_number, birth_date, reference_date, rng),
        portrait_seed=int(rng.integers(2**31)),
    )


def invent_people(
    count: int,
    seed: int = 0,
    *,
    locales: Sequence[str] = LOCALES[:1],
    age: int | tuple[int, int] = (18, 80),
    reference_date: datetime.date = REFERENCE_DATE,
) -> list[Person]:
    """Invent people. Person i depends on `seed` and i only: a larger `count` adds people behind the same ones.

    Args:
        count: Number of people, 1 or more.
        seed: Seed, 0 to 999,999. Person i of seed s is `invent_person(s * 1,000,000 + i)`.
        locales: Languages that take turns.
        age: As in `invent_person`.
        reference_date: As in `invent_person`.

    Raises:
        TypeError: If count or seed are not whole numbers.
        ValueError: If an argument is out of its range.
    """
    check_whole("count", count, 1, 1_000_000)
    check_whole("seed", seed, 0, 999_999)
    if isinstance(locales, str) or not locales:
        raise ValueError(f"locales must name one or more of {', '.join(LOCALES)} in a list, got {locales!r}")
    first = int(seed) * 1_000_000
    return [
        invent_person(first + place, locale=locales[place % len(locales)], age=age, reference_date=reference_date)
        for place in range(int(count))
    ]


@functools.cache
def _faker(locale: str):
    import faker

    return faker.Faker(locale)


def _names(locale: str, sex: str, surname: str | None, seed: int, address: str | None) -> dict[str, str]:
    with _FAKER:  # one generator a language, seeded anew for each person
        fake = _faker(locale)
        fake.seed_instance(seed)
        given = fake.first_name_male if sex == "M" else fake.first_name_female
        if locale == "en_US":
            surname = surname or fake.last_name()
            given_names = given() if fake.pybool(40) else f"{given()} {given()}"
            latin = surname.upper(), given_names.upper()
            former = ""
            place, other = fake.city(), fake.city()
            home = f"{fake.street_address()}, {fake.city()}"
        else:
            while surname is None:
                drawn = fake.last_name()
                surname = drawn if drawn in chinese_names.SURNAMES else None
            given_names = given()
            latin = chinese_names.romanize(surname, given_names)
            former = surname + given() if fake.pybool(10) else ""
            place, other = (f"{fake.province()}{fake.city_name()}市" for _ in range(2))
            home = (
                f"{fake.province()}{fake.city_name()}市{fake.district()}区{fake.city_name()}{fake.street_suffix()}"
                f"{fake.random_int(1, 299)}号{fake.random_int(101, 2899)}室"
            )
    return {
        "surname": surname,
        "given_names": given_names,
        "surname_latin": latin[0],
        "given_names_latin": latin[1],
        "address": address or home,
        "former_name": former,
        "birth_place": place,
        "native_place": other,
    }


def _documents(
    identity_number: str, birth_date: datetime.date, reference_date: datetime.date, rng: np.random.Generator
) -> dict[str, IssuedDocument]:
    made = {}
    for kind, authority in _AUTHORITIES.items():
        issued, expires = validity.invent_validity(birth_date, reference_date, kind, rng)
        number = identity_number if kind == "resident_card" else _document_number(rng)
        made[kind] = IssuedDocument(kind, number, UTOPIA, authority, issued, expires)
    return made


_AUTHORITIES = {
    "resident_card": "乌托邦市公安局",
    "passport": "PASSPORT OFFICE UTOPIA",
    "identity_card": "MINISTRY OF UTOPIA",
    "visa": "EMBASSY OF UTOPIA",
}


def _document_number(rng: np.random.Generator) -> str:
    """Nine places: a letter and digits, two letters and digits, or any mixture, for states number as they like."""
    letters, digits = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
    pattern = rng.choice(["LDDDDDDDD", "LLDDDDDDD", "DDDDDDDDD", "AAAAAAAAA"], p=[0.4, 0.3, 0.15, 0.15])
    kinds = {"L": letters, "D": digits, "A": letters + digits}
    return "".join(kinds[one][int(rng.integers(len(kinds[one])))] for one in pattern)


def _ages(age) -> tuple[int, int]:
    pair = age if isinstance(age, tuple | list) else (age, age)
    if len(pair) != 2:
        raise ValueError(f"age must be a whole number, or youngest and oldest such as (18, 80), got {age!r}")
    check_whole("age", pair[0], 0, 100)
    check_whole("age", pair[1], int(pair[0]), 100)
    return int(pair[0]), int(pair[1])


def check_whole(name: str, value, low: int, high: int) -> None:
    """Refuse what is not a whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {value}; choose a number in that range")

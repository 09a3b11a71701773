"""Invent people: names and addresses by Faker (zh_CN or en_US), the rest drawn so that it fits together."""

from __future__ import annotations

import datetime
import functools
import threading
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.identity import chinese_names, circumstances, numbers, validity
from imgrec_tf.finance.identity.person import UTOPIA, IssuedDocument, Person
from imgrec_tf.finance.identity.validity import REFERENCE_DATE

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCALES = ("zh_CN", "en_US")
_FAKER = threading.Lock()


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
    try:
        import faker
    except ImportError as error:
        raise ImportError('inventing people needs Faker: pip install "imgrec_tf[finance]"') from error
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

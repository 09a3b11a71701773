"""Invented people are consistent, repeatable, and fictional by construction."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from imgrec_tf.finance import identity
from imgrec_tf.finance.identity import chinese_names, validity

TODAY = identity.REFERENCE_DATE


@pytest.fixture(scope="module")
def crowd() -> list[identity.Person]:
    return identity.invent_people(400, seed=3, locales=("zh_CN", "en_US"), age=(0, 90))


def test_no_number_can_belong_to_anybody(crowd):
    """The check character is right, and an independent judge finds no such region."""
    for person in crowd:
        assert ric.calc_check_digit(person.identity_number) == person.identity_number[-1]
        with pytest.raises(InvalidComponent):
            ric.validate(person.identity_number)
        assert {person.nationality, *(one.issuing_state for one in person.documents)} == {"UTO"}


def test_number_dates_and_sex_agree(crowd):
    for person in crowd:
        assert person.identity_number[6:14] == person.birth_date.strftime("%Y%m%d")
        assert (int(person.identity_number[16]) % 2 == 1) == (person.sex == "M")
        assert person.resident_card.number == person.identity_number
        for document in person.documents:
            assert person.birth_date <= document.issue_date <= TODAY
            assert document.expiry_date is None or document.expiry_date >= TODAY
            assert document.expiry_date == validity.expiry_date(person.birth_date, document.issue_date, document.kind)


@pytest.mark.parametrize(
    ("age", "years"), [(0, 5), (15, 5), (16, 10), (25, 10), (26, 20), (45, 20), (46, None), (99, None)]
)
def test_a_card_is_valid_as_long_as_the_age_says(age, years):
    assert validity.resident_card_years(age) == years


def test_people_are_repeatable_and_do_not_depend_on_their_number(crowd):
    again = identity.invent_people(10, seed=3, locales=("zh_CN", "en_US"), age=(0, 90))
    assert again == crowd[:10]
    assert identity.invent_person(3_000_002, age=(0, 90)) == crowd[2]
    assert len({person.identity_number for person in crowd}) == len(crowd)
    assert len({person.identifier for person in crowd}) == len(crowd)


def test_both_sexes_languages_and_lengths_of_names_occur(crowd):
    assert {person.sex for person in crowd} == {"M", "F"}
    chinese = [person for person in crowd if person.locale == "zh_CN"]
    assert len(chinese) == 200
    assert {len(person.name) for person in chinese} >= {2, 3}
    assert all(set(person.name) <= set(identity.name_characters()) for person in chinese)
    assert all(person.name.isascii() for person in crowd if person.locale == "en_US")


def test_latin_names_follow_the_characters(crowd):
    for person in crowd:
        if person.locale == "zh_CN":
            spelled = identity.romanize(person.surname, person.given_names)
            assert spelled == (person.surname_latin, person.given_names_latin)
    assert identity.romanize("欧阳", "秀英") == ("OUYANG", "XIUYING")
    assert identity.romanize("吕", "志强") == ("LYU", "ZHIQIANG")


def test_the_table_knows_every_given_name_of_faker():
    from faker.providers.person.zh_CN import Provider

    names = set("".join([*Provider.first_names_male, *Provider.first_names_female]))
    assert names == set(chinese_names.GIVEN)
    assert set(chinese_names.SURNAMES) <= set(Provider.last_names)
    assert len(chinese_names.SURNAMES) == 101


def test_a_record_becomes_json(crowd):
    values = json.loads(json.dumps(crowd[0].to_dict()))
    assert values["birth_date"] == crowd[0].birth_date.isoformat()
    assert values["passport"]["number"] == crowd[0].passport.number


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**40),
    st.integers(0, 100),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 12, 31)),
    st.sampled_from(["M", "F"]),
)
def test_age_and_sex_are_what_was_asked_for(seed, age, today, sex):
    person = identity.invent_person(seed, age=age, sex=sex, reference_date=today)
    assert (person.age(today), person.sex) == (age, sex)
    assert all(one.issue_date <= today for one in person.documents)


def test_a_person_that_could_exist_is_refused(crowd):
    with pytest.raises(ValueError, match="living person"):
        dataclasses.replace(crowd[0], identity_number="11010519491231002X")
    with pytest.raises(ValueError, match="UTO"):
        dataclasses.replace(crowd[0], nationality="CHN")
    with pytest.raises(ValueError, match="UTO"):
        dataclasses.replace(crowd[0], passport=dataclasses.replace(crowd[0].passport, issuing_state="CHN"))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 1.5}, TypeError, "seed"),
        ({"seed": 1, "locale": "fr_FR"}, ValueError, "zh_CN, en_US"),
        ({"seed": 1, "sex": "X"}, ValueError, "sex"),
        ({"seed": 1, "age": 101}, ValueError, "age"),
        ({"seed": 1, "age": (30, 20)}, ValueError, "age"),
        ({"seed": 1, "age": (1, 2, 3)}, ValueError, "youngest and oldest"),
        ({"seed": 1, "reference_date": "2026-01-01"}, TypeError, "reference_date"),
        ({"seed": 1, "reference_date": datetime.date(1900, 1, 1)}, ValueError, "1950"),
        ({"seed": 1, "surname": "Smith"}, ValueError, "Latin spelling"),
    ],
)
def test_what_cannot_be_invented_says_why(arguments, error, says):
    with pytest.raises(error, match=says):
        identity.invent_person(**arguments)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"count": 0}, ValueError), ({"count": 2, "locales": "zh_CN"}, ValueError), ({"count": "2"}, TypeError)],
)
def test_crowds_that_cannot_be_invented(arguments, error):
    with pytest.raises(error):
        identity.invent_people(**arguments)


def test_households_fit_together():
    sizes = set()
    for seed in range(150):
        household = identity.invent_household(seed)
        sizes.add(len(household.members))
        assert household.members[0].relation == "户主"
        parents = [household.head]
        for member in household.members[1:]:
            person, relation = member.person, member.relation
            assert person.address == household.address == household.head.address
            if relation in ("妻", "夫"):
                assert (person.sex == "F") == (relation == "妻")
                assert {person.marital_status, household.head.marital_status} == {"有配偶"}
                assert person.sex != household.head.sex
                parents.append(person)
            elif relation in ("子", "女"):
                assert person.surname in {parent.surname for parent in parents}
                assert all(parent.age(TODAY) >= person.age(TODAY) + 20 for parent in parents)
                assert (person.sex == "M") == (relation == "子")
            else:
                assert relation in ("父", "母")
                assert person.age(TODAY) >= household.head.age(TODAY) + 20
    assert sizes == {1, 2, 3, 4, 5}
    assert identity.invent_household(4) == identity.invent_household(4)
    assert len(identity.invent_household(4, size=6).members) == 6
    with pytest.raises(ValueError, match="size"):
        identity.invent_household(4, size=7)

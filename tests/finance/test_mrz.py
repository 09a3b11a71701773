"""Machine-readable zones: the standard's specimens, round trips, and what the digits see of damage."""

from __future__ import annotations

import datetime
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.finance import identity
from imgrec_tf.finance.identity.check_digits import ALPHABET

TODAY = identity.REFERENCE_DATE
# ICAO Doc 9303, specimens of parts 4, 5, 6, 7 and of part 11, appendix D (long document numbers).
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
TD1_LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
TD2_LONG = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"
ANNA = {
    "issuing_state": "UTO",
    "surname": "Eriksson",
    "given_names": "Anna Maria",
    "nationality": "UTO",
    "birth_date": datetime.date(1974, 8, 12),
    "sex": "F",
    "expiry_date": datetime.date(2012, 4, 15),
}
PETER = ANNA | {
    "surname": "Stevenson",
    "given_names": "Peter John",
    "document_number": "D23145890734",
    "birth_date": datetime.date(1934, 7, 12),
    "sex": "M",
    "expiry_date": datetime.date(1995, 7, 12),
}
VISA = ANNA | {
    "document_number": "L8988901C",
    "nationality": "XXX",
    "birth_date": "400907",
    "expiry_date": "961210",
}
SPECIMENS = [
    ("TD3", TD3, ANNA | {"document_number": "L898902C3", "optional_data": "ZE184226B"}),
    ("TD1", TD1, ANNA | {"document_number": "D23145890"}),
    ("TD2", TD2, ANNA | {"document_number": "D23145890"}),
    ("MRV-A", MRV_A, VISA | {"optional_data": "6ZE184226B"}),
    ("MRV-B", MRV_B, VISA),
    ("TD1", TD1_LONG, PETER),
    ("TD2", TD2_LONG, PETER),
]
names = st.lists(st.text(string.ascii_uppercase, min_size=1, max_size=9), min_size=1, max_size=2).map(" ".join)
numbers = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=9)
states = st.sampled_from(["UTO", "D", "XXA"])


@st.composite
def zones(draw):
    format = draw(st.sampled_from(identity.MRZ_FORMATS))
    room = {"TD1": 22, "TD2": 14}.get(format, 9)
    number = draw(st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=room))
    optional = draw(st.text(string.ascii_uppercase + string.digits, max_size=7 if len(number) <= 9 else 0))
    fields = {
        "issuing_state": draw(states),
        "surname": draw(names),
        "given_names": draw(st.one_of(names, st.just(""))),
        "document_number": number,
        "nationality": draw(states),
        "birth_date": draw(st.dates(datetime.date(1926, 1, 2), TODAY)),
        "sex": draw(st.sampled_from(["M", "F", "X"])),
        "expiry_date": draw(st.dates(datetime.date(1980, 1, 1), datetime.date(2075, 12, 31))),
        "optional_data": optional,
    }
    if format == "TD1":
        fields["optional_data_2"] = draw(st.text(string.ascii_uppercase + string.digits, max_size=11))
    return format, fields


@pytest.mark.parametrize(("format", "text", "fields"), SPECIMENS, ids=lambda one: one if len(one) < 6 else "")
def test_specimens_of_the_standard_are_built_and_read(format, text, fields):
    assert "\n".join(identity.build_mrz(format, **fields)) == text
    record = identity.parse_mrz(text)
    assert record.valid, record.explanation
    assert (record.format, record.document_number) == (format, fields["document_number"])
    assert (record.surname, record.given_names) == (fields["surname"].upper(), fields["given_names"].upper())
    assert (record.issuing_state, record.nationality) == ("UTO", fields["nationality"])
    assert record.sex == fields["sex"]
    assert record.optional_data == fields.get("optional_data", "")
    assert identity.parse_mrz(text.replace("\n", "")) == record
    assert identity.parse_mrz(text.lower().replace("\n", " \r\n\n ")) == record


@settings(max_examples=300, deadline=None)
@given(zones())
def test_what_is_built_is_read_back(zone):
    format, fields = zone
    lines = identity.build_mrz(format, **fields)
    record = identity.parse_mrz(lines)
    assert record.valid, record.explanation
    assert record.format == format
    for name in ("issuing_state", "document_number", "nationality", "birth_date", "expiry_date", "optional_data"):
        assert getattr(record, name) == fields[name], name
    assert record.sex == fields["sex"].replace("X", "")
    assert record.optional_data_2 == fields.get("optional_data_2", "")
    if not record.name_may_be_cut:
        assert (record.surname, record.given_names) == (fields["surname"], fields["given_names"])
    for line, classes in zip(lines, identity.mrz_character_classes(format)):
        assert all(one in identity.MRZ_CLASSES[kind] for one, kind in zip(line, classes))


@settings(max_examples=300, deadline=None)
@given(zones(), st.data())
def test_every_substitution_under_a_digit_is_found_except_the_blind_spots(zone, data):
    format, fields = zone
    lines = identity.build_mrz(format, **fields)
    record = identity.parse_mrz(lines)
    covered = [
        (line, place)
        for check in record.checks
        for line, first, last in (*check.spans, (check.line, check.place, check.place))
        for place in range(first, last + 1)
    ]
    line, place = data.draw(st.sampled_from(covered))
    old = lines[line - 1][place - 1]
    new = data.draw(st.sampled_from([one for one in ALPHABET if one != old]))
    damaged = list(lines)
    damaged[line - 1] = damaged[line - 1][: place - 1] + new + damaged[line - 1][place:]
    seen = identity.parse_mrz(damaged)
    if frozenset((old, new)) not in {frozenset(pair) for pair in identity.invisible_pairs()}:
        assert not seen.valid
        assert seen.explanation != record.explanation


def test_the_failing_digit_and_its_fields_are_named():
    record = identity.parse_mrz(TD3.replace("L898902C36", "L898902C37"))
    failed = [check for check in record.checks if not check.valid]
    assert [check.name for check in failed] == ["document_number", "composite"]
    assert (failed[0].line, failed[0].place, failed[0].found, failed[0].expected) == (2, 10, "7", "6")
    assert failed[0].fields == ("document_number",)
    assert "document number check digit (line 2, place 10) is 7, and 6 would be right" in record.explanation
    assert all(one.fields == ("document_number",) for one in record.broken)


def test_a_lone_composite_points_at_what_no_other_digit_covers():
    record = identity.parse_mrz(TD1.replace("D231458907<<<", "D231458907<<1"))
    assert [one.name for one in record.checks if not one.valid] == ["composite"]
    assert record.broken[-1].fields == ("optional_data", "optional_data_2")
    assert "then at optional data, optional data 2" in record.explanation


def test_a_smudge_between_filler_and_k_is_not_seen():
    """What users of readers report most: the digits are all right, the number is not."""
    record = identity.parse_mrz(TD3.replace("ZE184226B<<<<<1", "ZE184226BK<<<<1"))
    assert record.valid
    assert record.optional_data == "ZE184226BK"


def test_a_damaged_name_is_not_seen_and_the_record_says_that_names_have_no_digit():
    record = identity.parse_mrz(TD3.replace("ANNA", "ANMA"))
    assert record.valid
    assert "names" in record.explanation


@pytest.mark.parametrize(
    ("old", "new", "rule", "fields", "says"),
    [
        ("7408122F", "74O8122F", "characters", ("birth_date",), "Line 2, place 16 .birth date. is 'O'"),
        ("7408122F", "7413328F", "date", ("birth_date",), "birth date 741332 .line 2. is no date"),
        ("F1204159", "F1202309", "date", ("expiry_date",), "expiry date 120230"),
        ("7408122F", "74<8122F", "date", ("birth_date",), "birth date 74<812"),
        ("P<UTO", "X<UTO", "code", ("document_code",), "begins with P, this one with X"),
        ("<<ANNA", "<<<ANN", "name", ("name",), "SURNAME<<GIVEN<NAMES"),
        ("L898902C3", "L89é902C3", "characters", ("document_number",), "'É'"),
        ("2F12", "2D12", "characters", ("sex",), "M or F or <"),
    ],
)
def test_what_cannot_stand_there_is_named(old, new, rule, fields, says):
    record = identity.parse_mrz(TD3.replace(old, new))
    assert not record.valid
    found = [one for one in record.broken if one.rule == rule]
    assert found[0].fields == fields
    assert re.search(says, found[0].message)


def test_unknown_parts_of_a_birth_date_are_no_error():
    lines = identity.build_mrz("TD3", **ANNA | {"document_number": "L898902C3", "birth_date": "74<<<<"})
    record = identity.parse_mrz(lines)
    assert record.valid, record.explanation
    assert (record.birth_date, record.birth_date_text) == (None, "74<<<<")


@pytest.mark.parametrize(
    ("born", "expires", "today", "birth_date", "expiry_date"),
    [
        ("260101", "350101", (2026, 1, 1), (2026, 1, 1), (2035, 1, 1)),
        ("260102", "750101", (2026, 1, 1), (1926, 1, 2), (2075, 1, 1)),
        ("991231", "760101", (2026, 1, 1), (1999, 12, 31), (1976, 1, 1)),
        ("740812", "120415", (2010, 6, 1), (1974, 8, 12), (2012, 4, 15)),
        ("000229", "000229", (2026, 1, 1), (2000, 2, 29), (2000, 2, 29)),
    ],
)
def test_centuries(born, expires, today, birth_date, expiry_date):
    lines = identity.build_mrz("TD3", **ANNA | {"document_number": "1", "birth_date": born, "expiry_date": expires})
    record = identity.parse_mrz(lines, reference_date=datetime.date(*today))
    assert record.birth_date == datetime.date(*birth_date)
    assert record.expiry_date == datetime.date(*expiry_date)


def test_classes_of_places():
    line_1, line_2 = identity.mrz_character_classes("TD3")
    assert line_1 == "L" + "l" * 43
    assert line_2 == "a" * 9 + "d" + "lll" + "ffnfuf" + "d" + "s" + "ddmdtd" + "d" + "a" * 14 + "fd"
    for format in identity.MRZ_FORMATS:
        layout = identity.mrz_layout(format)
        classes = identity.mrz_character_classes(format)
        assert [len(line) for line in classes] == [layout.width] * layout.lines
        assert set("".join(classes)) <= set(identity.MRZ_CLASSES)
    with pytest.raises(ValueError, match="TD1, TD2, TD3, MRV-A, MRV-B"):
        identity.mrz_character_classes("TD4")


def test_every_invented_person_has_valid_zones():
    for person in identity.invent_people(60, seed=5, locales=("zh_CN", "en_US")):
        for format in identity.MRZ_FORMATS:
            record = identity.parse_mrz(identity.person_mrz(person, format))
            assert record.valid, record.explanation
            assert (record.issuing_state, record.nationality, record.birth_date) == ("UTO", "UTO", person.birth_date)
            assert record.surname == identity.transliterate(person.surname_latin).replace("<", " ")
        assert record.document_number == person.visa.number


@pytest.mark.parametrize(
    ("format", "change", "error", "says"),
    [
        ("TD9", {}, ValueError, "TD1, TD2, TD3"),
        ("TD3", {"document_number": "A" * 10}, ValueError, "room for 9"),
        ("TD1", {"document_number": "A" * 23}, ValueError, "room for 22"),
        ("TD2", {"document_number": "A" * 15}, ValueError, "room for 14"),
        ("TD1", {"document_number": "A" * 22, "optional_data": "1"}, ValueError, "rest of the document number"),
        ("TD1", {"document_number": "AB 12345678"}, ValueError, "without spaces"),
        ("TD3", {"document_number": ""}, ValueError, "empty"),
        ("TD3", {"document_number": "a1"}, ValueError, "capitals"),
        ("TD3", {"document_number": 12}, TypeError, "text"),
        ("TD3", {"optional_data": "1" * 15}, ValueError, "room for 14"),
        ("TD3", {"optional_data_2": "1"}, ValueError, "TD1 only"),
        ("TD3", {"surname": " "}, ValueError, "surname is empty"),
        ("TD3", {"surname": "王"}, ValueError, "romanize"),
        ("TD3", {"sex": "W"}, ValueError, "sex"),
        ("TD3", {"issuing_state": "Utopia"}, ValueError, "issuing_state"),
        ("TD3", {"nationality": ""}, ValueError, "nationality"),
        ("TD3", {"birth_date": "1974-08-12"}, ValueError, "YYMMDD"),
        ("TD3", {"expiry_date": "12<<<<"}, ValueError, "six digits"),
        ("TD3", {"expiry_date": 120415}, TypeError, "datetime.date"),
        ("TD3", {"document_code": "V"}, ValueError, "begin with P"),
    ],
)
def test_what_does_not_fit_says_why(format, change, error, says):
    with pytest.raises(error, match=says):
        identity.build_mrz(format, **ANNA | {"document_number": "L898902C3"} | change)


@pytest.mark.parametrize(
    ("lines", "error", "says"),
    [
        ([], ValueError, "0 lines"),
        ("", ValueError, "2 × 44 .TD3."),
        (TD3[:-1], ValueError, "44, 43"),
        (["A" * 30, "B" * 30], ValueError, "2 lines of 30, 30"),
        (None, TypeError, "text"),
        ([1, 2], TypeError, "text"),
    ],
)
def test_no_zone_at_all_is_refused(lines, error, says):
    with pytest.raises(error, match=says):
        identity.parse_mrz(lines)


@given(st.lists(st.text(max_size=46), max_size=4))
def test_any_text_gets_a_record_or_a_reason(lines):
    try:
        record = identity.parse_mrz(lines)
    except ValueError as error:
        assert "accepted are" in str(error)
    else:
        assert record.explanation


@settings(max_examples=200)
@given(st.sampled_from(identity.MRZ_FORMATS), st.data())
def test_random_characters_never_crash_and_are_hardly_ever_valid(format, data):
    layout = identity.mrz_layout(format)
    text = st.text(ALPHABET + "é ", min_size=layout.width, max_size=layout.width)
    lines = [data.draw(text) for _ in range(layout.lines)]
    try:
        record = identity.parse_mrz(lines)
    except ValueError:
        return  # space at the ends of a line makes it shorter
    assert record.format in identity.MRZ_FORMATS
    assert record.explanation

"""Honest documents agree; each contradiction is found by the rule made for it; what is missing is said to be."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import json

import pytest

from imgrec_tf.finance import consistency, identity

TODAY = identity.REFERENCE_DATE
LONG = "Wolfeschlegelsteinhausenbergerdorff"


def records_of(person: identity.Person) -> dict[str, dict]:
    """What an ideal reader would read from every document of a person."""
    card = person.resident_card
    own = {
        "name": person.name,
        "sex_chinese": person.sex_chinese,
        "birth_date": person.birth_date.isoformat(),
        "ethnicity": person.ethnicity,
        "address": person.address,
        "identity_number": person.identity_number,
    }
    expiry = card.expiry_date.isoformat() if card.expiry_date else "长期"
    records = {
        "portrait_side": own,
        "emblem_side": {"issue_date": card.issue_date.isoformat(), "expiry_date": expiry},
        "household_page": own | {"relation": "户主", "household_head": person.name},
    }
    for document, format in (("passport", "TD3"), ("id_card_td1", "TD1"), ("visa", "MRV-B")):
        issued = {"id_card_td1": person.identity_card}.get(document) or getattr(person, document)
        records[document] = {
            "surname": person.surname_latin,
            "given_names": person.given_names_latin,
            "sex": person.sex,
            "nationality": person.nationality,
            "issuing_state": issued.issuing_state,
            "number": issued.number,
            "birth_date": person.birth_date,
            "issue_date": issued.issue_date,
            "expiry_date": issued.expiry_date,
        } | {f"mrz_{number}": line for number, line in enumerate(identity.person_mrz(person, format), 1)}
    return records


@pytest.fixture
def honest() -> dict[str, dict]:
    return records_of(identity.invent_person(11, age=35))


def failed(records, **arguments) -> list[str]:
    return [one.rule for one in consistency.check_consistency(records, **arguments).failed]


@pytest.mark.parametrize("locale", ["zh_CN", "en_US"])
def test_honest_documents_agree_on_every_rule(locale):
    for person in identity.invent_people(60, seed=9, locales=(locale,), age=(0, 90)):
        report = consistency.check_consistency(records_of(person))
        assert report.consistent, report.explanation
        assert report.complete, report.explanation
        assert len(report.findings) == len(consistency.rule_table())
        assert report.explanation == f"All {len(report.findings)} rules hold."


@pytest.mark.parametrize(
    ("document", "field", "value", "rules"),
    [
        ("portrait_side", "birth_date", "1955-05-05",
         {"portrait side: number and birth date", "portrait side and passport: birth date"}),
        ("portrait_side", "sex_chinese", "?", set()),
        ("portrait_side", "identity_number", "110105194912310021",
         {"portrait side: identity number", "portrait side: number and birth date"}),
        ("portrait_side", "name", "李明",
         {"portrait side and household page: name", "portrait side and passport: name"}),
        ("portrait_side", "address", "乌托邦市1号", {"portrait side and household page: address"}),
        ("emblem_side", "expiry_date", "长期", {"card validity and age"}),
        ("emblem_side", "expiry_date", "2025.12.31", {"card in force", "card validity and age"}),
        ("emblem_side", "issue_date", "2026-03-01", {"card in force"}),
        ("emblem_side", "issue_date", "1980-03-01", {"card validity and age"}),
        ("household_page", "household_head", "李明", {"head of the household"}),
        ("household_page", "relation", "子", {"head of the household"}),
        ("household_page", "ethnicity", "傣", {"portrait side and household page: ethnicity"}),
        ("passport", "number", "L898902C3", {"passport: zone and printed number"}),
        ("passport", "birth_date", "5 MAY 1955", {"passport: zone and printed birth date"}),
        ("passport", "expiry_date", "2035-05-05", {"passport: zone and printed expiry date"}),
        ("passport", "expiry_date", "2001-05-05", {"passport: in force"}),
        ("passport", "nationality", "XXX", {"passport: zone and printed nationality"}),
        ("passport", "issuing_state", "XXX", {"passport: zone and printed issuing state"}),
        ("passport", "surname", "DOE", {"passport: zone and printed name", "passport and id card td1: surname"}),
        ("passport", "given_names", "JANE", {"passport: zone and printed name", "passport and visa: given names"}),
        ("id_card_td1", "sex", "X", set()),
    ],
)  # fmt: skip
def test_each_contradiction_is_found(honest, document, field, value, rules):
    honest[document][field] = value
    report = consistency.check_consistency(honest)
    assert rules <= {one.rule for one in report.failed}
    assert report.consistent == (not rules)
    if not rules:
        assert f"{document}.{field}" in report.explanation  # not understood, so not checked, and said so
    for one in report.failed:
        assert any(name.startswith(document) for name in one.fields)
        assert one.message


def test_a_damaged_zone_and_one_of_somebody_else(honest):
    line = honest["passport"]["mrz_2"]
    honest["passport"]["mrz_2"] = line[:9] + str((int(line[9]) + 1) % 10) + line[10:]
    report = consistency.check_consistency(honest)
    assert report.failed[0].rule == "passport: check digits"
    assert "would be right" in report.failed[0].message
    other = records_of(identity.invent_person(12, age=(40, 60)))["passport"]
    honest["passport"] |= {name: other[name] for name in ("mrz_1", "mrz_2")}
    assert {"passport: zone and printed name", "portrait side and passport: name"} <= set(failed(honest))


def test_the_zone_may_be_lines_or_a_record(honest):
    lines = [honest["passport"].pop("mrz_1"), honest["passport"].pop("mrz_2")]
    for given in (lines, "\n".join(lines), identity.parse_mrz(lines)):
        report = consistency.check_consistency(honest | {"passport": honest["passport"] | {"mrz": given}})
        assert report.consistent and report.complete
    report = consistency.check_consistency(honest | {"passport": honest["passport"] | {"mrz": ["too", "short"]}})
    assert any("accepted are" in one.message for one in report.not_checked)


def test_nothing_missing_passes_silently(honest):
    total = len(consistency.check_consistency(honest).findings)
    for document, fields in honest.items():
        for field in fields:
            for value in (None, "", "  "):
                if (document, field, value) == ("passport", "given_names", ""):
                    continue
                changed = {name: dict(one) for name, one in honest.items()}
                changed[document][field] = value
                report = consistency.check_consistency(changed)
                assert len(report.findings) == total
                assert not report.complete, f"{document}.{field} = {value!r}"
                assert any(f"{document}." in one.message for one in report.not_checked)


def test_missing_documents(honest):
    alone = {"portrait_side": honest["portrait_side"]}
    report = consistency.check_consistency(alone)
    assert report.complete
    assert {name.split(".")[0] for one in report for name in one.fields} == {"portrait_side"}
    report = consistency.check_consistency(alone, required=("portrait_side", "household_page"))
    assert not report.complete
    assert report.consistent
    assert all(one.message == "household_page was not handed in." for one in report.not_checked)


@pytest.mark.parametrize(
    ("printed", "zone"),
    [
        (("Müller", "Jürgen"), ("Muller", "Jurgen")),
        (("Müller", "Jürgen"), ("Mueller", "Jurgen")),
        (("O'Connor", "Mary-Jane"), ("OConnor", "Mary Jane")),
        ((LONG, "Hubert Blaine"), (LONG, "Hubert Blaine")),
        ((LONG + "welche", "Hubert"), (LONG + "welche", "Hubert")),
    ],
)
def test_names_are_compared_as_the_zone_would_write_them(honest, printed, zone):
    passport = honest["passport"]
    fields = {name: passport[name] for name in ("issuing_state", "nationality", "birth_date", "sex", "expiry_date")}
    lines = identity.build_mrz(
        "TD3", surname=zone[0], given_names=zone[1], document_number=passport["number"], **fields
    )
    passport |= {"surname": printed[0], "given_names": printed[1], "mrz_1": lines[0], "mrz_2": lines[1]}
    assert failed({"passport": passport}) == []
    passport["surname"] = "Miller"
    assert failed({"passport": passport}) == ["passport: zone and printed name"]


def test_compound_surnames_are_split_in_the_right_place():
    person = identity.invent_person(3, surname="欧阳", age=30)
    assert consistency.check_consistency(records_of(person)).consistent


@pytest.mark.parametrize("written", ["1990-01-02", "1990.1.2", "1990/01/02", "19900102", "1990年1月2日", "2 Jan 1990",
                                     "02 JANUARY 1990", datetime.date(1990, 1, 2)])  # fmt: skip
def test_dates_are_understood_as_they_are_printed(written):
    number = identity.build_identity_number("990101", datetime.date(1990, 1, 2), 3)
    record = {"portrait_side": {"identity_number": number, "birth_date": written, "sex": "M"}}
    report = consistency.check_consistency(record)
    assert report.consistent and report.complete, report.explanation


@pytest.mark.parametrize("written", ["1990-13-02", "yesterday", "2 XYZ 1990", "90-01-02"])
def test_dates_that_are_none_are_not_checked(written):
    number = identity.build_identity_number("990101", datetime.date(1990, 1, 2), 3)
    record = {"identity_number": number, "birth_date": written, "sex": "M"}
    report = consistency.check_consistency({"portrait_side": record})
    assert [one.message for one in report.not_checked] == [
        f"portrait_side.birth_date is {written!r}, which is no date."
    ]


def test_a_card_issued_on_29_february_may_end_a_day_earlier_or_later():
    person = identity.invent_person(1, age=30, reference_date=TODAY)
    records = records_of(person)
    for expiry in ("2034-02-28", "2034-03-01"):
        records["emblem_side"] = {"issue_date": "2024-02-29", "expiry_date": expiry.replace("2034", "2044")}
        assert "card validity and age" not in failed(records)
    records["emblem_side"]["expiry_date"] = "2044-03-02"
    assert "card validity and age" in failed(records)


def test_the_worst_comes_first_and_counts(honest):
    honest["portrait_side"]["address"] = "乌托邦市1号"
    report = consistency.check_consistency(honest)
    assert (report.worst, report.count("failed"), report.count("failed", "minor")) == ("minor", 1, 1)
    honest["portrait_side"]["birth_date"] = "1955-05-05"
    report = consistency.check_consistency(honest)
    assert report.worst == "critical"
    assert report.failed[-1].severity == "minor"
    assert consistency.check_consistency(honest).to_frame()["state"].eq("failed").sum() == report.count("failed")
    with pytest.raises(ValueError, match="state"):
        report.count("wrong")


def test_a_report_becomes_json_and_back(honest):
    honest["portrait_side"]["address"] = None
    report = consistency.check_consistency(honest)
    assert consistency.ConsistencyReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_the_table_names_every_rule_once():
    table = consistency.rule_table()
    assert table["rule"].is_unique
    assert set(table["severity"]) <= set(consistency.SEVERITIES)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: consistency.check_consistency({}), ValueError, "empty"),
        (lambda: consistency.check_consistency({"bank_card": {}}), ValueError, "'bank_card'"),
        (lambda: consistency.check_consistency({"passport": {}}, required="seal"), ValueError, "'seal'"),
        (lambda: consistency.check_consistency([]), TypeError, "mapping|map"),
        (lambda: consistency.check_consistency({"passport": "text"}), TypeError, "map"),
        (lambda: consistency.check_consistency({"passport": {}}, reference_date="today"), TypeError, "reference_date"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_every_swapped_person_is_found():
    """A page of one person beside the card of another one: never consistent."""
    people = identity.invent_people(40, seed=21, age=(18, 80))
    for one, other in itertools.pairwise(people):
        mixed = records_of(one) | {"household_page": records_of(other)["household_page"]}
        assert consistency.check_consistency(mixed).worst == "critical"
        changed = dataclasses.replace(one, birth_date=other.birth_date)
        assert consistency.check_consistency(records_of(changed)).worst == "critical"

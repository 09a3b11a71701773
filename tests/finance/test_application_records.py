"""What the rules see of a document: read, typed and proven fields, and where they disagree."""

from __future__ import annotations

import datetime

from imgrec_tf.finance import reading
from imgrec_tf.finance.applications.records import contradictions, record
from imgrec_tf.finance.reading import NumberReading, PrintedField, PrintedReading

BOX = (0.0, 0.0, 1.0, 1.0)
BORN = datetime.date(1984, 7, 9)
PRINTED = PrintedReading(
    {
        "birth_date": PrintedField("1984-07-09", BORN, 0.99, BOX),
        "sex": PrintedField("女", "女", 0.97, BOX),
        "name": PrintedField("王伟", "王伟", 0.4, BOX),
        "issue_date": PrintedField("31.02.2020", None, 0.99, BOX, "31.02.2020 is no date of any year"),
    }
)


def test_only_trusted_fields_count_and_typed_ones_go_before_them():
    assert record(None, PRINTED, {}) == {"birth_date": BORN, "sex": "女"}
    assert record(None, PRINTED, {"birth_date": "1984-07-10"})["birth_date"] == "1984-07-10"
    number = NumberReading("990123198407090277", "")
    assert record(number, PRINTED, {"identity_number": "1"})["identity_number"] == number.text
    assert record(reading.NumberReading("", "nothing"), None, {}) == {}


def test_what_was_typed_otherwise_is_told():
    assert contradictions("portrait_side", PRINTED, {"birth_date": "1984年7月9日", "sex": "F"}) == []
    (only,) = contradictions("portrait_side", PRINTED, {"birth_date": "1984-07-10", "sex": "F"})
    assert only == "birth date was typed as 1984-07-10, printed is 1984-07-09."
    assert contradictions("portrait_side", PRINTED, {"sex": "unknown"}) == []
    assert contradictions("portrait_side", None, {"sex": "M"}) == []

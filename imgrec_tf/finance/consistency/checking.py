"""Try every rule that the given documents allow, and say of each whether it held."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from imgrec_tf.finance.consistency import rules, values
from imgrec_tf.finance.consistency.report import ConsistencyReport, Finding
from imgrec_tf.finance.identity.validity import REFERENCE_DATE

if TYPE_CHECKING:
    import pandas as pd

DOCUMENTS = ("portrait_side", "emblem_side", "passport", "id_card_td1", "visa", "household_page")


def check_consistency(
    records: Mapping[str, Mapping[str, Any]],
    *,
    required: Iterable[str] = (),
    reference_date: datetime.date = REFERENCE_DATE,
) -> ConsistencyReport:
    """Compare the fields of an application's documents with each other and with their check digits.

    Args:
        records: By document ("portrait_side", "emblem_side", "passport", "id_card_td1", "visa", "household_page"), what
            was printed or read, by field, as `finance.documents` names them. Dates are dates or texts such as
            1990-01-02 or 1990年1月2日; a card without end says 长期; sex is M, F, 男 or 女; a machine-readable zone is
            in `mrz` (lines or an `MrzRecord`) or in `mrz_1`, `mrz_2`, `mrz_3`. A field that was not read is left out,
            or None, or "".
        required: Documents that the application must have. Rules that need one which is missing are reported as not
            checked; without this, rules on documents that nobody handed in are left out.
        reference_date: The day that counts as today.

    Returns:
        A report with every rule that was tried and every rule that could not be.

    Raises:
        TypeError: If the records are no mapping of mappings, or the date is none.
        ValueError: If there is no document of that name, or none at all.
    """
    if not isinstance(records, Mapping) or not all(isinstance(one, Mapping) for one in records.values()):
        raise TypeError(f"records must map documents to fields, each a mapping of values, got {records!r:.80}")
    if not isinstance(reference_date, datetime.date):
        raise TypeError(f"reference_date must be a datetime.date, got {reference_date!r}")
    required = tuple(required) if not isinstance(required, str) else (required,)
    unknown = [name for name in (*records, *required) if name not in DOCUMENTS]
    if unknown:
        raise ValueError(f"no rules for {', '.join(map(repr, unknown))}; the documents are {', '.join(DOCUMENTS)}")
    if not records:
        raise ValueError(f"records is empty; give at least one of {', '.join(DOCUMENTS)}")
    wanted = {*records, *required}
    findings = [_try(rule, records, reference_date) for rule in _rules() if set(rule.documents) <= wanted]
    return ConsistencyReport(tuple(findings))


def rule_table() -> pd.DataFrame:
    """Return every rule with its severity and the fields that it compares, one row each."""
    import pandas as pd

    rows = [{"rule": one.name, "severity": one.severity, "fields": ", ".join(one.fields)} for one in _rules()]
    return pd.DataFrame(rows)


@functools.cache
def _rules() -> tuple[rules.Rule, ...]:
    return tuple(rules.all_rules())


def _try(rule: rules.Rule, records: Mapping, reference_date: datetime.date) -> Finding:
    missing = [name for name in rule.documents if name not in records]
    if missing:
        return Finding(rule.name, rule.severity, "not checked", rule.fields, f"{', '.join(missing)} was not handed in.")
    try:
        message = rule.test(records, reference_date)
    except values.Unknown as reason:
        return Finding(rule.name, rule.severity, "not checked", rule.fields, str(reason))
    return Finding(
        rule.name, rule.severity, "failed" if message else "passed", rule.fields, message or "The fields agree."
    )

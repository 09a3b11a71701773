"""From what is printed or read to what can be compared: dates, sex, names, machine-readable zones.

A value that is missing or cannot be understood raises `Unknown`, whose text says why; the rule is then reported as not
checked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from imgrec_tf.finance.identity import chinese_names, mrz_formats, mrz_record, transliteration

ENDLESS = "长期"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SEX = {"M": "M", "F": "F", "男": "M", "女": "F", "MALE": "M", "FEMALE": "F"}


class Unknown(Exception):
    """A value that a rule needs is missing or cannot be understood."""


def text(record: Mapping[str, Any], document: str, field: str) -> str:
    """Return a field without space at its ends."""
    value = record.get(field)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Unknown(f"{document}.{field} is missing.")
    return value.strip() if isinstance(value, str) else str(value)


def date(record: Mapping[str, Any], document: str, field: str) -> datetime.date:
    """Return a date, written as 1990-01-02, 1990.1.2, 1990/01/02, 19900102, 1990年1月2日 or 2 JAN 1990."""
    value = record.get(field)
    if isinstance(value, datetime.date):
        return value
    written = text(record, document, field)
    found = re.fullmatch(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?", written)
    found = found or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written)
    parts = [int(one) for one in found.groups()] if found else _english(written)
    try:
        return datetime.date(*parts)
    except (TypeError, ValueError):
        raise Unknown(f"{document}.{field} is {written!r}, which is no date.") from None


def _english(written: str) -> list[int]:
    found = re.fullmatch(r"(\d{1,2})[ .-]*([A-Za-z]{3})[A-Za-z]*[ .-]*(\d{4})", written)
    if not found or found[2].upper() not in _MONTHS:
        return []
    return [int(found[3]), _MONTHS.index(found[2].upper()) + 1, int(found[1])]


def last_day(record: Mapping[str, Any], document: str, field: str) -> datetime.date | None:
    """Return a date of expiry, or None for 长期, without end."""
    if record.get(field) == ENDLESS:
        return None
    return date(record, document, field)


def sex(record: Mapping[str, Any], document: str, field: str = "sex") -> str:
    """Return "M" or "F", from M, F, 男, 女; a document may print it in the field `sex` or `sex_chinese`."""
    if record.get(field) in (None, "") and record.get("sex_chinese") not in (None, ""):
        field = "sex_chinese"
    written = text(record, document, field)
    if written.upper() not in _SEX:
        raise Unknown(f"{document}.{field} is {written!r}, neither M, F, 男 nor 女.")
    return _SEX[written.upper()]


def zone(record: Mapping[str, Any], document: str, reference_date: datetime.date) -> mrz_record.MrzRecord:
    """Return the machine-readable zone from `mrz` (lines or a record), or from `mrz_1`, `mrz_2`, `mrz_3`."""
    given = record.get("mrz")
    if isinstance(given, mrz_record.MrzRecord):
        return given
    lines = given if given else [text(record, document, "mrz_1"), text(record, document, "mrz_2")]
    if not given and record.get("mrz_3"):
        lines = [*lines, text(record, document, "mrz_3")]
    try:
        return mrz_record.parse_mrz(lines, reference_date=reference_date)
    except (TypeError, ValueError) as error:
        raise Unknown(f"{document}.mrz: {error}.") from None


def written_names(name: str, document: str, field: str) -> set[str]:
    """Return how a whole name may stand in a machine-readable zone, "SURNAME<<GIVEN<NAMES", in every spelling.

    A Chinese name is split after the first character, and after the second where these two are a surname. A Latin name
    has its surname in front or behind.
    """
    if name.isascii() or not re.search("[\u3400-\u9fff]", name):
        words = name.split()
        parts = {(" ".join(words[place:]), " ".join(words[:place])) for place in range(1, len(words))}
        parts |= {(other, one) for one, other in parts} or {(name, "")}
        return {joined for surname, given in parts for joined in spelled(surname, given, document, field)}
    cuts = [1] + [2] * (len(name) > 2 and name[:2] in chinese_names.SURNAMES)
    found = set()
    for cut in cuts:
        try:
            found.add("<<".join(one for one in chinese_names.romanize(name[:cut], name[cut:]) if one))
        except ValueError as error:
            raise Unknown(f"{document}.{field}: {error}.") from None
    return found


def spelled(surname: str, given_names: str, document: str, field: str) -> set[str]:
    """Return every spelling of a name that is given in two parts."""
    try:
        parts = [transliteration.spellings(one) for one in (surname, given_names)]
    except ValueError as error:
        raise Unknown(f"{document}.{field}: {error}.") from None
    return {f"{one}<<{other}".rstrip("<") for one in parts[0] for other in parts[1]}


def same_name(zone: mrz_record.MrzRecord, names: set[str]) -> bool:
    """Whether the zone's name is one of these; a name that was cut has to agree as far as it goes."""
    written = f"{zone.surname}<<{zone.given_names}".replace(" ", "<").rstrip("<")
    if written in names or not zone.name_may_be_cut:
        return written in names
    field = mrz_formats.mrz_layout(zone.format).field("name")
    cut = {transliteration.name_field(*name.split("<<"), field.width)[0] for name in names if "<<" in name}
    return field.of(zone.lines) in cut or any(name.startswith(written) for name in names)

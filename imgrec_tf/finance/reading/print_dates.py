"""Dates as documents print them: year first, or day first as ICAO Doc 9303-3 has it; never month first."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from imgrec_tf.finance.reading.print_texts import MONTHS

ENDLESS = "长期"
_LIKE_DIGITS = str.maketrans("OQDILZSB", "00011258")  # letters that are read in place of digits
_DIGIT = "[0-9OQDILZSB]"
_GAP = "[ .,/-]{0,3}"
_MARK = "[ ./-]{0,2}"
_ONE_MARK = "(?=.*[ ./-])"  # one of the two may be lost, and then it is still known where the year is
_FORMS = (
    f"(?P<year>{_DIGIT}{{4}}) ?年 ?(?P<month>{_DIGIT}{{1,2}}) ?月 ?(?P<day>{_DIGIT}{{1,2}}) ?日",
    f"{_ONE_MARK}(?P<year>{_DIGIT}{{4}}){_MARK}(?P<month>{_DIGIT}{{2}}){_MARK}(?P<day>{_DIGIT}{{2}})",
    f"{_ONE_MARK}(?P<day>{_DIGIT}{{2}}){_MARK}(?P<month>{_DIGIT}{{2}}){_MARK}(?P<year>{_DIGIT}{{4}})",
    f"(?P<day>{_DIGIT}{{1,2}}){_GAP}(?P<name>(?=.?[A-Z].?[A-Z]|[A-Z][A-Z])[A-Z0-9]{{3}}){_GAP}(?P<year>{_DIGIT}{{4}})",
)


@dataclass(frozen=True)
class PrintedDate:
    """A date as it was read.

    Attributes:
        text: As it was read.
        value: The date; None where there is no such day, or where it says 长期, without end.
    """

    text: str
    value: datetime.date | None

    @property
    def endless(self) -> bool:
        """Whether it says 长期."""
        return self.text == ENDLESS


def printed_dates(text: str) -> tuple[PrintedDate, ...]:
    """Return the one date that a whole text is, the two of a validity such as "2012.05.03-长期", or none.

    Args:
        text: A piece of print as the reader gives it.
    """
    text = text.strip(" .-/")
    for form in _FORMS:
        found = re.fullmatch(form, text)
        if found and sum(one.isdigit() for one in text) >= 5:
            return (PrintedDate(text, _day(found.groupdict())),)
    for place in (place for place, one in enumerate(text) if one == "-"):
        start, end = printed_dates(text[:place]), text[place + 1 :].strip()
        last = (PrintedDate(ENDLESS, None),) if end == ENDLESS else printed_dates(end)
        if len(start) == len(last) == 1:
            return start + last
    return ()


def _day(parts: dict[str, str]) -> datetime.date | None:
    month = parts.get("month")
    if month is None:
        wrong = [sum(one != other for one, other in zip(name, parts["name"])) for name in MONTHS]
        least = min(wrong)
        month = str(wrong.index(least) + 1) if least <= 1 and wrong.count(least) == 1 else "0"
    try:
        return datetime.date(*(int(one.translate(_LIKE_DIGITS)) for one in (parts["year"], month, parts["day"])))
    except ValueError:
        return None

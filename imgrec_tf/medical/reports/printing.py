"""The PDF form: the same content as the HTML file, on A4."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.medical.reports import paper
from imgrec_tf.medical.reports.card import NOT_STATED
from imgrec_tf.medical.reports.items import counted
from imgrec_tf.medical.reports.web import scores

if TYPE_CHECKING:
    from imgrec_tf.medical.reports.cases import Case
    from imgrec_tf.medical.reports.content import Content

_COLUMNS = 2
_BETWEEN = 0.25  # inches
_PICTURE = (paper.ROOM - (_COLUMNS - 1) * _BETWEEN) / _COLUMNS


def write_pdf(content: Content, path: Path) -> int:
    """Write the report and return its number of pages; pictures are read page by page."""
    date = datetime.date.fromisoformat(content.date)
    with paper.Paper(path, title=content.title, notice=content.notice, date=date) as pages:
        _front(pages, content)
        _cases(pages, content)
        _card(pages, content)
        _figures(pages, content)
        _items(pages, content)
    return pages.pages


def _front(pages: paper.Paper, content: Content) -> None:
    pages.page()
    pages.text(content.title, 18, weight="bold")
    pages.space(0.05)
    pages.text(content.date, 10, paper.QUIET)
    pages.space(0.1)
    pages.text(content.notice, 11, paper.WARNING, "bold")
    pages.space(0.12)
    pages.text(content.point)
    pages.space(0.12)
    for name, value in content.summary.items():
        pages.row([(name, 2.4, paper.INK, "normal"), (value, 1.0, paper.INK, "bold")], 10)
    if content.unanswered:
        pages.heading("Images without an answer")
        for case in content.unanswered:
            cells = [(str(case.number), 0.5, paper.INK, "normal"), (case.name, 2.3, paper.INK, "normal")]
            pages.row([*cells, (case.remark, paper.ROOM - 2.8, paper.WARNING, "normal")], 8.5, rule=True)
    pages.heading("What this report cannot tell")
    for one in content.limits:
        pages.row([("–", 0.15, paper.INK, "normal"), (one, paper.ROOM - 0.15, paper.INK, "normal")], 9.5)


def _cases(pages: paper.Paper, content: Content) -> None:
    if not content.cases:
        return
    pages.page()
    pages.heading("Images")
    pages.text(content.legend, 8.5, paper.QUIET)
    pages.space(0.12)
    for first in range(0, len(content.cases), _COLUMNS):
        cases = content.cases[first : first + _COLUMNS]
        images = [None if case.picture is None else case.picture.read_bytes() for case in cases]
        tallest = max(_heights(images))
        pages.room(tallest + 0.85)
        if tallest:
            pages.pictures(images, _PICTURE, _PICTURE + _BETWEEN, [tallest] * len(images))
            pages.space(0.05)
        for line in ("name", "answer", "map", "remark"):
            told = [_line(case, line) for case in cases]
            if any(text for text, *_ in told):
                widths = [_PICTURE + _BETWEEN] * (_COLUMNS - 1) + [_PICTURE]
                size = 9.5 if line == "answer" else 8
                pages.row([(text, width, *style) for (text, *style), width in zip(told, widths)], size)
        pages.space(0.16)


def _line(case: Case, line: str) -> tuple[str, str, str]:
    if line == "name":
        return f"{case.number} · {case.name}", paper.INK, "normal"
    if line == "answer":
        return case.answer + scores(case), paper.INK, "bold"
    if line == "map":
        return (f"map: evidence for “{case.explained}”" if case.explained else ""), paper.QUIET, "normal"
    return case.remark, paper.WARNING, "normal"


def _card(pages: paper.Paper, content: Content) -> None:
    pages.page()
    pages.heading("Model card")
    before = None
    for row in content.card.itertuples(index=False):
        part, before = (row.part if row.part != before else ""), row.part
        color = paper.WARNING if row.value == NOT_STATED else paper.INK
        cells = [(part, 1.15, paper.INK, "bold"), (row.fact, 1.85, paper.INK, "normal")]
        pages.row([*cells, (row.value, paper.ROOM - 3.0, color, "normal")], 8.5, rule=True)


def _figures(pages: paper.Paper, content: Content) -> None:
    if not content.figures:
        return
    pages.heading("Measured", max(_heights([one.png for one in content.figures[:_COLUMNS]])) + 0.6)
    for first in range(0, len(content.figures), _COLUMNS):
        figures = content.figures[first : first + _COLUMNS]
        images = [one.png for one in figures]
        heights = _heights(images)
        pages.room(max(heights) + 0.5)
        pages.pictures(images, _PICTURE, _PICTURE + _BETWEEN, heights)
        pages.space(0.04)
        widths = [_PICTURE + _BETWEEN] * (_COLUMNS - 1) + [_PICTURE]
        pages.row([(one.caption, width, paper.QUIET, "normal") for one, width in zip(figures, widths)], 8)
        pages.space(0.15)


def _items(pages: paper.Paper, content: Content) -> None:
    pages.page()
    pages.heading("Checklist after CLAIM 2024 and TRIPOD+AI")
    pages.text(counted(content.items), 10)
    pages.space(0.08)
    widths = (0.55, 0.8, 1.75, 0.85, paper.ROOM - 3.95)
    names = ("CLAIM", "TRIPOD+AI", "item", "state", "what is stated")
    pages.row([(name, width, paper.INK, "bold") for name, width in zip(names, widths)], 8, rule=True)
    for row in content.items.itertuples(index=False):
        color = paper.INK if row.value else paper.WARNING
        cells = (str(row.claim), row.tripod, row.item, row.state, row.value)
        colors = (paper.INK, paper.QUIET, paper.INK, color, paper.INK)
        pages.row([(one, width, color, "normal") for one, width, color in zip(cells, widths, colors)], 8, rule=True)


def _heights(images: list[bytes | None]) -> list[float]:
    """Return heights in inches at the width of a picture, 0 for none."""
    from PIL import Image

    sizes = [(1, 0) if one is None else Image.open(io.BytesIO(one)).size for one in images]
    return [height / width * _PICTURE for width, height in sizes]

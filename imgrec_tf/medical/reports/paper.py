"""Pages of A4 that fill from top to bottom: text, rows of a table, pictures; the notice stands on each of them."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

WIDTH, HEIGHT = 8.27, 11.69  # inches, A4
LEFT, RIGHT, TOP, BOTTOM = 0.7, 0.7, 0.75, 0.8
ROOM = WIDTH - LEFT - RIGHT
INK, QUIET, WARNING = "#222222", "#555555", "#A33F00"
_LETTER = 0.53  # width of a letter of the font on average, as a share of its size
_LINE = 1.4  # height of a line, as a share of the size


class Paper:
    """Writes pages into a PDF file, one after the other, so that only one is in memory.

    Use it in a `with` statement.
    """

    def __init__(self, path: Path, *, title: str, notice: str, date):
        self._settings = matplotlib.rc_context(
            {"pdf.fonttype": 42, "font.family": "sans-serif", "text.parse_math": False}
        )
        self._path, self._title, self._notice = path, title, notice
        self._about = {"Title": title, "Subject": notice, "Creator": "imgrec_tf", "CreationDate": date}
        self._figure: Figure | None = None
        self._left_over, self.pages = 0.0, 0

    def __enter__(self) -> Paper:
        self._settings.__enter__()
        self._file = PdfPages(self._path, metadata=self._about)
        return self

    def __exit__(self, *error) -> None:
        try:
            if error[0] is None:
                self._finish()
            self._file.close()
        finally:
            self._settings.__exit__(*error)

    def room(self, inches: float) -> None:
        """Begin a new page where the rest of this one is too short."""
        if self._figure is None or self._left_over < inches:
            self.page()

    def page(self) -> None:
        """Begin a new page."""
        self._finish()
        self.pages += 1
        self._figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white")
        self._left_over = HEIGHT - TOP - BOTTOM
        self._write(LEFT, BOTTOM - 0.3, self._notice, 8.5, WARNING, "bold")
        self._write(LEFT, BOTTOM - 0.47, self._title, 7.5, QUIET)
        self._write(WIDTH - RIGHT, BOTTOM - 0.47, f"page {self.pages}", 7.5, QUIET, align="right")

    def space(self, inches: float) -> None:
        """Leave a gap, unless the page is new."""
        self._left_over -= inches

    def text(self, text: str, size: float = 10, color: str = INK, weight: str = "normal") -> None:
        """Write a paragraph over the whole width."""
        self.row([(text, ROOM, color, weight)], size)

    def heading(self, text: str, follows: float = 1.2) -> None:
        """Write a heading, on a page that has room for it and some inches more."""
        self.room(0.6 + follows)
        self.space(0.18)
        self.text(text, 13, weight="bold")
        self.space(0.04)

    def row(self, cells: Sequence[tuple[str, float, str, str]], size: float = 8.5, rule: bool = False) -> None:
        """Write cells beside each other: text, width in inches, colour, weight; as high as the longest of them."""
        lines = [
            _wrapped(text, width - 0.08, size * (1.08 if weight == "bold" else 1)) for text, width, _, weight in cells
        ]
        step = size * _LINE / 72
        high = max(len(one) for one in lines) * step + (0.05 if rule else 0.02)
        self.room(min(high, HEIGHT - TOP - BOTTOM))
        across, top = LEFT, BOTTOM + self._left_over
        for (_, width, color, weight), one in zip(cells, lines):
            for number, line in enumerate(one):
                self._write(across, top - number * step - size / 72, line, size, color, weight)
            across += width
        self._left_over -= high
        if rule:
            at = (BOTTOM + self._left_over + 0.01) / HEIGHT
            line = Line2D([LEFT / WIDTH, 1 - RIGHT / WIDTH], [at, at], color="#CCCCCC", linewidth=0.5)
            self._figure.add_artist(line)

    def pictures(self, images: Sequence[np.ndarray | None], width: float, step: float, height: float) -> None:
        """Draw pictures beside each other, `step` inches apart; None gives an empty frame."""
        self.room(height)
        bottom = BOTTOM + self._left_over - height
        for number, image in enumerate(images):
            place = ((LEFT + number * step) / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT)
            if image is None:
                frame = Rectangle(place[:2], *place[2:], fill=False, edgecolor="#BBBBBB", linestyle="--", linewidth=0.7)
                self._figure.add_artist(frame)
                continue
            axes = self._figure.add_axes(place)
            axes.imshow(image, interpolation="none", aspect="equal")
            axes.set_anchor("NW")
            axes.axis("off")
        self._left_over -= height

    def _write(self, across, up, text, size, color, weight="normal", align="left") -> None:
        self._figure.text(
            across / WIDTH, up / HEIGHT, drawable(text), fontsize=size, color=color, fontweight=weight, ha=align,
            va="baseline", parse_math=False,
        )  # fmt: skip

    def _finish(self) -> None:
        if self._figure is not None:
            self._file.savefig(self._figure, dpi=200)
            self._figure = None


def drawable(text: str) -> str:
    """Return a text with a box in the place of every letter that the font of the PDF lacks."""
    known = _letters()
    return "".join(letter if ord(letter) in known else "□" for letter in text)


@functools.cache
def _letters() -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap())


def _wrapped(text: str, width: float, size: float) -> list[str]:
    letters = max(6, int(width * 72 / (_LETTER * size)))
    return [line for part in text.split("\n") for line in textwrap.wrap(part, letters, break_on_hyphens=False) or [""]]

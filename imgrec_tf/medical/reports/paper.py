"""Pages of A4 that fill from top to bottom: text, rows of a table, pictures; the notice stands on each of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from imgrec_tf.medical.reports import pdf

WIDTH, HEIGHT = pdf.WIDTH / 72, pdf.HEIGHT / 72  # inches
LEFT, RIGHT, TOP, BOTTOM = 0.7, 0.7, 0.75, 0.8
ROOM = WIDTH - LEFT - RIGHT
INK, QUIET, WARNING = "#222222", "#555555", "#A33F00"
_LINE = 1.4  # height of a line, as a share of the size


class Paper:
    """Writes pages into a PDF file, one after the other, so that only one is in memory.

    Use it in a `with` statement.
    """

    def __init__(self, path: Path, *, title: str, notice: str, date: datetime.date):
        self._file = pdf.PdfFile(path, title=title, subject=notice, date=date)
        self._title, self._notice = title, notice
        self._drawn: list[str] = []
        self._pictures: list[int] = []
        self._left_over, self.pages = 0.0, 0

    def __enter__(self) -> Paper:
        return self

    def __exit__(self, *error) -> None:
        if error[0] is None:
            self._finish()
        self._file.close()

    def room(self, inches: float) -> None:
        """Begin a new page where the rest of this one is too short."""
        if not self.pages or self._left_over < inches:
            self.page()

    def page(self) -> None:
        """Begin a new page."""
        self._finish()
        self.pages += 1
        self._left_over = HEIGHT - TOP - BOTTOM
        self._write(LEFT, BOTTOM - 0.3, self._notice, 8.5, WARNING, "bold")
        self._write(LEFT, BOTTOM - 0.47, self._lines(self._title, ROOM - 1, 7.5, "normal")[0], 7.5, QUIET)
        self._write(WIDTH - RIGHT - 0.6, BOTTOM - 0.47, f"page {self.pages}", 7.5, QUIET)

    def space(self, inches: float) -> None:
        """Leave a gap."""
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
        lines = [self._lines(text, width - 0.08, size, weight) for text, width, _, weight in cells]
        step = size * _LINE / 72
        most = int((HEIGHT - TOP - BOTTOM - 0.06) / step)  # lines that fit on a page
        for first in range(0, max(map(len, lines)), most):
            part = [one[first : first + most] for one in lines]
            self._rows(cells, part, size, step, 0.06 if rule else 0.02)
        if rule:
            up = 72 * (BOTTOM + self._left_over + 0.01)
            self._drawn.append(f"0.8 G 0.5 w {72 * LEFT:.2f} {up:.2f} m {72 * (WIDTH - RIGHT):.2f} {up:.2f} l S")

    def _rows(self, cells, lines: list[list[str]], size: float, step: float, below: float) -> None:
        high = max(map(len, lines)) * step + below
        self.room(high)
        across, top = LEFT, BOTTOM + self._left_over
        for (_, width, color, weight), one in zip(cells, lines):
            for number, line in enumerate(one):
                self._write(across, top - number * step - size * 1.05 / 72, line, size, color, weight)
            across += width
        self._left_over -= high

    def pictures(self, contents: Sequence[bytes | None], width: float, step: float, heights: Sequence[float]) -> None:
        """Draw pictures beside each other, tops in line.

        Args:
            contents: Each a JPEG or PNG file's bytes; None gives an empty frame.
            width: Of each, in inches.
            step: From one to the next, in inches.
            heights: Of each, in inches.
        """
        self.room(max(heights))
        top = BOTTOM + self._left_over
        for place, (content, height) in enumerate(zip(contents, heights)):
            across, up = 72 * (LEFT + place * step), 72 * (top - height)
            if content is None:
                box = f"{across:.2f} {up:.2f} {72 * width:.2f} {72 * height:.2f} re"
                self._drawn.append(f"q 0.7 G 0.7 w [3 2] 0 d {box} S Q")
                continue
            number = self._file.picture(content)
            self._pictures.append(number)
            self._drawn.append(f"q {72 * width:.2f} 0 0 {72 * height:.2f} {across:.2f} {up:.2f} cm /P{number} Do Q")
        self._left_over -= max(heights)

    def _write(self, across: float, up: float, text: str, size: float, color: str, weight: str = "normal") -> None:
        font = self._file.fonts[weight == "bold"]
        ink = " ".join(f"{int(color[place : place + 2], 16) / 255:.3f}" for place in (1, 3, 5))
        place = f"{72 * across:.2f} {72 * up:.2f} Td"
        number = int(weight == "bold")
        self._drawn.append(f"BT /F{number} {size} Tf {ink} rg {place} {font.encoded(self._drawable(text))} Tj ET")

    def _drawable(self, text: str) -> str:
        """Return a text with a box in the place of every letter that the font lacks."""
        fonts = self._file.fonts
        return "".join(one if one in fonts[0] and one in fonts[1] else " " if one.isspace() else "□" for one in text)

    def _lines(self, text: str, width: float, size: float, weight: str) -> list[str]:
        """Break a text into lines of a width in inches, between words where that can be."""
        font, limit = self._file.fonts[weight == "bold"], 72 * width
        lines = []
        for part in text.split("\n"):
            line = ""
            for word in self._drawable(part).split():
                while font.width(word, size) > limit and len(word) > 1:
                    fits = max(1, max(n for n in range(len(word)) if font.width(word[:n], size) <= limit))
                    lines += [one for one in (line, word[:fits]) if one]
                    line, word = "", word[fits:]
                if line and font.width(f"{line} {word}", size) > limit:
                    lines.append(line)
                    line = word
                else:
                    line = f"{line} {word}" if line else word
            lines.append(line)
        return lines

    def _finish(self) -> None:
        if self.pages:
            self._file.page(self._drawn, self._pictures)
            self._drawn, self._pictures = [], []

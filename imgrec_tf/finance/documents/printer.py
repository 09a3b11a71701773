"""What the layouts are written with: labels, values, portraits and machine-readable lines in one style."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw

from imgrec_tf.finance.documents.canvas import Canvas, Colour

# Ten characters on 25.4 mm, ICAO 9303 part 3; the advance of a character in the bundled OCR-B is 0.723 em.
MRZ_PITCH = 2.54
MRZ_SIZE = MRZ_PITCH / 0.723


@dataclass(frozen=True)
class Style:
    """How a template prints.

    Attributes:
        ink: Colour of the values.
        label: Colour of the labels.
        accent: Colour of headers and lines.
        font: Of the values.
        label_font: Of the labels.
        size: Em square of the values, in mm.
        label_size: Em square of the labels, in mm.
        date: Format of dates, as `datetime.date.strftime` takes it.
        capitals: Print Latin values in capitals.
    """

    ink: Colour = (24, 24, 30)
    label: Colour = (70, 96, 120)
    accent: Colour = (40, 80, 120)
    font: str = "sans"
    label_font: str = "sans"
    size: float = 3.2
    label_size: float = 2.2
    date: str = "%Y.%m.%d"
    capitals: bool = False


class Printer:
    """Prints the values of one document on a canvas.

    Attributes:
        canvas: What is drawn on.
        values: Plain text by field name; dates in ISO form.
        style: Fonts and colours.
    """

    def __init__(self, canvas: Canvas, values: Mapping[str, str], portrait: Callable[[int, int], object] | None):
        self.canvas, self.values, self.style = canvas, values, Style()
        self._portrait = portrait
        self._slip = canvas.rng.normal(0, 0.12, 2)  # personal data is printed later, never exactly in register

    def text_of(self, name: str) -> str:
        """What is printed for a field: dates in the template's format."""
        if name == "validity":
            return f"{self.text_of('issue_date')}-{self.text_of('expiry_date') or '长期'}"
        text = self.values.get(name, "")
        if name.endswith("_date") and text[:4].isdigit():
            day = datetime.date.fromisoformat(text)
            shown = self.style.date.replace("%b", _MONTHS[day.month - 1])
            return (
                shown.replace("%Y", f"{day.year:04d}").replace("%m", f"{day.month:02d}").replace("%d", f"{day.day:02d}")
            )
        return text.upper() if self.style.capitals else text

    def label(
        self, x: float, y: float, text: str, *, size: float | None = None, align: str = "left", **options
    ) -> float:
        """Write a label with its baseline at y."""
        options = {"fill": self.style.label, "font": self.style.label_font} | options
        return self.canvas.text(x, y, text, size or self.style.label_size, align=align, **options)

    def value(
        self, x: float, y: float, name: str, text: str | None = None, *, size: float | None = None, **options
    ) -> float:
        """Write the value of a field with its baseline at y; a field without a value prints nothing."""
        text = self.text_of(name) if text is None else text
        if not text:
            return x
        options = {"fill": self.style.ink, "font": self.style.font} | options
        dx, dy = self._slip
        return self.canvas.text(x + dx, y + dy, text, size or self.style.size, name=name, **options)

    def left(self, x: float, y: float, label: str, name: str, width: float, **options) -> None:
        """Label, and the value to its right, `width` mm further."""
        self.label(x, y, label)
        self.value(x + width, y, name, **options)

    def above(self, x: float, y: float, label: str, name: str, *, gap: float = 1.0, **options) -> None:
        """Value with its baseline at y, label above it."""
        if name == "name_chinese" and not self.text_of(name):
            return  # only people with a Chinese name have this line
        size = options.get("size") or self.style.size
        self.label(x, y - size * 0.78 - gap, label)
        self.value(x, y, name, **options)

    def address(self, x: float, y: float, width: float, leading: float, name: str = "address", **options) -> float:
        """The address over as many lines as it takes."""
        options = {"fill": self.style.ink, "font": self.style.font, "size": self.style.size} | options
        dx, dy = self._slip
        size = options.pop("size")
        if not self.values.get(name):
            return y
        return self.canvas.paragraph(x + dx, y + dy, self.text_of(name), size, width, leading, name=name, **options)

    def portrait(self, left, top, width, height, *, shape: str = "rectangle", frame: Colour | None = None, grey=False):
        """The holder's portrait; shape "rectangle", "rounded" or "oval"."""
        canvas = self.canvas
        rows, columns = max(16, round(canvas.px(height))), max(16, round(canvas.px(width)))
        picture = Image.fromarray(self._portrait(rows, columns))
        if grey:
            picture = picture.convert("L").convert("RGB")
        mask = None
        if shape != "rectangle":
            mask = Image.new("L", picture.size, 0)
            pen, box = ImageDraw.Draw(mask), [0, 0, columns - 1, rows - 1]
            pen.ellipse(box, fill=255) if shape == "oval" else pen.rounded_rectangle(box, columns * 0.12, fill=255)
        if frame and shape != "oval":
            radius = width * 0.12 if shape == "rounded" else 0.0
            canvas.rectangle(left - 0.4, top - 0.4, width + 0.8, height + 0.8, fill=frame, radius=radius)
        elif frame:
            canvas.ellipse(left + width / 2, top + height / 2, width / 2 + 0.4, height / 2 + 0.4, fill=frame)
        canvas.paste(picture, left, top, width, height, name="portrait", mask=mask)

    def mrz(self, x: float, baselines: tuple[float, ...], *, pitch: float = MRZ_PITCH) -> None:
        """The machine-readable lines, in OCR-B at ten characters an inch; fields mrz_1, mrz_2, mrz_3."""
        dx, dy = self._slip
        for number, y in enumerate(baselines, start=1):
            self.canvas.text(x + dx, y + dy, self.values[f"mrz_{number}"], pitch / 0.723, font="ocr-b",
                             fill=self.style.ink,
                             name=f"mrz_{number}")  # fmt: skip


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

"""The sheet that a layout draws on: millimetres in, supersampled pixels and the place of every field out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from imgrec_tf.finance.documents import fonts
from imgrec_tf.finance.documents.document import SPECIMEN, Field, rectangle

Colour = tuple[int, int, int]


class Canvas:
    """A page in millimetres; the origin is its upper left corner, y grows downwards.

    Attributes:
        width, height: Of the page, in mm.
        scale: Pixels of the drawing per mm: `pixels_per_mm` of the result times the supersampling.
        image: The Pillow image that is being drawn on.
        fields: What was drawn under a name.
        rng: For what may vary from print to print.
    """

    def __init__(
        self,
        width: float,
        height: float,
        pixels_per_mm: float,
        rng: np.random.Generator,
        *,
        paper: Colour = (255, 255, 255),
        oversampling: int = 3,
    ):
        self.pixels = max(1, round(width * pixels_per_mm)), max(1, round(height * pixels_per_mm))
        self.oversampling = oversampling
        self.width, self.height = width, height
        self.scale = pixels_per_mm * oversampling
        self.image = Image.new("RGB", (self.pixels[0] * oversampling, self.pixels[1] * oversampling), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.fields: dict[str, Field] = {}
        self.rng = rng

    def px(self, value: float) -> float:
        """Millimetres as pixels of the drawing."""
        return value * self.scale

    def points(self, xy: Sequence) -> list[tuple[float, float]]:
        """Points in mm as points of the drawing."""
        return [(float(x), float(y)) for x, y in np.asarray(xy, float) * self.scale]

    def rectangle(self, left, top, width, height, fill=None, outline=None, line: float = 0.2, radius: float = 0.0):
        """Draw a rectangle, with rounded corners if `radius` (mm) is given."""
        x, y = self.px(left), self.px(top)
        box = [x, y, max(x, self.px(left + width) - 1), max(y, self.px(top + height) - 1)]
        thick = max(1, round(self.px(line))) if outline else 0
        self.draw.rounded_rectangle(box, self.px(radius), fill=fill, outline=outline, width=thick)

    def line(self, xy, fill: Colour, width: float = 0.15):
        """Draw a line through points in mm."""
        self.draw.line(self.points(xy), fill=fill, width=max(1, round(self.px(width))), joint="curve")

    def polygon(self, xy, fill: Colour):
        """Fill a polygon given in mm."""
        self.draw.polygon(self.points(xy), fill=fill)

    def ellipse(self, x, y, radius_x, radius_y=None, fill=None, outline=None, line: float = 0.2):
        """Draw an ellipse around a point."""
        radius_y = radius_x if radius_y is None else radius_y
        box = [self.px(x - radius_x), self.px(y - radius_y), self.px(x + radius_x), self.px(y + radius_y)]
        self.draw.ellipse(box, fill=fill, outline=outline, width=max(1, round(self.px(line))))

    def text_width(self, text: str, size: float, font: str = "sans", tracking: float = 0.0) -> float:
        """Width of a text in mm."""
        return sum(width for *_, width in self._parts(text, self.px(size), font, self.px(tracking))) / self.scale

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        font: str = "sans",
        fill: Colour = (20, 20, 24),
        name: str | None = None,
        align: str = "left",
        tracking: float = 0.0,
        fit: float | None = None,
        bold: float = 0.0,
    ) -> float:
        """Write one line; under a name it becomes a field whose box is measured from the ink.

        Args:
            x: Left end, middle or right end of the line, in mm, as `align` says.
            y: Baseline in mm.
            text: What to write. Chinese characters take the Chinese font, all others `font`.
            size: Of the em square, in mm.
            font: One of `fonts.NAMES`.
            fill: Colour.
            name: Of the field, or None for a text that is no field.
            align: "left", "centre" or "right".
            tracking: Additional space after each character, in mm.
            fit: Greatest width in mm; a longer text is set smaller.
            bold: Additional stroke, in mm.

        Returns:
            Where the line ends, in mm.
        """
        if fit is not None:
            width = self.text_width(text, size, font, tracking)
            if width > fit:
                size, tracking = size * fit / width, tracking * fit / width
        parts = self._parts(text, self.px(size), font, self.px(tracking))
        width = sum(part[-1] for part in parts)
        start = self.px(x) - {"left": 0.0, "centre": width / 2, "right": width}[align]
        stroke = self.px(bold)
        boxes, place = [], start
        for face, drop, piece, advance in parts:
            at = (place, self.px(y) + drop)
            self.draw.text(at, piece, fill=fill, font=face, anchor="ls", stroke_width=stroke)
            if piece.strip():
                boxes.append(np.add(face.getbbox(piece, anchor="ls", stroke_width=stroke), (*at, *at)))
            place += advance
        if name is not None:
            self._remember(name, text, np.array(boxes) if boxes else np.array([[start, self.px(y)] * 2]))
        return place / self.scale

    def paragraph(self, x, y, text: str, size: float, width: float, leading: float, name: str | None = None, **style):
        """Write a text over several lines, broken to fit `width`; each line is a field `name_1`, `name_2`, ...

        Chinese text is broken anywhere but inside a number,
        Latin text between words. The whole is a field too, under `name`.

        Returns:
            The baseline below the last line, in mm.
        """
        font, tracking = style.get("font", "sans"), style.get("tracking", 0.0)
        lines = _broken(text, lambda part: self.text_width(part, size, font, tracking), width)
        for number, line in enumerate(lines, start=1):
            self.text(x, y, line, size, name=f"{name}_{number}" if name else None, **style)
            y += leading
        if name:
            corners = np.concatenate([self.fields[f"{name}_{number}"].corners for number in range(1, len(lines) + 1)])
            low, high = corners.min(axis=0), corners.max(axis=0)
            self.fields[name] = Field(name, text, rectangle(*low, *high))
        return y

    def paste(self, picture: Image.Image, left, top, width, height, name: str | None = None, mask=None):
        """Put a picture into a rectangle in mm, resampled to it; under a name it becomes a field."""
        box = [round(self.px(value)) for value in (left, top, left + width, top + height)]
        size = box[2] - box[0], box[3] - box[1]
        mask = mask.resize(size, Image.Resampling.BILINEAR) if mask is not None else None
        self.image.paste(picture.convert("RGB").resize(size, Image.Resampling.BICUBIC), box[:2], mask)
        if name:
            self._remember(name, "", np.array([box], float))

    def mark(self, left: float, top: float, right: float, bottom: float, name: str) -> None:
        """Remember a rectangle in mm as a field without text."""
        self._remember(name, "", np.array([[left, top, right, bottom]]) * self.scale)

    def specimen(
        self, x: float, y: float, size: float, angle: float, colour: Colour, strength: float = 0.55, *, lighten=False
    ):
        """Print SPECIMEN 样本 across the page, seen through: it darkens paper (or lightens a dark card), not the text.

        Args:
            x: Middle, in mm.
            y: Middle, in mm.
            size: Of the em square, in mm, at most; smaller where the page has no room for it.
            angle: Degrees, counter-clockwise.
            colour: Of the mark where it is strongest.
            strength: 0 for invisible to 1 for `colour` itself.
            lighten: For dark cards: add light in place of taking it away.
        """
        turn = np.deg2rad(angle)
        long, high = self.text_width(SPECIMEN, 1.0, "sans-bold"), 1.0  # at a size of one mm
        across = abs(np.cos(turn)) * long + abs(np.sin(turn)) * high
        down = abs(np.sin(turn)) * long + abs(np.cos(turn)) * high
        room = 2 * min(x, self.width - x) - 3, 2 * min(y, self.height - y) - 2
        size = min(size, room[0] / across, room[1] / down)
        face_parts = self._parts(SPECIMEN, self.px(size), "sans-bold", 0.0)
        width = int(sum(part[-1] for part in face_parts)) + 2
        height = int(self.px(size * 1.3))
        stencil = Image.new("L", (width, height), 0)
        pen, place = ImageDraw.Draw(stencil), 0.0
        for face, drop, piece, advance in face_parts:
            pen.text((place, height * 0.78 + drop), piece, fill=255, font=face, anchor="ls")
            place += advance
        low_x, low_y, high_x, high_y = stencil.getbbox()
        ink = rectangle(low_x - width / 2, low_y - height / 2, high_x - width / 2, high_y - height / 2)
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        turned = stencil.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        left, top = round(self.px(x) - turned.width / 2), round(self.px(y) - turned.height / 2)
        box = (left, top, left + turned.width, top + turned.height)
        below = self.image.crop(box)
        blend = ImageChops.screen if lighten else ImageChops.multiply
        painted = blend(below, Image.new("RGB", below.size, colour))
        self.image.paste(painted, box[:2], turned.point(lambda value: value * strength))
        corners = (ink @ rotation.T + [left + turned.width / 2, top + turned.height / 2]) / self.oversampling
        self.fields["specimen"] = Field("specimen", SPECIMEN, corners)

    def finish(self, radius: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """Reduce to the final pixels: image uint8 (height, width, 3), mask uint8 (height, width)."""
        image = self.image.reduce(self.oversampling)
        if radius <= 0:
            return np.asarray(image), np.full(self.pixels[::-1], 255, np.uint8)
        mask = Image.new("L", self.image.size, 0)
        box = [0, 0, self.image.width - 1, self.image.height - 1]
        ImageDraw.Draw(mask).rounded_rectangle(box, self.px(radius), fill=255)
        return np.asarray(image), np.asarray(mask.reduce(self.oversampling))

    def soften(self, radius: float) -> None:
        """Blur everything drawn so far by a Gaussian of `radius` mm: for backgrounds."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(self.px(radius)))
        self.draw = ImageDraw.Draw(self.image)

    def _parts(self, text: str, size: float, font: str, tracking: float) -> list[tuple]:
        """Split into (font, drop below the baseline, characters, advance), all in pixels of the drawing."""
        parts = []
        for chinese, run in fonts.runs(text):
            face = fonts.font("chinese", size * fonts.CHINESE_SCALE) if chinese else fonts.font(font, size)
            drop = 0.04 * size if chinese else 0.0
            pieces = list(run) if tracking else [run]
            parts += [(face, drop, piece, face.getlength(piece) + tracking * len(piece)) for piece in pieces]
        return parts

    def _remember(self, name: str, text: str, boxes: np.ndarray) -> None:
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        self.fields[name] = Field(name, text, rectangle(*low, *high) / self.oversampling)


def _broken(text: str, measure: Callable[[str], float], room: float) -> list[str]:
    chinese = any(fonts.is_chinese(one) for one in text)
    pieces, glue = (re.findall(r"[0-9A-Za-z]+[号室]?|.", text), "") if chinese else (text.split(" "), " ")
    gap, lines, used = measure(glue) if glue else 0.0, [""], 0.0
    for piece in pieces:
        width = measure(piece)
        if lines[-1] and used + gap + width > room:
            lines.append(piece)
            used = width
        else:
            used += width + (gap if lines[-1] else 0.0)
            lines[-1] += (glue if lines[-1] else "") + piece
    return lines

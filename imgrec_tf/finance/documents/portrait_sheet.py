"""The sheet a portrait is drawn on: a turned head in space, smooth outlines, and light over the whole."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf.finance.documents.portrait_traits import Appearance, Colour

UNITS_HIGH = 4.0  # half heights of a face in the height of the picture
_DEPTH = 0.58  # how far the face stands out of the plane through the ears
_NECK = 1.25  # the head tilts around this point


class Sheet:
    """Turns points of the head into pixels and draws smooth shapes through them."""

    def __init__(self, height: int, width: int, appearance: Appearance):
        self.image = Image.new("RGB", (width, height), appearance.background)
        self.draw = ImageDraw.Draw(self.image)
        self.unit = height / UNITS_HIGH * appearance.scale
        self.centre = np.array([width / 2, height * 0.455]) + np.array(appearance.shift) * self.unit
        yaw, pitch, roll = np.deg2rad(appearance.pose)
        self.yaw, self.pitch = float(yaw), float(pitch)
        self.roll = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])

    def place(self, xy, lift: float = 0.0, *, flat: bool = False) -> np.ndarray:
        """Points of the upright head, (n, 2) in units, as pixels.

        Args:
            xy: x to the right, y down, from the middle of the face.
            lift: How far above the face's surface.
            flat: The points lie in the plane through the ears: outline and hair.
        """
        xy = np.atleast_2d(np.asarray(xy, float))
        x, y = xy[:, 0], xy[:, 1]
        dome = np.sqrt(np.clip(1 - (x / 0.95) ** 2 - (y / 1.45) ** 2, 0, 1))
        z = (0.0 if flat else _DEPTH * dome) + lift
        turned = x * np.cos(self.yaw) + z * np.sin(self.yaw)
        depth = z * np.cos(self.yaw) - x * np.sin(self.yaw) * 0.3
        nodded = (y - _NECK) * np.cos(self.pitch) + depth * np.sin(self.pitch) + _NECK
        tilted = (np.stack([turned, nodded - _NECK], axis=1)) @ self.roll.T + [0, _NECK]
        return self.centre + tilted * self.unit

    def body(self, xy) -> np.ndarray:
        """Points of neck and shoulders, which do not turn with the head."""
        return self.centre + np.atleast_2d(np.asarray(xy, float)) * self.unit

    def fill(self, pixels: np.ndarray, colour: Colour) -> None:
        """Fill a polygon given in pixels."""
        self.draw.polygon([tuple(one) for one in pixels], fill=colour)

    def shape(self, xy, colour: Colour, lift: float = 0.0, *, flat: bool = False, smooth: bool = True) -> None:
        """Fill a closed outline through points of the head."""
        self.fill(self.place(curve(xy) if smooth else xy, lift, flat=flat), colour)

    def stroke(self, xy, colour: Colour, width: float, lift: float = 0.0, *, flat: bool = False) -> None:
        """Draw a smooth line with round ends through points of the head; `width` in units."""
        pixels = self.place(curve(xy, closed=False), lift, flat=flat)
        thick = max(1, round(width * self.unit))
        self.draw.line([tuple(one) for one in pixels], fill=colour, width=thick, joint="curve")
        for x, y in (pixels[0], pixels[-1]):
            half = thick / 2
            self.draw.ellipse([x - half, y - half, x + half, y + half], fill=colour)

    def dot(self, x: float, y: float, radius: float, colour: Colour, lift: float = 0.0, *, flat: bool = False) -> None:
        """Draw a disc around a point of the head."""
        (px, py), r = self.place([(x, y)], lift, flat=flat)[0], radius * self.unit
        self.draw.ellipse([px - r, py - r, px + r, py + r], fill=colour)

    def inside(self, xy, ground: Colour, discs) -> None:
        """Fill an outline and draw discs (x, y, radius, colour) that end at it: the eye behind its lids."""
        outline = self.place(curve(xy))
        low, high = np.floor(outline.min(axis=0)).astype(int), np.ceil(outline.max(axis=0)).astype(int) + 1
        size = tuple(int(one) for one in np.maximum(high - low, 1))
        mask, part = Image.new("L", size, 0), Image.new("RGB", size, ground)
        ImageDraw.Draw(mask).polygon([tuple(one) for one in outline - low], fill=255)
        pen = ImageDraw.Draw(part)
        for x, y, radius, colour in discs:
            (px, py), r = self.place([(x, y)])[0] - low, radius * self.unit
            pen.ellipse([px - r, py - r, px + r, py + r], fill=colour)
        self.image.paste(part, tuple(int(one) for one in low), mask)

    def lit(self, appearance: Appearance) -> np.ndarray:
        """The picture under its light: shading as on an egg-shaped head, colour of the light, uint8."""
        pixels = np.asarray(self.image, np.float32)
        height, width = pixels.shape[:2]
        middle = self.place([(0, 0.0)])[0]
        y, x = np.ogrid[:height, :width]
        u = np.tanh((x - middle[0]) / (1.1 * self.unit)).astype(np.float32)
        v = np.tanh((y - middle[1]) / (1.6 * self.unit)).astype(np.float32)
        angle, strength = np.deg2rad(appearance.light[0]), appearance.light[1]
        modelled = np.sin(angle) * u + 0.8 * np.cos(angle) * np.sqrt(1 - 0.8 * u**2) - 0.25 * v - 0.55
        behind = (pixels == np.array(appearance.background, np.float32)).all(axis=2)
        factor = 1 + strength * np.where(behind, 0.08 * (np.sin(angle) * u - v), 0.42 * modelled)
        tint = 1 + 0.05 * appearance.warmth * np.array([1, 0.15, -1.2], np.float32)
        lit = pixels * (appearance.brightness * factor[..., None] * tint)
        return np.clip(lit + 0.5, 0, 255).astype(np.uint8)


def curve(xy, *, closed: bool = True, steps: int = 8) -> np.ndarray:
    """A smooth line through points: Catmull and Rom, "A class of local interpolating splines", 1974."""
    points = np.asarray(xy, float)
    if closed:
        before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    else:
        before, after = np.vstack([points[:1], points[:-1]]), np.vstack([points[1:], points[-1:]])
    slope = (after - before) / 2
    start, end = (points, after) if closed else (points[:-1], points[1:])
    first, last = (slope, np.roll(slope, -1, axis=0)) if closed else (slope[:-1], slope[1:])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    line = (2 * t**3 - 3 * t**2 + 1) * start + (t**3 - 2 * t**2 + t) * first
    line = line + (3 * t**2 - 2 * t**3) * end + (t**3 - t**2) * last
    line = line.transpose(1, 0, 2).reshape(-1, 2)
    return line if closed else np.vstack([line, points[-1:]])


def mirrored(half) -> list[tuple[float, float]]:
    """A closed outline from its right half, given from top to bottom; points on the axis are kept once."""
    return [*half, *[(-x, y) for x, y in half[::-1] if x]]

"""`bank_card`: payment cards of banks that do not exist; numbers begin with 0000 and fail the Luhn check."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import CARD, CARD_RADIUS, template

_CLASS = "bank_card"


def _chip(p: Printer, x: float, y: float) -> None:
    c, gold, dark = p.canvas, (222, 190, 120), (160, 126, 66)
    c.rectangle(x, y, 11.6, 9, gold, outline=dark, line=0.2, radius=1.4)
    c.rectangle(x + 4, y + 2.8, 3.6, 3.4, outline=dark, line=0.2, radius=0.5)
    for start, end in (((0, 3), (4, 3)), ((0, 6), (4, 6)), ((7.6, 3), (11.6, 3)), ((7.6, 6), (11.6, 6))):
        c.line([(x + start[0], y + start[1]), (x + end[0], y + end[1])], dark, 0.2)


@template(_CLASS, CARD, CARD_RADIUS)
def midnight(p: Printer) -> None:
    """Dark blue with light waves, embossed-looking number in the middle."""
    c = p.canvas
    p.style = Style(ink=(238, 242, 250), label=(160, 176, 214), font="ocr-b", size=3.2, label_size=1.8)
    backgrounds.tint(c, (20, 30, 70), (54, 40, 110), 30)
    backgrounds.waves(c, (44, 54, 110), spacing=2.4, height=4, length=60, width=0.3, phase=0.18)
    c.text(6, 9.4, "Bank of Utopia", 4.8, font="sans-bold", fill=(240, 244, 255))
    backgrounds.emblem(c, "loop", 75, 10, 6, (140, 160, 230), (220, 170, 230))
    _chip(p, 7, 17)
    p.value(7, 37, "card_number", size=5.0, tracking=0.2, fit=70)
    p.label(40, 42.4, "VALID THRU")
    p.value(54, 42.6, "valid_thru")
    p.value(7, 49.2, "holder", fit=60)
    c.specimen(46, 26, 9.5, 18, (150, 150, 220), 0.5, lighten=True)


@template(_CLASS, CARD, CARD_RADIUS)
def citrus(p: Printer) -> None:
    """Orange and yellow circles, flat number in two rows."""
    c = p.canvas
    p.style = Style(ink=(70, 24, 10), label=(150, 70, 30), font="sans-bold", size=2.9, label_size=1.7)
    backgrounds.tint(c, (250, 196, 96), (246, 150, 84), 50)
    for radius, colour in ((34, (250, 176, 84)), (24, (252, 196, 104)), (14, (254, 214, 130))):
        c.ellipse(70, 42, radius, fill=colour, line=0)
    c.text(6, 8.6, "乌托邦柑橘银行", 4.0, fill=(120, 40, 10), bold=0.1)
    c.text(79.6, 8.4, "debit", 3.2, font="serif-italic", fill=(120, 40, 10), align="right")
    _chip(p, 66, 15)
    p.value(6, 26.6, "card_number", size=5.6, font="slab-bold", fit=56)
    p.above(6, 37, "HOLDER", "holder", fit=44)
    p.above(6, 46.6, "EXPIRES", "valid_thru")
    c.specimen(46, 38, 9.5, -12, (220, 90, 60), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def glacier(p: Printer) -> None:
    """White and silver, the number along the lower edge, the chip on the right."""
    c = p.canvas
    p.style = Style(ink=(50, 60, 76), label=(130, 142, 160), font="mono-bold", size=2.9, label_size=1.7)
    backgrounds.tint(c, (246, 249, 252), (206, 216, 228), 70)
    backgrounds.stripes(c, (236, 242, 247), spacing=9, width=3, angle=72)
    _chip(p, 67, 20)
    c.text(79.6, 10, "GLACIER CREDIT UNION", 3.6, font="sans-bold", fill=(70, 96, 130), align="right")
    p.above(6, 18, "cardholder", "holder", fit=54)
    p.above(6, 27, "thru", "valid_thru")
    p.value(6, 46, "card_number", size=5.2, font="mono-bold", fit=72)
    c.specimen(38, 34, 9.5, 10, (140, 170, 206), 0.6)


@template(_CLASS, CARD, CARD_RADIUS)
def basalt(p: Printer) -> None:
    """Almost black, dots of copper, the text in the right half."""
    c = p.canvas
    p.style = Style(ink=(240, 214, 186), label=(170, 134, 100), font="typewriter", size=3.3, label_size=1.8)
    backgrounds.tint(c, (32, 30, 32), (52, 46, 46), 110)
    backgrounds.dots(c, (66, 56, 50), spacing=2.6, radius=0.5)
    backgrounds.emblem(c, "kite", 13, 14, 7.5, (206, 130, 80), (150, 90, 60))
    c.text(79.6, 9.6, "Basalt & Partners", 4.4, font="serif-italic", fill=(236, 190, 150), align="right")
    _chip(p, 7, 27)
    p.value(79.6, 27, "card_number", size=4.8, font="ocr-b", align="right", fit=56)
    p.value(79.6, 36.4, "valid_thru", align="right")
    p.value(79.6, 48.4, "holder", align="right", fit=58)
    c.specimen(44, 40, 9.5, -12, (190, 120, 70), 0.5, lighten=True)


@template(_CLASS, CARD, CARD_RADIUS)
def reef(p: Printer) -> None:
    """Turquoise with a wave-shaped edge, number in four short rows on the right."""
    c = p.canvas
    p.style = Style(ink=(8, 58, 66), label=(40, 120, 124), font="sans-bold", size=2.8, label_size=1.7)
    backgrounds.tint(c, (190, 236, 230), (140, 212, 214), 0)
    x = np.linspace(0, 54, 40)
    edge = np.stack([30 + 3.5 * np.sin(x / 6), x], axis=1)
    c.polygon([(-1, -1), *map(tuple, edge), (-1, 55)], (20, 120, 130))
    c.text(5, 9.6, "礁石银行", 4.4, fill=(222, 248, 244), bold=0.1)
    _chip(p, 5, 16)
    for number, group in enumerate(p.values["card_number"].split(" ")):
        c.text(79, 14 + 7.4 * number, group, 5.4, font="slab-bold", fill=p.style.ink, align="right", tracking=0.4,
               name=f"card_number_{number + 1}")  # fmt: skip
    p.above(38, 18, "thru", "valid_thru")
    p.value(80, 48.6, "holder", align="right", fit=42)
    c.specimen(50, 42, 9, 12, (90, 180, 176), 0.6)

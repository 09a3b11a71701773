"""`emblem_side`: the other side of an invented resident's card, with a neutral mark, the issuer and the validity."""

from __future__ import annotations

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import CARD, CARD_RADIUS, template

_CLASS = "emblem_side"


@template(_CLASS, CARD, CARD_RADIUS)
def lake(p: Printer) -> None:
    """The mark on the left, title beside it, issuer and validity below."""
    c = p.canvas
    p.style = Style(label=(52, 112, 128), accent=(24, 92, 112), size=3.1, label_size=2.5)
    backgrounds.tint(c, (226, 241, 243), (240, 246, 230), 150)
    backgrounds.waves(c, (194, 224, 226), second=(210, 228, 204), spacing=1.5, height=2.2, length=34, phase=0.22)
    backgrounds.emblem(c, "kite", 17, 18, 9.5, (38, 120, 140), (120, 184, 170))
    c.text(31, 16, "乌托邦示例证", 5.6, fill=p.style.accent, bold=0.12, tracking=0.5)
    c.text(31, 23, "SAMPLE CARD OF UTOPIA", 2.8, fill=p.style.accent, tracking=0.2)
    p.left(18, 41, "签发机关", "authority", 15)
    p.left(18, 47.4, "有效期限", "validity", 15)
    c.specimen(46, 32, 9.5, 10, (224, 130, 120), 0.45)


@template(_CLASS, CARD, CARD_RADIUS)
def dunes(p: Printer) -> None:
    """A dark band below, the mark in the middle."""
    c = p.canvas
    p.style = Style(ink=(255, 246, 232), label=(238, 206, 164), accent=(124, 74, 36), size=2.9, label_size=2.0)
    backgrounds.tint(c, (251, 243, 228), (246, 230, 204), 90)
    backgrounds.hills(c, ((246, 230, 204), (242, 220, 188)), top=0.45, seed=9)
    c.rectangle(0, 39, 85.6, 16, p.style.accent)
    backgrounds.emblem(c, "dunes", 42.8, 22.4, 9, (150, 92, 46), (226, 170, 96))
    c.text(42.8, 9.6, "乌托邦样本卡", 4.6, fill=p.style.accent, align="centre", bold=0.1, tracking=0.6)
    c.text(
        42.8, 36.4, "made for teaching · of no validity", 2.0, fill=(150, 104, 58), align="centre", font="serif-italic"
    )
    p.above(6, 49.4, "签发机关 Authority", "authority")
    p.above(46, 49.4, "有效期限 Validity", "validity")
    c.specimen(42.8, 24, 11, -16, (212, 140, 100), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def grove(p: Printer) -> None:
    """The mark on the right, text flush left in serif letters."""
    c = p.canvas
    p.style = Style(ink=(20, 44, 30), label=(84, 128, 88), accent=(34, 96, 62), font="serif", size=3.5, label_size=1.9,
                    date="%Y/%m/%d")  # fmt: skip
    backgrounds.tint(c, (234, 245, 230), (222, 238, 228), 0)
    backgrounds.leaves(c, (196, 222, 196), count=34, size=7, seed=5)
    backgrounds.emblem(c, "leaf", 66, 25, 13, (34, 96, 62), (150, 190, 104))
    c.text(7, 12, "乌托邦", 6.4, fill=p.style.accent, bold=0.14, tracking=0.8)
    c.text(7, 19, "林区居民卡", 4.2, fill=p.style.accent, tracking=0.4)
    c.line([(7, 22.4), (44, 22.4)], p.style.accent, 0.3)
    p.above(7, 33.4, "签发机关", "authority")
    p.above(7, 43.6, "有效期限", "validity")
    c.text(7, 49.6, "Specimen for lessons, without any validity", 1.9, fill=p.style.label)
    c.specimen(37, 30, 10, 22, (120, 176, 120), 0.55)


@template(_CLASS, CARD, CARD_RADIUS)
def harbour(p: Printer) -> None:
    """A frame, the mark above the title, the two fields in two columns."""
    c = p.canvas
    p.style = Style(
        ink=(18, 26, 60), label=(94, 100, 150), accent=(46, 52, 116), size=2.9, label_size=2.0, date="%Y %m %d"
    )
    backgrounds.tint(c, (239, 240, 250), (226, 229, 246), 60)
    backgrounds.mesh(c, (214, 218, 240), spacing=2.2, angle=60)
    c.rectangle(3.5, 3.5, 78.6, 47, outline=(120, 126, 186), line=0.35, radius=2)
    backgrounds.emblem(c, "sail", 18, 18.6, 9, (46, 52, 116), (150, 120, 190))
    c.text(32, 17.4, "港区样本证件", 5.2, fill=p.style.accent, bold=0.1)
    c.text(32, 23.6, "Harbour district, Utopia", 2.7, font="serif-italic", fill=p.style.label)
    c.line([(6, 33), (79.6, 33)], (150, 156, 200), 0.16)
    p.label(8, 38, "签发机关")
    p.value(8, 43.6, "authority")
    p.label(42, 38, "有效期限")
    p.value(42, 43.6, "validity")
    c.specimen(46, 30, 9.5, -24, (176, 150, 214), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def meadow(p: Printer) -> None:
    """Fields on top, title and mark below."""
    c = p.canvas
    p.style = Style(ink=(60, 20, 50), label=(150, 84, 118), accent=(132, 44, 92), font="slab", size=2.8, label_size=2.2,
                    date="%d.%m.%Y")  # fmt: skip
    backgrounds.tint(c, (252, 240, 245), (243, 236, 250), 135)
    backgrounds.dots(c, (240, 212, 226), spacing=2.4, radius=0.36)
    c.rectangle(0, 5, 85.6, 15.4, (248, 228, 238))
    p.left(8, 11, "签发机关", "authority", 16)
    p.left(8, 17.4, "有效期限", "validity", 16)
    backgrounds.emblem(c, "loop", 67, 36, 11, (150, 60, 110), (214, 140, 180))
    c.text(8, 36.4, "乌托邦居民卡", 5.0, fill=p.style.accent, bold=0.12)
    c.text(8, 42.6, "（样本，仅供教学）", 3.0, fill=p.style.accent)
    c.specimen(40, 29, 10, 14, (222, 140, 178), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def quarry(p: Printer) -> None:
    """A stripe on the right, the mark small, typewritten fields."""
    c = p.canvas
    p.style = Style(ink=(30, 34, 38), label=(110, 118, 124), accent=(66, 76, 84), font="mono",
                    label_font="serif-italic",
                    size=2.7, label_size=2.4, date="%Y-%m-%d")  # fmt: skip
    backgrounds.tint(c, (240, 241, 240), (226, 229, 230), 60)
    backgrounds.ripples(c, (210, 215, 217), 0, 0, spacing=1.9)
    c.rectangle(81.1, 0, 4.5, 54, (66, 76, 84))
    c.rectangle(79.9, 0, 1.2, 54, (206, 120, 56))
    backgrounds.emblem(c, "lantern", 13, 14, 7.5, (206, 120, 56), (66, 76, 84))
    c.text(25, 13.4, "采石镇样本卡", 5.0, fill=p.style.accent, bold=0.1)
    c.text(25, 19, "QUARRY TOWN SAMPLE", 2.5, font="mono", fill=p.style.accent)
    p.left(6, 36, "签发机关 issued by", "authority", 26)
    p.left(6, 44, "有效期限 valid", "validity", 26)
    c.specimen(42, 29, 9.5, -10, (224, 150, 100), 0.5)

"""`id_card_td1`: an invented identity card of Utopia with three machine-readable lines (size TD1)."""

from __future__ import annotations

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import CARD, CARD_RADIUS, template

_CLASS = "id_card_td1"
_MRZ = (40.0, 45.0, 50.0)  # baselines in mm
_LEFT = 4.7


@template(_CLASS, CARD, CARD_RADIUS)
def delta(p: Printer) -> None:
    """Small portrait on the left, fields beside it, lines below."""
    c = p.canvas
    p.style = Style(ink=(16, 30, 44), label=(60, 110, 140), accent=(20, 84, 120), size=2.5, label_size=1.5,
                    date="%d.%m.%Y", capitals=True)  # fmt: skip
    backgrounds.tint(c, (224, 240, 244), (240, 244, 232), 20)
    backgrounds.waves(c, (194, 222, 230), second=(212, 226, 206), spacing=1.5, height=1.8, length=24)
    c.rectangle(0, 35.6, 85.6, 19, (247, 250, 249))
    c.text(5, 5.4, "UTOPIA IDENTITY CARD", 2.8, font="sans-bold", fill=p.style.accent)
    p.portrait(5, 7.6, 20, 26)
    p.above(29, 12, "Surname", "surname", size=2.9, fit=34)
    p.above(29, 18, "Given names", "given_names", size=2.9, fit=52)
    p.above(29, 24, "Born", "birth_date")
    p.above(50, 24, "Sex", "sex")
    p.above(60, 24, "Nationality", "nationality")
    p.above(29, 30, "Card number", "number")
    p.above(60, 30, "Expires", "expiry_date")
    p.value(66, 12, "name_chinese", size=3.2)
    p.mrz(_LEFT, _MRZ)
    c.specimen(44, 22, 10, 14, (222, 124, 112), 0.42)


@template(_CLASS, CARD, CARD_RADIUS)
def orchard(p: Printer) -> None:
    """Portrait on the right, serif values with the labels below them."""
    c = p.canvas
    p.style = Style(ink=(60, 24, 20), label=(160, 96, 70), accent=(140, 50, 36), font="serif",
                    label_font="serif-italic",
                    size=3.1, label_size=1.8, date="%d %b %Y")  # fmt: skip
    backgrounds.tint(c, (253, 243, 232), (248, 230, 218), 90)
    backgrounds.leaves(c, (244, 216, 194), count=30, size=7, seed=31)
    backgrounds.emblem(c, "leaf", 8, 6.6, 3.6, (140, 50, 36), (220, 150, 90))
    c.text(14, 7.2, "Orchard Province · Utopia", 3.4, font="serif-bold", fill=p.style.accent)
    for x, y, label, name, fit in (
        (5, 14, "surname", "surname", 30),
        (36, 14, "given names", "given_names", 26),
        (5, 20.6, "date of birth", "birth_date", 30),
        (36, 20.6, "sex", "sex", 10),
        (46, 20.6, "nationality", "nationality", 14),
        (5, 27.2, "card number", "number", 30),
        (36, 27.2, "valid until", "expiry_date", 26),
    ):
        p.value(x, y, name, fit=fit)
        p.label(x, y + 2.3, label)
    p.value(5, 33.6, "authority", size=2.2)
    p.portrait(63.6, 9.6, 18, 23.4, shape="rounded", frame=(255, 255, 255))
    c.line([(0, 35.4), (85.6, 35.4)], (214, 150, 120), 0.2)
    p.mrz(_LEFT, _MRZ)
    c.specimen(36, 21, 9, -12, (228, 150, 120), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def station(p: Printer) -> None:
    """The back of a card: no portrait, a stripe, a few fields in a table, lines below."""
    c = p.canvas
    p.style = Style(ink=(24, 26, 34), label=(108, 114, 128), accent=(54, 60, 84), font="mono", size=2.5, label_size=1.8,
                    date="%Y-%m-%d", capitals=True)  # fmt: skip
    backgrounds.tint(c, (240, 241, 246), (226, 229, 238), 140)
    backgrounds.ripples(c, (210, 214, 226), 0, 54, spacing=1.8)
    c.rectangle(0, 3.4, 85.6, 7.4, (54, 60, 84))
    c.text(5, 8.3, "UTOPIA", 3.4, font="sans-bold", fill=(230, 232, 240), tracking=0.8)
    c.text(80.6, 8.2, "IDENTITY CARD · REVERSE", 2.1, fill=(190, 196, 212), align="right")
    for y, label, name in ((16.4, "Issued by", "authority"), (21.2, "Issued on", "issue_date"), (26,
                                                                                                 "Height", "height_cm"),
                           (30.8, "Number", "number")):  # fmt: skip
        p.left(5, y, label, name, 18)
        c.line([(5, y + 1.3), (60, y + 1.3)], (196, 200, 212), 0.12)
    backgrounds.emblem(c, "lantern", 72, 23, 7.5, (170, 176, 196), (54, 60, 84))
    p.mrz(_LEFT, _MRZ)
    c.specimen(38, 24, 9.5, 16, (170, 176, 214), 0.55)


@template(_CLASS, CARD, CARD_RADIUS)
def vineyard(p: Printer) -> None:
    """Bilingual, portrait in the middle, number large on top, lines on a white bar."""
    c = p.canvas
    p.style = Style(ink=(40, 20, 50), label=(130, 88, 150), accent=(96, 40, 120), font="slab",
                    label_font="sans", size=2.4,
                    label_size=1.5, date="%Y.%m.%d", capitals=True)  # fmt: skip
    backgrounds.tint(c, (248, 240, 250), (236, 236, 250), 45)
    backgrounds.dots(c, (232, 216, 240), spacing=2.2, radius=0.34)
    c.rectangle(2, 36, 81.6, 16, (252, 250, 253), radius=1)
    p.value(5, 7, "number", size=3.8, font="slab-bold", tracking=0.2)
    p.label(5, 9.6, "证号 Card number")
    c.text(80.6, 6.6, "乌托邦身份卡样本", 3.0, fill=p.style.accent, align="right", bold=0.06)
    p.portrait(33, 10.6, 18.6, 24, frame=(255, 255, 255))
    p.above(5, 17.2, "姓 Surname", "surname", fit=26)
    p.above(5, 23.4, "名 Given names", "given_names", fit=26)
    p.above(5, 29.6, "性别 Sex", "sex")
    p.above(17, 29.6, "国籍 State", "nationality")
    p.above(56, 17.2, "出生 Born", "birth_date")
    p.above(56, 23.4, "签发 Issued", "issue_date")
    p.above(56, 29.6, "有效期至 Expires", "expiry_date")
    p.value(56, 34.4, "name_chinese", size=3.0)
    p.mrz(_LEFT, _MRZ)
    c.specimen(42, 22, 9, -18, (200, 150, 220), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def lighthouse(p: Printer) -> None:
    """A dark left edge with a vertical row of stripes, lines above the fields."""
    c = p.canvas
    p.style = Style(ink=(18, 40, 40), label=(70, 130, 126), accent=(16, 96, 96), font="sans", size=2.5, label_size=1.6,
                    date="%d/%m/%Y", capitals=True)  # fmt: skip
    backgrounds.tint(c, (226, 244, 240), (240, 248, 240), 0)
    backgrounds.stripes(c, (214, 238, 232), spacing=5, width=1.6, angle=64)
    p.mrz(_LEFT, (6.4, 11.4, 16.4))
    c.line([(4, 19), (81.6, 19)], p.style.accent, 0.25)
    p.portrait(5, 22, 21, 27.4, frame=(255, 255, 255))
    p.above(30, 26.6, "Surname", "surname", size=2.9, fit=50)
    p.above(30, 32.8, "Given names", "given_names", size=2.9, fit=50)
    p.above(30, 39, "Date of birth", "birth_date")
    p.above(53, 39, "Sex", "sex")
    p.above(63, 39, "Nationality", "nationality")
    p.above(30, 45.2, "Date of expiry", "expiry_date")
    p.above(53, 45.2, "Document number", "number")
    c.text(30, 50.4, "UTOPIA · COAST GUARD ISLANDS · SAMPLE", 1.8, fill=p.style.accent)
    c.specimen(46, 35, 10, 16, (110, 190, 180), 0.5)

"""`portrait_side`: the side of an invented resident's card with the portrait and the identity number."""

from __future__ import annotations

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import CARD, CARD_RADIUS, template

_CLASS = "portrait_side"


@template(_CLASS, CARD, CARD_RADIUS)
def lake(p: Printer) -> None:
    """Labels to the left of the values, portrait on the right, number along the bottom."""
    c = p.canvas
    p.style = Style(label=(52, 112, 128), accent=(24, 92, 112), size=3.3, label_size=2.5, date="%Y年%m月%d日")
    backgrounds.tint(c, (224, 241, 240), (238, 244, 228), 30)
    backgrounds.waves(c, (190, 222, 222), second=(208, 226, 200), spacing=1.3, height=1.5, length=26)
    c.text(6, 7.4, "乌托邦示例证", 3.7, fill=p.style.accent, bold=0.08)
    c.text(80.6, 7.2, "UTOPIA · SAMPLE CARD", 2.1, fill=p.style.accent, align="right")
    c.line([(6, 9.2), (80.6, 9.2)], p.style.accent, 0.25)
    p.left(6, 15.2, "姓名", "name", 10, size=3.8)
    p.left(6, 21.4, "性别", "sex_chinese", 10)
    p.left(28, 21.4, "民族", "ethnicity", 9)
    p.left(6, 27.6, "出生", "birth_date", 10)
    p.label(6, 33.8, "住址")
    p.address(16, 33.8, 39, 4.4, size=3.1)
    p.portrait(59, 12, 21, 26.5)
    p.label(6, 49.4, "号码")
    p.value(16, 49.4, "identity_number", size=4.3, font="ocr-b", tracking=0.22)
    c.specimen(43, 30, 10.5, 24, (226, 120, 110), 0.42)


@template(_CLASS, CARD, CARD_RADIUS)
def dunes(p: Printer) -> None:
    """A dark band on top, portrait on the left, labels above the values."""
    c = p.canvas
    p.style = Style(ink=(48, 32, 20), label=(150, 104, 58), accent=(124, 74, 36), size=3.2, label_size=1.9,
                    font="sans", date="%Y-%m-%d")  # fmt: skip
    backgrounds.tint(c, (250, 241, 224), (246, 228, 200), 90)
    backgrounds.hills(c, ((244, 226, 196), (240, 218, 184), (236, 210, 172)), top=0.55, seed=4)
    c.rectangle(0, 0, 85.6, 8, p.style.accent)
    c.text(6, 5.5, "乌托邦样本卡", 3.5, fill=(255, 246, 230), bold=0.06)
    c.text(80, 5.4, "NOT A REAL DOCUMENT", 2.0, fill=(244, 214, 176), align="right", tracking=0.15)
    p.portrait(6, 12, 20, 26, shape="rounded", frame=(255, 255, 255))
    p.above(31, 16.4, "姓名 Name", "name", size=3.9)
    p.above(62, 16.4, "性别 Sex", "sex_chinese")
    p.above(31, 25, "出生日期 Date of birth", "birth_date")
    p.above(62, 25, "民族 Group", "ethnicity")
    p.label(31, 29.8, "住址 Address")
    p.address(31, 33.8, 48, 4.2, size=3.0)
    p.label(6, 43.6, "身份号码 Number")
    p.value(6, 49.6, "identity_number", size=4.6, font="slab-bold", tracking=0.45)
    c.specimen(50, 29, 10.5, -20, (206, 130, 90), 0.45)


@template(_CLASS, CARD, CARD_RADIUS)
def grove(p: Printer) -> None:
    """Number below the header, an oval portrait on the right, serif values."""
    c = p.canvas
    p.style = Style(ink=(20, 44, 30), label=(84, 128, 88), accent=(34, 96, 62), font="serif", label_font="sans",
                    size=3.8, label_size=1.8, date="%Y/%m/%d")  # fmt: skip
    backgrounds.tint(c, (236, 246, 232), (222, 238, 226), 0)
    backgrounds.leaves(c, (198, 224, 196), count=30, size=8, seed=2)
    backgrounds.emblem(c, "leaf", 9, 8, 4.2, (34, 96, 62), (132, 178, 96))
    c.text(16, 7.2, "乌托邦林区居民卡", 3.4, fill=p.style.accent, bold=0.06)
    c.text(16, 10.6, "Specimen for lessons, without any validity", 1.9, fill=p.style.label)
    p.label(6, 16.2, "号码 No.")
    p.value(6, 20.8, "identity_number", size=4.2, font="mono-bold", tracking=0.12)
    p.above(6, 29.4, "姓名", "name", size=4.4)
    p.above(30, 29.4, "性别", "sex_chinese")
    p.above(42, 29.4, "民族", "ethnicity")
    p.above(6, 37.4, "出生", "birth_date")
    p.label(6, 41.6, "住址")
    p.address(6, 45.6, 50, 4.2, size=3.2)
    p.portrait(60, 19, 20, 26, shape="oval", frame=(34, 96, 62))
    c.specimen(34, 32, 9.5, 16, (120, 176, 120), 0.55)


@template(_CLASS, CARD, CARD_RADIUS)
def harbour(p: Printer) -> None:
    """A table with hairlines, portrait at the lower right, number in the last row."""
    c = p.canvas
    p.style = Style(ink=(18, 26, 60), label=(94, 100, 150), accent=(46, 52, 116), font="sans", size=3.0,
                    label_size=2.0, date="%Y %m %d")  # fmt: skip
    backgrounds.tint(c, (240, 240, 250), (226, 230, 246), 60)
    backgrounds.mesh(c, (216, 220, 240), spacing=2.6, angle=32)
    backgrounds.emblem(c, "sail", 77, 8.4, 4.6, (46, 52, 116), (150, 120, 190))
    c.text(6, 9.6, "港区样本证件", 4.2, fill=p.style.accent, bold=0.1)
    for y in (13, 20, 27, 34, 44):
        c.line([(6, y), (57 if y > 13 else 80, y)], (150, 156, 200), 0.14)
    p.left(6, 18, "姓名", "name", 13, size=3.6)
    p.left(6, 25, "性别", "sex_chinese", 13)
    p.left(32, 25, "民族", "ethnicity", 9)
    p.left(6, 32, "出生日期", "birth_date", 13, tracking=0.2)
    p.label(6, 38.6, "住址")
    p.address(19, 38.2, 37, 3.8, size=2.8)
    p.portrait(60, 16, 20, 25, frame=(150, 156, 200))
    p.label(6, 50.2, "公民号码")
    p.value(19, 50.4, "identity_number", size=4.4, font="sans-bold", tracking=0.5)
    c.specimen(34, 28, 9.5, 28, (176, 150, 214), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def meadow(p: Printer) -> None:
    """Portrait in the middle of the left half, everything else in one column, number on a tinted bar."""
    c = p.canvas
    p.style = Style(ink=(40, 24, 40), label=(150, 84, 118), accent=(132, 44, 92), font="slab", size=2.9,
                    label_size=2.1, date="%d.%m.%Y")  # fmt: skip
    backgrounds.tint(c, (252, 240, 244), (244, 236, 250), 45)
    backgrounds.dots(c, (240, 214, 228), spacing=2.8, radius=0.42)
    c.rectangle(0, 42.6, 85.6, 8.2, (246, 224, 236))
    p.portrait(6, 6, 24, 32, frame=(255, 255, 255))
    c.text(35, 8.8, "乌托邦", 4.4, fill=p.style.accent, bold=0.12)
    c.text(50, 8.6, "居民卡（样本）", 2.9, fill=p.style.accent)
    for y, label, name in ((16, "姓　名", "name"), (21.4, "性　别", "sex_chinese"), (26.8, "出　生", "birth_date")):
        p.left(35, y, label, name, 12)
    p.left(62, 21.4, "民　族", "ethnicity", 12)
    p.label(35, 32.2, "住　址")
    p.address(47, 32.2, 34, 4.0, size=2.8)
    p.label(6, 47.8, "NO.", font="sans-bold")
    p.value(15, 48.1, "identity_number", size=4.2, font="ocr-b", tracking=0.5, fill=(90, 24, 70))
    c.specimen(46, 26, 10, -14, (222, 140, 178), 0.5)


@template(_CLASS, CARD, CARD_RADIUS)
def quarry(p: Printer) -> None:
    """A vertical stripe with the title, a grey portrait at the lower left, values in capitals of a typewriter."""
    c = p.canvas
    p.style = Style(ink=(30, 34, 38), label=(110, 118, 124), accent=(66, 76, 84), font="mono",
                    label_font="serif-italic",
                    size=2.9, label_size=2.3, date="%Y-%m-%d")  # fmt: skip
    backgrounds.tint(c, (240, 241, 240), (226, 229, 230), 120)
    backgrounds.ripples(c, (210, 215, 217), 85.6, 54, spacing=1.7)
    c.rectangle(0, 0, 4.5, 54, (66, 76, 84))
    c.rectangle(4.5, 0, 1.2, 54, (206, 120, 56))
    c.text(80.6, 7.6, "采石镇样本卡", 3.6, fill=p.style.accent, align="right", bold=0.08)
    p.value(10, 8.2, "name", size=4.6)
    p.label(10, 11.8, "姓名 name")
    p.portrait(10, 16, 19, 24, grey=True, frame=(255, 255, 255))
    p.left(34, 19.4, "性别 sex", "sex_chinese", 16)
    p.left(60, 19.4, "民族", "ethnicity", 7)
    p.left(34, 25.2, "出生 born", "birth_date", 16)
    p.label(34, 31, "住址 home")
    p.address(50, 31, 31, 3.9, size=2.7)
    p.label(10, 44.6, "公民号码 number")
    p.value(10, 49.8, "identity_number", size=4.1, font="typewriter", tracking=0.9, bold=0.06)
    c.specimen(52, 36, 9.5, 12, (224, 150, 100), 0.5)

"""`household_page`: a page of an invented household register, as a form with ruled lines."""

from __future__ import annotations

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import HOUSEHOLD_PAGE, template

_CLASS = "household_page"
_LABELS = {
    "name": "姓名",
    "relation": "户主或与户主关系",
    "former_name": "曾用名",
    "sex_chinese": "性别",
    "birth_place": "出生地",
    "ethnicity": "民族",
    "native_place": "籍贯",
    "birth_date": "出生日期",
    "identity_number": "公民身份号码",
    "height_cm": "身高",
    "blood_type": "血型",
    "education": "文化程度",
    "marital_status": "婚姻状况",
    "military_service": "兵役状况",
    "workplace": "服务处所",
    "occupation": "职业",
    "household_kind": "户别",
    "household_head": "户主姓名",
    "household_number": "户号",
    "address": "住址",
}
_NUMBERS = {"identity_number": "ocr-b", "household_number": "mono", "birth_date": "mono"}


def _cell(p: Printer, left, top, width, height, name, label_width, *, fill=None, lines=True) -> None:
    """One cell of a form: the label in its own box, the value beside it."""
    c, style = p.canvas, p.style
    if fill:
        c.rectangle(left, top, label_width, height, fill)
    if lines:
        c.rectangle(left, top, width, height, outline=style.accent, line=0.2)
        c.line([(left + label_width, top), (left + label_width, top + height)], style.accent, 0.16)
    middle = top + height / 2 + 0.36 * style.size
    p.label(left + 1.4, middle, _LABELS[name], fit=label_width - 2.4)
    if name == "address":
        room = width - label_width - 3.4
        several = c.text_width(p.text_of(name), style.size, style.font) > room
        p.address(left + label_width + 1.8, top + 0.42 * height if several else middle, room, style.size * 1.4)
    else:
        font = _NUMBERS.get(name, style.font)
        p.value(left + label_width + 1.8, middle, name, font=font, fit=width - label_width - 3)


@template(_CLASS, HOUSEHOLD_PAGE)
def ledger(p: Printer) -> None:
    """A person's page: ten rows of two cells, black rules on yellowish paper."""
    c = p.canvas
    p.style = Style(
        ink=(26, 26, 34), label=(96, 78, 50), accent=(150, 130, 92), size=3.4, label_size=2.7, date="%Y-%m-%d"
    )
    backgrounds.tint(c, (252, 247, 232), (248, 240, 218), 90)
    backgrounds.waves(c, (244, 234, 208), spacing=2.2, height=1.0, length=30)
    c.text(71.5, 10.4, "乌托邦住户卡（样本）", 5.0, align="centre", fill=(110, 84, 44), tracking=1.2, bold=0.06)
    rows = (("name", "relation"), ("former_name", "sex_chinese"), ("birth_place", "ethnicity"),
            ("native_place", "birth_date"),
            ("identity_number", "height_cm"), ("blood_type", "education"), ("marital_status", "military_service"),
            ("workplace", "occupation"))  # fmt: skip
    for number, (first, second) in enumerate(rows):
        top = 16 + 9.4 * number
        _cell(p, 9, top, 70, 9.4, first, 24)
        _cell(p, 79, top, 55, 9.4, second, 22 if second != "relation" else 26)
    c.text(9, 97, "乌托邦户籍处 · 教学样本，无任何效力", 2.6, fill=p.style.label)
    p.label(112, 97, "登记日期　　　年　　月　　日", align="centre")
    c.specimen(72, 52, 17, 24, (222, 130, 110), 0.38)


@template(_CLASS, HOUSEHOLD_PAGE)
def threshold(p: Printer) -> None:
    """The first page of a register: kind, head, number and address in large cells."""
    c = p.canvas
    p.style = Style(ink=(30, 22, 26), label=(150, 60, 60), accent=(196, 110, 104), size=4.4, label_size=3.6)
    backgrounds.tint(c, (252, 242, 240), (250, 234, 230), 45)
    backgrounds.dots(c, (246, 222, 218), spacing=4.0, radius=0.5)
    c.rectangle(5, 5, 133, 95, outline=p.style.accent, line=0.5, radius=1)
    backgrounds.emblem(c, "lantern", 20, 18, 8, (206, 110, 96), (150, 60, 60))
    c.text(76, 20.6, "户 口 首 页 样 本", 6.4, align="centre", fill=p.style.label, bold=0.1)
    for top, first, second in ((34, "household_kind", "household_head"), (50, "household_number", None)):
        _cell(p, 12, top, 52 if second else 119, 13, first, 22, fill=(248, 228, 224))
        if second:
            _cell(p, 64, top, 67, 13, second, 26, fill=(248, 228, 224))
    _cell(p, 12, 66, 119, 16, "address", 22, fill=(248, 228, 224))
    c.text(12, 93, "承办人签章　　　　　　", 3.0, fill=p.style.label)
    c.text(131, 93, "乌托邦 · 仅供教学", 3.0, fill=p.style.label, align="right")
    c.specimen(74, 58, 17, -18, (226, 130, 124), 0.42)


@template(_CLASS, HOUSEHOLD_PAGE)
def almanac(p: Printer) -> None:
    """A person's page in three columns, labels above the values, bluish paper."""
    c = p.canvas
    p.style = Style(ink=(20, 34, 64), label=(80, 116, 170), accent=(120, 150, 200), size=3.7, label_size=2.4,
                    date="%Y年%m月%d日")  # fmt: skip
    backgrounds.tint(c, (238, 244, 252), (228, 238, 250), 120)
    backgrounds.mesh(c, (222, 232, 248), spacing=4.5, angle=45)
    c.rectangle(0, 0, 143, 13, (92, 128, 184))
    c.text(9, 8.8, "住户成员页", 5.2, fill=(246, 250, 255), tracking=0.6, bold=0.08)
    c.text(134, 8.6, "UTOPIA HOUSEHOLD SAMPLE", 3.0, fill=(220, 232, 250), align="right")
    columns = (9, 53, 97)
    order = ("name", "sex_chinese", "relation", "birth_date", "ethnicity", "former_name", "birth_place", "native_place",
             "height_cm", "education", "marital_status", "blood_type", "workplace", "occupation",
             "military_service")  # fmt: skip
    for place, name in enumerate(order):
        x, y = columns[place % 3], 25 + 13 * (place // 3)
        p.above(x, y, _LABELS[name], name, gap=1.2, fit=38)
        c.line([(x, y + 2), (x + 38, y + 2)], p.style.accent, 0.14)
    p.label(9, 86.6, _LABELS["identity_number"])
    p.value(9, 93.6, "identity_number", size=5.4, font="mono-bold", tracking=0.5)
    c.text(134, 97, "仅供教学", 2.6, fill=p.style.label, align="right")
    c.specimen(78, 56, 17, 20, (130, 160, 222), 0.45)


@template(_CLASS, HOUSEHOLD_PAGE)
def folio(p: Printer) -> None:
    """A person's page with shaded labels, number on top, address included, greenish paper."""
    c = p.canvas
    p.style = Style(ink=(20, 40, 28), label=(40, 90, 60), accent=(140, 180, 150), font="slab", size=3.3, label_size=2.6,
                    date="%Y.%m.%d")  # fmt: skip
    backgrounds.tint(c, (240, 248, 240), (230, 242, 230), 0)
    backgrounds.leaves(c, (214, 232, 214), count=30, size=12, seed=44)
    c.text(8, 11, "成员登记 · 样本", 5.0, fill=p.style.label, bold=0.08)
    p.label(66, 10.6, "公民身份号码")
    p.value(84, 10.8, "identity_number", size=4.4, font="ocr-b", fit=50)
    c.line([(8, 14.4), (135, 14.4)], p.style.label, 0.4)
    rows = (("name", "sex_chinese", "ethnicity"), ("relation", "former_name", "blood_type"),
            ("birth_date", "height_cm", "education"), ("birth_place", "native_place"),
            ("marital_status", "military_service"), ("workplace", "occupation"))  # fmt: skip
    for number, names in enumerate(rows):
        width = 127 / len(names)
        for place, name in enumerate(names):
            _cell(p, 8 + place * width, 18 + 10 * number, width, 10, name, 18, fill=(222, 238, 224))
    _cell(p, 8, 78, 127, 13, "address", 18, fill=(222, 238, 224))
    c.text(135, 98, "乌托邦林区登记处（仅供教学）", 2.6, fill=p.style.label, align="right")
    c.specimen(70, 54, 17, -16, (120, 186, 136), 0.45)


@template(_CLASS, HOUSEHOLD_PAGE)
def inkwell(p: Printer) -> None:
    """A first page with dotted lines in place of cells, a round mark below, typewritten values."""
    c = p.canvas
    p.style = Style(
        ink=(40, 30, 70), label=(90, 84, 110), accent=(130, 122, 150), font="mono", size=4.4, label_size=3.4
    )
    backgrounds.tint(c, (246, 245, 250), (238, 236, 246), 60)
    backgrounds.ripples(c, (228, 225, 240), 118, 80, spacing=2.6)
    c.text(12, 18, "乌托邦户口簿", 7.0, fill=p.style.label, bold=0.1)
    c.text(12, 25, "第一页 · 教学样本", 3.6, fill=p.style.label)
    lines = ((40, "household_head"), (53, "household_number"), (66, "household_kind"), (79, "address"))
    for y, name in lines:
        p.label(12, y, _LABELS[name])
        if name == "address":
            p.address(36, y, 68, 7.4)
        else:
            p.value(36, y, name)
        for number in range(46):
            c.ellipse(36 + 1.5 * number, y + 2.2, 0.16, fill=p.style.accent, line=0)
    backgrounds.emblem(c, "loop", 121, 80, 13, (196, 180, 222), (170, 160, 206))
    c.specimen(76, 46, 17, 16, (180, 160, 226), 0.5)

"""`passport`: the data page of an invented passport of Utopia, size TD3, with two machine-readable lines."""

from __future__ import annotations

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import PASSPORT_PAGE, template

_CLASS = "passport"
_MRZ = (74.6, 80.9)  # baselines in mm
_LEFT = 6.6


@template(_CLASS, PASSPORT_PAGE)
def lagoon(p: Printer) -> None:
    """Portrait on the left, labels above the values in three columns."""
    c = p.canvas
    p.style = Style(ink=(16, 24, 40), label=(60, 110, 140), accent=(20, 84, 120), size=3.2, label_size=1.9,
                    date="%d %b %Y", capitals=True)  # fmt: skip
    backgrounds.tint(c, (226, 240, 246), (242, 246, 232), 40)
    backgrounds.waves(c, (196, 222, 232), second=(214, 228, 206), spacing=1.6, height=2.4, length=40, phase=0.25)
    c.rectangle(0, 65.6, 125, 23, (248, 250, 248))
    c.text(6.6, 7.6, "UTOPIA 乌托邦", 4.2, fill=p.style.accent, font="sans-bold")
    c.text(118, 7.4, "PASSPORT 护照样本", 3.4, fill=p.style.accent, align="right")
    c.line([(6.6, 9.6), (118, 9.6)], p.style.accent, 0.25)
    p.portrait(7, 14, 34, 44, frame=(255, 255, 255))
    p.above(46, 18.4, "Type", "type")
    p.above(58, 18.4, "State", "issuing_state")
    p.above(84, 18.4, "Passport No.", "number", size=3.8, tracking=0.3)
    p.above(46, 27, "Surname", "surname", size=3.8, fit=40)
    p.value(88, 27, "name_chinese", size=4.2)
    p.above(46, 35.6, "Given names", "given_names", size=3.8, fit=70)
    p.above(46, 44, "Nationality", "nationality")
    p.above(70, 44, "Date of birth", "birth_date")
    p.above(100, 44, "Sex", "sex")
    p.above(46, 52.4, "Date of issue", "issue_date")
    p.above(84, 52.4, "Date of expiry", "expiry_date")
    p.above(46, 60.8, "Authority", "authority", size=2.9)
    p.mrz(_LEFT, _MRZ)
    c.specimen(66, 40, 15, 22, (222, 120, 110), 0.4)


@template(_CLASS, PASSPORT_PAGE)
def terrace(p: Printer) -> None:
    """Portrait on the right, labels to the left of the values, serif letters."""
    c = p.canvas
    p.style = Style(ink=(50, 20, 30), label=(150, 90, 80), accent=(120, 30, 46), font="serif",
                    label_font="serif-italic",
                    size=3.8, label_size=2.5, date="%d.%m.%Y", capitals=True)  # fmt: skip
    backgrounds.tint(c, (252, 240, 232), (246, 226, 224), 90)
    backgrounds.hills(c, ((248, 230, 220), (246, 222, 214), (242, 214, 208)), top=0.35, seed=11)
    backgrounds.emblem(c, "dunes", 12, 10, 5.2, (120, 30, 46), (214, 140, 110))
    c.text(21, 9.6, "Republic of Utopia", 5.2, font="serif-bold", fill=p.style.accent)
    c.text(21, 14.4, "Passport · specimen for lessons", 2.9, font="serif-italic", fill=p.style.label)
    for y, label, name in (
        (22.6, "Passport number", "number"),
        (28.6, "Surname", "surname"),
        (34.6, "Given names", "given_names"),
        (40.6, "Date of birth", "birth_date"),
        (46.6, "Nationality", "nationality"),
        (52.6, "Valid from", "issue_date"),
        (58.6, "Valid until", "expiry_date"),
    ):
        p.left(7, y, label, name, 26, fit=48)
        c.line([(7, y + 1.6), (81, y + 1.6)], (226, 196, 186), 0.12)
    p.left(62, 40.6, "Sex", "sex", 8)
    p.left(62, 46.6, "Type", "type", 8)
    p.left(62, 52.6, "State", "issuing_state", 8)
    p.portrait(86, 14, 32, 41, frame=(120, 30, 46))
    p.value(86, 61.4, "name_chinese", size=4.4)
    p.value(7, 64.8, "authority", size=2.7, font="serif")
    c.line([(0, 67), (125, 67)], (120, 30, 46), 0.3)
    p.mrz(_LEFT, _MRZ)
    c.specimen(52, 40, 14, -18, (226, 150, 130), 0.5)


@template(_CLASS, PASSPORT_PAGE)
def forest(p: Printer) -> None:
    """A dark header, an oval portrait in the middle, fields on both sides."""
    c = p.canvas
    p.style = Style(ink=(14, 40, 26), label=(80, 124, 92), accent=(26, 76, 52), font="sans", size=3.1, label_size=1.8,
                    date="%Y-%m-%d", capitals=True)  # fmt: skip
    backgrounds.tint(c, (232, 244, 230), (222, 236, 226), 10)
    backgrounds.leaves(c, (194, 220, 194), count=46, size=10, seed=21)
    c.rectangle(0, 0, 125, 10, p.style.accent)
    c.text(6.6, 6.8, "UTOPIA", 4.6, font="sans-bold", fill=(232, 246, 228), tracking=1.2)
    c.text(118, 6.6, "PASSPORT / PASSEPORT", 2.8, fill=(200, 226, 200), align="right")
    p.portrait(48, 15, 30, 40, shape="oval", frame=(255, 255, 255))
    p.above(6.6, 20, "Surname / Nom", "surname", size=3.7, fit=38)
    p.above(6.6, 30, "Given names / Prénoms", "given_names", size=3.7, fit=38)
    p.above(6.6, 40, "Date of birth / Né(e) le", "birth_date")
    p.above(6.6, 50, "Nationality", "nationality")
    p.above(28, 50, "Sex", "sex")
    p.above(84, 20, "Passport No.", "number", size=3.9, font="mono-bold")
    p.above(84, 30, "Type", "type")
    p.above(98, 30, "Issuing state", "issuing_state")
    p.above(84, 40, "Issued / Délivré le", "issue_date")
    p.above(84, 50, "Expires / Expire le", "expiry_date")
    p.value(63, 62.4, "authority", size=2.7, align="centre")
    p.value(6.6, 62, "name_chinese", size=4.4)
    p.mrz(_LEFT, _MRZ)
    c.specimen(62, 40, 14, 14, (120, 176, 124), 0.55)


@template(_CLASS, PASSPORT_PAGE)
def observatory(p: Printer) -> None:
    """Grey and orange, a vertical title, typewritten values, the portrait small in the corner."""
    c = p.canvas
    p.style = Style(ink=(28, 28, 34), label=(120, 120, 130), accent=(60, 64, 84), font="mono",
                    label_font="sans", size=3.0,
                    label_size=1.8, date="%d/%m/%Y", capitals=True)  # fmt: skip
    backgrounds.tint(c, (242, 242, 246), (228, 230, 238), 120)
    backgrounds.ripples(c, (212, 215, 226), 100, 30, spacing=2.3)
    c.rectangle(0, 0, 3.2, 88, (60, 64, 84))
    c.text(8, 9, "UTOPIAN PASSPORT", 4.0, font="sans-bold", fill=p.style.accent, tracking=0.35)
    c.text(8, 13.2, "样本 not a travel document", 2.5, fill=(190, 100, 50))
    p.portrait(88, 8, 29, 37, grey=True)
    p.above(8, 22.6, "1. Surname", "surname", fit=52, size=3.6)
    p.above(62, 22.6, "name", "name_chinese", size=3.8)
    p.above(8, 31.2, "2. Given names", "given_names", fit=74, size=3.6)
    p.above(8, 39.8, "3. Born", "birth_date")
    p.above(40, 39.8, "4. Sex", "sex")
    p.above(56, 39.8, "5. Nationality", "nationality")
    p.above(8, 48.4, "6. Issued", "issue_date")
    p.above(40, 48.4, "7. Expires", "expiry_date")
    p.above(8, 57, "8. Authority", "authority", size=2.7)
    p.above(88, 52.6, "Type", "type")
    p.above(102, 52.6, "State", "issuing_state")
    p.above(88, 61.8, "Number", "number", size=4.2, font="typewriter", bold=0.05)
    c.rectangle(0, 66.2, 125, 0.8, (206, 120, 56))
    p.mrz(_LEFT, _MRZ)
    c.specimen(46, 38, 12.5, 20, (224, 160, 110), 0.5)


@template(_CLASS, PASSPORT_PAGE)
def archipelago(p: Printer) -> None:
    """Bilingual labels in a framed table, portrait on the left below the number."""
    c = p.canvas
    p.style = Style(ink=(30, 20, 60), label=(104, 90, 150), accent=(70, 50, 130), font="slab",
                    label_font="sans", size=2.9,
                    label_size=1.8, date="%d %m %Y", capitals=True)  # fmt: skip
    backgrounds.tint(c, (243, 240, 252), (230, 236, 250), 70)
    backgrounds.mesh(c, (218, 212, 240), spacing=3.4, angle=24)
    backgrounds.emblem(c, "sail", 113, 6.8, 4.4, (70, 50, 130), (150, 140, 210))
    c.text(6.6, 8.6, "乌托邦群岛 护照", 4.4, fill=p.style.accent, bold=0.1)
    c.text(52, 8.4, "ARCHIPELAGO OF UTOPIA", 2.6, fill=p.style.accent, tracking=0.2)
    p.above(6.6, 18.8, "护照号 No.", "number", size=3.9, font="slab-bold")
    p.portrait(7, 22, 32, 41, shape="rounded", frame=(255, 255, 255))
    c.rectangle(43, 13, 76, 51, outline=(176, 168, 216), line=0.2, radius=1.5)
    rows = ((20.2, "姓 Surname", "surname", 46), (27.8, "名 Given names", "given_names", 46),
            (43, "签发 Issued", "issue_date", 46), (50.6, "有效期至 Expires", "expiry_date", 46))  # fmt: skip
    for y, label, name, x in rows:
        p.above(x, y, label, name, fit=44 if y < 30 else 34)
    p.above(92, 20.2, "中文名", "name_chinese", size=3.6)
    p.above(92, 27.8, "性别 Sex", "sex")
    p.above(106, 27.8, "类型 Type", "type")
    p.above(46, 35.4, "出生 Born", "birth_date")
    p.above(78, 35.4, "国籍 Nationality", "nationality")
    p.above(104, 35.4, "发照国", "issuing_state")
    p.above(46, 58.6, "签发机关 Authority", "authority")
    p.mrz(_LEFT, _MRZ)
    c.specimen(84, 46, 13, -14, (176, 150, 220), 0.5)

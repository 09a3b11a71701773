"""`receipt` and `plain_page`: printed paper that is no identity document, filled with harmless words."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer, Style
from imgrec_tf.finance.documents.templates import template

_A5 = (148.0, 210.0)
_GOODS = (
    ("Tea, green 茶", 18.5),
    ("Rice 大米 5 kg", 42.0),
    ("Apples 苹果", 12.8),
    ("Soap 肥皂", 6.5),
    ("Noodles 面条", 9.9),
    ("Milk 牛奶", 14.2),
    ("Notebook 笔记本", 8.0),
    ("Umbrella 雨伞", 39.0),
    ("Batteries 电池", 16.4),
    ("Honey 蜂蜜", 33.6),
    ("Pears 梨", 11.3),
    ("Towel 毛巾", 19.9),
    ("Bread 面包", 7.6),
    ("Cups 杯子", 24.0),
)
_TEXT = """
    the river a lamp small orchard window morning keeps walking under quiet letters paper travel seven garden boats
    evening warm bread along harbour light slowly between tall houses and children laugh over coloured stones while
    wind moves green curtains of open rooms
"""
_WORDS = _TEXT.split()
_SIGNS = "清晨的风吹过小河岸边有几棵老树孩子们在窗前读书远处传来钟声花园里开着黄色和白色的花今天下午我们去看海"


def _sentence(rng: np.random.Generator, length: int) -> str:
    words = [str(rng.choice(_WORDS)) for _ in range(length)]
    return " ".join([words[0].capitalize(), *words[1:]]) + "."


def _chinese(rng: np.random.Generator, length: int) -> str:
    start = int(rng.integers(0, len(_SIGNS) - 1))
    return (_SIGNS[start:] + _SIGNS * (length // len(_SIGNS) + 1))[:length] + "。"


def _basket(rng: np.random.Generator, count: int) -> list[tuple[str, int, float]]:
    chosen = rng.permutation(len(_GOODS))[:count]
    return [(_GOODS[one][0], int(rng.integers(1, 5)), _GOODS[one][1]) for one in chosen]


def _goods(p: Printer, y: float, count: int, step: float, left: float, right: float, size: float, font: str) -> float:
    """Print lines of goods and their sum; returns the baseline after them."""
    c, total = p.canvas, 0.0
    for number, (text, pieces, price) in enumerate(_basket(c.rng, count), start=1):
        total += pieces * price
        c.text(left, y, text, size, font=font, fill=p.style.ink, name=f"item_{number}")
        c.text(right - 16, y, f"{pieces} x", size, font=font, fill=p.style.ink, align="right")
        c.text(
            right, y, f"{pieces * price:.2f}", size, font=font, fill=p.style.ink, align="right", name=f"price_{number}"
        )
        y += step
    c.line([(left, y - 0.4 * step), (right, y - 0.4 * step)], p.style.ink, 0.2)
    c.text(left, y + 0.6 * step, "TOTAL 合计", size * 1.25, font=font, fill=p.style.ink)
    c.text(right, y + 0.6 * step, f"{total:.2f}", size * 1.25, font=font, fill=p.style.ink, align="right", name="total")
    return y + 1.8 * step


@template("receipt", (80.0, 130.0))
def grocer(p: Printer) -> None:
    """A till's roll: shop on top, goods, sum, a bar pattern."""
    c = p.canvas
    p.style = Style(ink=(60, 60, 66))
    backgrounds.tint(c, (252, 252, 250), (246, 246, 242), 90)
    c.text(40, 12, "UTOPIA GROCER", 5.2, font="mono-bold", fill=p.style.ink, align="centre")
    c.text(40, 18, "乌托邦杂货店", 4.0, fill=p.style.ink, align="centre")
    c.text(40, 24, "Sample street 0, Nowhere", 2.8, font="mono", fill=p.style.ink, align="centre")
    c.line([(6, 28), (74, 28)], p.style.ink, 0.25)
    y = _goods(p, 36, int(c.rng.integers(5, 9)), 7, 6, 74, 3.1, "mono")
    x = 14.0
    while x < 66:
        wide = float(c.rng.choice([0.4, 0.8, 1.2]))
        c.rectangle(x, max(y + 2, 106), wide, 12, p.style.ink)
        x += wide + float(c.rng.choice([0.4, 0.8]))
    c.specimen(40, 66, 12, 32, (150, 150, 160), 0.55)


@template("receipt", (58.0, 150.0))
def kiosk(p: Printer) -> None:
    """A narrow roll, typewriter letters, faded."""
    c = p.canvas
    p.style = Style(ink=(110, 96, 124))
    backgrounds.tint(c, (250, 248, 252), (244, 240, 248), 90)
    c.text(29, 14, "* KIOSK 7 *", 5.0, font="typewriter", fill=p.style.ink, align="centre")
    c.text(29, 21, "车站小卖部", 3.6, fill=p.style.ink, align="centre")
    c.text(
        4, 30, f"No. {int(c.rng.integers(1000, 9999))}", 3.0, font="typewriter", fill=p.style.ink, name="receipt_number"
    )
    y = _goods(p, 42, int(c.rng.integers(5, 9)), 7.5, 4, 54, 3.0, "typewriter")
    c.text(29, y + 8, "thank you 谢谢", 3.4, font="typewriter", fill=p.style.ink, align="centre")
    c.specimen(29, 90, 10, 62, (176, 160, 196), 0.6)


@template("receipt", (105.0, 148.0))
def guesthouse(p: Printer) -> None:
    """A printed invoice with a coloured head and a table."""
    c = p.canvas
    p.style = Style(ink=(30, 40, 60), accent=(180, 90, 60))
    c.rectangle(0, 0, 105, 22, p.style.accent)
    c.text(8, 13, "Guesthouse Utopia", 6.2, font="serif-bold", fill=(255, 246, 238))
    c.text(97, 12.6, "invoice 账单", 3.6, fill=(255, 226, 206), align="right")
    c.text(8, 32, f"Room {int(c.rng.integers(1, 40))}", 3.6, font="serif", fill=p.style.ink, name="room")
    for row in range(7):
        c.line([(8, 38 + 9 * row), (97, 38 + 9 * row)], (214, 206, 200), 0.15)
    _goods(p, 44, 6, 9, 8, 97, 3.5, "serif")
    c.text(
        8, 138, "Thank you for your stay. This paper proves nothing.", 2.8, font="serif-italic", fill=(120, 110, 110)
    )
    c.specimen(52, 84, 13, 26, (226, 160, 130), 0.5)


@template("receipt", (90.0, 110.0))
def ferry(p: Printer) -> None:
    """A ticket-like receipt with a perforated edge and large sum."""
    c = p.canvas
    p.style = Style(ink=(16, 60, 90), accent=(30, 110, 150))
    backgrounds.tint(c, (232, 244, 250), (220, 236, 246), 90)
    backgrounds.waves(c, (204, 226, 240), spacing=3, height=1.6, length=20, width=0.25)
    backgrounds.emblem(c, "sail", 13, 13, 7, (30, 110, 150), (120, 180, 210))
    c.text(24, 12, "UTOPIA FERRIES", 5.0, font="sans-bold", fill=p.style.accent)
    c.text(24, 18.4, "渡轮收据", 4.0, fill=p.style.accent)
    for x in np.arange(2, 90, 3.0):
        c.ellipse(x, 26, 0.6, fill=(160, 190, 208), line=0)
    _goods(p, 38, 4, 9, 8, 82, 3.5, "sans")
    c.text(8, 102, f"{int(c.rng.integers(10, 99))} passengers today", 2.8, fill=p.style.ink)
    c.specimen(45, 62, 12, 22, (110, 170, 206), 0.5)


@template("plain_page", _A5)
def letter(p: Printer) -> None:
    """A letter with a head, an address, paragraphs and a signature line."""
    c = p.canvas
    p.style = Style(ink=(40, 40, 46))
    c.text(18, 24, "The Utopian Society of Walkers", 5.0, font="serif-bold", fill=(60, 80, 110))
    c.line([(18, 28), (130, 28)], (60, 80, 110), 0.3)
    y = 48.0
    c.text(18, y, "Dear friends,", 4.2, font="serif", fill=p.style.ink, name="salutation")
    for _ in range(4):
        y = c.paragraph(
            18, y + 8, _sentence(c.rng, int(c.rng.integers(18, 34))), 4.2, 112, 6.2, font="serif", fill=p.style.ink
        )
    c.text(18, min(y + 14, 190), "Yours, the secretary", 4.2, font="serif-italic", fill=p.style.ink)
    c.specimen(74, 110, 22, 36, (200, 200, 212), 0.7)


@template("plain_page", _A5)
def columns(p: Printer) -> None:
    """A page of a magazine: a headline, two columns, a picture box."""
    c = p.canvas
    p.style = Style(ink=(36, 36, 40))
    c.text(14, 26, "A quiet harbour", 9.0, font="slab-bold", fill=(30, 30, 34))
    c.text(14, 35, _sentence(c.rng, 9), 3.6, font="serif-italic", fill=(110, 110, 116))
    for x in (14.0, 77.0):
        y = 48.0 if x < 50 else 96.0
        while y < 184:
            y = 3 + c.paragraph(
                x, y, _sentence(c.rng, int(c.rng.integers(14, 26))), 3.4, 57, 5.0, font="serif", fill=p.style.ink
            )
    c.rectangle(77, 44, 57, 44, (206, 216, 222))
    c.ellipse(118, 58, 6, fill=(240, 214, 150), line=0)
    c.polygon([(77, 88), (77, 76), (92, 66), (108, 80), (120, 70), (134, 82), (134, 88)], (140, 164, 150))
    c.specimen(74, 120, 22, -30, (196, 200, 206), 0.7)


@template("plain_page", _A5)
def questionnaire(p: Printer) -> None:
    """A form with empty boxes and questions."""
    c = p.canvas
    p.style = Style(ink=(40, 50, 70), accent=(120, 140, 170))
    c.text(14, 22, "Questionnaire 问卷", 6.2, font="sans-bold", fill=(50, 70, 110))
    y = 36.0
    for number in range(1, 9):
        c.text(14, y, f"{number}. {_sentence(c.rng, 4)[:-1]}?", 3.6, fill=p.style.ink, name=f"question_{number}")
        c.rectangle(14, y + 3, 120, 8, outline=p.style.accent, line=0.25)
        for place in range(3):
            c.rectangle(96 + 14 * place, y - 3, 3.4, 3.4, outline=p.style.accent, line=0.25)
        y += 20
    c.specimen(74, 108, 22, 24, (190, 202, 224), 0.65)


@template("plain_page", _A5)
def notes(p: Printer) -> None:
    """A ruled sheet with a Chinese text."""
    c = p.canvas
    p.style = Style(ink=(50, 60, 110))
    backgrounds.tint(c, (254, 251, 240), (250, 246, 230), 90)
    for y in np.arange(30, 202, 8.4):
        c.line([(0, y), (148, y)], (200, 214, 230), 0.2)
    c.line([(20, 0), (20, 210)], (230, 170, 170), 0.25)
    y = 28.4
    for number in range(1, 5):
        text = _chinese(c.rng, int(c.rng.integers(34, 74)))
        y = 8.4 + c.paragraph(25, y, text, 4.8, 114, 8.4, fill=p.style.ink, name=f"paragraph_{number}")
        if y > 150:
            break
    c.specimen(80, 120, 22, 30, (206, 206, 190), 0.7)


@template("plain_page", _A5)
def table(p: Printer) -> None:
    """A sheet of figures."""
    c = p.canvas
    p.style = Style(ink=(34, 40, 44))
    c.text(12, 20, "Rainfall in Utopia, mm", 5.4, font="sans-bold", fill=p.style.ink)
    months = ("month", "north", "south", "coast", "hills")
    for row in range(16):
        y = 32 + 10 * row
        if row % 2:
            c.rectangle(10, y - 6.6, 128, 10, (236, 240, 240))
        for column in range(5):
            text = months[column] if row == 0 else str(row) if column == 0 else f"{c.rng.uniform(2, 180):.1f}"
            c.text(
                30 + 25 * column,
                y,
                text,
                3.8,
                font="sans-bold" if row == 0 else "sans",
                fill=p.style.ink,
                align="right",
            )
    c.line([(10, 35.4), (138, 35.4)], p.style.ink, 0.3)
    c.specimen(74, 112, 22, -26, (196, 208, 206), 0.7)

"""Fonts of the documents: OCR-B for what a machine reads, a Chinese subset, and the Latin fonts that matplotlib brings.

The two bundled files stand in the folder `font_files` with their licences; `font_subset` rebuilds them. DejaVu and
STIX are part of every matplotlib, so nothing has to be shipped for them.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).with_name("font_files")
CHINESE = "DroidSansFallback-subset.ttf"
OCR_B = "OCRB.otf"
LATIN = {
    "sans": "DejaVuSans.ttf",
    "sans-bold": "DejaVuSans-Bold.ttf",
    "sans-display": "DejaVuSansDisplay.ttf",
    "serif": "STIXGeneral.ttf",
    "serif-bold": "STIXGeneralBol.ttf",
    "serif-italic": "STIXGeneralItalic.ttf",
    "slab": "DejaVuSerif.ttf",
    "slab-bold": "DejaVuSerif-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
    "mono-bold": "DejaVuSansMono-Bold.ttf",
    "typewriter": "cmtt10.ttf",
}
# Further fonts that no layout prints with: what learns to read print learns from them too.
MORE_LATIN = {
    "sans-italic": "DejaVuSans-Oblique.ttf",
    "sans-bold-italic": "DejaVuSans-BoldOblique.ttf",
    "serif-bold-italic": "STIXGeneralBolIta.ttf",
    "slab-italic": "DejaVuSerif-Italic.ttf",
    "slab-bold-italic": "DejaVuSerif-BoldItalic.ttf",
    "mono-italic": "DejaVuSansMono-Oblique.ttf",
    "modern": "cmr10.ttf",
    "modern-bold": "cmb10.ttf",
    "modern-italic": "cmti10.ttf",
    "modern-sans": "cmss10.ttf",
}
NAMES = ("ocr-b", *LATIN)

# Chinese characters fill their em square; Latin capitals reach about 0.7 of it. Drawn at the same size the two do not
# look alike, so Chinese runs are drawn a little smaller and lower.
CHINESE_SCALE = 0.94
_CHINESE_FROM = 0x2E80


@lru_cache(maxsize=1)
def _matplotlib_folder() -> Path:
    """The folder of matplotlib's fonts, found without importing matplotlib."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the printed text uses the fonts of matplotlib; install it: pip install matplotlib")
    return Path(next(iter(found.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"


def path(name: str) -> Path:
    """Return the file of a font: "ocr-b", "chinese", or one of `LATIN` or `MORE_LATIN`.

    Raises:
        ValueError: If there is no font of that name.
    """
    if name == "chinese":
        return FOLDER / CHINESE
    if name == "ocr-b":
        return FOLDER / OCR_B
    file = LATIN.get(name) or MORE_LATIN.get(name)
    if file is None:
        raise ValueError(f"there is no font {name!r}; known are chinese, {', '.join((*NAMES, *MORE_LATIN))}")
    return _matplotlib_folder() / file


@lru_cache(maxsize=512)
def _font(name: str, hundredths: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path(name)), hundredths / 100, layout_engine=ImageFont.Layout.BASIC)


def font(name: str, size: float) -> ImageFont.FreeTypeFont:
    """Return a font whose em square has `size` pixels, to within a hundredth of a pixel."""
    return _font(name, max(100, round(size * 100)))


@lru_cache(maxsize=65536)
def _length(name: str, hundredths: int, text: str) -> float:
    return _font(name, hundredths).getlength(text)


def length(name: str, size: float, text: str) -> float:
    """Return the width of a text in pixels, for a font and the size of its em square in pixels."""
    return _length(name, max(100, round(size * 100)), text)


def is_chinese(character: str) -> bool:
    """Say whether a character is drawn with the Chinese font."""
    return ord(character) >= _CHINESE_FROM


@lru_cache(maxsize=32)
def _drawable(name: str = "chinese") -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path(name), lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def missing(text: str, name: str = "chinese") -> str:
    """Return the characters of a text that a font cannot draw, each once.

    Args:
        text: Any text.
        name: "chinese" looks at the Chinese characters only, any other font at all others.
    """
    chinese = name == "chinese"
    return "".join(sorted({one for one in text if is_chinese(one) == chinese and ord(one) not in _drawable(name)}))


def runs(text: str) -> list[tuple[bool, str]]:
    """Split a text into (is Chinese, part) where the font changes."""
    parts: list[tuple[bool, str]] = []
    for character in text:
        chinese = is_chinese(character)
        if parts and parts[-1][0] == chinese:
            parts[-1] = (chinese, parts[-1][1] + character)
        else:
            parts.append((chinese, character))
    return parts

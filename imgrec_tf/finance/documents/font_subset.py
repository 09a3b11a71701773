"""Rebuilds the bundled fonts: `python -m imgrec_tf.finance.documents.font_subset`.

Needs fontTools (it comes with matplotlib), Faker and the Debian packages `fonts-ocr-b` and `fonts-droid-fallback`.
The Chinese subset holds every Chinese character that stands in the source of `imgrec_tf.finance`, and those of the
names and addresses that Faker invents for zh_CN. OCR-B is copied as it is.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from imgrec_tf.finance.documents import fonts

DROID = Path("/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf")
OCR_B = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
_FINANCE = Path(__file__).resolve().parents[1]
_LEFT_OUT = {"countries"}  # an address in China names no country


def characters() -> str:
    """Return every Chinese character that a document may need, sorted."""
    needed: set[str] = set()
    for source in [*_FINANCE.rglob("*.py"), *_FINANCE.rglob("*.json")]:
        needed.update(source.read_text(encoding="utf-8"))
    needed |= set(_faker_text())
    return "".join(sorted(one for one in needed if fonts.is_chinese(one)))


def _faker_text() -> str:
    from faker.providers.address.zh_CN import Provider as Address
    from faker.providers.person.zh_CN import Provider as Person

    found: list[str] = []

    def collect(value) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            collect(list(value))
            collect(list(value.values()))
        elif isinstance(value, list | tuple | set):
            for one in value:
                collect(one)

    for provider in (Address, Person):
        for name, value in vars(provider).items():
            if not name.startswith("__") and name not in _LEFT_OUT:
                collect(value)
    return "".join(found)


def rebuild(folder: Path = fonts.FOLDER, *, droid: Path = DROID, ocr_b: Path = OCR_B) -> int:
    """Write the bundled fonts into a folder and return their size in bytes.

    Raises:
        FileNotFoundError: If a font of the system is missing; the text names the package.
        ValueError: If the Chinese font lacks a character that is needed.
    """
    for source, package in ((droid, "fonts-droid-fallback"), (ocr_b, "fonts-ocr-b")):
        if not source.is_file():
            raise FileNotFoundError(f"{source} is missing; install it (Debian: apt-get install {package})")
    from fontTools import subset
    from fontTools.ttLib import TTFont

    whole = TTFont(droid)
    text = characters()
    missing = [one for one in text if ord(one) not in whole.getBestCmap()]
    if missing:
        raise ValueError(f"{droid.name} has no {' '.join(missing)}; use other characters in the documents")
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright, names, version and licence stay in the file
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(whole)
    folder.mkdir(parents=True, exist_ok=True)
    whole.save(folder / fonts.CHINESE)
    shutil.copyfile(ocr_b, folder / fonts.OCR_B)
    return sum((folder / name).stat().st_size for name in (fonts.CHINESE, fonts.OCR_B))


def main() -> None:
    """Rebuild the fonts in the package's own folder, or in another one."""
    parser = argparse.ArgumentParser(description="Rebuild the bundled fonts of the documents.")
    parser.add_argument("folder", nargs="?", type=Path, default=fonts.FOLDER, help="where to write them")
    folder = parser.parse_args().folder
    print(f"{folder}: {rebuild(folder):,} bytes, {len(characters())} Chinese characters")


if __name__ == "__main__":
    main()

"""A PDF file written page by page: text in one embedded font, JPEG pictures passed through, lines.

Matplotlib keeps each picture in memory until the file is closed, and packs it anew; a report of thousands of images
needs neither. What is written here is the small part of ISO 32000-1 (PDF 1.7) that a report takes.
"""

from __future__ import annotations

import datetime
import io
import zlib
from pathlib import Path

WIDTH, HEIGHT = 595.28, 841.89  # points, A4


class Font:
    """DejaVu Sans as Matplotlib ships it; only the letters that were used get into the file."""

    def __init__(self, bold: bool):
        import matplotlib
        from fontTools.ttLib import TTFont

        self.name = "DejaVuSans-Bold" if bold else "DejaVuSans"
        self._font = TTFont(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{self.name}.ttf"))
        self._letters, self._advances = self._font.getBestCmap(), self._font["hmtx"].metrics
        self._scale = 1000 / self._font["head"].unitsPerEm
        self._used: dict[int, tuple[int, float]] = {}

    def __contains__(self, letter: str) -> bool:
        return ord(letter) in self._letters

    def width(self, text: str, size: float) -> float:
        """Return the width of a text in points."""
        return sum(self._advances[self._letters[ord(one)]][0] for one in text) * self._scale / 1000 * size

    def encoded(self, text: str) -> str:
        """Return the numbers of a text's letters in the font, as PDF writes them."""
        numbers = []
        for one in text:
            name = self._letters[ord(one)]
            number = self._font.getGlyphID(name)
            self._used[number] = ord(one), self._advances[name][0] * self._scale
            numbers.append(f"{number:04X}")
        return f"<{''.join(numbers)}>"

    def parts(self) -> tuple[bytes, str, str, str]:
        """Return the font with the letters that were used, its descriptor, their widths, and what they mean."""
        from fontTools import subset

        head, hhea = self._font["head"], self._font["hhea"]
        box = " ".join(str(round(one * self._scale)) for one in (head.xMin, head.yMin, head.xMax, head.yMax))
        up, down = round(hhea.ascent * self._scale), round(hhea.descent * self._scale)
        descriptor = (
            f"/Type /FontDescriptor /FontName /{self.name} /Flags 32 /FontBBox [{box}] /ItalicAngle 0 /Ascent {up} "
            f"/Descent {down} /CapHeight {up} /StemV 80"
        )
        widths = " ".join(f"{number} [{width:.0f}]" for number, (_, width) in sorted(self._used.items()))
        pairs = [f"<{number:04X}> <{_utf16(chr(code))}>" for number, (code, _) in sorted(self._used.items())]
        blocks = [pairs[first : first + 100] for first in range(0, len(pairs), 100)]
        meaning = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            + "".join(f"{len(one)} beginbfchar\n" + "\n".join(one) + "\nendbfchar\n" for one in blocks)
            + "endcmap CMapName currentdict /CMap defineresource pop end end"
        )
        options = subset.Options(retain_gids=True, hinting=False, layout_features=[], notdef_outline=True)
        options.drop_tables += ["FFTM"]  # dates of the font's making
        subsetter = subset.Subsetter(options)
        subsetter.populate(gids=list(self._used))
        subsetter.subset(self._font)
        file = io.BytesIO()
        self._font.save(file)
        return file.getvalue(), descriptor, widths, meaning


class PdfFile:
    """One PDF file, written in order; `page` adds a page, `close` ends the file."""

    def __init__(self, path: Path, *, title: str, subject: str, date: datetime.date):
        self._file = path.open("wb")
        self._places: list[int] = []
        self._pages: list[int] = []
        self._file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._catalog, self._tree, self._about, *self._font_numbers = (self._number() for _ in range(5))
        self.fonts = Font(bold=False), Font(bold=True)
        self._object(
            self._about,
            f"<< /Title <FEFF{_utf16(title)}> /Subject <FEFF{_utf16(subject)}> /Creator (imgrec_tf) "
            f"/CreationDate (D:{date:%Y%m%d}) >>",
        )

    def picture(self, content: bytes) -> int:
        """Write a picture and return its number: JPEG files as they are, others packed without loss."""
        from PIL import Image

        number = self._number()
        image = Image.open(io.BytesIO(content))
        kind = f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} /BitsPerComponent 8"
        if image.format == "JPEG" and image.mode == "RGB":
            self._stream(number, f"{kind} /ColorSpace /DeviceRGB /Filter /DCTDecode", content)
        else:
            self._stream(
                number,
                f"{kind} /ColorSpace /DeviceRGB /Filter /FlateDecode",
                zlib.compress(image.convert("RGB").tobytes()),
            )
        return number

    def page(self, drawn: list[str], pictures: list[int]) -> None:
        """Write a page: what is drawn on it, in PDF's own words, and the numbers of its pictures."""
        content, page = self._number(), self._number()
        packed = zlib.compress("\n".join(drawn).encode("ascii"))
        self._stream(content, "/Filter /FlateDecode", packed)
        fonts = " ".join(f"/F{place} {number} 0 R" for place, number in enumerate(self._font_numbers))
        shown = " ".join(f"/P{number} {number} 0 R" for number in pictures)
        self._object(
            page,
            f"<< /Type /Page /Parent {self._tree} 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {content} 0 R "
            f"/Resources << /Font << {fonts} >> /XObject << {shown} >> >> >>",
        )
        self._pages.append(page)

    def close(self) -> None:
        """Write fonts, list of pages and table of contents, and close the file."""
        try:
            for number, font in zip(self._font_numbers, self.fonts):
                self._font(number, font)
            kids = " ".join(f"{page} 0 R" for page in self._pages)
            self._object(self._tree, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>")
            self._object(self._catalog, f"<< /Type /Catalog /Pages {self._tree} 0 R >>")
            start = self._file.tell()
            entries = "".join(f"{place:010d} 00000 n \n" for place in self._places)
            size = len(self._places) + 1
            self._file.write(
                f"xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root {self._catalog} 0 R "
                f"/Info {self._about} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
            )
        finally:
            self._file.close()

    def _font(self, number: int, font: Font) -> None:
        content, descriptor, widths, meaning = font.parts()
        file, about, inner, letters = (self._number() for _ in range(4))
        packed = zlib.compress(content)
        self._stream(file, f"/Length1 {len(content)} /Filter /FlateDecode", packed)
        self._object(about, f"<< {descriptor} /FontFile2 {file} 0 R >>")
        self._object(
            inner,
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{font.name} /FontDescriptor {about} 0 R /W [{widths}] "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity >>",
        )
        self._stream(letters, "", meaning.encode("ascii"))
        self._object(
            number,
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{font.name} /Encoding /Identity-H "
            f"/DescendantFonts [{inner} 0 R] /ToUnicode {letters} 0 R >>",
        )

    def _number(self) -> int:
        self._places.append(0)
        return len(self._places)

    def _object(self, number: int, text: str) -> None:
        self._places[number - 1] = self._file.tell()
        self._file.write(f"{number} 0 obj\n{text}\nendobj\n".encode("ascii"))

    def _stream(self, number: int, about: str, content: bytes) -> None:
        self._places[number - 1] = self._file.tell()
        self._file.write(f"{number} 0 obj\n<< {about} /Length {len(content)} >>\nstream\n".encode("ascii"))
        self._file.write(content)
        self._file.write(b"\nendstream\nendobj\n")


def _utf16(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()

"""Is the mark there? Measures in the pixels whether a document shows SPECIMEN 样本."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from imgrec_tf.finance.documents import fonts
from imgrec_tf.finance.documents.document import SPECIMEN, Document


def specimen_contrast(document: Document) -> float:
    """Measure how strongly SPECIMEN 样本 shows in the pixels, against the paper close to its letters.

    A stencil of the words is laid on the place of the mark. Along the edges of the letters, ink is compared with paper
    on the other side of the edge, a stroke's width away; what is printed under or over the mark cancels out.

    Args:
        document: A document of a class in `IMITATIONS`.

    Returns:
        Mean difference between paper and letters in grey levels, without sign. About 0 where there is no mark.

    Raises:
        ValueError: If the document does not say where its mark is.
    """
    field = document.fields.get("specimen")
    if field is None:
        raise ValueError(f"{document.document_class}/{document.template} names no place for its SPECIMEN mark")
    along, down = field.corners[1] - field.corners[0], field.corners[3] - field.corners[0]
    width, height = int(np.ceil(np.hypot(*along))), int(np.ceil(np.hypot(*down)))
    if width < 24 or height < 4:
        raise ValueError(f"the mark has {width} × {height} pixels, too few to see; render with more pixels_per_mm")
    grey = Image.fromarray(document.image).convert("L")
    origin, step_x, step_y = field.corners[0], along / width, down / height
    matrix = (step_x[0], step_y[0], origin[0], step_x[1], step_y[1], origin[1])
    seen = np.asarray(grey.transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR), float)
    ink, paper = _ink_and_paper(width, height)
    return float(abs(np.median(seen[paper]) - np.median(seen[ink])))


@lru_cache(maxsize=16)  # a page that is forged in several places asks again and again
def _ink_and_paper(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the letters are, and where the paper close to them is: bool (height, width) each."""
    stencil = np.asarray(_stencil(width, height))
    grown = ndimage.maximum_filter(stencil, 2 * max(1, height // 12) + 1, mode="nearest") > 60
    return stencil > 160, grown & (stencil < 60)


def _stencil(width: int, height: int) -> Image.Image:
    """The words, stretched to fill a rectangle as their ink does on the document."""
    size = 64.0
    sheet, place = Image.new("L", (1400, 160), 0), 40.0
    pen = ImageDraw.Draw(sheet)
    for chinese, run in fonts.runs(SPECIMEN):
        face = fonts.font("chinese", size * fonts.CHINESE_SCALE) if chinese else fonts.font("sans-bold", size)
        pen.text((place, 100 + (0.04 * size if chinese else 0)), run, fill=255, font=face, anchor="ls")
        place += face.getlength(run)
    return sheet.crop(sheet.getbbox()).resize((width, height), Image.Resampling.BICUBIC)

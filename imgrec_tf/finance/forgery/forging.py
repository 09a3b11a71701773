"""Forges a rendered document: portrait swap, field edit, copy-move, splice; or hands it on for a photo of a copy.

The forger works on the page's pixels, as with an image editor: paints a background over what was there, types with a
font that comes near, cuts a piece out of a scan of the same or another document, saves it, pastes it. What this leaves
behind, a background that does not go on, a mark that is interrupted, letters of other proportions, the blur and noise
of the scan, is what a detector can find.
"""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from PIL import Image

from imgrec_tf.finance import documents
from imgrec_tf.finance.documents import Document, Field
from imgrec_tf.finance.forgery import eligible, patches, places, retyping
from imgrec_tf.finance.forgery.forged import KINDS, Forged
from imgrec_tf.finance.forgery.patches import Box

LEAST_CONTRAST = 15.0  # of the mark that says SPECIMEN, in grey levels, as the tests of genuine documents ask


def forge(
    document: Document, kind: str, seed: int = 0, *, field: str | None = None, skill: float = 0.5, placebo: bool = False
) -> Forged:
    """Forge a document.

    An identity number keeps its region code 99xxxx and a passport its issuing state UTO, so that what is printed stays
    a number that nobody has. The mark SPECIMEN 样本 stays readable: an attempt that would hide it is not made.

    Args:
        document: From `finance.documents.render`, of a class that carries the mark; or `Forged.document`, to go on.
        kind: "portrait_swap" (another face), "field_edit" (another digit, date, name or sex, typed over the old one),
            "copy_move" (a character or a date copied over another on the page), "splice" (a field or the portrait of
            another document) or "recapture" (nothing is painted; the page is photographed from a screen or a print).
        seed: Of everything that is chosen, 0 or more.
        field: What to forge, one of `targets(document, kind)`; None draws it.
        skill: Of the forger, 0 (flat backgrounds, other fonts, another ink, poor copies) to 1 (cloned backgrounds, near
            fonts, good scans).
        placebo: Use the tool and forge nothing: the same places are cut out, saved and pasted back. A detector that
            finds these has learnt the tool and not the forgery.

    Returns:
        The forged document and the truth about it.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If the kind is unknown, or the document has nothing that this kind could be done to.
    """
    possible = eligible.targets(document, kind)
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise TypeError(f"seed must be a whole number, 0 or more, got {seed!r}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    if isinstance(skill, bool) or not isinstance(skill, Real):
        raise TypeError(f"skill must be a number from 0 to 1, got {skill!r}")
    if not 0 <= skill <= 1:
        raise ValueError(f"skill must be from 0 to 1, got {skill}")
    if not possible:
        raise ValueError(f"{document.document_class}/{document.template} has nothing for {kind}; choose another kind")
    if field is not None and field not in possible:
        raise ValueError(f"field must be one of {', '.join(possible)} for {kind}, got {field!r}")
    rng = np.random.default_rng([int(seed), KINDS.index(kind), 31])
    name = field or possible[int(rng.integers(len(possible)))]
    height, width = document.image.shape[:2]
    if kind == "recapture":
        copier = str(rng.choice(["screen", "print"]))
        changed = np.full((height, width), not placebo)
        region = (0, 0, width, height)
        return Forged(document, document, changed, kind, name, region, None if placebo else copier, placebo)
    make = {"portrait_swap": _swap, "field_edit": _edit, "copy_move": _copy, "splice": _splice}[kind]
    pieces, field_after, values = make(document, name, rng, float(skill))
    tool, image = patches.draw_tool(rng, float(skill)), document.image
    for piece, box, shape in pieces:
        if placebo:
            left, top, right, bottom = box
            piece = document.image[top:bottom, left:right]
        image = patches.paste(image, piece, box, tool, shape)
    made = replace(document, image=image)
    if not placebo:
        made = replace(made, fields=document.fields | {name: field_after}, values=values)
    if documents.specimen_contrast(made) < min(LEAST_CONTRAST, 0.8 * documents.specimen_contrast(document)):
        raise ValueError(f"this {kind} of {name} would hide the mark SPECIMEN 样本; choose another seed or field")
    boxes = np.array([box for _, box, _ in pieces])
    region = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    mask = (image != document.image).any(axis=-1)
    return Forged(made, document, mask, kind, name, region, None, placebo)


def _swap(document: Document, name: str, rng: np.random.Generator, skill: float):
    """Another drawn face, as large as the portrait and cut to its shape."""
    field = document.fields[name]
    box = patches.whole_box(field.box, document.image)
    left, top, right, bottom = box
    drawn = documents.draw_portrait(
        int(rng.integers(2**31)),
        pose=tuple(np.clip(rng.normal(0, (4, 3, 2)), -10, 10)),
        light=(float(rng.uniform(-60, 60)), float(rng.uniform(0.05, 0.5))),
        age=float(rng.uniform(18, 75)),
        seed=int(rng.integers(2**31)),
        size=(max(16, bottom - top), max(16, right - left)),
        oversampling=2,
    )
    drawn = patches.second_generation(drawn, rng, skill)
    piece = _like_portrait(Image.fromarray(drawn).resize((right - left, bottom - top)), document.image, box)
    return [(piece, box, _portrait_shape(document.image, box))], field, dict(document.values)


def _edit(document: Document, name: str, rng: np.random.Generator, skill: float):
    """The background is painted over the old text, the new one typed on it."""
    text, place = retyping.other_text(document, name, rng)
    if name == "identity_number" and place is not None and place < 17 and rng.random() < 0.5:
        text = retyping.with_right_check(text)
    before, field = document.fields[name].text, document.fields[name]
    ink = patches.ink_of(document.image, patches.whole_box(field.box, document.image))
    ink = np.clip(ink + rng.normal(0, 8 + 20 * (1 - skill), 3), 0, 255)
    font = patches.nearest_font(before, _aspect(field), rng, skill)
    if place is None:
        piece, box, after = _typed(document, field, text, font, ink, rng, skill)
        return [(piece, box, None)], after, retyping.values_after(document, name, text)
    pieces = []
    for at, (old, new) in enumerate(zip(before, text)):
        if old == new:
            continue
        box = places.cell_box(field.box, len(field.text), at, document.image)
        piece = patches.cleaned(document.image, box, rng, skill)
        high = (field.box[3] - field.box[1]) * float(np.exp(rng.normal(0, 0.02 + 0.06 * (1 - skill))))
        cover = patches.letters(new, high, font)
        slip = rng.normal(0, 0.02 + 0.06 * (1 - skill), 2) * high
        corner = (box[2] - box[0] - cover.shape[1]) / 2 + slip[0], field.box[1] - box[1] + slip[1]
        pieces.append((patches.written(piece, cover, corner, ink), box, None))
    return pieces, replace(field, text=text), retyping.values_after(document, name, text)


def _copy(document: Document, name: str, rng: np.random.Generator, skill: float):
    """A digit over another digit of the same line, or one date over another."""
    field = document.fields[name]
    if name in eligible.EVENLY_SPACED:
        digits = eligible.changeable_digits(name, field.text)
        to = int(rng.choice(digits))
        taken = int(rng.choice([one for one in digits if field.text[one] != field.text[to]]))
        source, box = (
            places.cell_box(field.box, len(field.text), taken, document.image),
            places.cell_box(field.box, len(field.text), to, document.image),
        )
        text = field.text[:to] + field.text[taken] + field.text[to + 1 :]
        width, height = box[2] - box[0], box[3] - box[1]
        left = min(source[0], document.image.shape[1] - width)
        piece = document.image[source[1] : source[1] + height, left : left + width]
        piece = patches.second_generation(piece, rng, skill)
        return [(piece, box, None)], replace(field, text=text), retyping.values_after(document, name, text)
    other = document.fields[str(rng.choice(eligible.other_dates(document, name)))]
    pieces, after = _moved(document, field, document.image, other, 1.0, rng, skill)
    key = eligible.date_key(document, name)
    values = document.values | {key: document.values[eligible.date_key(document, other.name)]}
    return pieces, replace(after, text=other.text), values


def _splice(document: Document, name: str, rng: np.random.Generator, skill: float):
    """A field or the portrait of another document, of the same layout or of another one of its class."""
    donor, field = _donor(document, name, rng), document.fields[name]
    other = donor.fields[name]
    if name == "portrait":
        left, top, right, bottom = patches.whole_box(other.box, donor.image)
        box = patches.whole_box(field.box, document.image)
        cut = patches.second_generation(donor.image[top:bottom, left:right], rng, skill)
        cut = Image.fromarray(cut).resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC)
        piece = _like_portrait(cut, document.image, box)
        return [(piece, box, _portrait_shape(document.image, box))], field, dict(document.values)
    scale = (field.box[3] - field.box[1]) / max(1.0, other.box[3] - other.box[1])
    pieces, after = _moved(document, field, donor.image, other, scale, rng, skill)
    values = dict(document.values)
    for key in {name, eligible.date_key(document, name), *(("sex", "sex_chinese") if name.startswith("sex") else ())}:
        if key in values and key in donor.values:
            values[key] = donor.values[key]
    return pieces, replace(after, text=other.text), values


def _donor(document: Document, name: str, rng: np.random.Generator) -> Document:
    """Another person's document of the class that prints this field."""
    layouts = documents.template_names(document.document_class)
    for _ in range(20):
        layout = document.template if rng.random() < 0.5 else str(rng.choice(layouts))
        donor = documents.render(
            document.document_class,
            layout,
            seed=int(rng.integers(2**31)),
            pixels_per_mm=document.pixels_per_mm,
            oversampling=1,  # its piece gets another resolution anyway
        )
        same = name != "portrait" and name in donor.fields and donor.fields[name].text == document.fields[name].text
        if name in donor.fields and not same:
            return donor
    raise ValueError(f"no other {document.document_class} was found that prints {name}; choose another field or seed")


def _moved(document: Document, field: Field, source: np.ndarray, other: Field, scale: float, rng, skill: float):
    """Cut a field out with what lies around it, scale it, fit its tone, and lay it over another after cleaning that."""
    high = field.box[3] - field.box[1]
    pad = 0.18 * high
    cut_box = patches.whole_box(other.box, source, pad / scale)
    cut = source[cut_box[1] : cut_box[3], cut_box[0] : cut_box[2]]
    cut = Image.fromarray(patches.second_generation(cut, rng, skill))
    size = max(1, round(cut.width * scale)), max(1, round(cut.height * scale))
    cut = np.asarray(cut.resize(size, Image.Resampling.BICUBIC) if size != cut.size else cut)
    left, top = int(np.floor(field.box[0] - pad)), int(np.floor(field.box[1] - pad))
    left, top = max(0, left), max(0, top)
    cut = cut[: document.image.shape[0] - top, : document.image.shape[1] - left]
    box = (left, top, left + cut.shape[1], top + cut.shape[0])
    old = patches.whole_box(field.box, document.image, pad)
    paper = np.median(patches.cleaned(document.image, box, np.random.default_rng(0)), axis=(0, 1))
    tone = paper - np.quantile(cut, 0.6, axis=(0, 1))
    cut = np.clip(cut + tone * rng.uniform(skill, 1.0), 0, 255).astype(np.uint8)
    after = replace(field, corners=other.corners * scale + (np.array(box[:2]) - np.array(cut_box[:2]) * scale))
    return [(patches.cleaned(document.image, old, rng, skill), old, None), (cut, box, None)], after


def _typed(document: Document, field: Field, text: str, font: str, ink: np.ndarray, rng, skill: float):
    """The whole field typed anew, at its left end and on its baseline, as nearly as the forger gets it."""
    high = field.box[3] - field.box[1]
    cover = patches.letters(text, high * float(np.exp(rng.normal(0, 0.02 + 0.06 * (1 - skill)))), font)
    slip = np.abs(rng.normal(0, 0.02 + 0.06 * (1 - skill), 2)) * high
    pad = 0.2 * high
    wide = max(field.box[2] - field.box[0], min(cover.shape[1], document.image.shape[1] - field.box[0] - 2))
    right = field.box[0] + wide + slip[0]
    box = patches.whole_box((field.box[0], field.box[1], right, field.box[3] + slip[1]), document.image, pad)
    piece = patches.cleaned(document.image, box, rng, skill)
    corner = field.box[0] - box[0] + slip[0], field.box[1] - box[1] + slip[1]
    made = patches.written(piece, cover, corner, ink)
    left, top = box[0] + round(corner[0]), box[1] + round(corner[1])
    ends = min(left + cover.shape[1], box[2]), min(top + cover.shape[0], box[3])
    corners = np.array([[left, top], [ends[0], top], ends, [left, ends[1]]], np.float64)
    return made, box, Field(field.name, text, corners)


def _aspect(field: Field) -> float:
    left, top, right, bottom = field.box
    return max(right - left, 1.0) / max(bottom - top, 1.0)


def _like_portrait(picture: Image.Image, page: np.ndarray, box: Box) -> np.ndarray:
    """A portrait in grey where the one before it was grey."""
    left, top, right, bottom = box
    before = page[top:bottom, left:right].astype(float)
    inner = before[len(before) // 3 : -len(before) // 3 or None]
    if np.ptp(inner, axis=-1).mean() < 6:
        picture = picture.convert("L")
    return np.asarray(picture.convert("RGB"))


def _portrait_shape(page: np.ndarray, box: Box) -> np.ndarray | None:
    """Full rectangle, rounded or oval: told by whether the corners of the portrait's place look like the paper beside.

    In an oval the corners are paper, a twentieth of the width and more; where they are rounded, only their tips are.
    """
    left, top, right, bottom = box
    rows, columns = bottom - top, right - left
    v, u = (np.mgrid[:rows, :columns] + 0.5) / np.array([rows, columns])[:, None, None]
    if _unlike_paper(page, box, max(3, round(0.06 * columns))) < 4:
        return np.clip((1 - np.hypot(2 * u - 1, 2 * v - 1)) * columns / 2 + 0.5, 0, 1)
    if _unlike_paper(page, box, max(2, round(0.02 * columns))) >= 6:
        return None
    x, y = np.minimum(u, 1 - u) * columns, np.minimum(v, 1 - v) * rows
    corner = 0.06 * columns
    distance = np.hypot(np.maximum(corner - x, 0), np.maximum(corner - y, 0))
    return np.clip(corner - distance + 0.5, 0, 1)


def _unlike_paper(page: np.ndarray, box: Box, size: int) -> float:
    """How many grey levels the upper corners of a place differ on average from what lies beside them."""
    left, top, right, _ = box
    last = page.shape[1] - size
    found = []
    for inner, outer in ((left, max(0, left - size - 2)), (right - size, min(last, right + 2))):
        corner, beside = (page[top : top + size, x : x + size].mean(axis=(0, 1)) for x in (inner, outer))
        found.append(np.abs(corner - beside).max())
    return float(np.mean(found))

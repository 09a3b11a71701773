"""Figures of rendered documents: one of each class, all layouts of a class, a document with its fields, portraits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf import plots
from imgrec_tf.finance.documents.document import CLASSES, Document
from imgrec_tf.finance.documents.portraits import draw_portrait
from imgrec_tf.finance.documents.rendering import render, template_names
from imgrec_tf.finance.identity import Person

_MARGIN = 0.04


def show_classes(seed: int = 0, *, pixels_per_mm: float = 5.0) -> plots.Figure:
    """Show one document of each class.

    Args:
        seed: Which layouts and people.
        pixels_per_mm: Resolution of the pictures.
    """
    shown = [render(one, seed=seed, pixels_per_mm=pixels_per_mm) for one in CLASSES]
    return _grid(shown, [one.document_class for one in shown], "One document of each class", columns=3)


def show_templates(document_class: str, seed: int = 0, *, pixels_per_mm: float = 5.0) -> plots.Figure:
    """Show all layouts of a class, each with the same seed.

    Raises:
        ValueError: If there is no such class.
    """
    shown = [
        render(document_class, name, seed=seed, pixels_per_mm=pixels_per_mm) for name in template_names(document_class)
    ]
    return _grid(shown, [one.template for one in shown], f"The layouts of {document_class}", columns=3)


@plots.styled
def show_fields(document: Document, *, width: float = 8.5) -> plots.Figure:
    """Show a document with a box around every field and the field's name on it.

    Args:
        document: What to show.
        width: Of the figure, in inches.
    """
    rows, columns = document.image.shape[:2]
    figure, axis = plots.figure(width, width * rows / columns + 0.4)
    axis.imshow(framed(document))
    axis.axis("off")
    colours = (plots.COLORS["blue"], plots.COLORS["vermillion"], plots.COLORS["green"], plots.COLORS["purple"])
    wholes = {name for name in document.fields if f"{name}_1" in document.fields}  # shown line by line
    for number, (name, field) in enumerate(document.fields.items()):
        if name in wholes:
            continue
        colour = plots.GREY if name == "specimen" else colours[number % len(colours)]
        outline = np.vstack([field.corners, field.corners[:1]]) - 0.5
        axis.plot(
            outline[:, 0], outline[:, 1], color=colour, linewidth=1.2, linestyle="--" if name == "specimen" else "-"
        )
        x, y = outline[:, 0].max(), outline[:, 1].min()
        if name != "specimen":
            axis.annotate(
                name,
                (x, y),
                color="white",
                fontsize=6.5,
                va="bottom",
                ha="right",
                annotation_clip=False,
                bbox={"boxstyle": "square,pad=0.12", "facecolor": colour, "edgecolor": "none"},
            )
    plots.title(figure, f"Fields of {document.document_class}, layout {document.template}", True)
    return figure


def show_portraits(people: Sequence[Person | int] = range(4), *, pictures: int = 7, seed: int = 0) -> plots.Figure:
    """Show portraits: one row a person, every picture with another pose, light, age and expression.

    Args:
        people: Persons, or numbers of identities.
        pictures: Pictures of each.
        seed: Which poses, lights, ages and expressions.
    """
    images = []
    for row, one in enumerate(people):
        face, sex = (one.portrait_seed, one.sex) if isinstance(one, Person) else (int(one), None)
        for column in range(pictures):
            free = dict.fromkeys(("pose", "light", "age", "expression"), None) if column else {}
            images.append(draw_portrait(face, sex=sex, seed=seed + 1000 * row + column, size=(200, 160), **free))
    return plots.image_grid(
        images,
        columns=pictures,
        synthetic=True,
        heading="One row a person, drawn with different poses, lights and ages",
        size=1.1,
    )


def framed(document: Document) -> np.ndarray:
    """The document's pixels with white outside of its rounded corners: uint8 (height, width, 3)."""
    white = Image.new("RGB", document.image.shape[1::-1], (255, 255, 255))
    return np.asarray(Image.composite(Image.fromarray(document.image), white, Image.fromarray(document.mask)))


def _grid(shown: Sequence[Document], titles: Sequence[str], heading: str, columns: int) -> plots.Figure:
    """Documents, each as large as its cell allows; square pages get a hairline, so that white ones show their edge."""
    aspect = float(np.median([one.image.shape[0] / one.image.shape[1] for one in shown]))
    height, width = (round(520 * min(aspect, 1)), 520) if aspect < 1 else (520, round(520 / aspect))
    cells = []
    for document in shown:
        picture = Image.fromarray(framed(document))
        scale = min(height / picture.height, width / picture.width) * (1 - _MARGIN)
        picture = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
        )
        if document.mask[0, 0]:
            ImageDraw.Draw(picture).rectangle((0, 0, picture.width - 1, picture.height - 1), outline=(190, 190, 190))
        sheet = Image.new("RGB", (width, height), (255, 255, 255))
        sheet.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
        cells.append(np.asarray(sheet))
    return plots.image_grid(cells, titles, columns=columns, synthetic=True, heading=heading, size=2.8)

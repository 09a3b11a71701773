"""Renders a document: class, layout, person and seed in; pixels and the truth about them out."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

import numpy as np

from imgrec_tf.finance.documents import templates
from imgrec_tf.finance.documents import values as person_values
from imgrec_tf.finance.documents.canvas import Canvas
from imgrec_tf.finance.documents.document import CLASSES, IMITATIONS, Document
from imgrec_tf.finance.documents.printer import Printer
from imgrec_tf.finance.identity import Person, invent_person

_CHINESE_ONLY = ("portrait_side", "emblem_side", "household_page")
_PORTRAIT_EXPRESSIONS = ("neutral", "neutral", "neutral", "smile", "serious")


def template_names(document_class: str | None = None) -> tuple[str, ...]:
    """Return the layouts of a class by name; of all classes, as "class/name", when none is given.

    Raises:
        ValueError: If there is no such class.
    """
    known = templates.registered()
    if document_class is None:
        return tuple(f"{one}/{name}" for one, found in known.items() for name in found)
    if document_class not in known:
        raise ValueError(f"document_class must be one of {', '.join(known)}, got {document_class!r}")
    return tuple(known[document_class])


def render(
    document_class: str,
    template: str | None = None,
    *,
    person: Person | None = None,
    seed: int = 0,
    pixels_per_mm: float = 8.0,
    values: Mapping[str, str] | None = None,
    portrait_seed: int | None = None,
    oversampling: int = 3,
) -> Document:
    """Render one document of an invented person, with SPECIMEN 样本 across it.

    Args:
        document_class: One of `CLASSES`.
        template: One of `template_names(document_class)`; None draws one.
        person: Who it is issued to; None invents somebody. Chinese layouts want a person of the locale zh_CN.
        seed: Of everything that differs between two prints of one layout: register, portrait session, filler text.
        pixels_per_mm: Resolution. 8 is about 200 dots an inch; a card has 685 × 432 pixels then.
        values: Other texts to print in place of the person's, by field name, dates in ISO form: for showing what a
            check must find. The machine-readable lines are not changed with them.
        portrait_seed: Another face in place of the person's.
        oversampling: The page is drawn this many times larger, then reduced.

    Returns:
        The document with the place of every field.

    Raises:
        TypeError: If `person` or `seed` have a wrong type.
        ValueError: If class, template, resolution or a value's name is unknown or out of range.
    """
    if document_class not in CLASSES:
        raise ValueError(f"document_class must be one of {', '.join(CLASSES)}, got {document_class!r}")
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise TypeError(f"seed must be a whole number, 0 or more, got {seed!r}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    if person is not None and not isinstance(person, Person):
        raise TypeError(f"person must be a Person, as finance.identity.invent_person makes it, got {person!r}")
    if not 0.5 <= pixels_per_mm <= 60:
        raise ValueError(f"pixels_per_mm must be from 0.5 to 60, got {pixels_per_mm}")
    if not isinstance(oversampling, Integral) or not 1 <= oversampling <= 8:
        raise ValueError(f"oversampling must be a whole number from 1 to 8, got {oversampling!r}")
    rng = np.random.default_rng([int(seed), CLASSES.index(document_class), 5])
    names = template_names(document_class)
    layout = templates.find(document_class, template or names[int(rng.integers(len(names)))])
    if person is None:
        locale = "zh_CN" if document_class in _CHINESE_ONLY or rng.random() < 0.5 else "en_US"
        person = invent_person(int(rng.integers(2**31)), locale=locale)
    if document_class in _CHINESE_ONLY and person.locale != "zh_CN":
        raise ValueError(
            f"{document_class} is printed in Chinese and wants a person of locale zh_CN, got {person.locale}"
        )
    texts = person_values.of_person(document_class, person, rng)
    unknown = sorted(set(values or {}) - set(texts))
    if unknown:
        raise ValueError(
            f"{document_class} prints no {', '.join(unknown)}; its values are {', '.join(texts) or 'none'}"
        )
    texts |= {name: str(value) for name, value in (values or {}).items()}
    print_ = np.random.default_rng([int(seed), 6])
    canvas = Canvas(*layout.size, pixels_per_mm, print_, oversampling=oversampling)
    layout.draw(Printer(canvas, texts, _photographer(document_class, person, texts, portrait_seed, print_)))
    if document_class in IMITATIONS and "specimen" not in canvas.fields:
        raise RuntimeError(f"the layout {document_class}/{layout.name} printed no SPECIMEN mark; it must")
    image, mask = canvas.finish(layout.radius)
    holder = person.identifier if texts else ""
    return Document(image, mask, document_class, layout.name, holder, canvas.fields, texts, float(pixels_per_mm))


def _photographer(document_class: str, person: Person, texts: Mapping[str, str], portrait_seed: int | None, rng):
    """Return what draws the holder as on the day of issue, in the even light of a photo studio."""
    from imgrec_tf.finance.documents.portraits import draw_portrait

    issued = {"passport": person.passport, "id_card_td1": person.identity_card}.get(
        document_class, person.resident_card
    )
    face = person.portrait_seed if portrait_seed is None else portrait_seed
    options = {
        "pose": tuple(np.clip(rng.normal(0, (2.5, 1.5, 1.0)), -8, 8)),
        "light": (float(rng.uniform(-40, 40)), float(rng.uniform(0.05, 0.35))),
        "expression": _PORTRAIT_EXPRESSIONS[int(rng.integers(len(_PORTRAIT_EXPRESSIONS)))],
        "seed": int(rng.integers(2**31)),
        "age": float(max(1, person.age(issued.issue_date))),
        "sex": person.sex,
    }
    return lambda rows, columns: draw_portrait(face, size=(rows, columns), oversampling=1, **options)

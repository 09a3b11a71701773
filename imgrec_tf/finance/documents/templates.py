"""The register of layouts: each is a function that prints one document, filed under its class and its own name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from imgrec_tf.finance.documents.document import CLASSES
from imgrec_tf.finance.documents.printer import Printer

CARD = (85.60, 54.00)  # GA 448-2013 and ISO/IEC 7810 ID-1, in mm
CARD_RADIUS = 3.18  # the same
PASSPORT_PAGE = (125.0, 88.0)  # ICAO 9303 part 4
HOUSEHOLD_PAGE = (143.0, 105.0)

_MODULES = (
    "cards",
    "emblem_cards",
    "passports",
    "id_cards",
    "household_pages",
    "bank_cards",
    "papers",
    "photographs",
)  # fmt: skip


@dataclass(frozen=True)
class Template:
    """One layout.

    Attributes:
        document_class: One of `CLASSES`.
        name: Unique within the class.
        size: Width and height in mm.
        radius: Of the corners, in mm.
        draw: What prints it.
    """

    document_class: str
    name: str
    size: tuple[float, float]
    radius: float
    draw: Callable[[Printer], None]


_registered: dict[tuple[str, str], Template] = {}


def template(document_class: str, size: tuple[float, float], radius: float = 0.0):
    """Decorate a function that prints a layout; its name becomes the layout's."""

    def register(draw: Callable[[Printer], None]) -> Callable[[Printer], None]:
        name = draw.__name__.strip("_").replace("_", "-")
        _registered[document_class, name] = Template(document_class, name, size, radius, draw)
        return draw

    return register


@cache
def registered() -> dict[str, dict[str, Template]]:
    """All layouts by class and name, in the order in which they were written."""
    for module in _MODULES:
        importlib.import_module(f"imgrec_tf.finance.documents.layouts.{module}")
    return {one: {name: found for (kind, name), found in _registered.items() if kind == one} for one in CLASSES}


def find(document_class: str, name: str) -> Template:
    """Return one layout.

    Raises:
        ValueError: If there is no such class or layout.
    """
    known = registered()
    if document_class not in known:
        raise ValueError(f"document_class must be one of {', '.join(known)}, got {document_class!r}")
    if name not in known[document_class]:
        raise ValueError(f"{document_class} has no template {name!r}; it has {', '.join(known[document_class])}")
    return known[document_class][name]

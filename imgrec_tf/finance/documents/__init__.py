"""Rendered documents of invented people, at any resolution, with the place of everything that is printed on them.

    document = finance.documents.render("portrait_side", "lake", seed=1)
    document.image, document.fields["identity_number"].text, document.fields["identity_number"].box

Every one says SPECIMEN 样本 in its pixels and in the metadata of its file. Issuers, marks, layouts and people are
invented; portraits are drawn.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "CLASSES": "document",
    "Document": "document",
    "EXPRESSIONS": "portrait_traits",
    "Field": "document",
    "IMITATIONS": "document",
    "draw_portrait": "portraits",
    "household_values": "values",
    "render": "rendering",
    "save_image": "document",
    "specimen_contrast": "marks",
    "template_names": "rendering",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

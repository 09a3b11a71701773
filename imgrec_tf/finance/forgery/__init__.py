"""Forged documents with the exact place of what was changed, and a network that looks for it.

    forged = finance.forgery.forge(document, "field_edit", seed=1)
    forged.document.image, forged.mask, forged.printed
    dataset = finance.forgery.forged_documents(split_by="template")

Genuine and forged pages pass through the same camera and the same codec. Every page says SPECIMEN 样本, forged or not.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Forged": "forged",
    "KINDS": "forged",
    "SHORTCUTS": "data_set",
    "forge": "forging",
    "forged_documents": "data_set",
    "kinds_in": "data_set",
    "targets": "eligible",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

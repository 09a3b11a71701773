"""Forged documents with the exact place of what was changed, and a network that looks for it.

    forged = finance.forgery.forge(document, "field_edit", seed=1)
    forged.document.image, forged.mask, forged.printed
    dataset = finance.forgery.forged_documents(split_by="template")

Genuine and forged pages pass through the same camera and the same codec. Every page says SPECIMEN 样本, forged or not.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Combination": "combining",
    "DocumentCheck": "detecting",
    "Forged": "forged",
    "KINDS": "forged",
    "NoiseResidual": "residuals",
    "SHORTCUTS": "data_set",
    "TRACES": "traces",
    "TraceDetector": "trace_detector",
    "TracedPage": "traced_pages",
    "TriedPage": "trying",
    "check_document": "detecting",
    "combine": "combining",
    "detector": "networks",
    "fit_traces": "trace_detector",
    "forge": "forging",
    "forged_documents": "data_set",
    "forged_pages": "data_set",
    "crops_of_pages": "data_set",
    "kinds_in": "pictures",
    "localisation_iou": "localising",
    "place_table": "traced_pages",
    "places_in": "pictures",
    "resave": "pictures",
    "resplit": "pictures",
    "show_check": "localising",
    "split_places": "traced_pages",
    "targets": "eligible",
    "trace_features": "traces",
    "train_detector": "training",
    "try_pages": "trying",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

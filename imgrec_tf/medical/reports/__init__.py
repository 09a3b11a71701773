"""A report on a batch of images: answers, heat maps, the operating point with its interval, and what is not stated.

    report = ir.medical.reports.make_report(recognizer, "inbox", "report", evaluation=evaluation)
    report.table

Out come a CSV file, one HTML file that opens without a network, and a PDF. Never for clinical use: each page says so.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "NOTICE": "content",
    "Report": "making",
    "checklist": "items",
    "make_report": "making",
    "model_card": "card",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

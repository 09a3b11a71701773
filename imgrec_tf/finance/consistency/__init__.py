"""Do the documents of one application agree with each other and with their own check digits? Rules, not networks."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "ConsistencyReport": "report",
    "Finding": "report",
    "SEVERITIES": "report",
    "check_consistency": "checking",
    "rule_table": "checking",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

"""Decide customer applications: a calibrated risk, costs, limits; kept in a database that shows what was done to it."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "ACTIONS": "decisions",
    "Application": "application",
    "ApplicationConflict": "problems",
    "ApplicationStore": "store",
    "CostMatrix": "decisions",
    "Decision": "decisions",
    "Duplicate": "duplicates",
    "Evidence": "evidence",
    "Examination": "examining",
    "ExaminedDocument": "examining",
    "FEATURES": "evidence",
    "LogEntry": "audit",
    "LogHead": "audit",
    "LogProblem": "audit",
    "LogReport": "audit",
    "RiskCoverage": "coverage",
    "RiskModel": "risk",
    "Share": "coverage",
    "SAME_PICTURE": "pictures",
    "StorageProblem": "problems",
    "Vault": "encryption",
    "decide": "decisions",
    "describe_picture": "pictures",
    "examine": "examining",
    "fit_risk_model": "risk",
    "invent_evidence": "simulation",
    "limit_for_target": "coverage",
    "mask_text": "redaction",
    "new_key": "encryption",
    "picture_similarity": "pictures",
    "redact_image": "redaction",
    "risk_coverage": "coverage",
    "wrong_among_accepted": "coverage",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

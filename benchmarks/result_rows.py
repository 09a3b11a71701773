"""Rows of a table of results."""

from __future__ import annotations

import numpy as np
from scipy import stats


def row(metric: str, value: float, *, low, high, goal, better="higher", unit="", context="") -> dict:
    """One row of the table."""
    found = {"metric": metric, "value": float(value), "low": float(low), "high": float(high), "goal": goal}
    return found | {"better": better, "unit": unit, "context": context}


def share(metric: str, hits, *, goal, better="higher", context="") -> dict:
    """One row for a share of photos, with Wilson's interval."""
    hits = np.asarray(hits, bool)
    low, high = stats.binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return row(metric, hits.mean(), low=low, high=high, goal=goal, better=better, context=context)


def bound(hits) -> str:
    """Say which share the truth is below with 95 %, by the rule of three where nothing was found."""
    if any(hits):
        high = stats.binomtest(int(np.sum(hits)), len(hits)).proportion_ci(0.90, method="exact").high
        return f"with 95 % fewer than 1 in {1 / high:.0f}"
    return f"none found: with 95 % fewer than 1 in {len(hits) / 3:.0f}, the rule of three"

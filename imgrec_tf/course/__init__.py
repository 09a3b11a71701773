"""Running the lessons, and checking the exercises in them.

In a lesson you meet `check` (is my answer right?) and `headline` (the figure that the lesson is about). Authors of
lessons use `register` and `expect`, and the commands of `python -m imgrec_tf.course`: build, run, demo, lint, list.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "CheckFailed": "checks",
    "check": "checks",
    "expect": "checks",
    "headline": "headlines",
    "register": "checks",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

"""Running the lessons, and checking the exercises in them.

In a lesson you meet `check` (is my answer right?) and `headline` (the figure that the lesson is about). Authors of
lessons use `register` and `expect`, and the commands of `python -m imgrec_tf.course`: build, run, demo, lint, list.
"""

from __future__ import annotations

import importlib

_NAMES = {
    "CheckFailed": "checks",
    "check": "checks",
    "expect": "checks",
    "headline": "headlines",
    "register": "checks",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str):
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; public names: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

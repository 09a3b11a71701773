"""Networks, and the baselines that a network has to beat."""

from __future__ import annotations

import importlib

_NAMES = {"PRESETS": "sequential", "Baseline": "baselines", "baseline": "baselines", "sequential_cnn": "sequential"}

__all__ = sorted(_NAMES)


def __getattr__(name: str):
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; public names: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

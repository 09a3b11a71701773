"""Medical images: phantoms to learn on. Never for clinical use."""

from __future__ import annotations

import importlib

__all__ = ["phantoms"]


def __getattr__(name: str):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; public names: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

"""Looking at images and preparing them: pixel values, preprocessing layers, augmentation recipes.

`pixels` is plain NumPy. `preprocessing` and `augmentation` hold Keras layers and are loaded at first use.
"""

from __future__ import annotations

import importlib

__all__ = ["augmentation", "pixels", "preprocessing"]


def __getattr__(name: str):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

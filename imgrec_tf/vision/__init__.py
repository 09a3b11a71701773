"""Looking at images and preparing them: pixel values, preprocessing layers, augmentation recipes.

`pixels` is plain NumPy. `preprocessing` and `augmentation` hold Keras layers and are loaded at first use.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

__getattr__, __dir__, __all__ = resolver(__name__, {}, ["augmentation", "pixels", "preprocessing"])

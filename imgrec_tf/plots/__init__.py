"""Every figure of the package: one look, colours that colour-blind readers can tell apart, synthetic data named so."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "COLORS": "look",
    "Figure": "look",
    "GREY": "look",
    "PALETTE": "look",
    "SYNTHETIC": "look",
    "figure": "look",
    "histogram": "pictures",
    "image_grid": "pictures",
    "image_values": "pictures",
    "style": "look",
    "styled": "look",
    "title": "look",
    "wrapped": "look",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

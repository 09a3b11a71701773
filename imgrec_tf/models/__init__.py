"""Networks, and the baselines that a network has to beat."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "PRESETS": "sequential",
    "Baseline": "baselines",
    "baseline": "baselines",
    "crnn": "text_lines",
    "sequential_cnn": "sequential",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

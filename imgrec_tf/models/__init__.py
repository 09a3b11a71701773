"""Networks, and the baselines that a network has to beat."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "PRESETS": "sequential",
    "Baseline": "baselines",
    "DiceLoss": "pixel_losses",
    "FocalLoss": "pixel_losses",
    "baseline": "baselines",
    "crnn": "text_lines",
    "sequential_cnn": "sequential",
    "unet": "u_shaped",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

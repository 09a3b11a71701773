"""Networks, and the baselines that a network has to beat."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "PRESETS": "sequential",
    "Baseline": "baselines",
    "BoxOverlapLoss": "detection_losses",
    "CentreFocalLoss": "detection_losses",
    "DiceLoss": "pixel_losses",
    "FocalLoss": "pixel_losses",
    "baseline": "baselines",
    "crnn": "text_lines",
    "detector": "detecting",
    "sequential_cnn": "sequential",
    "unet": "u_shaped",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

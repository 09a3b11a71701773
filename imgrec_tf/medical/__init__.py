"""Medical images: phantoms to learn on, DICOM files, segmentation, detection, reports. Never for clinical use."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

__getattr__, __dir__, __all__ = resolver(__name__, {}, ["detection", "dicom", "phantoms", "reports", "segmentation"])

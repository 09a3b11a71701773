"""A camera for rendered documents: every photo with the exact place of every corner.

photo = finance.capture.capture(document, severity="phone", camera=3, seed=1)
photo.image, photo.corners, photo.fields["identity_number"].corners
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Camera": "cameras",
    "Photo": "photo",
    "SEVERITIES": "severities",
    "Severity": "severities",
    "camera": "cameras",
    "capture": "photographing",
    "homography_between": "geometry",
    "transform_points": "geometry",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

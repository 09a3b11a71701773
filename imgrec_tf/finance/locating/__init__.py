"""Find the document in a photo and straighten it: quality gate, corners, rectification, which side is up.

straightened = finance.locating.straighten(photo)
straightened.image, straightened.problem, straightened.steps
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Finding": "quality",
    "LIMITS": "quality",
    "Location": "location",
    "Quality": "quality",
    "Step": "straightening",
    "Straightened": "straightening",
    "Upright": "uprightness",
    "check_corners": "geometry",
    "check_quality": "quality",
    "corner_batches": "corners",
    "corner_network": "corners",
    "corner_photos": "corners",
    "homography": "geometry",
    "locate_document": "location",
    "nearest_format": "geometry",
    "order_corners": "geometry",
    "page_aspect": "geometry",
    "quadrilateral_iou": "geometry",
    "rectify": "geometry",
    "refine_corners": "refining",
    "show_outlines": "figures",
    "straighten": "straightening",
    "upright": "uprightness",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

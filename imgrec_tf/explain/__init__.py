"""Where does a network look? Maps of the pixels that its answer rests on, and a check that such a map means anything.

    maps = ir.explain.grad_cam(model, images)
    ir.explain.show_maps(images, maps, synthetic=True)
    ir.explain.sanity_check(model, images)

A map shows where the evidence lies, not what it is, and not whether the answer is right.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "SanityCheck": "sanity",
    "grad_cam": "gradients",
    "mass_inside": "figures",
    "occlusion": "occluding",
    "saliency": "gradients",
    "sanity_check": "sanity",
    "show_maps": "figures",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

"""Where does a network look? Maps of its evidence, a check that they mean anything, and a shortcut planted to be found.

    maps = ir.explain.grad_cam(model, images)
    ir.explain.show_maps(images, maps, synthetic=True)
    ir.explain.sanity_check(model, images)
    ir.explain.shortcut_experiment(dataset).plot()

A map shows where the evidence lies, not what it is, and not whether the answer is right.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Marker": "marking",
    "PlantedShortcut": "marking",
    "SanityCheck": "sanity",
    "ShortcutExperiment": "shortcut",
    "grad_cam": "gradients",
    "mass_inside": "figures",
    "occlusion": "occluding",
    "plant_shortcut": "marking",
    "saliency": "gradients",
    "sanity_check": "sanity",
    "shortcut_experiment": "shortcut",
    "show_maps": "figures",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

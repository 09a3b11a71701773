"""Segmentation: which pixel belongs to which object. Pictures with masks, a U-Net, objects that touch, and measuring.

dataset = medical.segmentation.load("cells-phantom")
run = medical.segmentation.train_segmenter(dataset)
found = run.segmenter.segment(dataset.test)
medical.segmentation.measure_masks(dataset.test, found)
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "CLASS_NAMES": "pictures",
    "MaskDataset": "data_set",
    "MaskScores": "measuring",
    "MaskSplit": "data_set",
    "SegmentationRun": "training",
    "Segmenter": "segmenter",
    "THRESHOLDS": "scoring",
    "augment": "augmenting",
    "average_precision": "scoring",
    "cells_phantom": "phantom",
    "connected_objects": "instances",
    "dice": "scoring",
    "from_arrays": "data_set",
    "from_folder": "folders",
    "grey": "pictures",
    "instance_mask": "pictures",
    "iou": "scoring",
    "load": "folders",
    "measure_masks": "measuring",
    "network_input": "pictures",
    "object_ious": "scoring",
    "objects_from_scores": "instances",
    "otsu_mask": "instances",
    "outlined": "figures",
    "pixel_classes": "pictures",
    "pixel_scores": "tiles",
    "plot_precision": "figures",
    "show_segmentation": "figures",
    "split_touching": "instances",
    "train_segmenter": "training",
    "unit_range": "pictures",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

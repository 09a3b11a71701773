"""Detection: which objects a picture holds, a box around each, and how many there are. Never for clinical use.

dataset = medical.detection.load("blood-phantom")
run = medical.detection.train_detector(dataset)
detector = run.detector.tuned(dataset.validation)
detector.count(["my_picture.jpg"])
medical.detection.measure_boxes(dataset.test, detector.candidates(dataset.test), detector.thresholds)
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Annotation": "voc",
    "BoxDataset": "data_set",
    "BoxScores": "measuring",
    "BoxSplit": "data_set",
    "ClassRule": "counting",
    "DetectionRun": "training",
    "Detector": "detector",
    "Found": "detector",
    "THRESHOLDS": "scoring",
    "augment": "augmenting",
    "average_precision": "scoring",
    "blood_phantom": "phantom",
    "box_areas": "boxes",
    "box_ious": "boxes",
    "boxed": "figures",
    "boxes_of": "decoding",
    "centre_targets": "targets",
    "choose_threshold": "counting",
    "fitted": "augmenting",
    "from_arrays": "data_set",
    "from_voc": "voc",
    "load": "folders",
    "measure_boxes": "measuring",
    "plot_counts": "figures",
    "read_annotation": "voc",
    "show_boxes": "figures",
    "suggested_size": "training",
    "train_detector": "training",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

"""Nuclei under the fluorescence microscope: a small U-Net against a threshold, on real pictures.

Run from the project's folder:  python benchmarks/medical.py --parts segmentation
Needs the 424 pictures and masks of `nuclei` in the folder that IMGREC_DATA names.

No patients or slides are named, so pictures are divided one by one, with a fixed seed: 15 % validation, 15 % test. The
weights, the thresholds of the watershed, the smallest object and everything else is chosen on the validation split; the
test split is measured once. The goal of 240 s for the training is held against processor time, which depends less on
what else the machine does. With IMGREC_BENCHMARK_MODELS, the trained model is kept in that folder and read from there
the next time.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from results_table import machine

SEED = 0
SETTINGS = {"epochs": 8, "batches": 70, "batch_size": 8, "size": 128, "learning_rate": 4e-3}
GOALS = {"dice": 0.9, "average_precision_50": 0.8}
SHOWN = (
    "pixel_accuracy", "dice", "iou", "average_precision_50", "average_precision_75", "average_precision",
    "count_error", "absolute_count_error",
)  # fmt: skip
BESIDE = "more than the CPU seconds where other work ran beside it"
_LOWER = ("absolute_count_error",)


def measure_segmentation() -> list[dict]:
    """Train or read the network, choose its thresholds on validation, and measure it and the baselines on test."""
    import imgrec_tf as ir

    segmentation = ir.medical.segmentation
    dataset = segmentation.load("nuclei", seed=SEED)
    segmenter, about = _trained(dataset)
    start = time.process_time()
    segmenter = segmenter.tuned(dataset.validation)
    tuning = time.process_time() - start
    start = time.process_time()
    found = {"U-Net": segmenter.segment(dataset.test)}
    predicting = (time.process_time() - start) / len(dataset.test)
    masks = [segmentation.otsu_mask(picture) for picture in dataset.test.images]
    found["threshold"] = [segmentation.connected_objects(mask) for mask in masks]
    found["threshold and watershed"] = [segmentation.split_touching(mask) for mask in masks]

    parts = ", ".join(f"{len(part)} {part.name}" for part in (dataset.train, dataset.validation, dataset.test))
    context = f"nuclei (BBBC038): {parts} pictures, divided by picture, seed {SEED}; mean over test pictures"
    chosen = (
        f"thresholds {segmenter.threshold:g} and {segmenter.marker_threshold:g} and objects of {segmenter.smallest} "
        "pixels or more, chosen on validation"
    )
    rows = []
    for name, predictions in found.items():
        scores = segmentation.measure_masks(dataset.test, predictions, seed=SEED)
        for metric in SHOWN:
            one = scores[metric]
            goal = GOALS.get(metric) if name == "U-Net" else None
            better = "lower" if metric in _LOWER else "higher"
            told = f"{context}; {chosen}" if name == "U-Net" else context
            bounds = {"value": one.value, "low": one.low, "high": one.high}
            rows.append(_row(f"{name}, {metric}", goal, better, "", told, **bounds))
    how = f"{SETTINGS}; {about['threads']}, {machine()}"
    rows += [
        _row("U-Net, parameters", 500_000, "lower", "", "", value=segmenter.model.count_params()),
        _row("U-Net, training", 240, "lower", "CPU s", how, value=about["cpu_seconds"]),
        _row("U-Net, training, by the clock", None, "lower", "s", BESIDE, value=about["seconds"]),
        _row("U-Net, choosing thresholds", None, "lower", "CPU s", "", value=tuning),
        _row("U-Net, one picture", None, "lower", "CPU s", "256 or 360 pixels a side", value=predicting),
    ]
    return rows


def _trained(dataset):
    """Return the segmenter, and seconds of the training."""
    import imgrec_tf as ir

    folder = os.environ.get("IMGREC_BENCHMARK_MODELS")
    kept = Path(folder) / f"nuclei_{SEED}.imgseg" if folder else None
    if kept is not None and kept.exists():
        about = json.loads(kept.with_suffix(".json").read_text(encoding="utf-8"))
        return ir.medical.segmentation.Segmenter.load(kept), about
    start = time.process_time()
    run = ir.medical.segmentation.train_segmenter(dataset, seed=SEED, **SETTINGS)
    print(run)
    print(run.history.round(4).to_string(index=False))
    about = {
        "seconds": run.seconds,
        "cpu_seconds": time.process_time() - start,
        "threads": f"threads in an operation: {os.environ.get('TF_NUM_INTRAOP_THREADS', 'all')}",
    }
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        run.segmenter.save(kept)
        kept.with_suffix(".json").write_text(json.dumps(about) + "\n", encoding="utf-8")
    return run.segmenter, about


def _row(metric: str, goal, better: str, unit: str, context: str, *, value, low=None, high=None) -> dict:
    bounds = {"value": float(value), "low": low, "high": high}
    return {"metric": f"segmentation: {metric}", **bounds, "goal": goal, "better": better, "unit": unit,
            "context": context}  # fmt: skip

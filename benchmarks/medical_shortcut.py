"""A planted shortcut: what a marker does to ROC AUC, to Grad-CAM and to scores, on synthetic and on real chest X-rays.

Two parts of medical.py:  python benchmarks/medical.py --parts shortcut shortcut-pneumonia
The first is synthetic (chest phantom). The second needs PneumoniaMNIST at 28×28, found in IMGREC_DATA, in the user's
cache, or downloaded (4 MB).

The marker, a square in a corner, is on 99 % of the ill and on 1 % of the others, in training, validation and test; a
placebo in the opposite corner is on half of both. Three seeds of markers, network and training (the phantom's pictures
change with them, too), and one control whose marker is on half of everybody. Nothing is chosen on the test split. Never
for clinical use.
"""

from __future__ import annotations

import time

import numpy as np
from results_table import machine

SEEDS = (7, 8, 9)
CONTROL = 0.5
GOALS = {"ROC AUC, marker as in training": (0.98, "higher"), "ROC AUC, marker flipped": (0.60, "lower")}
PICTURES = {"chest-phantom": {"count": 1200, "size": 64}, "pneumoniamnist": {}}
TRAINING_IMAGES = 1500  # of the real ones, drawn with the seed
EPOCHS = 8


def measure_shortcut() -> list[dict]:
    """Measure on the chest phantom."""
    return _rows("shortcut", "chest-phantom")


def measure_shortcut_pneumonia() -> list[dict]:
    """Measure on real X-rays."""
    return _rows("shortcut on pneumoniamnist", "pneumoniamnist")


def _rows(part: str, name: str) -> list[dict]:
    start = time.process_time()
    found = {seed: _experiment(name, seed).to_frame() for seed in SEEDS}
    control = _experiment(name, SEEDS[0], CONTROL).to_frame()
    seconds = time.process_time() - start
    kind = "synthetic" if name == "chest-phantom" else "real"
    context = f"{kind}, marker on 99 % and 1 %, {EPOCHS} epochs; mean of {len(SEEDS)} seeds, lowest to highest"
    rows = [_row(f"{part}: CPU seconds of four trainings", seconds, None, None, None, "lower", "CPU s", machine())]
    for what in control.index:
        values = [one.loc[what, "value"] for one in found.values()]
        goal, better = GOALS.get(what, (None, "higher"))
        rows.append(_row(f"{part}: {what}", np.mean(values), min(values), max(values), goal, better, "", context))
        for seed, one in found.items():
            numbers = one.loc[what]
            rows.append(_row(f"{part}: {what}, seed {seed}", *numbers, None, better, "", "95 % interval"))
        told = "control: marker on half of everybody; 95 % interval"
        rows.append(_row(f"{part}: {what}, control", *control.loc[what], None, better, "", told))
    return rows


def _experiment(name: str, seed: int, strength: float = 0.99):
    import imgrec_tf as ir

    dataset = ir.load(name, seed=seed, **PICTURES[name])
    if name == "pneumoniamnist":
        dataset = dataset.subset_train(TRAINING_IMAGES, seed=seed)
    return ir.explain.shortcut_experiment(dataset, strength=strength, seed=seed, epochs=EPOCHS, progress=False)


def _row(metric, value, low, high, goal, better, unit, context) -> dict:
    numbers = {key: None if one is None or np.isnan(one) else float(one) for key, one in
               (("value", value), ("low", low), ("high", high))}  # fmt: skip
    return {"metric": metric, **numbers, "goal": goal, "better": better, "unit": unit, "context": context}

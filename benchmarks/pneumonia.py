"""How well does a small network, trained with the defaults, tell pneumonia in chest X-rays of children?

Run from the project's folder:  python benchmarks/pneumonia.py
Needs real images: PneumoniaMNIST at 28×28, found in IMGREC_DATA, in the user's cache, or downloaded (4 MB).

Three seeds. The epoch and the operating point are chosen on the validation split; the test split is measured once for
each seed. Published for comparison: ROC AUC .944 (ResNet-18) and .948 (ResNet-50), Yang et al., "MedMNIST v2",
Scientific Data 2023. Never for clinical use.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from results_table import machine, report

SEEDS = (0, 1, 2)


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options = parser.parse_args()

    import imgrec_tf as ir

    dataset = ir.load("pneumoniamnist")
    rows, values, seconds = [], [], []
    for seed in options.seeds:
        run, took = trained(dataset, seed)
        seconds.append(took)
        threshold = point_of_best_accuracy(ir.evaluate(run.model, dataset.validation))
        test = ir.evaluate(run.model, dataset.test, threshold=threshold)
        context = f"seed {seed}, {len(run.history)} epochs, 95 % interval"
        rows.append(_interval_row("test ROC AUC", test["roc_auc"], context))
        chosen = f"{context}; threshold {threshold:.3f} of best balanced accuracy on validation"
        rows += [
            _interval_row(f"test {name}", test[name], chosen) for name in ("accuracy", "sensitivity", "specificity")
        ]
        values.append(test["roc_auc"].value)
    context = f"{len(values)} seeds, {run.model.count_params():,} parameters, defaults of train, {machine()}"
    summary = [
        _row("mean test ROC AUC", statistics.mean(values), min(values), max(values), 0.965, "higher", "", context),
        _row("parameters", run.model.count_params(), None, None, 100_000, "lower", "", context),
        _row("training, slowest seed", max(seconds), min(seconds), max(seconds), 180.0, "lower", "s", context),
    ]
    report("pneumonia", summary + rows)


def trained(dataset, seed: int):
    """Train the default network with the defaults of `train`; return the run and the seconds it took."""
    import imgrec_tf as ir

    model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=seed)
    start = time.perf_counter()
    run = ir.train(model, dataset, seed=seed, check_leaks=False)
    return run, time.perf_counter() - start


def point_of_best_accuracy(validation) -> float:
    """Return the threshold between two validation scores at which balanced accuracy is best."""
    scores, labels = validation.scores[:, 1], validation.labels
    order = np.argsort(scores)
    found = 1 - np.cumsum(labels[order]) / labels.sum()
    left_alone = np.cumsum(1 - labels[order]) / (1 - labels).sum()
    best = int(np.argmax(found + left_alone))
    return float((scores[order][best] + scores[order][min(best + 1, len(order) - 1)]) / 2)


def _interval_row(metric: str, measured, context: str) -> dict:
    return _row(metric, measured.value, measured.low, measured.high, None, "higher", "", context)


def _row(metric, value, low, high, goal, better, unit, context) -> dict:
    bounds = {"value": value, "low": low, "high": high}
    return {"metric": metric, **bounds, "goal": goal, "better": better, "unit": unit, "context": context}


if __name__ == "__main__":
    main()

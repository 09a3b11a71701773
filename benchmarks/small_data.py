"""Does the default recipe hold on 500 training images, whatever they show?

Run from the project's folder:  python benchmarks/small_data.py
Needs real images in IMGREC_DATA: PneumoniaMNIST, MedNIST (a folder), MNIST, CIFAR-10. It skips what is not there.

From each set 500 images are drawn, with the classes in their shares, by three seeds. `from_arrays` sets 15 % of them
aside for validation; `sequential_cnn` and `train` run with no setting changed. The baselines are fitted on all 500:
logistic regression and a support-vector machine with a Gaussian kernel, both on raw pixels. All are measured on the
same test images (at most 3,000, drawn once). The mean over the seeds is compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

from results_table import machine, report

TRAIN = 500
TEST = 3_000
SEEDS = (0, 1, 2)
BASELINES = ("logistic-regression", "svm-rbf")
PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--sets", nargs="+", default=["pneumoniamnist", "mednist", "mnist", "cifar10"])
    options = parser.parse_args()

    rows = []
    for name in options.sets:
        try:
            whole = get(name)
        except OSError as error:
            print(f"{name} is left out: {error}")
            continue
        rows += measure(name, whole, options.seeds)
    report("small_data", rows)


def get(name: str):
    """Return a data set of the catalogue, or MedNIST from its folder."""
    import imgrec_tf as ir

    if name != "mednist":
        return ir.load(name)
    folder = Path(os.environ.get("IMGREC_DATA", PROJECT.parent / "shared" / "data")) / "mednist"
    return ir.datasets.from_folder(folder, test=0.4, seed=0)


def measure(name: str, whole, seeds) -> list[dict]:
    """Return the rows of one set: the network and both baselines, and by how much it is above the better one."""
    import imgrec_tf as ir

    test = whole.test.sample(min(TEST, len(whole.test)), seed=0)
    found = {"network": [], **{baseline: [] for baseline in BASELINES}}
    seconds = []
    for seed in seeds:
        sample = whole.train.sample(TRAIN, seed=seed)
        dataset = ir.datasets.from_arrays(
            sample.pixels().astype("uint8"),
            sample.labels,
            test=(test.pixels().astype("uint8"), test.labels),
            class_names=whole.class_names,
            seed=seed,
            name=name,
        )
        start = time.perf_counter()
        model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=seed)
        run = ir.train(model, dataset, seed=seed)
        seconds.append(time.perf_counter() - start)
        found["network"].append(_auc(run.model, dataset.test))
        for baseline in BASELINES:
            found[baseline].append(_auc(ir.models.baseline(baseline, sample, seed=seed), dataset.test))
        print(
            f"{name}, seed {seed}: " + ", ".join(f"{who} {values[-1]:.4f}" for who, values in found.items()), flush=True
        )
    best = max(BASELINES, key=lambda baseline: statistics.mean(found[baseline]))
    context = f"{TRAIN} training images, {len(test):,} test images, seeds {list(seeds)}"
    rows = [
        _row(f"{name}: mean test ROC AUC, network", found["network"], statistics.mean(found[best]), context),
        *[_row(f"{name}: mean test ROC AUC, {baseline}", found[baseline], None, context) for baseline in BASELINES],
        _row(f"{name}: seconds of training", seconds, None, machine(), better="lower", unit="s"),
    ]
    rows[0]["context"] += f"; goal: above {best}"
    return rows


def _auc(model, split) -> float:
    import imgrec_tf as ir

    return ir.evaluate(model, split, resamples=0)["roc_auc"].value


def _row(metric: str, values, goal, context: str, better: str = "higher", unit: str = "") -> dict:
    bounds = {"value": statistics.mean(values), "low": min(values), "high": max(values)}
    return {"metric": metric, **bounds, "goal": goal, "better": better, "unit": unit, "context": context}


if __name__ == "__main__":
    main()

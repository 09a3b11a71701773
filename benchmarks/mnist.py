"""How fast does a network learn handwritten digits, and how well?

Run from the project's folder:  python benchmarks/mnist.py
Needs real images: MNIST, found in IMGREC_DATA, in the user's cache, or downloaded (11 MB).

Time: the network of preset "digits", trained by two programs in turn. The printed one gives arrays to `fit`, 32 images
in a step, with Adam; it is stopped after the first epoch that reaches 99.0 % on the test images. Ours is `train` with a
fixed number of epochs; it counts only if it ends at 99.0 % or more. Measuring the test accuracy is not timed. The
seconds of the two are compared turn by turn, and the median ratio is the result.

Accuracy: the best recipe, chosen on validation images, under five minutes.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from results_table import last_rows, machine, report

GOAL = 0.99
TURNS = 3


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=TURNS, help="turns that each program takes")
    parser.add_argument("--only", choices=("time", "accuracy"), help="one of the two; the other keeps its rows")
    options = parser.parse_args()

    import imgrec_tf as ir

    dataset = ir.load("mnist")
    parts = {"accuracy": lambda: best_accuracy(dataset), "time": lambda: time_to_goal(dataset, options.turns)}
    chosen = [options.only] if options.only else list(parts)
    kept = [row for row in last_rows("mnist") if not any(row["context"].startswith(f"{part}: ") for part in chosen)]
    rows = []
    for part in chosen:
        rows += [row | {"context": f"{part}: {row['context']}"} for row in parts[part]()]
    report("mnist", rows + kept)


def accuracy(model, split) -> float:
    """Return the share of images that the model names correctly."""
    scores = model.predict(split.pixels(), batch_size=500, verbose=0)
    return float(np.mean(scores.argmax(axis=1) == split.labels))


def printed_program(dataset, seed: int, most_epochs: int = 20) -> tuple[float, float, int]:
    """Train as the book prints it; return (seconds, test accuracy, epochs) at the first epoch that reaches the goal."""
    import keras

    import imgrec_tf as ir

    keras.utils.set_random_seed(seed)
    images = np.concatenate([dataset.train.pixels(), dataset.validation.pixels()])
    labels = np.concatenate([dataset.train.labels, dataset.validation.labels])
    model = ir.models.sequential_cnn(preset="digits", seed=seed)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    seconds, epoch, reached = 0.0, 0, 0.0
    while reached < GOAL and epoch < most_epochs:
        epoch += 1
        start = time.perf_counter()
        model.fit(images, labels, batch_size=32, epochs=1, verbose=0)
        seconds += time.perf_counter() - start
        reached = accuracy(model, dataset.test)
    return seconds, reached, epoch


def our_program(dataset, seed: int) -> tuple[float, float, int]:
    """Train the same network with `train`; return (seconds, test accuracy, epochs)."""
    import imgrec_tf as ir

    start = time.perf_counter()
    model = ir.models.sequential_cnn(preset="digits", seed=seed)
    run = ir.train(
        model,
        dataset,
        epochs=2,
        batch_size=64,
        optimizer="muon",
        learning_rate=0.006,  # all four: the best of five on the validation split, over three seeds
        augmentation="none",
        seed=seed,
        progress=False,
        check_leaks=False,
    )
    seconds = time.perf_counter() - start
    return seconds, accuracy(run.model, dataset.test), len(run.history)


def time_to_goal(dataset, turns: int) -> list[dict]:
    """Return rows on the time that both programs need to 99.0 %."""
    found = {"printed": [], "ours": []}
    for turn in range(turns):
        programs = [("printed", printed_program), ("ours", our_program)]
        for name, program in programs if turn % 2 == 0 else programs[::-1]:
            found[name].append(program(dataset, seed=turn))
            print(f"  turn {turn}: {name} {found[name][-1]}", flush=True)
    ratios = [ours[0] / printed[0] for ours, printed in zip(found["ours"], found["printed"])]
    context = f"preset digits, 121,930 parameters, seeds 0–{turns - 1}, in turn in one run, {machine()}"
    rows = [_row("time to 99.0 %, relative to the printed program", ratios, 0.25, "lower", "ratio", context)]
    for name, label in (("printed", "printed program"), ("ours", "train")):
        epochs = ", ".join(str(one[2]) for one in found[name])
        seconds, reached = [one[0] for one in found[name]], [one[1] for one in found[name]]
        rows.append(_row(f"{label}: seconds", seconds, None, "lower", "s", f"epochs {epochs}; {context}"))
        rows.append(_row(f"{label}: test accuracy when stopped", reached, GOAL, "higher", "share", context))
    return rows


def best_accuracy(dataset) -> list[dict]:
    """Return rows on the best recipe's accuracy and time."""
    import imgrec_tf as ir

    start = time.perf_counter()
    # The best of nine recipes on the validation split. Written digits leave the outer two pixels empty.
    model = ir.models.sequential_cnn(
        dataset.image_shape,
        dataset.num_classes,
        preprocessing=[ir.vision.preprocessing.CenterCrop(24, 24)],
        filters=(16, 32, 64),
        convolutions=(1, 2, 2),
        batch_norm=True,
        dropout=0.2,
        pooling="average",
        seed=0,
    )
    run = ir.train(
        model,
        dataset,
        epochs=9,
        batch_size=128,
        learning_rate=0.005,
        augmentation=ir.vision.augmentation.recipe("light", strength=1.6),
        seed=0,
        check_leaks=False,
    )
    seconds = time.perf_counter() - start
    evaluation = ir.evaluate(run.model, dataset.test)
    metric = evaluation["accuracy"]
    context = f"sequential_cnn, {model.count_params():,} parameters, seed 0, {len(run.history)} epochs, {machine()}"
    return [
        {
            "metric": "best recipe: test accuracy",
            "value": metric.value,
            "low": metric.low,
            "high": metric.high,
            "goal": 0.996,
            "better": "higher",
            "unit": "share",
            "context": f"95 % interval; {context}",
        },
        _row("best recipe: seconds of training", [seconds], 300.0, "lower", "s", context),
    ]


def _row(metric: str, values: list[float], goal: float | None, better: str, unit: str, context: str) -> dict:
    middle = statistics.median(values)
    bounds = {"low": min(values), "high": max(values)}
    return {
        "metric": metric,
        "value": middle,
        **bounds,
        "goal": goal,
        "better": better,
        "unit": unit,
        "context": context,
    }


if __name__ == "__main__":
    main()

"""From scores to decisions on real chest X-rays: thresholds, calibration, another prevalence, sets of answers.

A part of medical.py:  python benchmarks/medical.py --parts decisions
Needs PneumoniaMNIST at 28×28, found in IMGREC_DATA, in the user's cache, or downloaded (4 MB). Networks that were
trained before, named pneumonia_<seed>.keras, are taken from the folder that IMGREC_BENCHMARK_MODELS names.

Three seeds, trained as in pneumonia.py. Everything is chosen on the validation split: the temperature, two operating
points (a sensitivity of .95; the least number of errors at the test split's prevalence) and the limits of the sets. The
test split, where 62.5 % are ill and not 74 %, is measured once. Its prevalence is given as known, and beside it
estimated from the scores without labels; each row says which. Never for clinical use.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from pneumonia import trained
from results_table import machine

SEEDS = (0, 1, 2)
ALPHA = 0.1
HALVINGS = 200
KNOWN = 0.625  # of the test split, 390 of 624 images: published with the data set


def measure_decisions() -> list[dict]:
    """Train three seeds, or read them from a folder, and measure what stands on their scores."""
    import imgrec_tf as ir

    named = os.environ.get("IMGREC_BENCHMARK_MODELS")
    models = Path(named) if named else None
    dataset = ir.load("pneumoniamnist")
    start = time.process_time()
    found = [_one_seed(dataset, seed, models) for seed in SEEDS]
    context = f"{machine()}; {'without' if models else 'with'} the training of three networks"
    rows = [_row("all seeds", time.process_time() - start, None, None, None, "lower", "CPU s", context)]
    for name, (_, _, _, goal, better, context) in found[0].items():
        values = [one[name][0] for one in found]
        told = f"mean of {len(values)} seeds, from lowest to highest; {context}"
        rows.append(_row(name, np.mean(values), min(values), max(values), goal, better, "", told))
        if name.startswith(("test", "validation", "prevalence")):
            for seed, one in zip(SEEDS, found):
                value, low, high, *_ = one[name]
                rows.append(_row(f"{name}, seed {seed}", value, low, high, None, better, "", "95 % interval"))
    return rows


def _one_seed(dataset, seed: int, models: Path | None) -> dict[str, tuple]:
    """Return by name: value, low, high, goal, better, context."""
    import keras

    import imgrec_tf as ir
    from imgrec_tf import decisions

    file = None if models is None else models / f"pneumonia_{seed}.keras"
    model = keras.models.load_model(file) if file is not None and file.exists() else trained(dataset, seed)[0].model
    raw = ir.evaluate(model, dataset.validation)
    found = calibration(raw, seed) | sets(raw, dataset.validation, model, seed)
    here = float(raw.labels.mean())

    model = decisions.calibrated(model, decisions.fit_temperature(raw))
    validation = ir.evaluate(model, dataset.validation)
    errors = decisions.Costs(1, 1)
    test = ir.evaluate(model, dataset.test)  # the one look
    estimate = decisions.estimate_prevalence(test.scores[:, 1], of=here, seed=seed)
    found["prevalence of test, estimated without labels"] = (
        estimate.value, estimate.low, estimate.high, None, "higher", f"counted: {KNOWN}"
    )  # fmt: skip
    points = {
        "least errors, prevalence known": decisions.choose_operating_point(validation, costs=errors, prevalence=KNOWN),
        "least errors, prevalence estimated": decisions.choose_operating_point(
            validation, costs=errors, prevalence=estimate.value
        ),
        "least errors, not corrected": decisions.choose_operating_point(validation, costs=errors),
        "sensitivity .95 on validation": decisions.choose_operating_point(validation, sensitivity=0.95),
    }
    for name, point in points.items():
        at = _again(test, test.scores, threshold=point.threshold)
        for metric, goal in (("accuracy", 0.9), ("sensitivity", 0.95), ("specificity", None)):
            measured = at[metric]
            goal = None if "not corrected" in name or "estimated" in name else goal
            context = f"threshold chosen on validation: {name}"
            found[f"test {metric}; {name}"] = (measured.value, measured.low, measured.high, goal, "higher", context)
    for name, to in (("prevalence known", KNOWN), ("not corrected", here)):
        error = _again(test, decisions.shift_prevalence(test.scores, of=here, to=to))["expected_calibration_error"]
        goal = 0.05 if name == "prevalence known" else None
        found[f"test ECE after scaling; {name}"] = (error.value, error.low, error.high, goal, "lower", "15 bins")
    rule = decisions.fit_conformal(validation, ALPHA, method="by class", seed=seed)
    for _, row in rule.sets(test.scores).coverage(test.labels).iterrows():
        context = f"asked for: {1 - ALPHA:g}; limits from validation; the test split is another source"
        found[f"test coverage by class, {row['class']}"] = (
            row["coverage"], row["low"], row["high"], None, "higher", context
        )  # fmt: skip
    return found


def calibration(raw, seed: int) -> dict[str, tuple]:
    """Fit the temperature on one half of validation and measure on the other."""
    from imgrec_tf import decisions

    first, second = decisions.halves(raw, seed=seed)
    temperature = decisions.fit_temperature(first)
    after = _again(second, temperature.apply(second.scores))
    found = {"temperature": (temperature.value, None, None, None, "lower", "fitted on one half of validation")}
    for name, one, goal in (("before", second, None), ("after", after, 0.05)):
        error = one["expected_calibration_error"]
        context = "15 bins; temperature from the other half"
        found[f"validation ECE {name} scaling"] = (error.value, error.low, error.high, goal, "lower", context)
    return found


def sets(raw, split, model, seed: int) -> dict[str, tuple]:
    """Coverage on halves of validation, many times, and on damaged images of the second half."""
    import imgrec_tf as ir
    from imgrec_tf import decisions
    from imgrec_tf.evaluation import Evaluation
    from imgrec_tf.vision import augmentation, preprocessing

    pixels = split.pixels()
    noise = augmentation.RandomNoise(deviation=(0.1, 0.1), seed=seed)
    damaged = {
        "as they were": raw.scores,
        "blurred, sigma 1 pixel": 255 * np.asarray(preprocessing.Blur(sigma=1.0)(pixels / 255)),
        "noise of 10 %": np.asarray(noise(pixels, training=True)),
    }
    for name, images in damaged.items():
        if name != "as they were":
            images = split.with_images(np.clip(images, 0, 255).round().astype(np.uint8))
            damaged[name] = ir.evaluate(model, images, resamples=0).scores
    found = {}
    for method in ("marginal", "by class"):
        covered: dict[str, list[float]] = {}
        for repeat in range(HALVINGS):
            places = ir.datasets.split(raw.labels, validation=0.5, test=0, seed=1000 * seed + repeat)
            first, second = places["train"], places["validation"]
            half = Evaluation.from_scores(
                raw.scores[first], raw.labels[first], class_names=raw.class_names, task="binary", name="validation",
                resamples=0,
            )  # fmt: skip
            rule = decisions.fit_conformal(half, ALPHA, method=method)
            for name, scores in damaged.items():
                table = rule.sets(scores[second]).coverage(raw.labels[second])
                for place, told in enumerate(["all", *raw.class_names]):
                    covered.setdefault(f"{told}, {name}", []).append(table["coverage"][place])
        for name, values in covered.items():
            low, high = np.percentile(values, [2.5, 97.5])
            context = (
                f"asked for: {1 - ALPHA:g}; mean of {HALVINGS} divisions of validation, and where 95 % of them lie"
            )
            value = float(np.mean(values))
            found[f"coverage {method}, {name}"] = (value, low, high, None, "higher", context)
            if name == "all, as they were":
                off = abs(value - (1 - ALPHA))
                found[f"coverage {method}, distance from what was asked for"] = (
                    off, None, None, 0.02, "lower", context
                )  # fmt: skip
    return found


def _again(evaluation, scores, **options):
    """Evaluate other scores of the same images."""
    options = {"name": evaluation.name, **options}
    return type(evaluation).from_scores(
        scores, evaluation.labels, class_names=evaluation.class_names, task="binary", **options
    )


def _row(metric, value, low, high, goal, better, unit, context) -> dict:
    bounds = {"value": _plain(value), "low": _plain(low), "high": _plain(high)}
    return {
        "metric": f"decisions: {metric}",
        **bounds,
        "goal": goal,
        "better": better,
        "unit": unit,
        "context": context,
    }


def _plain(value) -> float | None:
    return None if value is None else float(value)

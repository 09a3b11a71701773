"""Does a small network find forged fields, in the documents of people, in layouts and on cameras that it never saw?

Run from the project's folder:  python benchmarks/forgery.py

For each way of splitting, crops of fields are made (`finance.forgery.forged_documents`), `finance.forgery.detector` is
trained with and without high-pass residuals, the better of the two on validation is taken, and measured once on the
test split. Then the rules join: pages of validation persons fit `forgery.combine`, pages of test persons measure
network, rules and both, and how well the heat maps find the place.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from results_table import machine, report

GOALS = {"person": 0.95, "template": 0.90, "camera": None, "random": None}
CARDS = ("portrait_side", "id_card_td1")


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=2400)
    parser.add_argument("--pages", type=int, default=200, help="pages each to fit and to measure the combination")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--severity", default="mild")
    parser.add_argument("--split", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--show-only", action="store_true", help="print without writing benchmarks/results")
    options = parser.parse_args()

    rows, person_model = [], None
    for split_by in options.split:
        measured, model = measure(split_by, options)
        rows += measured
        person_model = model if split_by == "person" else person_model
    if person_model is not None and options.pages:
        rows += measure_pages(person_model, options)
    if options.show_only:
        for row in rows:
            print(row)
    else:
        report("forgery", rows)


def measure(split_by: str, options) -> tuple[list[dict], object]:
    """Return the rows of one way of splitting, and the model that was chosen on validation."""
    import imgrec_tf as ir
    from imgrec_tf.finance import forgery

    start = time.process_time()
    dataset = forgery.forged_documents(
        options.photos, split_by=split_by, severity=options.severity, seed=options.seed, classes=CARDS
    )
    made = time.process_time() - start
    best = None
    for residuals in (False, True):
        model = forgery.detector(residuals=residuals, seed=options.seed)
        ir.train(
            model,
            dataset,
            epochs=options.epochs,
            augmentation="none",
            seed=options.seed,
            check_leaks=split_by != "random",
        )
        auc = ir.evaluate(model, dataset.validation, resamples=0)["roc_auc"].value
        print(f"{split_by}, residuals {residuals}: validation ROC AUC {auc:.4f}", flush=True)
        if best is None or auc > best[0]:
            best = (auc, residuals, model)
    seconds = time.process_time() - start
    found = ir.evaluate(best[2], dataset.test, seed=options.seed)
    scores, kinds = found.scores[:, 1], forgery.kinds_in(dataset.test)
    context = (
        f"{options.photos:,} photos, {len(dataset.train):,} training and {len(dataset.test):,} test crops, "
        f"{options.severity}, residuals {best[1]}, {best[2].count_params():,} parameters, seed {options.seed}, "
        f"{seconds:.0f} CPU s of which {made:.0f} making photos, {machine()}"
    )
    auc = found["roc_auc"]
    rows = [_row(f"ROC AUC of crops, {split_by}-disjoint", auc.value, auc.low, auc.high, GOALS[split_by], context)]
    for kind in forgery.KINDS:
        own = kinds == kind
        if len(set(dataset.test.labels[own])) == 2:
            value = _auc(dataset.test.labels[own], scores[own])
            rows.append(_row(f"{kind}, {split_by}-disjoint", value, None, None, None, f"{own.sum()} test crops"))
    return rows, best[2]


def measure_pages(model, options) -> list[dict]:
    """Return the rows of whole pages: network, rules, both, and the place."""
    import imgrec_tf as ir
    from imgrec_tf.finance import forgery

    recognizer = ir.Recognizer(model, ("genuine", "forged"))
    fit, test = (_pages(recognizer, options, seed) for seed in (options.seed + 500, options.seed + 501))
    combination = forgery.combine(fit["scores"], fit["findings"], fit["forged"])
    print(combination.to_frame().to_string(index=False))
    failed = [sum(one.severity == "critical" for one in report.failed) for report in test["findings"]]
    both = combination.probability(test["scores"], test["findings"])
    alone = {"network": _auc(test["forged"], test["scores"]), "rules": _auc(test["forged"], failed)}
    context = (
        f"{len(test['forged'])} pages of other people, {options.severity}, no recapture, seed {options.seed + 501}"
    )
    rows = [_row(f"ROC AUC of pages, {name}", value, None, None, None, context) for name, value in alone.items()]
    together = _auc(test["forged"], both)
    rows.append(_row("ROC AUC of pages, both", together, None, None, max(alone.values()), context))
    overlap = float(np.mean(test["overlaps"]))
    rows.append(_row("mean localisation IoU of forged pages, threshold 0.5", overlap, None, None, None, context))
    return rows


def _pages(recognizer, options, seed: int) -> dict:
    """Pages of other people, half of them with one forged field: scores, findings of the rules, truth, overlap."""
    from imgrec_tf.finance import capture, consistency, documents, forgery

    painted = [kind for kind in forgery.KINDS if kind != "recapture"]
    found: dict[str, list] = {"scores": [], "findings": [], "forged": [], "overlaps": []}
    for number in range(options.pages):
        rng = np.random.default_rng([seed, number])
        page = documents.render(CARDS[number % 2], seed=int(rng.integers(2**31)), pixels_per_mm=6.4, oversampling=2)
        possible = [kind for kind in painted if forgery.targets(page, kind)]
        forged = forgery.forge(page, str(rng.choice(possible)), int(rng.integers(2**31)), placebo=number % 4 < 2)
        photo = capture.capture(
            forged.document,
            options.severity,
            camera=int(rng.integers(12)),
            seed=int(rng.integers(2**31)),
            size=(575, 767),
        )
        check = forgery.check_document(photo, recognizer)
        if check.problem is not None:
            continue
        found["scores"].append(check.score)
        found["findings"].append(consistency.check_consistency({page.document_class: forged.printed}))
        found["forged"].append(not forged.placebo)
        if not forged.placebo:
            found["overlaps"].append(forgery.localisation_iou(forged.mask, check.heat_map))
    return found


def _auc(labels, scores) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores))


def _row(metric: str, value: float, low, high, goal, context: str) -> dict:
    bounds = {"value": value, "low": low, "high": high}
    return {"metric": metric, **bounds, "goal": goal, "better": "higher", "unit": "", "context": context}


if __name__ == "__main__":
    main()

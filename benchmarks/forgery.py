"""Are forged fields found, in the documents of people, in layouts and on cameras that the detector never saw?

Run from the project's folder:  python benchmarks/forgery.py

Photos are made once (`finance.forgery.forged_documents`). For each way of splitting them, `finance.forgery.fit_traces`
is fitted on the training crops and measured once on the test split; nothing is chosen in between. For new people, the
network `finance.forgery.detector` is measured beside it, trained with places. Then the rules join: pages of other
people fit `forgery.combine`, further pages measure detector, rules and both, and how well the place is found.
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
    parser.add_argument("--photos", type=int, default=180)
    parser.add_argument("--pages", type=int, default=80, help="pages each to fit and to measure the combination")
    parser.add_argument("--epochs", type=int, default=8, help="of the network; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--severity", default="mild")
    parser.add_argument("--skill", type=float, default=0.5)
    parser.add_argument("--split", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--show-only", action="store_true", help="print without writing benchmarks/results")
    options = parser.parse_args()
    from imgrec_tf.finance import forgery

    start = time.process_time()
    made = forgery.forged_documents(
        options.photos, severity=options.severity, skill=options.skill, seed=options.seed, classes=CARDS
    )
    making = f"{time.process_time() - start:.0f} CPU s making photos"
    print(f"{options.photos} photos: {making}", flush=True)
    rows, detector = [], None
    for split_by in options.split:
        dataset = forgery.resplit(made, split_by, validation=0.10, test=0.25, seed=options.seed)
        start = time.process_time()
        found = forgery.fit_traces(dataset.train, seed=options.seed)
        scores = found.score_split(dataset.test)
        about = f"forest on {len(forgery.TRACES)} traces, {making}, {time.process_time() - start:.0f} CPU s fitting"
        rows += crop_rows(dataset, split_by, scores, about, options)
        if split_by == "person":
            detector = found
            rows += network_rows(dataset, options) if options.epochs else []
    if detector is not None and options.pages:
        rows += page_rows(detector, options)
    if options.show_only:
        for row in rows:
            print(row)
    else:
        report("forgery", rows)


def crop_rows(dataset, split_by: str, scores: np.ndarray, about: str, options) -> list[dict]:
    """Return the rows of one way of splitting: all kinds, and each kind by itself."""
    from imgrec_tf.finance import forgery

    test, kinds = dataset.test, forgery.kinds_in(dataset.test)
    name = "random split" if split_by == "random" else f"{split_by}-disjoint"
    auc = _auc(scores, test.labels, options, test.groups)
    context = (
        f"{options.photos:,} photos, {len(dataset.train):,} training and {len(test):,} test crops of "
        f"{len(set(test.groups)):,} groups, places known, {options.severity}, forgers' skill {options.skill:g}, "
        f"{about}, seed {options.seed}, {machine()}"
    )
    rows = [_row(f"ROC AUC of crops, {name}", auc.value, auc.low, auc.high, GOALS[split_by], context)]
    print(f"{name}: {auc}", flush=True)
    for kind in forgery.KINDS:
        own = kinds == kind
        if len(set(test.labels[own].tolist())) == 2:
            auc = _auc(scores[own], test.labels[own], options, test.groups[own])
            rows.append(_row(f"{kind}, {name}", auc.value, auc.low, auc.high, None, f"{own.sum()} test crops"))
    return rows


def network_rows(dataset, options) -> list[dict]:
    """Return the row of the network, which sees whole crops and has to find the place."""
    import imgrec_tf as ir
    from imgrec_tf.finance import forgery

    start = time.process_time()
    model = forgery.detector(seed=options.seed)
    forgery.train_detector(model, dataset, epochs=options.epochs, seed=options.seed)
    auc = ir.evaluate(model, dataset.test, seed=options.seed)["roc_auc"]
    print(f"network, person-disjoint: {auc}", flush=True)
    context = (
        f"the same crops, place not known, {model.count_params():,} parameters, {options.epochs} epochs, seed "
        f"{options.seed}, {time.process_time() - start:.0f} CPU s of training, {machine()}"
    )
    return [_row("ROC AUC of crops, network, person-disjoint", auc.value, auc.low, auc.high, None, context)]


def page_rows(detector, options) -> list[dict]:
    """Return the rows of whole pages: detector, rules, both, and the place."""
    from imgrec_tf.finance import forgery

    settings = {"severity": options.severity, "seed": options.seed + 500}
    scores, reports, truth = _columns(forgery.try_pages(detector, options.pages, **settings))
    combination = forgery.combine(scores, reports, truth)
    print(combination.to_frame().to_string(index=False), flush=True)
    settings["seed"] += 1
    start = time.process_time()
    pages = forgery.try_pages(detector, options.pages, heat_map=True, **settings)
    seconds = (time.process_time() - start) / len(pages)
    scores, reports, truth = _columns(pages)
    answers = {
        "detector": np.array(scores),
        "rules": 1 - 0.5 ** np.array([len(one.failed) for one in reports]),
        "both": combination.probability(scores, reports),
    }
    context = (
        f"{len(pages)} pages of other people, half of them with one forged field, {options.severity}, no recapture, "
        f"seed {settings['seed']}, {seconds:.2f} CPU s a page with making it"
    )
    found = {name: _auc(score, np.array(truth, int), options) for name, score in answers.items()}
    better = max(found["detector"].value, found["rules"].value)
    rows = [
        _row(f"ROC AUC of pages, {name}", auc.value, auc.low, auc.high, better if name == "both" else None, context)
        for name, auc in found.items()
    ]
    forged = [one for one in pages if one.forged]
    everything = float(np.mean([one.made.mask.mean() for one in forged]))
    for threshold in (0.5, 0.7):
        overlaps = [forgery.localisation_iou(one.made.mask, one.check.heat_map, threshold) for one in forged]
        title = f"mean localisation IoU of forged pages, threshold {threshold:g}"
        about = f"{context}; a mark on everything gets {everything:.3f}"
        rows.append(_row(title, float(np.mean(overlaps)), None, None, None, about))
    return rows


def _auc(scores: np.ndarray, labels: np.ndarray, options, groups=None):
    import imgrec_tf as ir

    about = {"class_names": ("genuine", "forged"), "task": "binary", "groups": groups, "seed": options.seed}
    return ir.Evaluation.from_scores(scores, labels, **about)["roc_auc"]


def _columns(pages) -> tuple:
    return tuple(zip(*((one.check.score, one.report, one.forged) for one in pages)))


def _row(metric: str, value: float, low, high, goal, context: str) -> dict:
    bounds = {"value": value, "low": low, "high": high}
    return {"metric": metric, **bounds, "goal": goal, "better": "higher", "unit": "", "context": context}


if __name__ == "__main__":
    main()

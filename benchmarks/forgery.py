"""Are forged fields found, in the documents of people, in layouts and on cameras that the detector never saw?

Run from the project's folder:  python benchmarks/forgery.py

Photos are made once (`finance.forgery.forged_pages`). For each way of keeping people, layouts or cameras apart, they
are divided into four parts, and each part is scored by a detector (`finance.forgery.fit_traces`) that was fitted on the
other three; nothing is chosen in between. For new people, the network `finance.forgery.detector` is trained on crops of
further photos, of which it needs more, and measured on crops of a quarter of the people, beside traces that were fitted
on the other three. Then the rules join: pages of other people fit
`forgery.combine`, further pages measure network, traces, rules and both, and how well the place is found. Whether both
are better than the better one alone is asked on the same pages: pages, each of another person, are drawn anew 2,000
times, and each time the ROC AUC of both is compared with the higher one of the two alone.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from results_table import machine, report

GOALS = {"person": 0.95, "template": 0.90, "camera": None, "random": None}
CARDS = ("portrait_side", "id_card_td1")
PARTS = 4
DRAWS = 2000  # of the bootstrap of differences
ALARMS = 0.05  # share of untouched genuine places that the alarm of the placebo's row rings for


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=150)
    parser.add_argument("--pages", type=int, default=60, help="pages to fit the combination; 0 leaves pages out")
    parser.add_argument("--measured-pages", type=int, default=120, help="other pages to measure it")
    parser.add_argument("--network-photos", type=int, default=320, help="further photos to train the network")
    parser.add_argument("--epochs", type=int, default=6, help="of the network; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--severity", default="mild")
    parser.add_argument("--skill", type=float, default=0.5)
    parser.add_argument("--split", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--show-only", action="store_true", help="print without writing benchmarks/results")
    options = parser.parse_args()
    from imgrec_tf.finance import forgery

    start = time.process_time()
    made = forgery.forged_pages(
        options.photos, severity=options.severity, skill=options.skill, seed=options.seed, classes=CARDS
    )
    making = f"{time.process_time() - start:.0f} CPU s making and measuring photos in this process"
    print(f"{options.photos} photos: {making}", flush=True)
    table, rows = forgery.place_table(made), []
    for split_by in options.split:
        rows += place_rows(table, split_by, making, options)
    finish(rows, options)
    network = None
    if options.epochs:
        network, found = network_rows(made, table, options)
        rows += found
    if options.pages:
        rows += page_rows(forgery.fit_traces(table, seed=options.seed), network, options)
    finish(rows, options)


def finish(rows: list[dict], options) -> None:
    """Write what is measured so far, which is kept if the rest is broken off; or print it."""
    if options.show_only:
        for row in rows:
            print(row)
    else:
        report("forgery", rows)


def scored_apart(table, split_by: str, seed: int) -> np.ndarray:
    """Score each place by a detector that saw none of its group: four parts, each scored by the other three."""
    from imgrec_tf.finance import forgery

    groups = table[split_by].to_numpy() if split_by != "random" else np.arange(len(table)).astype(str)
    part = parts_of(groups, table["template"].str.partition("/")[0].to_numpy(), split_by, seed)
    scores = np.zeros(len(table))
    for number in range(PARTS):
        own = part == number
        scores[own] = forgery.fit_traces(table[~own], seed=seed).score(table[own])
    return scores


def parts_of(groups: np.ndarray, classes: np.ndarray, split_by: str, seed: int) -> np.ndarray:
    """Which of four parts each row belongs to; layouts are dealt class by class, so that each part has some of both."""
    rng, found = np.random.default_rng(seed), np.zeros(len(groups), int)
    kinds = np.where(split_by == "template", classes, "")
    for kind in np.unique(kinds):
        names = rng.permutation(np.unique(groups[kinds == kind]))
        number = {name: place % PARTS for place, name in enumerate(names)}
        found[kinds == kind] = [number[one] for one in groups[kinds == kind]]
    return found


def place_rows(table, split_by: str, making: str, options) -> list[dict]:
    """Return the rows of one way of splitting: all kinds, each kind by itself, and the placebo."""
    from imgrec_tf.finance import forgery
    from imgrec_tf.finance.forgery import traces

    start = time.process_time()
    scores = scored_apart(table, split_by, options.seed)
    asked = table["asked"].to_numpy()
    scores, table = scores[asked], table[asked]
    forged = table["forged"].to_numpy(int)
    groups = table[split_by if split_by != "random" else "photo"].astype(str).to_numpy()
    name = "random split" if split_by == "random" else f"{split_by}-disjoint"
    auc = _auc(scores, forged, options, groups)
    context = (
        f"{options.photos:,} photos with {len(table):,} places that were looked at, of {len(set(groups)):,} groups, "
        f"scored in {PARTS} parts, {options.severity}, photos of {traces.PIXELS_PER_MM:g} pixels a mm, forgers' skill "
        f"{options.skill:g}, {len(forgery.TRACES)} traces, {making}, {time.process_time() - start:.0f} CPU s fitting, "
        f"seed {options.seed}, {machine()}"
    )
    rows = [_row(f"ROC AUC of places, {name}", auc.value, auc.low, auc.high, GOALS[split_by], context)]
    print(f"{name}: {auc}", flush=True)
    for kind in forgery.KINDS:
        own = (table["kind"] == kind).to_numpy()
        if len(set(forged[own].tolist())) == 2:
            auc = _auc(scores[own], forged[own], options, groups[own])
            rows.append(_row(f"{kind}, {name}", auc.value, auc.low, auc.high, None, f"{own.sum()} places"))
            print(f"  {kind}: {auc}", flush=True)
    placebo, untouched = table["placebo"].to_numpy(), (forged == 0) & ~table["placebo"].to_numpy()
    threshold = np.quantile(scores[untouched], 1 - ALARMS)
    about = f"{placebo.sum()} genuine places saved once more; alarm at {ALARMS:.0%} of {untouched.sum()} untouched ones"
    for title, chosen in (("placebos", placebo), ("forged places", forged == 1)):
        share = float((scores[chosen] > threshold).mean())
        rows.append(_row(f"{title} with an alarm, {name}", share, None, None, None, about))
    print(f"  alarms: placebo {rows[-2]['value']:.3f}, forged {rows[-1]['value']:.3f}", flush=True)
    return rows


def network_rows(made, table, options):
    """Return the network, its row, for which it has to find the place itself, and the traces' row on these people."""
    import imgrec_tf as ir
    from imgrec_tf.finance import forgery

    known = forgery.forged_documents(
        options.network_photos, crops_per_photo=24, severity=options.severity, skill=options.skill, classes=CARDS,
        seed=options.seed + 10, validation=0.10, test=0.05,
    )  # fmt: skip
    start = time.process_time()
    model = forgery.detector(seed=options.seed)
    forgery.train_detector(model, known, epochs=options.epochs, seed=options.seed)
    seconds = time.process_time() - start
    dataset = forgery.crops_of_pages(made, "person", validation=0.10, test=0.25, seed=options.seed)
    auc = ir.evaluate(model, dataset.test, seed=options.seed)["roc_auc"]
    context = (
        f"{len(known.train):,} training crops of {options.network_photos} photos of other people, "
        f"{len(dataset.test):,} test crops of 10 × 20 mm, place not known, {model.count_params():,} parameters, "
        f"{options.epochs} epochs, seed {options.seed}, {seconds:.0f} CPU s of training, {machine()}"
    )
    rows = [_row("ROC AUC of crops, network, person-disjoint", auc.value, auc.low, auc.high, None, context)]
    print(f"network, person-disjoint: {auc}", flush=True)
    new = table["person"].isin(set(dataset.test.groups)).to_numpy()
    test = table[new & table["asked"].to_numpy()]
    scores = forgery.fit_traces(table[~new], seed=options.seed).score(test)
    auc = _auc(scores, test["forged"].to_numpy(int), options, test["person"].to_numpy())
    context = f"{len(test)} places of the same test persons, places known"
    rows.append(
        _row("ROC AUC of places, traces, the network's test persons", auc.value, auc.low, auc.high, None, context)
    )
    print(f"traces, the same persons: {auc}", flush=True)
    return ir.Recognizer(model, ("genuine", "forged")), rows


def page_rows(detector, network, options) -> list[dict]:
    """Return the rows of whole pages: network, traces, rules, each of both with the rules, and the place."""
    from imgrec_tf.finance import forgery

    settings = {"severity": options.severity, "seed": options.seed + 500}
    fitted = forgery.try_pages(detector, options.pages, **settings)
    settings["seed"] += 1
    start = time.process_time()
    pages = forgery.try_pages(detector, options.measured_pages, heat_map=True, **settings)
    seconds = (time.process_time() - start) / len(pages)
    context = (
        f"{len(pages)} pages of other people, half of them with one forged field, the others with a placebo, the "
        f"combination fitted on {len(fitted)} more, {options.severity}, no recapture, seed {settings['seed']}, "
        f"{seconds:.2f} CPU s a page in this process"
    )
    truth = np.array([one.forged for one in pages], int)
    rules = np.array([1 - 0.5 ** len(one.report.failed) for one in pages])
    scores, rows = {"rules": rules}, []
    for name, one in {"traces": detector, "network": network}.items():
        if one is None:
            continue
        before, scores[name] = page_scores(fitted, one), page_scores(pages, one)
        combination = forgery.combine(before, [page.report for page in fitted], [page.forged for page in fitted])
        scores[f"rules and {name}"] = combination.probability(scores[name], [page.report for page in pages])
    found = {name: _auc(one, truth, options) for name, one in scores.items()}
    for name, auc in found.items():
        alone = name.partition(" and ")[2]
        better = max(found[alone].value, found["rules"].value) if alone else None
        rows.append(_row(f"ROC AUC of pages, {name}", auc.value, auc.low, auc.high, better, context))
        print(f"pages, {name}: {auc}", flush=True)
        if alone:
            rows.append(difference_row(name, scores[name], (scores[alone], rules), truth, options.seed))
    forged = [one for one in pages if one.forged]
    everything = float(np.mean([one.made.mask.mean() for one in forged]))
    for threshold in (0.5, 0.7):
        overlaps = [forgery.localisation_iou(one.made.mask, one.check.heat_map, threshold) for one in forged]
        title = f"mean localisation IoU of forged pages, threshold {threshold:g}"
        about = f"{context}; a mark on everything gets {everything:.3f}"
        rows.append(_row(title, float(np.mean(overlaps)), None, None, None, about))
    highest = [forgery.localisation_iou(one.made.mask, _strongest(one.check.heat_map)) for one in forged]
    title = "mean localisation IoU of forged pages, the most suspicious place alone"
    rows.append(_row(title, float(np.mean(highest)), None, None, None, context))
    return rows


def difference_row(name: str, both: np.ndarray, alone, truth: np.ndarray, seed: int) -> dict:
    """Return the row of how much higher the ROC AUC of both is than the higher one of the two alone, page by page."""
    from sklearn.metrics import roc_auc_score

    def difference(at) -> float:
        return roc_auc_score(truth[at], both[at]) - max(roc_auc_score(truth[at], one[at]) for one in alone)

    rng, every = np.random.default_rng(seed), np.arange(len(truth))
    drawn = (rng.choice(every, len(every)) for _ in range(DRAWS))
    low, high = np.quantile([difference(at) for at in drawn if 0 < truth[at].mean() < 1], (0.025, 0.975))
    context = f"{DRAWS:,} draws of {len(truth)} pages, each of another person; the percentile interval"
    found = difference(every)
    print(f"  {name} against the better one alone: {found:+.3f} [{low:+.3f}, {high:+.3f}]", flush=True)
    return _row(f"{name}, more than the better one alone", found, float(low), float(high), 0.0, context)


def page_scores(pages, detector) -> np.ndarray:
    """The highest score of a field on each page."""
    from imgrec_tf.finance import forgery

    if isinstance(detector, forgery.TraceDetector):
        return np.array([one.check.score for one in pages])
    return np.array([forgery.check_document(one.photo, detector, heat_map=False).score for one in pages])


def _strongest(heat_map: np.ndarray) -> np.ndarray:
    return (heat_map >= heat_map.max() - 1e-6).astype(np.float32)


def _auc(scores: np.ndarray, labels: np.ndarray, options, groups=None):
    import imgrec_tf as ir

    about = {"class_names": ("genuine", "forged"), "task": "binary", "groups": groups, "seed": options.seed}
    return ir.Evaluation.from_scores(scores, labels, **about)["roc_auc"]


def _row(metric: str, value: float, low, high, goal, context: str) -> dict:
    bounds = {"value": value, "low": low, "high": high}
    return {"metric": metric, **bounds, "goal": goal, "better": "higher", "unit": "", "context": context}


if __name__ == "__main__":
    main()

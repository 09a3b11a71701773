"""Is this the same person? Equal error rates on drawn portraits and on synthetic signatures, of people never seen.

Run from the project's folder:  python benchmarks/verification.py
Needs no data: everything is drawn. `--kinds portraits` or `--kinds signatures` measures one half and keeps the other.

The network learns from one set of identities, the margin loss and the threshold (1 % false accepts) were chosen on a
second, and everything below is measured on a third, once. Strangers of portraits are of the same sex. Skilled
imitations are by hands that the network never saw, of writers that it never saw; with one signature to go by, and with
five, as the First International Signature Verification Competition (Yeung et al., ICBA 2004) had them.
Intervals are a bootstrap over identities. None of this says anything about photographs or about real signatures.
"""

from __future__ import annotations

import argparse
import time

from results_table import last_rows, machine, report

SIZES = {"portraits": {"train": (450, 9), "validation": (120, 8), "test": (150, 8)},
         "signatures": {"train": (320, 8), "validation": (100, 8), "test": (150, 8)}}  # fmt: skip
EPOCHS = {"portraits": 20, "signatures": 14}
LOSS = {"portraits": "cosface", "signatures": "cosface"}  # chosen on validation identities
GOALS = {"portraits": ("equal_error_rate", 0.03), "signatures": ("equal_error_rate, imitation", 0.08)}
REFERENCES = {"portraits": (1,), "signatures": (1, 5)}
PAIRS, FALSE_ACCEPTS, MOST_SECONDS, MOST_PARAMETERS = 28, 0.01, 240.0, 100_000


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [row for row in last_rows("verification") if row["metric"].split(":")[0] not in options.kinds]
    for kind in options.kinds:
        rows += measure(kind, options.seed)
        report("verification", rows)


def measure(kind: str, seed: int) -> list[dict]:
    """Draw, train, choose the threshold, and return the rows of one kind."""
    from imgrec_tf.finance import verification

    make = verification.make_portraits if kind == "portraits" else verification.make_signatures
    cpu = time.process_time()
    sets = {part: make(*sizes, part=part, seed=seed) for part, sizes in SIZES[kind].items()}
    drawing = time.process_time() - cpu
    run = verification.train_embedding(sets["train"], epochs=EPOCHS[kind], loss=LOSS[kind], seed=seed)
    verifier = verification.Verifier.of(run)
    trained = f"{run.identities} identities, {len(sets['train']):,} pictures, {EPOCHS[kind]} epochs, {run.loss}"
    rows = []
    for references in REFERENCES[kind]:
        rows += judge(verifier, sets, references, seed)
    pictures = sum(len(one) for one in sets.values())
    return [
        *rows,
        _row(f"{kind}: parameters", run.model.count_params(), MOST_PARAMETERS, "", "without the directions"),
        _row(f"{kind}: training", run.cpu_seconds, MOST_SECONDS, "CPU s", f"{trained}; {machine()}"),
        _row(f"{kind}: drawing", drawing, None, "CPU s", f"{pictures:,} pictures of all three parts"),
    ]


def judge(verifier, sets: dict, references: int, seed: int) -> list[dict]:
    """Choose the threshold on validation, and return the rows of the test identities."""
    from imgrec_tf.finance import verification

    kind = verifier.kind
    validation, test = (
        verification.make_pairs(sets[part], each=PAIRS, references=references, seed=seed)
        for part in ("validation", "test")
    )
    # The goal's kind of strangers sets the threshold: people of the same sex, or skilled imitators.
    chosen = verification.strangers_only(validation, "other" if kind == "portraits" else "imitation")
    verifier.threshold_at(FALSE_ACCEPTS, chosen)
    seen = verification.evaluate_pairs(verifier, validation, resamples=0)
    found = verification.evaluate_pairs(verifier, test, seed=seed)
    goal_name, goal = GOALS[kind]
    head = kind if references == 1 else f"{kind}: {references} references"
    people = f"{found.identities} unseen identities, {len(test):,} pairs, seed {seed}, 95 % interval over identities"
    rows = []
    for name in sorted(found.metrics, key=lambda one: (one != goal_name, one)):
        at = "" if name.startswith(("equal", "roc")) else f"; at {FALSE_ACCEPTS:.0%} false accepts on validation"
        rows.append({
            "metric": f"{head}: test {name.replace('_', ' ')}", "value": found[name].value, "low": found[name].low,
            "high": found[name].high, "goal": goal if name == goal_name else None,
            "better": "higher" if name.startswith("roc") else "lower", "unit": "", "context": people + at,
        })  # fmt: skip
    name = f"{head}: validation {goal_name.replace('_', ' ')}"
    return [*rows, _row(name, seen[goal_name].value, None, "", f"{seen.identities} other identities")]


def _row(metric: str, value: float, goal, unit: str, context: str) -> dict:
    bounds = {"value": value, "low": None, "high": None}
    return {"metric": metric, **bounds, "goal": goal, "better": "lower", "unit": unit, "context": context}


if __name__ == "__main__":
    main()

"""Is this the same person? Equal error rates on drawn portraits and on synthetic signatures, of people never seen.

Run from the project's folder:  python benchmarks/verification.py
Needs no data: everything is drawn. `--kinds portraits` or `--kinds signatures` measures one half and keeps the other's
rows. `--keep FOLDER` keeps pictures and verifiers there and takes what is there already; `--validation-only` stops
before the test identities are drawn, for whoever changes a setting.

The network learns from one set of identities, settings and threshold (1 % false accepts) are chosen on a second, and
everything below is measured on a third, once. Strangers of portraits are of the same sex. Skilled
imitations are by hands that the network never saw, of writers that it never saw; with one signature to go by, and with
five, as the First International Signature Verification Competition (Yeung et al., ICBA 2004) had them.
Intervals are a bootstrap over identities. None of this says anything about photographs or about real signatures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from results_table import last_rows, machine, report

SIZES = {"portraits": {"train": (900, 6), "validation": (120, 8), "test": (150, 8)},
         "signatures": {"train": (240, 6), "validation": (60, 8), "test": (100, 8)}}  # fmt: skip
EPOCHS = {"portraits": 16, "signatures": 12}
LOSS = {"portraits": "cosface", "signatures": "cosface"}
GOALS = {"portraits": ("equal_error_rate", 0.03), "signatures": ("equal_error_rate, imitation", 0.08)}
REFERENCES = {"portraits": (1,), "signatures": (1, 5)}
PAIRS, FALSE_ACCEPTS, MOST_SECONDS, MOST_PARAMETERS = 28, 0.01, 240.0, 100_000


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for pictures and trained verifiers")
    parser.add_argument("--validation-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        folder = options.keep or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in options.kinds:
            rows = measure(kind, options.seed, folder, options.validation_only)
            others = [row for row in last_rows("verification") if row["metric"].split(":")[0] != kind]
            if options.validation_only:
                print(*(f"{row['metric']}: {row['value']:.4f}" for row in rows), sep="\n")
            else:
                report("verification", sorted(others + rows, key=lambda row: row["metric"].split(":")[0]))


def measure(kind: str, seed: int, folder: Path, validation_only: bool) -> list[dict]:
    """Draw, train, choose the threshold, and return the rows of one kind."""
    parts = [part for part in SIZES[kind] if part != "test" or not validation_only]
    drawn = {part: pictures(kind, part, seed, folder) for part in parts}
    sets = {part: made for part, (made, _) in drawn.items()}
    verifier, facts = trained_verifier(kind, sets["train"], seed, folder)
    trained = (
        f"{SIZES[kind]['train'][0]} identities, {len(sets['train']):,} pictures, {EPOCHS[kind]} epochs, {facts['loss']}"
    )
    rows = []
    for references in REFERENCES[kind]:
        rows += judge(verifier, sets, references, seed)
    count, seconds = sum(len(one) for one in sets.values()), sum(one for _, one in drawn.values())
    return [
        *rows,
        _row(f"{kind}: parameters", verifier.model.count_params(), MOST_PARAMETERS, "", "without the directions"),
        _row(f"{kind}: training", facts["cpu_seconds"], MOST_SECONDS, "CPU s", f"{trained}; {machine()}"),
        _row(f"{kind}: drawing", seconds, None, "CPU s", f"{count:,} pictures of all parts; {machine()}"),
    ]


def pictures(kind: str, part: str, seed: int, folder: Path):
    """Return the set of one part, drawn or as it was kept, and the CPU seconds that drawing took."""
    from imgrec_tf.finance import verification

    path = folder / f"{kind}_{part}_{seed}.npz"
    if not path.exists():
        cpu = time.process_time()
        make = verification.make_portraits if kind == "portraits" else verification.make_signatures
        made = make(*SIZES[kind][part], part=part, seed=seed)
        arrays = {name: getattr(made, name) for name in ("images", "owners", "hands", "strata")}
        np.savez(path, seconds=time.process_time() - cpu, **arrays)
    with np.load(path) as kept:
        arrays = {name: kept[name] for name in ("images", "owners", "hands", "strata")}
        return verification.PictureSet(**arrays, kind=kind, part=part, seed=seed), float(kept["seconds"])


def trained_verifier(kind: str, train, seed: int, folder: Path):
    """Return a verifier, trained or as it was kept, and what is to be known of its training."""
    from imgrec_tf.finance import verification

    path, about = folder / f"{kind}_{seed}.npz", folder / f"{kind}_{seed}.json"
    if not about.exists():
        run = verification.train_embedding(train, epochs=EPOCHS[kind], loss=LOSS[kind], seed=seed)
        verification.Verifier.of(run).save(path)
        about.write_text(json.dumps({"loss": run.loss, "cpu_seconds": run.cpu_seconds}))
    return verification.Verifier.load(path), json.loads(about.read_text())


def judge(verifier, sets: dict, references: int, seed: int) -> list[dict]:
    """Choose the threshold on validation, and return the rows of the test identities."""
    from imgrec_tf.finance import verification

    kind = verifier.kind
    pairs = {
        part: verification.make_pairs(sets[part], each=PAIRS, references=references, seed=seed)
        for part in sets
        if part != "train"
    }
    validation = pairs["validation"]
    # The goal's kind of strangers sets the threshold: people of the same sex, or skilled imitators.
    chosen = verification.strangers_only(validation, "other" if kind == "portraits" else "imitation")
    verifier.threshold_at(FALSE_ACCEPTS, chosen)
    seen = verification.evaluate_pairs(verifier, validation, resamples=0)
    goal_name, goal = GOALS[kind]
    head = kind if references == 1 else f"{kind}: {references} references"
    name = f"{head}: validation {goal_name.replace('_', ' ')}"
    row = _row(name, seen[goal_name].value, None, "", f"{seen.identities} other identities")
    if "test" not in pairs:
        return [row]
    found = verification.evaluate_pairs(verifier, pairs["test"], seed=seed)
    people = (
        f"{found.identities} unseen identities, {len(pairs['test']):,} pairs, seed {seed}, interval over identities"
    )
    rows = []
    for name in sorted(found.metrics, key=lambda one: (one != goal_name, one)):
        at = "" if name.startswith(("equal", "roc")) else f"; at {FALSE_ACCEPTS:.0%} false accepts on validation"
        rows.append({
            "metric": f"{head}: test {name.replace('_', ' ')}", "value": found[name].value, "low": found[name].low,
            "high": found[name].high, "goal": goal if name == goal_name else None,
            "better": "higher" if name.startswith("roc") else "lower", "unit": "", "context": people + at,
        })  # fmt: skip
    return [*rows, row]


def _row(metric: str, value: float, goal, unit: str, context: str) -> dict:
    bounds = {"value": value, "low": None, "high": None}
    return {"metric": metric, **bounds, "goal": goal, "better": "lower", "unit": unit, "context": context}


if __name__ == "__main__":
    main()

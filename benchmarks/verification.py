"""Is this the same person? Equal error rates on drawn portraits and on synthetic signatures, of people never seen.

Run from the project's folder:  python benchmarks/verification.py
Needs no data: everything is drawn. Measures the verifiers that come with the package; they learnt from one set of
identities, settings and thresholds were chosen on a second, and everything called "test" below is measured on a third,
once. `--kinds portraits` or `--kinds signatures` measures one half and keeps the other's rows. `--keep FOLDER` keeps
pictures there and takes what is there already; `--compare` also trains small networks with each kind of loss and
measures them on validation identities; `--validation-only` stops before the test identities are drawn, for whoever
changes a setting.

Strangers of portraits are of the same sex. Skilled imitations are by hands that the network never saw, of writers that
it never saw; with one signature to go by, and with five, as the First International Signature Verification Competition
(Yeung et al., ICBA 2004) had them. The network did see imitations of the writers that it learnt from, as is usual where
one network serves all writers (Hafemann, Sabourin and Oliveira, Pattern Recognition 2017).
Intervals are a bootstrap over identities. None of this says anything about photographs or about real signatures.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from results_table import last_rows, machine, report

TEST = {"portraits": (100, 8), "signatures": (60, 10)}
COMPARED = {"portraits": (400, 5, 4), "signatures": (150, 6, 4)}  # identities, pictures of each, epochs
LOSSES = {"margin (cosface)": ("cosface", 1.0), "margin without traits": ("cosface", 0.0),
          "contrastive": ("contrastive", 1.0)}  # fmt: skip
GOALS = {"portraits": ("equal_error_rate", 0.03), "signatures": ("equal_error_rate, imitation", 0.08)}
PAIRS, MOST_PARAMETERS = 28, 100_000


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(TEST), choices=list(TEST))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for pictures")
    parser.add_argument("--compare", action="store_true", help="train with each kind of loss, a few minutes")
    parser.add_argument("--validation-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        folder = options.keep or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in options.kinds:
            rows = measure(kind, options.seed, folder, options.validation_only)
            rows += compared(kind, options.seed, folder) if options.compare else []
            if options.validation_only:
                print(*(f"{row['metric']}: {row['value']:.4f}" for row in rows), sep="\n")
                continue
            names = {row["metric"] for row in rows}
            last = [row for row in last_rows("verification") if row["metric"] not in names]
            others = [row for row in last if not row["metric"].startswith(kind) or "small network" in row["metric"]]
            report("verification", sorted(others + rows, key=lambda row: row["metric"].split(":")[0]))


def measure(kind: str, seed: int, folder: Path, validation_only: bool) -> list[dict]:
    """Return the rows of one kind: the verifier of the package, and a comparison of outlines."""
    from imgrec_tf.finance import verification
    from imgrec_tf.finance.verification import shipped, train

    sets = {"validation": pictures(kind, "validation", *train.SIZES[kind]["validation"], seed, folder)}
    if not validation_only:
        sets["test"] = pictures(kind, "test", *TEST[kind], seed, folder)
    verifier, rows = verification.load_verifier(kind), []
    for references in train.REFERENCES[kind]:
        pairs = {part: verification.make_pairs(made, each=PAIRS, references=references, seed=seed)
                 for part, made in sets.items()}  # fmt: skip
        rows += judge(verifier, pairs, references, seed)
    size = (shipped.FOLDER / f"{kind}.npz").stat().st_size / 1000
    return [
        *rows,
        _row(f"{kind}: parameters", verifier.model.count_params(), MOST_PARAMETERS, "", "without the directions"),
        _row(f"{kind}: file", size, None, "kB", f"{train.BITS[kind]} bits a weight"),
    ]


def pictures(kind: str, part: str, identities: int, each: int, seed: int, folder: Path):
    """Return a set, drawn or as it was kept."""
    from imgrec_tf.finance import verification
    from imgrec_tf.finance.verification import train

    path = folder / f"{kind}_{part}_{identities}_{seed}.npz"
    if not path.exists():
        made = train.draw(kind, part, identities, each, seed)
        np.savez(path, **{name: getattr(made, name) for name in ("images", "owners", "hands", "strata")})
    with np.load(path) as kept:
        return verification.PictureSet(**kept, kind=kind, part=part, seed=seed)


def compared(kind: str, seed: int, folder: Path) -> list[dict]:
    """Train small networks with each kind of loss, and return their errors on validation identities."""
    from imgrec_tf.finance import verification
    from imgrec_tf.finance.verification import train

    identities, each, epochs = COMPARED[kind]
    drawn = pictures(kind, "train", identities, each, seed, folder)
    validation = pictures(kind, "validation", *train.SIZES[kind]["validation"], seed, folder)
    references = train.REFERENCES[kind][-1]
    pairs = verification.make_pairs(validation, each=PAIRS, references=references, seed=seed)
    rows = []
    for name, (loss, traits) in LOSSES.items():
        run = verification.train_embedding(drawn, epochs=epochs, loss=loss, traits=traits, seed=seed)
        found = verification.evaluate_pairs(verification.Verifier.of(run), pairs, resamples=0)
        context = (
            f"{identities} identities, {len(drawn):,} pictures, {epochs} epochs, {run.cpu_seconds:.0f} CPU s; "
            f"{found.identities} validation identities, {references} reference{'s' * (references > 1)}; {machine()}"
        )
        rows.append(_row(f"{kind}: small network, {name}: validation {GOALS[kind][0].replace('_', ' ')}",
                         found[GOALS[kind][0]].value, None, "", context))  # fmt: skip
    return rows


def outlines(pairs) -> np.ndarray:
    """How alike the outlines of two pictures are: the cosine of histograms of gradients (Dalal and Triggs 2005)."""
    from skimage.feature import hog

    found = np.array([hog(one.mean(axis=-1), pixels_per_cell=(8, 8), cells_per_block=(2, 2))
                      for one in pairs.pictures.images])  # fmt: skip
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return np.clip(
        0.5 + 0.5 * np.einsum("ijk,ik->i", found[pairs.first], found[pairs.second]) / pairs.first.shape[1], 0, 1
    )


def judge(verifier, pairs: dict, references: int, seed: int) -> list[dict]:
    """Return the rows of the test identities, and of validation."""
    from imgrec_tf.finance import verification

    kind = verifier.kind
    seen = verification.evaluate_pairs(verifier, pairs["validation"], resamples=0)
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
    simple = verification.evaluate_pairs(outlines(pairs["test"]), pairs["test"], resamples=0)
    name = f"{head}: outlines only: test {goal_name.replace('_', ' ')}"
    simple = _row(name, simple[goal_name].value, None, "", "cosine of histograms of oriented gradients, no learning")
    rows = []
    for name in sorted(found.metrics, key=lambda one: (one != goal_name, one)):
        at = "" if name.startswith(("equal", "roc")) else f"; {verifier.threshold_for(references).reason}"
        rows.append({
            "metric": f"{head}: test {name.replace('_', ' ')}", "value": found[name].value, "low": found[name].low,
            "high": found[name].high, "goal": goal if name == goal_name else None,
            "better": "higher" if name.startswith("roc") else "lower", "unit": "", "context": people + at,
        })  # fmt: skip
    return [*rows, simple, row]


def _row(metric: str, value: float, goal, unit: str, context: str) -> dict:
    bounds = {"value": value, "low": None, "high": None}
    return {"metric": metric, **bounds, "goal": goal, "better": "lower", "unit": unit, "context": context}


if __name__ == "__main__":
    main()

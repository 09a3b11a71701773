"""Makes the verifiers that ship with the package again: python -m imgrec_tf.finance.verification.train

Draws people and writers, trains a network for each kind on those of the part "train", chooses the thresholds on those
of the part "validation", and writes the folder `weights`. Nobody of the part "test" is drawn. The shipped networks had
these settings and other random numbers (portraits for batches and augmentation, signatures for the first weights of the
traits' layer): they come out alike, not the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from imgrec_tf.finance.verification import shipped
from imgrec_tf.finance.verification.pictures import (
    KINDS,
    PictureSet,
    make_pairs,
    make_portraits,
    make_signatures,
    strangers_only,
)
from imgrec_tf.finance.verification.training import train_embedding
from imgrec_tf.finance.verification.verifier import Verifier

SIZES = {  # identities, pictures of each
    "portraits": {"train": (2600, 5), "validation": (160, 8)},
    "signatures": {"train": (550, 6), "validation": (40, 10)},
}
EPOCHS = {"portraits": 12, "signatures": 5}
TRAITS = {"portraits": 1.0, "signatures": 4.0}
IMITATORS = {"train": 2, "validation": 3, "test": 3}
REFERENCES = {"portraits": (1,), "signatures": (1, 5)}
STRANGERS = {"portraits": "other", "signatures": "imitation"}  # whom the thresholds keep out
FALSE_ACCEPTS = {"portraits": 0.01, "signatures": 0.05}
BITS = {"portraits": 6, "signatures": 5}  # all weights of the finance half together stay under 1 MB


def main(arguments: list[str] | None = None) -> None:
    """Train and write the verifiers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=shipped.FOLDER)
    chosen = parser.parse_args(arguments)
    for kind in chosen.kinds:
        sets = {part: draw(kind, part, *size, chosen.seed) for part, size in SIZES[kind].items()}
        run = train_embedding(sets["train"], epochs=EPOCHS[kind], traits=TRAITS[kind], seed=chosen.seed)
        path = ship(Verifier.of(run), sets, chosen.folder)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {run.cpu_seconds:.0f} CPU seconds, {run.seconds:.0f} s")


def draw(kind: str, part: str, identities: int, each: int, seed: int) -> PictureSet:
    """Draw one part of the pictures; of signatures, imitations by as many hands as `IMITATORS` says."""
    if kind == "portraits":
        return make_portraits(identities, each, part=part, seed=seed)
    return make_signatures(identities, each, imitators=IMITATORS[part], part=part, seed=seed)


def ship(verifier: Verifier, sets: dict[str, PictureSet], folder: Path) -> Path:
    """Write a verifier with rounded weights; a judge of imitations and the thresholds are made after the rounding."""
    folder.mkdir(parents=True, exist_ok=True)
    path = verifier.save(folder / f"{verifier.kind}.npz", bits=BITS[verifier.kind])
    rounded = Verifier.load(path)
    for references in REFERENCES[rounded.kind]:
        if rounded.kind == "signatures":
            rounded.learn_to_judge(make_pairs(sets["train"], each=6, references=references))
        pairs = make_pairs(sets["validation"], each=28, references=references)
        rounded.threshold_at(FALSE_ACCEPTS[rounded.kind], strangers_only(pairs, STRANGERS[rounded.kind]))
    return rounded.save(path, bits=BITS[verifier.kind])


if __name__ == "__main__":
    main()

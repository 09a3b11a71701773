"""Makes the verifiers that ship with the package again: python -m imgrec_tf.finance.verification.train

Draws people and writers, trains a network for each kind on those of the part "train" in the rounds of `ROUNDS`, chooses
the thresholds on those of the part "validation", and writes the folder `weights`. Nobody of the part "test" is drawn.

The shipped verifiers are what this command makes with seed 0. Portraits take 44 minutes beside another training on two
cores, 1,641 processor seconds of them for the three rounds. Signatures take 110 minutes beside others, 3,727 processor
seconds of them for the five rounds; writing the signatures takes about half an hour of one core. Trained again on
another machine, networks come out alike, not the same.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imgrec_tf import environment
from imgrec_tf.finance.verification import shipped
from imgrec_tf.finance.verification.discriminant import learn_discriminant
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
from imgrec_tf.finance.verification.widening import widened


class Round(NamedTuple):
    """One training.

    Attributes:
        identities: How many of the owners it learns from.
        epochs: How often it sees their pictures.
        traits: Weight of the traits.
        learning_rate: The highest one.
        loss: As in `train_embedding`.
        widths: Looks and dimensions that the network is widened to before; None for as it is.
    """

    identities: int
    epochs: int
    traits: float
    learning_rate: float
    loss: str = "cosface"
    widths: tuple[int, int] | None = None


SIZES = {  # identities, pictures of each
    "portraits": {"train": (4700, 5), "validation": (160, 8)},
    "signatures": {"train": (9650, 6), "validation": (160, 10)},
}
ROUNDS = {
    "portraits": (Round(2600, 12, 1.0, 4e-3), Round(3900, 8, 5.0, 2.5e-3), Round(4700, 11, 5.0, 2.5e-3)),
    "signatures": (
        Round(550, 5, 4.0, 4e-3),
        Round(1150, 3, 20.0, 2.5e-3),
        Round(1950, 7, 20.0, 2.5e-3),
        Round(4150, 6, 20.0, 2.5e-3),
        Round(9650, 3, 4.0, 2.5e-3, "imitations", (3, 96)),
    ),
}
IMITATORS = {"train": 2, "validation": 3, "test": 3}
REFERENCES = {"portraits": (1,), "signatures": (1, 5)}
STRANGERS = {"portraits": "other", "signatures": "imitation"}  # whom the thresholds keep out
FALSE_ACCEPTS = {"portraits": 0.01, "signatures": 0.05}
BITS = {"portraits": 8, "signatures": 8}
PEOPLE = {"portraits": 1500, "signatures": 550}  # whom the discriminant and the judge learn from
SHRINKAGE = {"portraits": 0.5}  # of the discriminant; chosen on validation identities, where signatures do without it


@environment.in_float32()
def main(arguments: list[str] | None = None) -> None:
    """Train and write the verifiers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=shipped.FOLDER)
    chosen = parser.parse_args(arguments)
    for kind in chosen.kinds:
        sets = {part: draw(kind, part, *size, chosen.seed) for part, size in SIZES[kind].items()}
        network, seconds = None, 0.0
        for number, one in enumerate(ROUNDS[kind]):
            if one.widths:
                network = widened(network, looks=one.widths[0], dimensions=one.widths[1], seed=chosen.seed)
            run = train_embedding(
                first(sets["train"], one.identities),
                epochs=one.epochs,
                loss=one.loss,
                traits=one.traits,
                learning_rate=one.learning_rate,
                network=network,
                seed=chosen.seed + number,
            )
            network, seconds = run.model, seconds + run.cpu_seconds
        path = ship(Verifier.of(run), sets, chosen.folder)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {seconds:.0f} CPU seconds")


def first(pictures: PictureSet, identities: int) -> PictureSet:
    """Keep the pictures of the first owners."""
    kept = np.isin(pictures.owners, np.unique(pictures.owners)[:identities])
    return replace(
        pictures, **{name: getattr(pictures, name)[kept] for name in ("images", "owners", "hands", "strata")}
    )


def draw(kind: str, part: str, identities: int, each: int, seed: int) -> PictureSet:
    """Draw one part of the pictures; of signatures, imitations by as many hands as `IMITATORS` says."""
    if kind == "portraits":
        return make_portraits(identities, each, part=part, seed=seed)
    return make_signatures(identities, each, imitators=IMITATORS[part], part=part, seed=seed)


def ship(verifier: Verifier, sets: dict[str, PictureSet], folder: Path) -> Path:
    """Write a verifier with rounded weights; a judge of imitations and the thresholds are made after that."""
    folder.mkdir(parents=True, exist_ok=True)
    known = first(sets["train"], PEOPLE[verifier.kind])
    if verifier.kind in SHRINKAGE:
        learn_discriminant(verifier.model, known, SHRINKAGE[verifier.kind])
    path = verifier.save(folder / f"{verifier.kind}.npz", bits=BITS[verifier.kind])
    rounded = Verifier.load(path)
    for references in REFERENCES[rounded.kind]:
        if rounded.kind == "signatures":
            rounded.learn_to_judge(make_pairs(known, each=6, references=references))
        pairs = make_pairs(sets["validation"], each=28, references=references)
        rounded.threshold_at(FALSE_ACCEPTS[rounded.kind], strangers_only(pairs, STRANGERS[rounded.kind]))
    return rounded.save(path, bits=BITS[verifier.kind])


if __name__ == "__main__":
    main()

"""The verifiers that come with the package, in the folder `weights`: one file a kind, as `Verifier.save` writes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from imgrec_tf.finance.verification.pictures import KINDS
from imgrec_tf.finance.verification.verifier import Verifier

FOLDER = Path(__file__).with_name("weights")
COMMAND = "python -m imgrec_tf.finance.verification.train"


def load_verifier(kind: str = "portraits") -> Verifier:
    """Return the verifier that comes with the package, ready to compare; it is loaded at the first call.

    It learnt from drawn portraits, or from synthetic signatures and imitations of them, and its thresholds accept at
    most 1 % of strangers of the same sex, or 5 % of skilled imitations, on validation identities. It knows nothing of
    photographs of people and of signatures on paper.

    Args:
        kind: "portraits" or "signatures".

    Returns:
        A verifier; thresholds that you choose with it stay its own.

    Raises:
        ValueError: If the kind is unknown, or its file is missing or damaged; the message says how to make it again.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    path = FOLDER / f"{kind}.npz"
    try:
        loaded = _loaded(path)
    except (FileNotFoundError, ValueError) as problem:
        raise ValueError(f"{problem}; make it again with: {COMMAND} --kinds {kind}") from problem
    fresh = Verifier(loaded.model, kind)
    fresh.thresholds, fresh.judges = dict(loaded.thresholds), dict(loaded.judges)
    return fresh


@cache
def _loaded(path: Path) -> Verifier:
    return Verifier.load(path)

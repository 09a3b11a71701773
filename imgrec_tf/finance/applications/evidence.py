"""What is known about an application when it is decided: plain numbers, whichever network or rule they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from imgrec_tf.finance.consistency import ConsistencyReport

SCORES = ("type_confidence", "reading_confidence", "forgery_score", "same_person_score")
COUNTS = ("critical", "major", "minor", "not_checked", "duplicates")
FEATURES = (*SCORES, *COUNTS)
_EDGE = 1e-3  # scores nearer to 0 or 1 than this count as this: no network is surer than that


@dataclass(frozen=True)
class Evidence:
    """What the parts of the pipeline say about one application.

    Attributes:
        type_confidence: How sure the classifier is that each document is what it should be: the lowest over the
            documents, in [0, 1], or None where it was not measured.
        reading_confidence: How sure the reader is of the fields that the rules need: the lowest, in [0, 1], or None.
        forgery_score: The detector's score, in [0, 1], 1 being forged: the highest over the documents, or None.
        same_person_score: How probable verification holds it that portraits and signatures are one person's: the lowest
            of what was compared, in [0, 1], or None.
        critical: Failed consistency rules of that severity.
        major: Failed rules of that severity.
        minor: Failed rules of that severity.
        not_checked: Rules that could not be tried.
        duplicates: Earlier applications that are near duplicates of this one.
        other_person: Comparisons, of portraits or of signatures, below the threshold of their verifier. The risk is
            computed from the score alone; `decide` takes this number as a limit.
    """

    type_confidence: float | None
    reading_confidence: float | None
    forgery_score: float | None
    same_person_score: float | None
    critical: int = 0
    major: int = 0
    minor: int = 0
    not_checked: int = 0
    duplicates: int = 0
    other_person: int = 0

    def __post_init__(self):
        for name in SCORES:
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, Real):
                raise TypeError(f"{name} must be a number in [0, 1], or None where it was not measured, got {value!r}")
            if not 0 <= value <= 1:  # also refuses NaN
                raise ValueError(f"{name} must be in [0, 1], got {value}; None says that it was not measured")
            object.__setattr__(self, name, float(value))
        for name in (*COUNTS, "other_person"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
                raise ValueError(f"{name} must be a whole number, 0 or more, got {value!r}")
            object.__setattr__(self, name, int(value))

    @classmethod
    def from_report(
        cls, report: ConsistencyReport, *, duplicates: int = 0, other_person: int = 0, **scores: float | None
    ) -> Evidence:
        """Count a consistency report's findings, and add the four scores by name."""
        counts = {severity: report.count("failed", severity) for severity in ("critical", "major", "minor")}
        counts |= {"not_checked": len(report.not_checked), "duplicates": duplicates, "other_person": other_person}
        return cls(**scores, **counts)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the scores that were not measured."""
        return tuple(name for name in SCORES if getattr(self, name) is None)

    def to_dict(self) -> dict[str, float | int | None]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def features(evidence: Iterable[Evidence]) -> np.ndarray:
    """Return the numbers that the risk is computed from.

    Args:
        evidence: Complete evidence: no score is None.

    Returns:
        float64 (n, 9) in the order of `FEATURES`: scores as logits, counts as log(1 + count).

    Raises:
        TypeError: If it is no evidence.
        ValueError: If a score was not measured.
    """
    rows = []
    for number, one in enumerate(evidence):
        if not isinstance(one, Evidence):
            raise TypeError(f"evidence[{number}] must be an Evidence, got {one!r:.80}")
        if one.missing:
            raise ValueError(f"evidence[{number}] has no {', '.join(one.missing)}: no risk can be computed from it")
        scores = np.clip([getattr(one, name) for name in SCORES], _EDGE, 1 - _EDGE)
        rows.append([*np.log(scores / (1 - scores)), *(math.log1p(getattr(one, name)) for name in COUNTS)])
    return np.array(rows, np.float64).reshape(-1, len(FEATURES))

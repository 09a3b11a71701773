"""Invented evidence: what the pipeline's scores may look like, to learn decisions with before the networks are trained.

These are drawn numbers. A figure measured on them says how the decision works, and nothing about any reader or
detector.
"""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.applications.evidence import Evidence


def invent_evidence(
    count: int, seed: int = 0, *, bad_share: float = 0.1, not_checked_share: float = 0.0
) -> tuple[list[Evidence], np.ndarray]:
    """Draw evidence of good and bad applications.

    Of the bad ones, a half carry a forged document, a third are handed in by another person, the rest contradict
    themselves; some of each look as good as the good ones. Of the good ones, some are badly photographed, and one in
    twenty has an old address.

    Args:
        count: Number of applications, 1 or more.
        seed: Seed of the draw.
        bad_share: Expected share of bad ones, between 0 and 1.
        not_checked_share: Share of applications with one or two rules that could not be tried, in [0, 1).

    Returns:
        The evidence, and int64 (count,): 1 for a bad application.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if count < 1 or not 0 < bad_share < 1 or not 0 <= not_checked_share < 1:
        raise ValueError(
            "count must be 1 or more, bad_share between 0 and 1, not_checked_share in [0, 1), got "
            f"{count}, {bad_share}, {not_checked_share}"
        )
    rng = np.random.default_rng([seed, 14])
    bad = (rng.random(count) < bad_share).astype(np.int64)
    evidence = []
    for is_bad in bad:
        kind = rng.choice(["forged", "another", "contradicts"], p=[0.5, 0.3, 0.2]) if is_bad else "good"
        quality = rng.normal()  # of the photo: it moves every score
        found = int(rng.random() < (0.8 if kind == "contradicts" else 0.01))  # in good ones, a misread field
        evidence.append(
            Evidence(
                type_confidence=_share(3.5 + quality + rng.normal()),
                reading_confidence=_share(3.0 + 1.5 * quality + rng.normal()),
                forgery_score=_share(_FORGERY.get(kind, -3.0) - 0.4 * quality + 1.2 * rng.normal()),
                same_person_score=_share((-1.5 if kind == "another" else 3.5) + 0.5 * quality + 1.2 * rng.normal()),
                critical=found,
                major=int(rng.random() < (0.3 if kind in ("forged", "contradicts") else 0.01)),
                minor=int(rng.random() < 0.05),
                not_checked=int(rng.integers(1, 3)) if rng.random() < not_checked_share else 0,
                duplicates=int(rng.random() < (0.15 if is_bad else 0.005)),
            )
        )
    return evidence, bad


_FORGERY = {"forged": 2.0, "contradicts": 0.0}  # mean logit of the detector's score


def _share(logit: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(logit, -9, 9))))

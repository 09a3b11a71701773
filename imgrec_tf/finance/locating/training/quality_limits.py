"""What the measurements of the quality gate are on good photos and on faulty ones:

    python -m imgrec_tf.finance.locating.training.quality_limits

Photos of validation layouts, cameras and people are taken at "phone", and with one fault made on purpose. The printed
table shows each measurement on both; a limit belongs where about 1 % of the phone photos would be refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from imgrec_tf.finance.capture import SEVERITIES, Severity, capture
from imgrec_tf.finance.locating.quality import Quality, check_quality
from imgrec_tf.finance.locating.training import photos

_KINDS = ("portrait_side", "passport", "id_card_td1", "household_page", "emblem_side")
_PLAIN = {"defocus": (0.0, 0.0008), "motion": (0.0, 0.0008), "glare_chance": 0.0, "shadow_chance": 0.0}
# Lengths are shares of the photo's longer side: 0.005 are 6.4 of 1,280 pixels.
FAULTS: dict[str, Severity] = {
    "phone": SEVERITIES["phone"],
    "harsh": replace(SEVERITIES["harsh"], crop_chance=0.0),
    "defocus": replace(SEVERITIES["phone"], **_PLAIN | {"defocus": (0.004, 0.007)}),
    "motion": replace(SEVERITIES["phone"], **_PLAIN | {"motion": (0.010, 0.018)}),
    "glare": replace(SEVERITIES["phone"], **_PLAIN | {"glare_chance": 1.0, "glare_strength": (1.2, 2.0)}),
    "dark": replace(SEVERITIES["phone"], **_PLAIN | {"exposure": (-5.5, -4.0)}),
    "bright": replace(SEVERITIES["phone"], **_PLAIN | {"exposure": (1.3, 2.0)}),
}


def measured(fault: str, count: int, *, seed: int = 0, part: str = "validation") -> Iterator[Quality]:
    """Take photos with a fault and check each, given the true corners.

    Args:
        fault: A key of `FAULTS`.
        count: How many.
        seed: 0 or more.
        part: As in `photos.photos`.

    Yields:
        What the gate says.
    """
    for number in range(count):
        rng = np.random.default_rng([seed, 7, number])
        page = photos.flat_document(part, _KINDS[number % len(_KINDS)], rng, 1000)
        seed_ = int(rng.integers(2**31))
        photo = capture(page, FAULTS[fault], camera=int(rng.choice(photos.CAMERAS[part])), seed=seed_)
        yield check_quality(photo.image, photo.corners)


def main(count: int = 30) -> None:
    """Print the 1st, 10th, 50th, 90th and 99th percentile of each measurement under each fault."""
    for fault in FAULTS:
        found = list(measured(fault, count))
        names = sorted(found[0].measurements)
        shares = {name: np.mean([name in one.names for one in found]) for name in names}
        for name in names:
            quantiles = np.percentile([one.measurements[name] for one in found], [1, 10, 50, 90, 99])
            print(f"{fault:8} {name:13}", " ".join(f"{q:8.3f}" for q in quantiles), f"  found in {shares[name]:.0%}")


if __name__ == "__main__":
    main()

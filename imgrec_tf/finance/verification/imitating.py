"""How somebody else writes a signature who has practised it: the imitations that examiners of documents call skilled.

What gives them away is told alike by textbooks and by measurements. Osborn, "Questioned documents" (2nd edition 1929),
and Huber and Headrick, "Handwriting identification: facts and fundamentals" (CRC 1999), name the poor quality of the
line (hesitation, shaking, blunt beginnings and ends, pressure without change, lifts of the pen, retouching), other
proportions, and the imitator's own habits. Mohammed, Found, Caligiuri and Rogers, "Dynamic characteristics of
signatures: effects of writer style on genuine and simulated signatures" (Journal of Forensic Sciences 2015), measured
on 600 genuine and 2,700 simulated ones that duration, velocity and pressure of the strokes tell them apart, whatever
the style. In Phillips, Noutsis, Hughes and Rogers, "Effects of writing speed upon modes of signature simulation"
(Journal of Forensic Document Examination 2018), the slowest ones were less fluent and written with more pressure. None
of them gives the distributions that are drawn from here: the constants are this package's own, and the ranges overlap
with those of genuine writers, of whom some are slow, shaky or hesitant too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imgrec_tf.finance.verification.handwriting import Hand, rising


def imitated(hand: Hand, rng: np.random.Generator) -> Hand:
    """The hand of one imitator.

    Each stands somewhere between drawing it slowly, with a line that shows it, and writing it fluently, with more of
    an own hand in its shape. The best of them err half as much as the worst.
    """
    count = len(hand.length)
    slowly = rng.uniform(0, 1)
    clumsy = rng.uniform(0.6, 1.15) + 0.15 * (1 - slowly)
    slower = np.exp(rng.normal(0.05, 0.12) + 0.7 * slowly)
    bend = np.exp(rng.normal(-0.03, 0.14) * clumsy)
    middle, half = (hand.start + hand.end) / 2, (hand.end - hand.start) / 2 * bend
    error = rng.normal(0, 0.1 * clumsy, count)
    usual = np.exp(np.log(hand.length).mean())
    proportions = (hand.length / usual) ** (rng.normal(0, 0.1) * clumsy)  # of tall and low letters
    written = replace(
        hand,
        length=hand.length * proportions * np.exp(rng.normal(0, 0.11 * clumsy, count)),
        start=middle - half + error + rng.normal(0, 0.06 * clumsy, count),
        end=middle + half + error + rng.normal(0, 0.06 * clumsy, count),
        gap=hand.gap * slower * np.exp(rng.normal(0, 0.1 * clumsy, count)),
        peak=hand.peak + np.log(slower) + rng.normal(0, 0.05 * clumsy, count),
        spread=np.clip(hand.spread + rng.normal(0, 0.04 * clumsy), 0.12, 0.5),
        slant=hand.slant + rng.normal(0, 0.12 * clumsy),
        aspect=hand.aspect * np.exp(rng.normal(0, 0.09 * clumsy)),
        tremor=(0.012 + 0.016 * slowly) * rng.lognormal(0, 0.5),
        pen=rng.uniform(0.1, 0.2),
        contrast=hand.contrast * rng.uniform(0.4, 1.0),
        unsteady=rng.uniform(0.7, 1.5),
        taper=tuple(one * float(rng.uniform(0, 1) * (1 - 0.7 * slowly)) for one in hand.taper),
        hesitations=hand.hesitations + 2.5 * slowly * rng.uniform(0, 1),
        retouches=0.03 + 0.5 * slowly * rng.uniform(0, 1),
    )
    line = rising(hand) - rising(written)  # nobody misses the direction of the line
    return replace(written, turn=hand.turn + line + rng.normal(0, 0.04))

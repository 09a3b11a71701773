"""Invented hands: what a writer's signature is, how it varies from day to day, and how another hand imitates it.

A signature is a sequence of overlapping strokes. The pen's speed in each is log-normal in time and its direction turns
from a start to an end angle (Plamondon, "A kinematic theory of rapid human movements", Biological Cybernetics 1995;
O'Reilly and Plamondon, "Development of a Sigma-Lognormal representation for on-line signatures", Pattern Recognition
2009). Making signatures from such parameters follows Ferrer, Diaz-Cabrera and Morales, "Static signature synthesis",
IEEE TPAMI 2015; the way shapes are drawn here, and all constants, are this package's own. No real signature was used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import erf

STEP = 0.004  # seconds between two points
_FLAT = np.deg2rad(25)


@dataclass(frozen=True)
class Hand:
    """How one signature is written.

    Attributes:
        length: (n,) of each stroke, in x-heights.
        start, end: (n,) direction at its start and its end, radians, 0 to the right, counter-clockwise.
        gap: (n,) seconds until the next stroke begins.
        peak: (n,) the log-normal's mu: logarithm of the seconds until half of the stroke is done.
        spread: (n,) the log-normal's sigma.
        air: bool (n,) strokes above the paper.
        slant: Radians that upright lines lean to the right.
        aspect: How much wider than drawn.
        tremor: Amplitude of shaking across the line, in x-heights.
        pen: Width of the pen in x-heights.
        contrast: How much thinner fast strokes are, 0 to 1.
        turn: Rotation of the line of writing in radians.
        unsteady: How much signatures vary from one to the next; 1 is usual.
    """

    length: np.ndarray
    start: np.ndarray
    end: np.ndarray
    gap: np.ndarray
    peak: np.ndarray
    spread: np.ndarray
    air: np.ndarray
    slant: float
    aspect: float
    tremor: float
    pen: float
    contrast: float
    turn: float
    unsteady: float


def invent_hand(rng: np.random.Generator) -> Hand:
    """Draw a writer: a capital, one or two runs of letters, perhaps a flourish."""
    rows = _capital(rng)
    round_forms, loops = rng.uniform(0, 1), rng.uniform(0.08, 0.4)
    wide = rng.uniform(0.75, 1.3)
    runs = 1 + (rng.random() < 0.45)
    for run in range(runs):
        for _ in range(int(rng.integers(3, 7 if runs == 1 else 5))):
            rows += _letter(rng, round_forms, loops, wide)
        if run + 1 < runs:
            rows += [(rng.uniform(1.0, 2.0), rng.uniform(-0.1, 0.5), rng.uniform(0.3, 0.7), True), *_capital(rng)[-3:]]
    if rng.random() < 0.7:
        rows += _flourish(rng)
    length, start, end, air = (np.array(one) for one in zip(*rows))
    count = len(rows)
    hand = Hand(
        length=length,
        start=start,
        end=end,
        gap=rng.uniform(0.085, 0.13) * rng.uniform(0.85, 1.2, count) * (1 + 0.5 * air),
        peak=np.log(rng.uniform(0.12, 0.17)) + rng.normal(0, 0.08, count),
        spread=np.clip(rng.uniform(0.2, 0.34) + rng.normal(0, 0.03, count), 0.15, 0.45),
        air=air.astype(bool),
        slant=rng.normal(0.16, 0.2),
        aspect=rng.uniform(0.8, 1.25),
        tremor=0.012 * rng.lognormal(0, 0.7),
        pen=rng.uniform(0.1, 0.2),
        contrast=rng.uniform(0.25, 0.7),
        turn=0.0,
        unsteady=rng.uniform(0.6, 1.5),
    )
    return replace(hand, turn=rng.normal(0.06, 0.07) - _rising(hand))


def another_day(hand: Hand, rng: np.random.Generator) -> Hand:
    """The same writer's next signature."""
    loose, count = hand.unsteady, len(hand.length)
    return replace(
        hand,
        length=hand.length * np.exp(rng.normal(0, 0.06 * loose, count)) * np.where(hand.length > 3.5, _stretch(rng), 1),
        start=hand.start + rng.normal(0, 0.06 * loose, count),
        end=hand.end + rng.normal(0, 0.06 * loose, count),
        gap=hand.gap * np.exp(rng.normal(0, 0.07 * loose, count) + rng.normal(0, 0.04)),
        peak=hand.peak + rng.normal(0, 0.03 * loose, count),
        slant=hand.slant + rng.normal(0, 0.03 * loose),
        aspect=hand.aspect * np.exp(rng.normal(0, 0.04 * loose)),
        tremor=hand.tremor * rng.lognormal(0, 0.3),
        pen=hand.pen * rng.lognormal(0, 0.2),
        turn=hand.turn + rng.normal(0, 0.035),
    )


def imitated(hand: Hand, rng: np.random.Generator) -> Hand:
    """How somebody else writes it who has practised it: slower, with a slant, a pressure and small errors of their own.

    Some draw it slowly and shake, some write it fluently; the ranges overlap with those of genuine writers.
    """
    count = len(hand.length)
    clumsy = rng.uniform(0.6, 1.15)  # the best have half of the errors of the worst
    slower = rng.uniform(1.0, 1.45)
    bend = np.exp(rng.normal(-0.03, 0.14) * clumsy)
    middle, half = (hand.start + hand.end) / 2, (hand.end - hand.start) / 2 * bend
    error = rng.normal(0, 0.1 * clumsy, count)
    written = replace(
        hand,
        length=hand.length * np.exp(rng.normal(0, 0.11 * clumsy, count)),
        start=middle - half + error + rng.normal(0, 0.06 * clumsy, count),
        end=middle + half + error + rng.normal(0, 0.06 * clumsy, count),
        gap=hand.gap * slower * np.exp(rng.normal(0, 0.1 * clumsy, count)),
        peak=hand.peak + np.log(slower) + rng.normal(0, 0.05 * clumsy, count),
        spread=np.clip(hand.spread + rng.normal(0, 0.04 * clumsy), 0.12, 0.5),
        slant=hand.slant + rng.normal(0, 0.12 * clumsy),
        aspect=hand.aspect * np.exp(rng.normal(0, 0.09 * clumsy)),
        tremor=0.016 * rng.lognormal(0, 0.6),
        pen=rng.uniform(0.1, 0.2),
        contrast=hand.contrast * rng.uniform(0.3, 1.0),
        unsteady=rng.uniform(0.7, 1.5),
    )
    line = _rising(hand) - _rising(written)  # nobody misses the direction of the line
    return replace(written, turn=hand.turn + line + rng.normal(0, 0.04))


def trajectory(hand: Hand, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write it.

    Returns:
        float (m, 2), the pen's way in x-heights, y upwards; float (m,), its speed in x-heights a second; bool (m,),
        whether it is on the paper.
    """
    begins = np.r_[0, np.cumsum(hand.gap[:-1])]
    ends = begins + np.exp(hand.peak + 2.5 * hand.spread)
    times = np.arange(0, ends.max(), STEP)[:, None]
    since = np.maximum(times - begins, 1e-9)
    deviation = (np.log(since) - hand.peak) / hand.spread
    speed = hand.length * np.exp(-0.5 * deviation**2) / (since * hand.spread * np.sqrt(2 * np.pi))
    angle = hand.start + (hand.end - hand.start) * (1 + erf(deviation / np.sqrt(2))) / 2
    velocity = np.stack([(speed * np.cos(angle)).sum(axis=1), (speed * np.sin(angle)).sum(axis=1)], axis=1)
    path = np.cumsum(velocity, axis=0) * STEP
    fast = np.hypot(*velocity.T)
    across = np.stack([-velocity[:, 1], velocity[:, 0]], axis=1) / (fast[:, None] + 1e-6)
    path = path + across * _shaking(len(path), rng)[:, None] * hand.tremor
    lifted = ((deviation > -1.5) & (deviation < 1.0) & hand.air).any(axis=1)
    x, y = path[:, 0] * hand.aspect + path[:, 1] * np.tan(hand.slant), path[:, 1]
    turned = np.stack([x * np.cos(hand.turn) - y * np.sin(hand.turn), x * np.sin(hand.turn) + y * np.cos(hand.turn)])
    return turned.T, fast, ~lifted


def _rising(hand: Hand) -> float:
    """Angle at which the letters climb, in radians, kept within what a line of writing does."""
    path, _, down = trajectory(replace(hand, tremor=0.0), np.random.default_rng(0))
    slope = np.polyfit(*path[down].T, 1)[0]
    return float(np.clip(np.arctan(slope), -0.7, 0.7))


def _shaking(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise of unit deviation between 6 and 14 Hz, the band of physiological tremor."""
    frequencies = np.fft.rfftfreq(count, STEP)
    kept = (frequencies > 6) & (frequencies < 14)
    spectrum = kept * (rng.normal(size=len(kept)) + 1j * rng.normal(size=len(kept)))
    noise = np.fft.irfft(spectrum, count)
    return noise / (noise.std() + 1e-9)


def _stretch(rng: np.random.Generator) -> float:
    return float(np.exp(rng.normal(0, 0.08)))


def _capital(rng) -> list[tuple]:
    """Two to four long strokes: down, up, over."""
    tall = rng.uniform(2.2, 3.4)
    rows = []
    if rng.random() < 0.6:
        rows.append((tall * 0.6, rng.uniform(0.6, 1.6), rng.uniform(1.2, 2.6), False))
    rows.append((tall, rng.uniform(-2.2, -1.6), rng.uniform(-1.7, -0.9), False))
    bend = rng.choice([-1, 1]) * rng.uniform(0.3, 1.6)
    rows.append((tall * rng.uniform(0.7, 1.1), 1.1 - bend, 1.1 + bend, False))
    rows.append((tall * rng.uniform(0.5, 0.9), rng.uniform(-1.9, -0.9), rng.uniform(-1.2, 0.2), False))
    return rows


def _letter(rng, round_forms: float, loops: float, wide: float) -> list[tuple]:
    """One up and one down stroke: low, an ascender or a descender; garland or arcade."""
    up, down = rng.uniform(0.9, 1.5, 2)
    lean = 0.9 / wide + rng.normal(0, 0.12)
    kind = rng.random()
    if kind < loops * 0.6:  # ascender with a loop
        up, down = up * 2.1, down * 2.1
        return [(up, lean - 0.5, lean + 0.9, False), (down, lean + 2.7, 4.9, False)]
    if kind < loops:  # descender with a loop
        return [(up, 0.5, 1.2, False), (down * 2.1, -1.7, -1.4, False), (up * 1.5, 2.6, 0.6, False)]
    if rng.random() < round_forms:  # garland
        return [(up, lean - _FLAT * 1.6, lean + _FLAT, False), (down, -1.9, -1.1, False)]
    return [(up, lean + _FLAT, lean - _FLAT, False), (down, -0.9, -1.8, False)]  # arcade


def _flourish(rng) -> list[tuple]:
    kind, far = rng.integers(3), rng.uniform(3.5, 7)
    if kind == 0:  # out to the right
        return [(far, rng.uniform(-0.5, 0.2), rng.uniform(-0.1, 0.6), False)]
    if kind == 1:  # back below the line, and out again
        return [(far, -1.4, -3.3, False), (far * rng.uniform(0.6, 1.1), -0.3, 0.25, False)]
    return [(far * 0.5, 0.9, 2.9, False), (far * rng.uniform(0.7, 1.1), 3.6, 6.6, False)]  # a wide loop

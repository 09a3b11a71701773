"""Invented hands: what a writer's signature is, how it varies from day to day, and the way that the pen takes.

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
        taper: x-heights over which the line grows as the pen lands in motion, and thins as it leaves.
        hesitations: How often the pen stops in a signature, on average.
        retouches: How often a piece of line is written over again, on average.
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
    taper: tuple[float, float]
    hesitations: float
    retouches: float


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
        taper=(rng.uniform(0.0, 0.7), rng.uniform(0.1, 1.2)),
        hesitations=rng.uniform(0.2, 1.0) if rng.random() < 0.25 else 0.05,
        retouches=0.03,
    )
    return replace(hand, turn=rng.normal(0.06, 0.07) - rising(hand))


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
        taper=tuple(one * float(rng.lognormal(0, 0.3)) for one in hand.taper),
    )


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
    path, fast, lifted = _interrupted(path, fast, lifted, hand, rng)
    x, y = path[:, 0] * hand.aspect + path[:, 1] * np.tan(hand.slant), path[:, 1]
    turned = np.stack([x * np.cos(hand.turn) - y * np.sin(hand.turn), x * np.sin(hand.turn) + y * np.cos(hand.turn)])
    return turned.T, fast, ~lifted


def rising(hand: Hand) -> float:
    """Angle at which the letters climb, in radians, kept within what a line of writing does."""
    path, _, down = trajectory(replace(hand, tremor=0.0), np.random.default_rng(0))
    slope = np.polyfit(*path[down].T, 1)[0]
    return float(np.clip(np.arctan(slope), -0.7, 0.7))


def _interrupted(path, fast, lifted, hand: Hand, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pen stops, goes on beside where it was, at times after it was lifted; pieces are written over again."""
    path, fast, lifted = path.copy(), fast.copy(), lifted.copy()
    last = len(path) - 1
    for _ in range(rng.poisson(hand.hesitations)):
        place = int(rng.integers(0.05 * last, 0.95 * last))
        path[place:] += rng.normal(0, 0.05, 2)
        fast[max(0, place - 4) : place + 4] = 0
        if rng.random() < 0.5:
            lifted[place : place + int(rng.integers(1, 4))] = True
    for _ in range(rng.poisson(hand.retouches)):
        start = int(rng.integers(0, 0.9 * last))
        piece = slice(start, start + int(rng.integers(12, 40)))
        path = np.concatenate([path, path[piece] + rng.normal(0, 0.06, 2)])
        fast = np.concatenate([fast, 0.5 * fast[piece]])
        lifted = np.concatenate([lifted, lifted[piece]])
        lifted[last - 1 : last + 3] = True  # on the way there
        last = len(path) - 1
    return path, fast, lifted


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

"""How often readings of each confidence are wrong, to choose from which confidence on they are trusted:

    python -m imgrec_tf.finance.reading.trust_limits

Lines are rendered from seeds that neither training nor a benchmark draws from. "numbers" are identity numbers that pass
their check, every other one printed with a wrong digit as forgers do; "print" are pieces of print. The printed table
shows, for several limits, how many readings reach it and how many of these are wrong.
"""

from __future__ import annotations

import argparse

import numpy as np

from imgrec_tf.finance.identity import invent_person
from imgrec_tf.finance.reading import lettering, lines, print_strips, print_texts
from imgrec_tf.finance.reading.decoding import greedy_decode
from imgrec_tf.finance.reading.line_reader import shipped_reader
from imgrec_tf.finance.reading.normalising import HEIGHT, normalise_line
from imgrec_tf.finance.reading.number_reading import read_identity_number

LIMITS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
_STREAM = 8_000_000


def outcomes(kind: str, count: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Read lines of known text.

    Args:
        kind: "numbers" or "print".
        count: How many lines are rendered.
        seed: 0 or more.

    Returns:
        The confidence of each reading in [0, 1], and whether it is right, bool; numbers that break a rule are left out.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in ("numbers", "print"):
        raise ValueError(f'kind must be "numbers" or "print", got {kind!r}')
    found = [
        (_number if kind == "numbers" else _print)(np.random.default_rng([_STREAM, seed, number]), number)
        for number in range(count)
    ]
    kept = [one for one in found if one is not None]
    return np.array([one[0] for one in kept], float), np.array([one[1] for one in kept], bool)


def _number(rng: np.random.Generator, number: int) -> tuple[float, bool] | None:
    text = invent_person(int(rng.integers(2**31))).identity_number
    if number % 2:
        place = int(rng.integers(6, 17))
        text = text[:place] + str((int(text[place]) + int(rng.integers(1, 10))) % 10) + text[place + 1 :]
    line = lines.render_line(text, font=str(rng.choice(lettering.FONTS)), severity=_severity(rng), seed=rng)
    read = read_identity_number(line.image)
    return (read.confidence, read.text == text) if read.valid else None


def _print(rng: np.random.Generator, number: int) -> tuple[float, bool]:
    font = str(rng.choice(lettering.FONTS))
    image, text = print_strips.photographed_print(
        print_texts.random_print(rng), font=font, severity=_severity(rng), rng=rng
    )
    reader = shipped_reader("print")
    strip = normalise_line(image, columns=max(8, round(image.shape[1] * HEIGHT / image.shape[0])))
    read = greedy_decode(reader.log_probabilities([strip])[0], reader.characters)
    return float(np.prod(read.confidences)), " ".join(read.text.split()) == print_texts.as_read(text)


def _severity(rng: np.random.Generator) -> str:
    return str(rng.choice(["mild", "phone", "harsh"]))


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1000, help="of each kind (default %(default)s)")
    count = parser.parse_args(arguments).lines
    for kind in ("numbers", "print"):
        sure, right = outcomes(kind, count)
        print(f"{kind}: {len(sure)} readings of {count} lines, {np.sum(~right)} wrong")
        for limit in LIMITS:
            reached = sure >= limit
            wrong = int(np.sum(~right[reached]))
            print(f"  confidence {limit:.2f} or more: {reached.sum():5d} readings, {wrong} wrong")


if __name__ == "__main__":
    main()

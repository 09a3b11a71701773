"""Trains a reader on line images that are rendered while it learns.

Rendering a strip costs about as much as learning from it. So strips wait in a store and are drawn several times
before new ones take their places.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from imgrec_tf.finance.identity.check_digits import ALPHABET
from imgrec_tf.finance.reading import decoding
from imgrec_tf.finance.reading.line_reader import LineReader
from imgrec_tf.finance.reading.lines import training_strip

BATCH, FRESH, STORE = 48, 16, 5_000  # strips of a step, how many of them are new, and how many wait
Strip = Callable[[np.random.Generator], tuple[np.ndarray, str]]
_VALIDATION_SEED = 9_000_000  # far from every training seed


@dataclass(frozen=True)
class ReaderRun:
    """What `train_reader` returns.

    Attributes:
        reader: The trained reader.
        history: One row a report: step, loss, character error rate and exact share on validation strips, seconds.
        cpu_seconds: Seconds of processor time, rendering included.
        seconds: Seconds on the clock.
    """

    reader: LineReader
    history: list[dict]
    cpu_seconds: float
    seconds: float


def train_reader(
    *,
    steps: int = 400,
    seed: int = 0,
    context: str = "convolution",
    learning_rate: float = 3e-3,
    characters: str = ALPHABET,
    strip: Strip = training_strip,
    settings: Mapping | None = None,
    report_every: int = 50,
    progress: bool = True,
) -> ReaderRun:
    """Train a reader from nothing, on short strips; it reads lines of any length.

    At first the loss hardly falls while the network answers with blanks only: CTC's plateau. The LSTM stays there
    longer than the convolutions.

    Args:
        steps: Batches of 48 strips.
        seed: Seed of weights, texts and images.
        context: "lstm" or "convolution", see `models.crnn`.
        learning_rate: The highest one of Adam's one-cycle schedule.
        characters: The alphabet; it must hold what the strips show.
        strip: Draws one strip and its text of at most 16 characters, all strips of one width. By default pieces of
            zones and numbers of 9 to 13 characters, A-Z, 0-9 and `<`.
        settings: `filters`, `recurrent_units` or `dropout` of `models.crnn`.
        report_every: Steps between two looks at validation strips.
        progress: Print one line a report.

    Raises:
        ValueError: If `steps` is less than 1.
    """
    import keras

    if steps < 1:
        raise ValueError(f"steps must be 1 or more, got {steps}")
    reader = LineReader(characters, seed=seed, context=context, **(settings or {}))
    warm = max(1, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20, steps - warm, warmup_target=learning_rate, warmup_steps=warm, alpha=0.005
    )
    reader.model.compile(keras.optimizers.Adam(schedule, clipnorm=5.0), keras.losses.CTC())
    began, cpu = time.perf_counter(), time.process_time()
    held_back = make_strips(200, reader, seed=_VALIDATION_SEED, strip=strip)
    history: list[dict] = []
    batches = _batches(reader, seed, strip)
    for first in range(0, steps, report_every):
        count = min(report_every, steps - first)
        losses = [float(reader.model.train_on_batch(*next(batches))) for _ in range(count)]
        row = {"step": first + count, "loss": float(np.mean(losses))} | measure(reader, *held_back)
        row["seconds"] = round(time.perf_counter() - began, 1)
        history.append(row)
        if progress:
            print("  ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)
    return ReaderRun(reader, history, time.process_time() - cpu, time.perf_counter() - began)


def make_strips(
    count: int, reader: LineReader, *, seed: int, strip: Strip = training_strip
) -> tuple[np.ndarray, np.ndarray]:
    """Render strips and their labels: float32 (count, 24, columns, 1), int32 (count, longest) filled with 0."""
    rng = np.random.default_rng([seed, 77])
    strips, texts = zip(*(strip(rng) for _ in range(count)))
    return np.stack(strips), _labels(reader, texts)


def measure(reader: LineReader, strips: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Read strips greedily and compare with their labels.

    Returns:
        "character_error_rate": edits / characters; "exact": share of strips without any error.
    """
    edits = characters = exact = 0
    for scores, label in zip(reader.log_probabilities(list(strips)), labels):
        text = "".join(reader.characters[index - 1] for index in label if index)
        found = decoding.greedy_decode(scores, reader.characters).text
        wrong = decoding.edit_distance(found, text)
        edits, characters, exact = edits + wrong, characters + len(text), exact + (wrong == 0)
    return {"character_error_rate": edits / characters, "exact": exact / len(labels)}


def _batches(reader: LineReader, seed: int, draw: Strip):
    rng = np.random.default_rng([seed, 5])
    store: list[tuple[np.ndarray, str]] = []
    while True:
        for _ in range(BATCH if len(store) < BATCH else FRESH):
            strip = draw(rng)
            if len(store) < STORE:
                store.append(strip)
            else:
                store[int(rng.integers(STORE))] = strip
        picked = [store[place] for place in rng.integers(len(store), size=BATCH)]
        strips = np.stack([strip for strip, _ in picked])
        yield strips, _labels(reader, [text for _, text in picked])


def _labels(reader: LineReader, texts) -> np.ndarray:
    labels = np.zeros((len(texts), 16), np.int32)
    for row, text in zip(labels, texts):
        row[: len(text)] = reader.encode(text)
    return labels

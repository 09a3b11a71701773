"""Trains the reader that ships with the package: python -m imgrec_tf.finance.reading.train

The weights in the folder `weights` come from this command as it stands: seed 0, 400 steps, 197 CPU seconds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from imgrec_tf.finance.reading import line_reader
from imgrec_tf.finance.reading.training import train_reader


def main(arguments: list[str] | None = None) -> None:
    """Train a reader and write its weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400, help="batches of 48 strips (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--context", choices=("lstm", "convolution"), default="convolution")
    parser.add_argument("--output", type=Path, default=line_reader.WEIGHTS / line_reader.SHIPPED)
    chosen = parser.parse_args(arguments)
    run = train_reader(steps=chosen.steps, seed=chosen.seed, context=chosen.context)
    path = run.reader.save(chosen.output)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {run.cpu_seconds:.0f} CPU seconds, {run.seconds:.0f} s")


if __name__ == "__main__":
    main()

"""Trains the readers that ship with the package: python -m imgrec_tf.finance.reading.train

The weights in the folder `weights` come from these steps with seed 0. "machine", the reader of numbers and zones: 400
steps, 197 CPU seconds. "print", the reader of printed fields: 6,000 steps, 2,990 CPU seconds. Trained again on another
machine, readers come out alike, not the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from imgrec_tf import environment
from imgrec_tf.finance.reading import line_reader, print_texts
from imgrec_tf.finance.reading.print_strips import print_strip
from imgrec_tf.finance.reading.training import train_reader

STEPS = {"machine": 400, "print": 6000}
PRINT_SETTINGS = {"filters": (12, 24, 32, 40, 64), "recurrent_units": 32, "dropout": 0.05}


@environment.in_float32()
def main(arguments: list[str] | None = None) -> None:
    """Train readers and write their weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", nargs="+", choices=tuple(STEPS), default=tuple(STEPS))
    parser.add_argument("--steps", type=int, help=f"batches of 48 strips (default {STEPS})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--context", choices=("lstm", "convolution"), default="convolution")
    parser.add_argument("--folder", type=Path, default=line_reader.WEIGHTS, help="where to write (default %(default)s)")
    chosen = parser.parse_args(arguments)
    for kind in chosen.readers:
        own = {}
        if kind == "print":
            own = {"characters": print_texts.print_alphabet(), "strip": print_strip, "settings": PRINT_SETTINGS}
        run = train_reader(steps=chosen.steps or STEPS[kind], seed=chosen.seed, context=chosen.context, **own)
        path = run.reader.save(chosen.folder / line_reader.SHIPPED[kind], bits=8 if kind == "print" else None)
        spent = f"{run.cpu_seconds:.0f} CPU seconds, {run.seconds:.0f} s"
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {spent}")


if __name__ == "__main__":
    main()

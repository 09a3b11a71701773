"""Is reading a folder of images as fast as Keras's own reader, and does memory stay constant?

Run from the project's folder:  python benchmarks/pipeline.py
Needs real images: MedNIST (six classes of 500 grey JPEG files, 64×64) in <IMGREC_DATA>/mednist.

Speed: `from_folder(...).train.tf_data(...)` against `keras.utils.image_dataset_from_directory`, over the same files, in
shuffled batches of 64, with the same Keras augmentation layers mapped over both. The two take turns within one run, so
that other load on the machine meets both; the ratio is taken turn by turn, and its median is the result. Nothing is
cached. Processor time is told as well, because other load hardly changes it.

Memory: the peak of a process that reads as many images from 1,000 files, again and again, as another reads once from
50,000.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results_table import machine, report

BATCH = 64
SIZE = (64, 64)
PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15, help="turns that each reader takes")
    parser.add_argument("--epochs", type=int, default=2, help="passes over the training images in each turn")
    parser.add_argument("--files", type=int, nargs=2, default=(1000, 50_000), help="the two folders' sizes")
    parser.add_argument("--only", choices=("speed", "memory"), help="measure one of the two")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "IMAGES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        read_and_tell_memory(options.child[0], int(options.child[1]))
        return
    source = Path(os.environ.get("IMGREC_DATA", PROJECT.parent / "shared" / "data")) / "mednist"
    if not source.is_dir():
        raise SystemExit(f"there is no folder {source}; set IMGREC_DATA to the folder that holds mednist/")
    rows = []
    if options.only != "memory":
        rows += measure_speed(source, options.repeats, options.epochs)
    if options.only != "speed":
        rows += measure_memory(source, *options.files)
    report("pipeline", rows)


def measure_speed(source: Path, repeats: int, epochs: int) -> list[dict]:
    """Return rows with the speed of both readers, with and without augmentation, and the ratios."""
    import keras
    import tensorflow as tf
    from keras import layers

    from imgrec_tf.datasets import from_folder

    keras.utils.set_random_seed(0)
    augment = keras.Sequential(
        [
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.05),
            layers.RandomContrast(0.2, value_range=(0, 255)),
        ]
    )

    def augmented(data):
        data = data.map(lambda images, labels: (augment(images, training=True), labels), tf.data.AUTOTUNE)
        return data.prefetch(tf.data.AUTOTUNE)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        whole = from_folder(source)
        for name, split in whole.splits.items():
            for file in split.sources:
                (folder / name / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source / file, folder / name / file)
        ours = from_folder(folder)
        theirs = keras.utils.image_dataset_from_directory(
            folder / "train",
            color_mode="grayscale",
            batch_size=BATCH,
            image_size=SIZE,
            shuffle=True,
            seed=0,
            verbose=False,
        )
        count = len(ours.train) * epochs
        readers = {
            "ours": lambda: ours.train.tf_data(BATCH, shuffle=True, seed=0, epochs=epochs),
            "keras": lambda: theirs.repeat(epochs),
        }
        rows = []
        for task, finish in (("decode and augment", augmented), ("decode only", lambda data: data)):
            speeds, work = ({name: [] for name in readers} for _ in range(2))
            for turn in range(-1, repeats):  # the first turn warms up and does not count
                order = list(readers) if turn % 2 else list(readers)[::-1]
                for name in order:
                    seconds, processor, seen = _read(finish(readers[name]()))
                    if seen != count:
                        raise RuntimeError(f"{name} gave {seen} images, expected {count}")
                    if turn >= 0:
                        speeds[name].append(count / seconds)
                        work[name].append(processor / count * 1e6)
            ratios = [mine / other for mine, other in zip(speeds["ours"], speeds["keras"])]
            context = (
                f"MedNIST, {len(ours.train):,} files × {epochs} passes, batch {BATCH}, {repeats} turns, {machine()}"
            )
            goal = 1.0 if finish is augmented else None
            rows.append(_row(f"{task}: speed relative to Keras", ratios, goal, "higher", "ratio", context))
            shares = [mine / other for mine, other in zip(work["ours"], work["keras"])]
            rows.append(_row(f"{task}: processor time relative to Keras", shares, None, "lower", "ratio", context))
            rows.append(_row(f"{task}: from_folder", speeds["ours"], None, "higher", "images/s", context))
            rows.append(
                _row(f"{task}: image_dataset_from_directory", speeds["keras"], None, "higher", "images/s", context)
            )
    return rows


def _read(data) -> tuple[float, float, int]:
    """Return seconds by the clock, seconds of processor time, and images."""
    start, worked, seen = time.perf_counter(), time.process_time(), 0
    for images, _ in data:
        seen += images.shape[0]
    return time.perf_counter() - start, time.process_time() - worked, seen


def measure_memory(source: Path, few: int, many: int) -> list[dict]:
    """Return rows with the peak memory of reading as many images from few and from many files."""
    peaks = {}
    files = sorted(source.glob("*/*.jpeg"))
    for count in (few, many):
        with tempfile.TemporaryDirectory() as temporary:
            make_tree(Path(temporary), files, count)
            command = [sys.executable, __file__, "--child", temporary, str(many)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
            if done.returncode:
                raise SystemExit(f"reading {count:,} files failed:\n{done.stderr}")
            peaks[count] = json.loads(done.stdout.splitlines()[-1])
    context = f"scan, then {many:,} images in shuffled batches of {BATCH}, MedNIST files linked, {machine()}"
    ratio = peaks[many]["peak_mb"] / peaks[few]["peak_mb"]
    metric = f"peak memory with {many:,} files relative to {few:,}"
    rows = [_row(metric, [ratio], 1.1, "lower", "ratio", context)]
    for count, peak in peaks.items():
        rows.append(_row(f"peak memory with {count:,} files", [peak["peak_mb"]], None, "lower", "MB", context))
        rows.append(_row(f"scan of {count:,} files", [peak["scan_seconds"]], None, "lower", "s", context))
    return rows


def make_tree(folder: Path, files: list[Path], count: int) -> None:
    """Fill class folders with `count` links to the files, each file as often as needed."""
    for index in range(count):
        file = files[index * 7919 % len(files)]  # a prime step, so that few files still come from every class
        link = folder / file.parent.name / f"{index:06d}.jpeg"
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(file)


def read_and_tell_memory(folder: str, images: int) -> None:
    """Read at least so many images from a folder and print this process's peak memory as JSON."""
    from imgrec_tf.datasets import from_folder

    start = time.perf_counter()
    dataset = from_folder(folder, validation=0.1, test=0)
    scan_seconds = time.perf_counter() - start
    epochs = -(-images // len(dataset.train))
    for _ in dataset.train.tf_data(BATCH, shuffle=True, epochs=epochs):
        pass
    peak = peak_memory_mb()
    print(json.dumps({"peak_mb": peak, "scan_seconds": scan_seconds}))


def peak_memory_mb() -> float:
    """Return the most memory that this process has occupied so far, in MB.

    On Linux from the kernel's own record of this program (VmHWM in /proc/self/status): `getrusage` would count the
    parent's memory, too, which a child occupies for a moment when it is started.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS tells bytes


def _row(metric: str, values: list[float], goal: float | None, better: str, unit: str, context: str) -> dict:
    several = len(values) > 1
    return {
        "metric": metric,
        "value": statistics.median(values),
        "low": min(values) if several else None,
        "high": max(values) if several else None,
        "goal": goal,
        "better": better,
        "unit": unit,
        "context": context,
    }


if __name__ == "__main__":
    main()

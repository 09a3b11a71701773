"""A report of 200 images, seconds after loading: pictures, heat maps, HTML, PDF, checklist.

Run from the project's folder:  python benchmarks/medical_report.py

The recogniser is the default network at 64×64 pixels with untrained weights, which changes no time. 196
images of the chest phantom (synthetic) lie in a folder as PNG files, with two DICOM files, a broken file and a coloured
picture. Made and written before the clock starts: the images, the recogniser, its evaluation with 1,000 resamples.
TensorFlow is loaded, and one small report was made before, as after any first use. Never for clinical use.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from results_table import machine, report

COUNT = 200
SEEDS = (7, 8, 9)
SIZE = 64
GOAL = 60.0


def main() -> None:
    """Measure, print and write the results."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    report("medical_report", measure_report())


def measure_report() -> list[dict]:
    """Make a report of 200 images with each seed, and measure seconds, megabytes and rows."""
    found = [_one_seed(seed) for seed in SEEDS]
    context = f"{COUNT} files of {SIZE}×{SIZE} pixels or larger, heat maps and PDF included; {machine()}"
    rows = []
    for name, goal, better, unit in (
        ("seconds after loading", GOAL, "lower", "s"),
        ("CPU seconds after loading", None, "lower", "CPU s"),
        ("HTML file", None, "lower", "MB"),
        ("PDF", None, "lower", "MB"),
        ("rows", COUNT, "higher", "rows"),
        ("rows without an answer", None, "lower", "rows"),
    ):
        values = [one[name] for one in found]
        told = f"mean of {len(values)} seeds, from lowest to highest; {context}"
        rows.append(_row(f"report: {name}", float(np.mean(values)), min(values), max(values), goal, better, unit, told))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(_row("report: memory at its peak", peak, None, None, None, "lower", "MB", "whole process, all seeds"))
    return rows


def _one_seed(seed: int) -> dict[str, float]:
    import imgrec_tf as ir

    dataset = ir.load("chest-phantom", size=SIZE, count=COUNT + 200, seed=seed)
    model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=seed)
    point = ir.decisions.choose_operating_point(ir.evaluate(model, dataset.validation), sensitivity=0.9)
    recognizer = ir.Recognizer.from_run(model, dataset, operating_point=point, abstain_below=0.5)
    evaluation = recognizer.evaluate(dataset.test)
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder) / "inbox"
        write_inbox(dataset.train, inbox)
        ir.medical.reports.make_report(
            recognizer, dataset.test.images[:2], Path(folder) / "first", evaluation=evaluation
        )
        start, cpu = time.perf_counter(), time.process_time()
        made = ir.medical.reports.make_report(recognizer, inbox, Path(folder) / "report", evaluation=evaluation)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        return {
            "seconds after loading": seconds,
            "CPU seconds after loading": cpu,
            "HTML file": made.html.stat().st_size / 1e6,
            "PDF": made.pdf.stat().st_size / 1e6,
            "rows": len(made.table),
            "rows without an answer": int((made.table["problem"] != "").sum()),
        }


def write_inbox(split, folder: Path) -> None:
    """Write files as a clinic might send them: pictures, two DICOM files, a broken file, a coloured picture."""
    from PIL import Image

    from imgrec_tf.medical import dicom

    folder.mkdir()
    for number in range(COUNT - 4):
        Image.fromarray(split.image(number)[..., 0]).save(folder / f"{number:03d}.png")
    for number, pitfall in enumerate(("sixteen bits", "inverted"), start=COUNT - 4):
        dicom.write_example(folder / f"{number:03d}.dcm", pitfall, size=256, seed=number)
    (folder / f"{COUNT - 2}.png").write_bytes((folder / "000.png").read_bytes()[:300])
    colours = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(colours).resize((320, 240)).save(folder / f"{COUNT - 1}.png")


def _row(metric, value, low, high, goal, better, unit, context) -> dict:
    return {
        "metric": metric, "value": value, "low": low, "high": high, "goal": goal, "better": better, "unit": unit,
        "context": context,
    }  # fmt: skip


if __name__ == "__main__":
    main()

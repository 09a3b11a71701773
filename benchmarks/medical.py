"""What the medical half does, measured: one part at a time, each keeping the rows of the others.

Run from the project's folder:  python benchmarks/medical.py --parts dicom

dicom: every file that ships inside pydicom, read by this library and by pydicom's own steps (modality lookup table or
rescaling, VOI lookup table or window, photometric interpretation). A row gives the largest difference on the scale from
0 to 255, or the error by name. Where the codecs of the extras `dicom` and `dicom-gpl` are installed, the part is
called "dicom with codecs" and has rows of its own.

decisions: thresholds, calibration, another prevalence and sets of answers on real chest X-rays; see
medical_decisions.py.
segmentation: a U-Net on the pictures of `nuclei`, see medical_segmentation.py.
detection: boxes and counts of blood cells on `bccd`, see medical_detection.py.
report: a report of 200 images, seconds after loading, see medical_report.py.
shortcut, shortcut-pneumonia: a planted marker on synthetic and on real X-rays, see medical_shortcut.py.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from medical_decisions import measure_decisions
from medical_detection import measure_detection
from medical_report import measure_report
from medical_segmentation import measure_segmentation
from medical_shortcut import measure_shortcut, measure_shortcut_pneumonia
from results_table import last_rows, machine, report

warnings.filterwarnings("ignore", module=r"pydicom\.")


def main() -> None:
    """Measure the parts that are asked for, and write them beside the rows of the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    for part in parser.parse_args().parts:
        rows = PARTS[part]()
        names = {row["metric"].split(":")[0] for row in rows}
        others = [row for row in last_rows("medical") if row["metric"].split(":")[0] not in names]
        report("medical", sorted(others + rows, key=lambda row: row["metric"].split(":")[0]))


# ---- DICOM -----------------------------------------------------------------------------------------------------------


def measure_dicom() -> list[dict]:
    """Compare this library with pydicom on all of pydicom's own files that state the size of a picture."""
    start = time.process_time()
    part = "dicom with codecs" if installed_codecs() else "dicom"
    found = {path: compared(path) for path in pydicom_files()}
    found = {path: one for path, one in found.items() if one is not None}
    seconds = time.process_time() - start
    equal = [one for one in found.values() if one[0] is not None and one[0] <= 1]
    refused = [one for one in found.values() if one[0] is None and one[1] != "refused"]
    context = (
        f"{len(found)} files inside pydicom that state a size; codecs: {', '.join(installed_codecs()) or 'Pillow only'}"
    )
    rows = [
        _row(f"{part}: equal within one grey level", len(equal), None, "higher", "files", context),
        _row(f"{part}: error by name, as pydicom fails too", len(refused), None, "lower", "files", context),
        _row(f"{part}: neither", len(found) - len(equal) - len(refused), 0, "lower", "files", context),
        _row(f"{part}: reading all files twice", seconds, None, "lower", "CPU s", machine()),
    ]
    for path, (difference, told) in found.items():
        rows.append(_row(f"{part}: {path.parent.name}/{path.name}", difference, 1, "lower", "grey levels", told))
    return rows


def pydicom_files() -> list[Path]:
    """Return every file in pydicom's folder of data."""
    import pydicom.data

    root = Path(pydicom.data.__file__).parent
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))


def compared(path: Path) -> tuple[float | None, str] | None:
    """Return the largest difference to pydicom and what was compared; None and the error; or None without pixels."""
    import imgrec_tf as ir

    try:
        expected = pydicom_picture(path)
    except Exception as error:  # that pydicom fails is a result here
        expected, failed = None, type(error).__name__
    try:
        picture = ir.medical.dicom.read(path).display()
    except ir.medical.dicom.DicomProblem as problem:
        if "Rows" not in _header(path):
            return None
        return None, f"{type(problem).__name__}: {problem.reason}" if expected is None else "refused"
    if expected is None:
        return None, f"read, while pydicom fails with {failed}: nothing to compare with"
    ours = picture / (257.0 if picture.dtype == np.uint16 else 1.0)
    return float(np.abs(ours - expected.reshape(ours.shape)).max()), f"{'×'.join(map(str, picture.shape))}"


def pydicom_picture(path: Path) -> np.ndarray:
    """Return the middle frame in [0, 255] by pydicom's own steps; without a window, the range as the library has it."""
    from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

    header = _header(path)
    stored = pixel_array(header, index=int(header.get("NumberOfFrames") or 1) // 2)
    if header.PhotometricInterpretation == "PALETTE COLOR":
        coloured = apply_color_lut(stored, header)
        return coloured / (257.0 if coloured.dtype == np.uint16 else 1.0)
    if stored.ndim == 3:
        return stored * (255.0 / (2**header.BitsStored - 1))
    values = apply_modality_lut(stored, header).astype(np.float64)
    if header.get("VOILUTSequence"):
        places = np.rint(values).astype(np.int64)  # a table has whole places; of floats pydicom warns
        shown, low, high = apply_voi_lut(places, header), 0, 2 ** header.VOILUTSequence[0].LUTDescriptor[2] - 1
    elif "WindowCenter" in header:
        shown = apply_voi_lut(values, header)
        low, high = apply_voi_lut(np.array([-1e9, 1e9]), header)
    else:
        shown, (low, high) = values, (0, 2**header.BitsStored - 1) if header.BitsStored <= 8 else _ends(values)
    grey = 255 * (shown.astype(np.float64) - low) / (high - low)
    return 255 - grey if header.PhotometricInterpretation == "MONOCHROME1" else grey


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _header(path: Path):
    import pydicom

    return pydicom.dcmread(path, force=True)


def installed_codecs() -> list[str]:
    """Return the codecs beyond Pillow that pydicom could use here."""
    from importlib.util import find_spec

    return [name for name in ("gdcm", "openjpeg", "libjpeg", "jpeg_ls") if find_spec(name)]


def _row(metric: str, value: float | None, goal: float | None, better: str, unit: str, context: str) -> dict:
    bounds = {"value": value, "low": None, "high": None}
    return {"metric": metric, **bounds, "goal": goal, "better": better, "unit": unit, "context": context}


PARTS: dict[str, Callable[[], list[dict]]] = {
    "dicom": measure_dicom,
    "decisions": measure_decisions,
    "segmentation": measure_segmentation,
    "detection": measure_detection,
    "report": measure_report,
    "shortcut": measure_shortcut,
    "shortcut-pneumonia": measure_shortcut_pneumonia,
}

if __name__ == "__main__":
    main()

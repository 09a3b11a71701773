"""A series as one volume: slices in the order in which they lie in the body, with the distances between them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from imgrec_tf.datasets.dicom.header import Attributes
from imgrec_tf.datasets.dicom.image import DicomImage, read
from imgrec_tf.datasets.dicom.orientation import square_pixels
from imgrec_tf.datasets.dicom.problems import DicomProblem
from imgrec_tf.datasets.dicom.windows import Window, chosen_view
from imgrec_tf.medical.dicom.series import checked_folder, files_below

_EVEN = 0.02  # distances between slices may differ by this share before it is noted


@dataclass
class Volume:
    """Slices of one series.

    Attributes:
        values: float32 (slices, rows, columns), rescaled; Hounsfield units in CT.
        spacing: Distance between slices, rows and columns in mm; None where the files do not state it.
        directions: Where columns of a slice's rows run, where rows run, as in `DicomImage.directions`; or None.
        modality: "CT", "MR" …
        sources: The file, or the file and frame, of each slice.
        window: The first window that the files state, or None.
        notes: What was missing or uneven.
    """

    values: np.ndarray
    spacing: tuple[float | None, float | None, float | None]
    directions: tuple[str, str] | None
    modality: str
    sources: list[str]
    window: Window | None = None
    notes: list[str] = field(default_factory=list)

    def cut(self, axis: int = 0, place: int | None = None, window=None) -> np.ndarray:
        """Return one plane through the volume, with square pixels where the distances are known.

        Args:
            axis: 0 for a slice as stored, 1 for a plane along one row of all slices, 2 along one column.
            place: Its index along the axis; the middle when left out.
            window: None for the stored window, or for the range of the values where there is none; else as in
                `DicomImage.display`.

        Returns:
            uint8 (rows, columns, 1). The last slice is the top row of planes along axis 1 and 2: slices go from feet
            to head in most series.

        Raises:
            ValueError: If there is no such axis, place or window.
        """
        if axis not in (0, 1, 2):
            raise ValueError(f"axis must be 0, 1 or 2, got {axis!r}")
        place = self.values.shape[axis] // 2 if place is None else place
        if not 0 <= place < self.values.shape[axis]:
            raise ValueError(f"place must be from 0 to {self.values.shape[axis] - 1}, got {place}")
        plane = np.take(self.values, place, axis)
        between = [one for number, one in enumerate(self.spacing) if number != axis]
        if axis:
            plane = plane[::-1]
        view = (
            self.window if window is None else chosen_view(window, [self.window] if self.window else [], self.modality)
        )
        if view is None:
            low, high = float(self.values.min()), float(self.values.max())
            view = Window((low + high) / 2, max(high - low, 1e-6), "LINEAR_EXACT")
        picture = np.rint(255 * view.apply(plane)).astype(np.uint8)[..., np.newaxis]
        return picture if None in between else square_pixels(picture, tuple(between))


def read_volume(source: str | os.PathLike | Iterable[str | os.PathLike], *, series: str | int | None = None) -> Volume:
    """Read one series as a volume.

    Args:
        source: A folder, a file of many frames, or a list of files.
        series: Which series, where there are several: its number in the order of the message that lists them, or its
            hashed id as `read_folder` gives it.

    Raises:
        FileNotFoundError: If there is no such folder or file.
        ValueError: If there are no slices, several series and none is chosen, slices of several sizes or directions, or
            two slices at one place.
        DicomProblem: If a slice is damaged: a volume with a hole would look whole.
    """
    images = _chosen_series(_images(source), series)
    slices = [(image, frame) for image in images for frame in range(image.frames)]
    _require_one_shape(slices)
    notes: list[str] = []
    slices, places = _sorted(slices, notes)
    between = _distance(places, slices, notes)
    first = slices[0][0]
    in_plane = first.spacing
    if in_plane is None:
        notes.append("the files state no pixel spacing: lengths are not known")
    window = next((view for view in first.windows if isinstance(view, Window)), None)
    values = np.stack([image.values(frame).astype(np.float32) for image, frame in slices])
    notes += [f"{image.name}: {note}" for image in images for note in image.notes]
    names = [f"{Path(image.name).name}" + (f", frame {frame}" if image.frames > 1 else "") for image, frame in slices]
    distances = (between, *(in_plane or (None, None)))
    return Volume(values, distances, first.directions, first.modality, names, window, notes)


def _images(source) -> list[DicomImage]:
    if isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        if path.is_file():
            return [read(path)]
        paths: Iterable = files_below(checked_folder(source))
    else:
        paths = [Path(one) for one in source]
    found = []
    for path in paths:
        try:
            found.append(read(path))
        except DicomProblem as problem:
            if "not a DICOM file" not in problem.reason and "without an image" not in problem.reason:
                raise
    if not found:
        raise ValueError(f"{source} holds no DICOM file with pixels; check the path")
    return found


def _chosen_series(images: list[DicomImage], series: str | int | None) -> list[DicomImage]:
    found: dict[str, list[DicomImage]] = {}
    for image in images:
        found.setdefault(image.series() or "series not stated", []).append(image)
    names = list(found)
    if series is None:
        if len(names) == 1:
            return images
        lines = [
            f"{place}: {name} ({len(found[name])} files, {found[name][0].modality})" for place, name in enumerate(names)
        ]
        raise ValueError(f"{len(names)} series are mixed here; choose one with series=… ({'; '.join(lines)})")
    if isinstance(series, str) and series in found:
        return found[series]
    if isinstance(series, int) and 0 <= series < len(names):
        return found[names[series]]
    raise ValueError(f"there is no series {series!r}; there are {', '.join(names)}")


def _require_one_shape(slices: list[tuple[DicomImage, int]]) -> None:
    if any(image.colour for image, _ in slices):
        raise ValueError("a volume is made of grey slices, and this series has colours")
    sizes = {(image.rows, image.columns) for image, _ in slices}
    lies = {image.directions for image, _ in slices}
    if len(sizes) > 1 or len(lies) > 1:
        different = (
            [f"{rows} × {columns}" for rows, columns in sorted(sizes)] if len(sizes) > 1 else sorted(map(str, lies))
        )
        raise ValueError(
            f"slices differ in {'size' if len(sizes) > 1 else 'direction'} ({', '.join(different)}): a localiser or a "
            "second series is mixed in; pass the files that belong together"
        )


def _sorted(slices, notes: list[str]):
    """Sort by place along the normal of the slices; by instance number where no places are stated."""
    places = [_place(image, frame) for image, frame in slices]
    if len(slices) > 1 and None not in places:
        order = np.argsort(places, kind="stable")
        return [slices[index] for index in order], [places[index] for index in order]
    if len(slices) > 1:
        notes.append("the files state no positions: slices stand in the order of their instance numbers")
    numbers = [Attributes(image.dataset).number("InstanceNumber") for image, _ in slices]
    if None in numbers:
        notes.append("an instance number is missing: slices stand in the order of their names")
        return slices, None
    order = sorted(range(len(slices)), key=lambda index: (numbers[index], slices[index][1]))
    return [slices[index] for index in order], None


def _place(image: DicomImage, frame: int) -> float | None:
    attributes = Attributes(image.dataset, frame)
    cosines, corner = attributes.numbers("ImageOrientationPatient"), attributes.numbers("ImagePositionPatient")
    if len(cosines) != 6 or len(corner) != 3:
        return None
    return float(np.dot(np.cross(cosines[:3], cosines[3:]), corner))


def _distance(places: list[float] | None, slices, notes: list[str]) -> float | None:
    if places is None or len(places) < 2:
        first = Attributes(slices[0][0].dataset)
        return first.number("SpacingBetweenSlices") or first.number("SliceThickness")
    gaps = np.diff(places)
    if gaps.min() < 1e-3:
        twice = int(np.argmin(gaps))
        raise ValueError(
            f"two slices lie at the same place ({slices[twice][0].name} and {slices[twice + 1][0].name}): the series "
            "holds copies, or several phases; pass the files that belong together"
        )
    middle = float(np.median(gaps))
    if np.abs(gaps - middle).max() > _EVEN * middle:
        notes.append(
            f"slices are not evenly spaced: {gaps.min():.2f} to {gaps.max():.2f} mm; some may be missing, and lengths "
            f"across slices, taken as {middle:.2f} mm each, are not true"
        )
    return middle

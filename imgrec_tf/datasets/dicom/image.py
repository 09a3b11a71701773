"""The class `DicomImage`: one file, its numbers in their units, and what a viewer would show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from imgrec_tf.datasets.dicom import decoding, display, header, identity, orientation, tables
from imgrec_tf.datasets.dicom.problems import DicomProblem
from imgrec_tf.datasets.dicom.windows import View, Window, chosen_view, stored_views

if TYPE_CHECKING:
    import pandas
    import pydicom


def read(source: str | os.PathLike | bytes | BinaryIO | pydicom.Dataset) -> DicomImage:
    """Read a DICOM file; its pixels are decoded when they are asked for.

    Args:
        source: Path, the file's bytes, a file open for reading bytes, or a `pydicom.Dataset`.

    Raises:
        NoPixels: If the file holds no image.
        DicomProblem: If it is missing, no DICOM file, or damaged.
        TypeError: If the source is none of the above.
    """
    import pydicom

    accepted = (str, os.PathLike, bytes, bytearray, memoryview, pydicom.Dataset)
    if not (isinstance(source, accepted) or hasattr(source, "read")):
        raise TypeError(f"read takes a path, bytes, an open binary file or a Dataset, got {type(source).__name__}")
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    name = name if isinstance(name, str) else "DICOM file"
    dataset = header.open_dataset(source, name)
    with header.told_as_damage(name):
        return DicomImage(dataset, name)


class DicomImage:
    """One DICOM file with pixels.

    Attributes:
        name: The file.
        dataset: All of its elements, as pydicom gives them.
        frames: Number of frames, 1 or more.
        rows: Height in pixels.
        columns: Width in pixels.
        modality: "CT", "MR", "DX", "CR", "US" …, or "".
        photometric: How numbers mean brightness or colour: "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB" …
        bits: Bits stored of each number; 0 for floats.
        signed: Whether the stored numbers are signed.
        notes: What was contradictory or missing, and what was done about it; grows while pixels are read.
    """

    def __init__(self, dataset: pydicom.Dataset, name: str = "DICOM file"):
        """Take a dataset; `read` is the usual way.

        Raises:
            NoPixels: If the dataset holds no image.
            DicomProblem: If it states no usable size or number of frames.
        """
        header.require_pixels(dataset, name)
        self.name, self.dataset, self.notes = name, dataset, []
        self.frames = header.frame_count(dataset, name)
        attributes = header.Attributes(dataset)
        self.rows, self.columns = (int(attributes.number(one) or 0) for one in ("Rows", "Columns"))
        self.modality = attributes.text("Modality").upper()
        stated, self.photometric = attributes.text("PhotometricInterpretation"), decoding.stated_photometric(dataset)
        if stated and stated.upper() != self.photometric:
            self._add([f"{stated} contradicts the numbers of a pixel; {self.photometric} is assumed"])
        stored = attributes.number("BitsStored") or attributes.number("BitsAllocated") or 8
        self.bits = 0 if decoding.is_float(dataset) else int(stored)
        self.signed = attributes.number("PixelRepresentation") == 1
        self._little_endian = decoding.is_little_endian(dataset)
        self._decoded: tuple[int, np.ndarray] | None = None

    def __repr__(self) -> str:
        frames = f"{self.frames} frames " if self.frames > 1 else ""
        kind = f"{self.modality or 'no modality'}, {self.photometric}, {self.bits or 'float'} bits"
        return f"<DicomImage {self.name}: {frames}{self.rows}×{self.columns}, {kind}>"

    @property
    def colour(self) -> bool:
        """Whether the picture has colours: stored as such, or through a palette."""
        return not self.photometric.startswith("MONOCHROME")

    @property
    def windows(self) -> tuple[View, ...]:
        """What the file offers to look through, lookup tables first; of the middle frame, where frames differ."""
        return tuple(self._views(header.Attributes(self.dataset, self._frame("middle"))))

    @property
    def spacing(self) -> tuple[float, float] | None:
        """Distance between rows and between columns in mm, or None where the file states none."""
        found, where = orientation.spacing(header.Attributes(self.dataset, self._frame("middle")))
        return found if where != "ratio" else None

    @property
    def spacing_measured_at(self) -> str:
        """Where the spacing holds: "patient", "detector" (projections, which magnify), "ratio" (no mm), or ""."""
        return orientation.spacing(header.Attributes(self.dataset, self._frame("middle")))[1]

    @property
    def directions(self) -> tuple[str, str] | None:
        """Where a row runs and where a column runs: L left, R right, P back, A front, F feet, H head; or None."""
        return orientation.directions(header.Attributes(self.dataset, self._frame("middle")))

    def patient(self, salt: str = "") -> str:
        """Return the patient's id as a hash, "patient …"; of the study or series where there is no id; else ""."""
        return identity.patient_group(self.dataset, salt)

    def study(self, salt: str = "") -> str:
        """Return the study's id as a hash, "study …", or ""."""
        return identity.group(self.dataset, ("StudyInstanceUID",), "study", salt)

    def series(self, salt: str = "") -> str:
        """Return the series' id as a hash, "series …", or ""."""
        return identity.group(self.dataset, ("SeriesInstanceUID",), "series", salt)

    def stored(self, frame: int | str = "middle") -> np.ndarray:
        """Return the numbers as stored: (rows, columns), or RGB (rows, columns, 3) where colours are stored.

        Args:
            frame: Its number from 0, "first", "middle" or "last".

        Raises:
            MissingCodec: If the compression needs a package that is not installed.
            DicomProblem: If the frame is cut off or damaged.
            ValueError: If there is no such frame.
        """
        number = self._frame(frame)
        if self._decoded is None or self._decoded[0] != number:
            notes: list[str] = []
            with header.told_as_damage(self.name):
                self._decoded = number, decoding.stored_values(self.dataset, number, self.name, notes)
            self._add(notes)
        return self._decoded[1]

    def values(self, frame: int | str = "middle") -> np.ndarray:
        """Return numbers in their units, float64: rescaled, or through the modality lookup table; HU in CT.

        Colours come as `stored` gives them. Arguments and errors are those of `stored`.
        """
        stored = self.stored(frame)
        if self.colour:
            return stored
        notes: list[str] = []
        attributes = header.Attributes(self.dataset, self._frame(frame))
        values = display.modality_values(stored, attributes, little_endian=self._little_endian, notes=notes)
        self._add(notes)
        return values

    def display(
        self,
        window: int | str | tuple[float, float] | Window | None = None,
        *,
        frame: int | str = "middle",
        upright: bool = False,
        square: bool = False,
    ) -> np.ndarray:
        """Return what a viewer would show.

        The order is that of the standard (PS3.4, N.2): modality lookup table or rescaling, VOI lookup table or window,
        and inversion last where the file is MONOCHROME1. A stored window that leaves a whole picture black or white is
        passed over for the next, and at last for the range of the values; `notes` says so.

        Args:
            window: None for the first that the file states, or, where it states none, the range of its values ("full"
                asks for that); the number or the name of one of `windows`; in CT also "brain", "soft tissue",
                "mediastinum", "bone" or "lung"; (centre, width); a `Window`. One that you name is always obeyed.
            frame: Its number from 0, "first", "middle" or "last"; a middle frame of one value gives way to another.
            upright: Turn and mirror as images are customarily hung, where the file states how it lies.
            square: Enlarge the coarser side until pixels are square, where the file states their distances.

        Returns:
            (rows, columns, 1) or (rows, columns, 3); uint8, or uint16 on the scale to 65535 where more than 8 bits are
            stored.

        Raises:
            MissingCodec: If the compression needs a package that is not installed.
            DicomProblem: If the frame is cut off or damaged.
            TypeError: If `window` is none of the above.
            ValueError: If there is no such window or frame.
        """
        frame = self._frame_with_a_picture() if frame == "middle" else self._frame(frame)
        stored = self.stored(frame)
        attributes = header.Attributes(self.dataset, frame)
        picture = self._coloured(stored) if self.colour else self._grey(stored, attributes, window, frame)
        if upright:
            picture = self._upright(picture, attributes)
        if square:
            picture = self._square(picture, attributes, upright)
        return np.ascontiguousarray(picture)

    def summary(self) -> pandas.DataFrame:
        """Return the attributes that decide how the file looks: one row each, with its value."""
        import pandas as pd

        offered = [
            f"{place} {view.name}".strip() + (f" ({view.center:g}, {view.width:g})" if isinstance(view, Window) else "")
            for place, view in enumerate(self.windows)
        ]
        rescaled = display.rescale(header.Attributes(self.dataset, self._frame("middle")))
        rows = {
            "modality": self.modality,
            "photometric": self.photometric,
            "size": f"{self.rows} × {self.columns}" + (f", {self.frames} frames" if self.frames > 1 else ""),
            "bits": f"{self.bits or 'float'}{', signed' if self.signed else ''}",
            "slope, intercept": "{:g}, {:g}".format(*rescaled),
            "windows": "; ".join(offered) or "none",
            "spacing (mm)": "{:g} × {:g}".format(*self.spacing) if self.spacing else "not stated",
            "rows, columns run to": ", ".join(self.directions or ("not stated",)),
        }
        return pd.DataFrame({"value": rows})

    # ---- inside ------------------------------------------------------------------------------------------------------

    def _frame(self, frame: int | str) -> int:
        places = {"first": 0, "middle": self.frames // 2, "last": self.frames - 1}
        if isinstance(frame, str) and frame in places:
            return places[frame]
        if isinstance(frame, bool) or not isinstance(frame, int | np.integer) or not 0 <= frame < self.frames:
            raise ValueError(
                f"frame must be from 0 to {self.frames - 1}, or 'first', 'middle' or 'last'; got {frame!r}"
            )
        return int(frame)

    def _frame_with_a_picture(self) -> int:
        """Return the middle frame, or, where that is blank, the first of a few others that is not."""
        middle = self.frames // 2
        for number in (middle, self.frames // 4, 3 * self.frames // 4, self.frames - 1, 0):
            if self.frames == 1 or self.stored(number).min() < self.stored(number).max():
                if number != middle:
                    self._add([f"frame {middle}, the middle one, is blank; frame {number} is shown"])
                return number
        return middle

    def _views(self, attributes: header.Attributes) -> list[View]:
        views, notes = stored_views(attributes, little_endian=self._little_endian)
        self._add(notes)
        return views

    def _add(self, notes: list[str]) -> None:
        self.notes += [note for note in dict.fromkeys(notes) if note not in self.notes]

    def _grey(self, stored: np.ndarray, attributes: header.Attributes, window, frame: int | str) -> np.ndarray:
        if stored.ndim != 2:
            raise DicomProblem(
                f"is {self.photometric} with {stored.shape[-1]} numbers a pixel; it must have one", self.name
            )
        view = window
        if window is not None and window != "full":
            view = chosen_view(window, self._views(attributes), self.modality)
        values, notes = self.values(frame), []
        settings = {"bits": self.bits, "signed": self.signed, "little_endian": self._little_endian, "notes": notes}
        levels = display.grey_levels(stored, values, attributes, view, **settings)
        self._add(notes)
        if self.photometric == "MONOCHROME1":
            levels = 1 - levels
        largest, kind = (255, np.uint8) if 0 < self.bits <= 8 else (65535, np.uint16)
        return np.rint(levels * largest).astype(kind)[..., np.newaxis]

    def _coloured(self, stored: np.ndarray) -> np.ndarray:
        if self.photometric == "PALETTE COLOR":
            try:
                levels = tables.apply_palette(stored, self.dataset, little_endian=self._little_endian)
            except Exception as error:  # descriptors that pydicom cannot convert, too
                raise DicomProblem(f"has no usable palette: {error}", self.name) from error
            return np.rint(levels * 255).astype(np.uint8)
        if stored.ndim != 3 or stored.shape[-1] != 3:
            raise DicomProblem(f"has colours of the kind {self.photometric!r}, which are not read", self.name)
        if stored.dtype == np.uint8:
            return stored
        if self.bits <= 8:
            return np.clip(stored, 0, 255).astype(np.uint8)
        levels = np.clip(stored / (2.0**self.bits - 1), 0, 1)
        return np.rint(levels * 65535).astype(np.uint16)

    def _upright(self, picture: np.ndarray, attributes: header.Attributes) -> np.ndarray:
        stated = orientation.directions(attributes)
        if stated is None:
            self._add(["the file does not state how the picture lies; it is not turned"])
            return picture
        return orientation.upright(picture, stated)

    def _square(self, picture: np.ndarray, attributes: header.Attributes, turned: bool) -> np.ndarray:
        between, _ = orientation.spacing(attributes)
        if between is None:
            self._add(["the file states no pixel spacing; pixels are taken to be square"])
            return picture
        stated = orientation.directions(attributes)
        if turned and stated and orientation.swaps_axes(stated):
            between = between[::-1]
        return orientation.square_pixels(picture, between)

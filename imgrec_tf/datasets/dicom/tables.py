"""Lookup tables of DICOM files: modality, VOI and palette (C.11.1, C.11.2, C.7.6.3.1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pydicom


@dataclass(frozen=True, eq=False)
class LookupTable:
    """A table that gives each value its grey level.

    Attributes:
        first: The value that the first entry belongs to; lower ones take it too.
        entries: float64 (n,). Values beyond the last entry take the last.
        largest: The entry that means white, 2^bits - 1.
        name: What the file calls it, or "".
    """

    first: int
    entries: np.ndarray
    largest: float
    name: str = ""

    def look_up(self, values: np.ndarray) -> np.ndarray:
        """Return the entries of values of any shape, float64."""
        first = self.first
        if first >= 2**15 and values.size and np.nanmax(values) < first:
            first -= 2**16  # written as unsigned, meant as signed: no value would reach the table otherwise
        places = np.clip(np.nan_to_num(np.rint(values - first)), 0, len(self.entries) - 1)
        return self.entries[places.astype(np.int64)]

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return grey levels in [0, 1], float64, 1 being white."""
        return np.clip(self.look_up(values) / self.largest, 0.0, 1.0)


def read_table(descriptor, data, *, little_endian: bool, name: str = "") -> LookupTable:
    """Read a lookup table from its descriptor (entries, first value, bits) and its data.

    Two habits of real files are allowed for: entries of 8 bits packed two to a word, and a descriptor that states 16
    bits over entries of 12 or 10, which would come out nearly black.

    Raises:
        ValueError: If descriptor and data contradict each other.
    """
    try:
        count, first, bits = (int(one) for one in descriptor)
    except (TypeError, ValueError):
        raise ValueError(f"a lookup table's descriptor must hold three numbers, got {descriptor!r}") from None
    count = count or 2**16
    entries = _entries(data, count, little_endian)
    if len(entries) < count:
        raise ValueError(f"a lookup table holds {len(entries):,} entries and states {count:,}")
    entries = entries[:count].astype(np.float64)
    return LookupTable(first, entries, _largest(entries, bits), name)


def _entries(data, count: int, little_endian: bool) -> np.ndarray:
    if isinstance(data, int):
        data = [data]
    if not isinstance(data, bytes | bytearray):
        words = np.asarray([int(one) & 0xFFFF for one in data], np.uint16)
        if len(words) >= count:
            return words
        data = words.astype("<u2" if little_endian else ">u2").tobytes()
    if len(data) >= 2 * count:
        return np.frombuffer(data[: 2 * count], "<u2" if little_endian else ">u2")
    if not little_endian and len(data) % 2 == 0:  # words of two 8-bit entries, low byte first in meaning
        data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
    return np.frombuffer(data, np.uint8)


def _largest(entries: np.ndarray, bits: int) -> float:
    stated, found = float(2 ** min(max(bits, 1), 16) - 1), float(entries.max(initial=0))
    if 0 < found < stated / 4 or found > stated:
        return float(2 ** int(np.ceil(np.log2(found + 1))) - 1)
    return stated


def tables_of(items, *, little_endian: bool) -> tuple[list[LookupTable], list[str]]:
    """Return the tables of a ModalityLUTSequence or VOILUTSequence, and a note for each that cannot be used."""
    tables, notes = [], []
    for item in items or []:
        try:
            descriptor, data = item.get("LUTDescriptor"), item.get("LUTData")
            if descriptor is None or data is None:
                raise ValueError("a lookup table lacks its descriptor or its data")
            name = str(item.get("LUTExplanation") or "").strip()
            tables.append(read_table(descriptor, data, little_endian=little_endian, name=name))
        except Exception as error:  # values that pydicom cannot convert, too
            notes.append(f"a lookup table is not used: {error}")
    return tables, notes


def apply_palette(stored: np.ndarray, dataset: pydicom.Dataset, *, little_endian: bool) -> np.ndarray:
    """Turn indices into colours, float64 (rows, columns, 3) in [0, 1].

    Raises:
        ValueError: If the palette is missing or contradicts itself.
    """
    colours = [_colour_table(dataset, colour, little_endian) for colour in ("Red", "Green", "Blue")]
    largest = max(table.largest for table in colours)  # one scale for all three, or the hue would change
    return np.stack([np.clip(table.look_up(stored) / largest, 0, 1) for table in colours], axis=-1)


def _colour_table(dataset: pydicom.Dataset, colour: str, little_endian: bool) -> LookupTable:
    descriptor = dataset.get(f"{colour}PaletteColorLookupTableDescriptor")
    data = dataset.get(f"{colour}PaletteColorLookupTableData")
    if descriptor is None:
        raise ValueError(f"the palette lacks its {colour.lower()} table")
    if data is None:
        data = _expanded(dataset.get(f"Segmented{colour}PaletteColorLookupTableData"), descriptor, little_endian)
    return read_table(descriptor, data, little_endian=little_endian)


def _expanded(segments, descriptor, little_endian: bool) -> list[int]:
    """Expand a segmented palette (C.7.9.2): runs of single entries, and straight lines from the last entry."""
    if segments is None:
        raise ValueError("the palette has a descriptor, but no entries")
    kind = "u1" if int(descriptor[2]) == 8 else "u2"
    words = np.frombuffer(segments, ("<" if little_endian else ">") + kind).astype(int).tolist()
    entries, place = [], 0
    while place + 1 < len(words):
        opcode, length = words[place], words[place + 1]
        if opcode == 0:
            entries += words[place + 2 : place + 2 + length]
            place += 2 + length
        elif opcode == 1 and entries and place + 2 < len(words):
            entries += np.rint(np.linspace(entries[-1], words[place + 2], length + 1)[1:]).astype(int).tolist()
            place += 3
        else:
            raise ValueError(f"the palette has a segment of a kind that is not read ({opcode})")
    return entries

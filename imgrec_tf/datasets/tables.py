"""Images listed in a table: one row an image, with its path, its label and, if known, its group and split."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.dataset import ImageDataset
from imgrec_tf.datasets.scanning import SPLIT_FOLDERS, Listing, make_dataset

if TYPE_CHECKING:
    import pandas


def from_csv(
    csv: str | os.PathLike | pandas.DataFrame,
    *,
    path_column: str = "path",
    label_column: str | Sequence[str] = "label",
    group_column: str | None = None,
    split_column: str | None = None,
    folder: str | os.PathLike | None = None,
    image_size: tuple[int, int] | None = None,
    channels: int | None = None,
    fit: str = "pad",
    validation: float = 0.15,
    test: float = 0.15,
    class_names: Sequence[str] | None = None,
    task: str | None = None,
    seed: int = 0,
) -> ImageDataset:
    """Make a data set of a table with one row for each image.

    Args:
        csv: A CSV file (UTF-8; first line: column names; commas, semicolons or tabs between), or a DataFrame.
        path_column: Column with the image files; relative paths start at `folder`, backslashes are understood.
        label_column: Column with the class of each image; or several columns of 0 and 1, one for each class, for a
            multi-label task.
        group_column: Column with what must not be torn apart by splitting, such as a patient id.
        split_column: Column with "train", "validation" or "test" (also training, valid, val, testing); what is missing
            of validation and test is drawn from train.
        folder: Where relative paths start; the folder of the CSV file when left out.
        image_size: As in `from_folder`.
        channels: As in `from_folder`.
        fit: As in `from_folder`.
        validation: As in `from_folder`.
        test: As in `from_folder`.
        class_names: The labels in the order that classes get; in a binary task the second is the positive class. When
            left out: sorted by number if all are numbers, else by name.
        task: "binary", "multi-class" or "ordinal"; told from the labels when left out.
        seed: Seed of the split.

    Returns:
        The data set; rows whose file does not exist or cannot be used are rows of `dataset.problems`.

    Raises:
        FileNotFoundError: If the CSV file does not exist.
        ValueError: If the table is empty or no CSV, a column is absent, a label or group is missing, one file has two
            labels, or for the reasons of `from_folder`.

    Warns:
        UserWarning: Once, with their number, if files could not be used.
    """
    table, name, start = _read_table(csv, folder)
    several = not isinstance(label_column, str)
    label_columns = list(label_column) if several else [label_column]
    wanted = [path_column, *label_columns, *(column for column in (group_column, split_column) if column)]
    absent = [column for column in wanted if column not in table.columns]
    if absent:
        raise ValueError(
            f"{name} has no column {', '.join(absent)}; its columns are {', '.join(map(str, table.columns))}"
        )
    required = [column for column in wanted if column != split_column]
    for column in required:
        empty = np.flatnonzero((table[column].str.strip() == "").to_numpy())
        if len(empty):
            lines = ", ".join(str(row + 2) for row in empty[:5]) + (" …" if len(empty) > 5 else "")
            raise ValueError(
                f"{len(empty):,} of {len(table):,} rows of {name} have nothing in column {column!r} (lines {lines}); "
                "fill them in, or take those rows out"
            )
    if several:
        names, labels = tuple(label_columns), _label_matrix(table[label_columns], name)
    else:
        names, labels = _class_indices(table[label_column].str.strip(), class_names, name)
    listing = Listing(names)
    listing.groups = list(table[group_column].str.strip()) if group_column else None
    listing.splits = _splits_of(table[split_column], name) if split_column else [None] * len(table)
    listing.sources = list(table[path_column].str.strip())
    listing.paths = [_place(start, source) for source in listing.sources]
    listing.labels = list(labels)
    _drop_repetitions(listing)
    return make_dataset(
        listing,
        name=name.removesuffix(".csv"),
        title=f"Images listed in {name}",
        source=f"table {name}, folder {start}",
        image_size=image_size,
        channels=channels,
        fit=fit,
        validation=validation,
        test=test,
        seed=seed,
        task=task,
    )


def _read_table(csv, folder) -> tuple[pandas.DataFrame, str, str]:
    import pandas as pd

    if isinstance(csv, pd.DataFrame):
        table, name, start = csv.astype(object).where(csv.notna(), "").astype(str), "the table", folder or "."
    else:
        path = Path(csv)
        if not path.exists():
            raise FileNotFoundError(f"there is no file {path} (looked in {Path.cwd()}); check the path")
        try:
            # Text as it stands: a class may be called "NA", and "007" is not 7.
            table = pd.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=_separator(path), engine="c"
            )
        except pd.errors.EmptyDataError as error:
            raise ValueError(f"{path} is empty; its first line must name the columns") from error
        except (UnicodeDecodeError, pd.errors.ParserError) as error:
            raise ValueError(f"{path} cannot be read as CSV in UTF-8: {error}; save it again as 'CSV UTF-8'") from error
        name, start = path.name, folder or path.parent
    if table.empty:
        raise ValueError(f"{name} has no rows; list one image in each")
    start = Path(start)
    if not start.is_dir():
        raise FileNotFoundError(f"there is no folder {start} (looked in {Path.cwd()}); check `folder`")
    return table, name, os.fspath(start)


def _separator(path: Path) -> str:
    """Return what stands most often in the line of column names: spreadsheets of some countries write no commas."""
    with path.open(encoding="utf-8-sig") as file:
        names = file.readline()
    return max(",;\t", key=names.count)


def _place(start: str, source: str) -> str:
    """Return where a listed file lies; Windows writes backslashes, which other systems take literally."""
    path = os.path.join(start, source)  # noqa: PTH118 (absolute ones stay)
    if os.sep == "/" and "\\" in source and not os.path.exists(path):  # noqa: PTH110
        return os.path.join(start, source.replace("\\", "/"))  # noqa: PTH118
    return path


def _class_indices(labels: pandas.Series, class_names, name: str) -> tuple[tuple[str, ...], list[int]]:
    found = sorted(set(labels), key=lambda label: (0, float(label), label) if _is_number(label) else (1, 0.0, label))
    if len(found) < 2:
        raise ValueError(f"{name} holds one class only, {found[0]!r}; telling images apart needs two or more")
    names = tuple(found) if class_names is None else tuple(str(one) for one in class_names)
    if sorted(names) != sorted(found):
        raise ValueError(f"class_names must name each label of {name} once; got {names}, found {tuple(found)}")
    index_of = {label: index for index, label in enumerate(names)}
    return names, [index_of[label] for label in labels]


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _label_matrix(columns: pandas.DataFrame, name: str) -> np.ndarray:
    meanings = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "false": 0, "true": 1}
    lowered = columns.apply(lambda column: column.str.strip().str.lower())
    odd = set(lowered.to_numpy().ravel()) - set(meanings)
    if odd:
        raise ValueError(f"label columns of {name} must hold 0 or 1, found also {', '.join(sorted(odd)[:5])}")
    return lowered.replace(meanings).to_numpy().astype(np.int64)


def _splits_of(column: pandas.Series, name: str) -> list[str | None]:
    lowered = column.str.strip().str.lower()
    odd = sorted(set(lowered) - set(SPLIT_FOLDERS))
    if odd:
        raise ValueError(
            f"column {column.name!r} of {name} must hold train, validation or test, found also "
            f"{', '.join(map(repr, odd[:5]))}"
        )
    return [SPLIT_FOLDERS[one] for one in lowered]


def _drop_repetitions(listing: Listing) -> None:
    """Keep the first row of a file that is listed twice; two different labels for one file are an error."""
    first: dict[str, int] = {}
    kept = []
    for row, path in enumerate(listing.paths):
        place = first.setdefault(os.path.normpath(path), row)
        if place == row:
            kept.append(row)
        elif not np.array_equal(listing.labels[place], listing.labels[row]):
            raise ValueError(
                f"{listing.sources[row]} stands in lines {place + 2} and {row + 2} with different labels; keep the "
                "right one"
            )
        else:
            listing.problems.append((listing.sources[row], f"listed again in line {row + 2}; the first row is used"))
    listing.keep(kept)

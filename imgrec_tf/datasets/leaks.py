"""Leaks: images of one split that stand in another too, so that a test measures memory and not recognition."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.near_duplicates import Describer, near_pairs, shrink
from imgrec_tf.datasets.quick_leaks import has_deep_images, hash_images, quick_leaks

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas

    from imgrec_tf.datasets.dataset import ImageDataset
    from imgrec_tf.datasets.one_split import Split

__all__ = ["LeakReport", "leak_report", "quick_leaks"]

_BATCH = 512
_TO_LEARN_FROM = 5000
_COLUMNS = ("split_a", "source_a", "index_a", "split_b", "source_b", "index_b", "label_a", "label_b")
_GROUP_COLUMNS = ("group", "split_a", "images_a", "split_b", "images_b")


@dataclass
class LeakReport:
    """What the splits of a data set share.

    Attributes:
        exact: Images whose pixels are equal, one row for each image of the later split: split_a, source_a, index_a,
            split_b, source_b, index_b, label_a, label_b.
        near: Images that look like one picture saved twice, columns as in `exact`, and similarity in [-1, 1].
        groups: Groups that stand in two splits: group, split_a, images_a, split_b, images_b.
        contradictions: Pairs of equal pixels and different labels, within a split too; columns as in `exact`.
        repeated: How many images of each split repeat an earlier one of the same split.
        notes: What was left out, and why.
    """

    exact: pandas.DataFrame
    near: pandas.DataFrame
    groups: pandas.DataFrame
    contradictions: pandas.DataFrame
    repeated: dict[str, int]
    notes: list[str] = field(default_factory=list)
    _dataset: ImageDataset | None = field(default=None, repr=False)

    @property
    def clean(self) -> bool:
        """True when no image and no group was found in two splits."""
        return not (len(self.exact) or len(self.near) or len(self.groups))

    def summary(self) -> str:
        """Return the findings in a few sentences."""
        lines = []
        for what, table in (("the same pixels", self.exact), ("nearly the same picture", self.near)):
            for (first, second), rows in table.groupby(["split_a", "split_b"], sort=False):
                lines.append(f"{len(rows):,} of the {second} images show {what} as one in {first}.")
        for (first, second), rows in self.groups.groupby(["split_a", "split_b"], sort=False):
            some = ", ".join(rows["group"].head(3)) + (", …" if len(rows) > 3 else "")
            lines.append(f"{len(rows):,} groups stand in both {first} and {second}: {some}")
        if not lines:
            lines.append("No image and no group was found in two splits.")
        else:
            lines.append("Leave them out of one split, or the figures measured there are too good.")
        lines += [
            f"{count:,} {name} images repeat another {name} image." for name, count in self.repeated.items() if count
        ]
        if len(self.contradictions):
            lines.append(f"{len(self.contradictions):,} pairs of equal images have different labels.")
        return "\n".join(lines + self.notes)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        parts = ["<p>" + html.escape(self.summary()).replace("\n", "<br>") + "</p>"]
        tables = (("Equal pixels", self.exact), ("Near duplicates", self.near), ("Groups in two splits", self.groups))
        for title, table in (*tables, ("Equal pixels, different labels", self.contradictions)):
            if len(table):
                more = f" (the first 10 of {len(table):,})" if len(table) > 10 else ""
                parts.append(f"<h4>{title}{more}</h4>{table.head(10).to_html(index=False)}")
        return "\n".join(parts)

    def plot(self, *, pairs: int = 6) -> matplotlib.figure.Figure:
        """Return a figure of pairs side by side, exact ones first.

        Args:
            pairs: How many pairs at most.

        Raises:
            ValueError: If no pair was found.
        """
        import pandas as pd

        from imgrec_tf import plots

        found = [table for table in (self.exact, self.near) if len(table)]
        if not found:
            raise ValueError("no pair of images was found in two splits, so there is nothing to show; see .summary()")
        rows = pd.concat(found).head(pairs)
        images, titles = [], []
        for row in rows.itertuples():
            for side in ("a", "b"):
                split = self._dataset.splits[getattr(row, f"split_{side}")]
                images.append(split.pixels([getattr(row, f"index_{side}")])[0].astype(np.uint8))
                titles.append(f"{split.name}: {getattr(row, f'label_{side}')}")
        return plots.image_grid(
            np.stack(images), titles, columns=4 if len(rows) > 1 else 2, synthetic=self._dataset.synthetic
        )


def leak_report(
    dataset: ImageDataset, *, near: bool = True, seed: int = 0, most_comparisons: float = 2e9, progress: bool = False
) -> LeakReport:
    """Look for images and groups that stand in two splits of a data set.

    Equal pixels are found by a hash of each image. Near duplicates (saved again as JPEG, a little brighter, resized,
    cut by a pixel) are found as `near_duplicates` describes; colour is not looked at. Images in files are decoded once,
    in batches, and never all in memory. Two groups are one when their names are equal.

    Args:
        dataset: The data set.
        near: Look for near duplicates too.
        seed: Seed of the sample that is taken when there are more images than can be compared in reasonable time.
        most_comparisons: Pairs of images compared for near duplicates, about 100 million a second on 2 cores. Above, a
            random sample of the later split is compared and `notes` says so.
        progress: Show a bar while images are read.

    Returns:
        The findings.
    """
    names = list(dataset.splits)
    hashes, thumbnails = {}, {}
    for name, split in dataset.splits.items():
        hashes[name], thumbnails[name] = _read(split, near, has_deep_images(dataset), progress)
    firsts = {name: _first_places(values) for name, values in hashes.items()}

    exact = []
    for first, second in combinations(names, 2):
        exact += [
            _pair(dataset, first, firsts[first][value], second, place)
            for place, value in enumerate(hashes[second])
            if value in firsts[first]
        ]
    found, notes = _near(dataset, hashes, firsts, thumbnails, seed, most_comparisons) if near else ([], [])
    if not near:
        notes = ["Near duplicates were not looked for (near=False)."]
    return LeakReport(
        exact=_table(exact, _COLUMNS),
        near=_table(found, (*_COLUMNS, "similarity")).sort_values("similarity", ascending=False, ignore_index=True),
        groups=_groups(dataset),
        contradictions=_contradictions(dataset, hashes),
        repeated={name: len(hashes[name]) - len(firsts[name]) for name in names},
        notes=notes,
        _dataset=dataset,
    )


def _read(split: Split, near: bool, deep: bool, progress: bool) -> tuple[list[bytes], np.ndarray | None]:
    """Return a hash of each image, and its thumbnail; each image is decoded once."""
    from tqdm.auto import tqdm

    hashes: list[bytes] = []
    thumbnails = []
    with tqdm(total=len(split), desc=split.name, unit="image", disable=not progress) as bar:
        for images in _batches(split):
            hashes += hash_images(images, deep=deep)
            if near:
                thumbnails.append(shrink(images).astype(np.float16))
            bar.update(len(images))
    return hashes, np.concatenate(thumbnails) if near else None


def _batches(split: Split) -> Iterator[np.ndarray]:
    for start in range(0, len(split), _BATCH):
        places = np.arange(start, min(start + _BATCH, len(split)))
        yield split.images[places]


def _first_places(hashes: list[bytes]) -> dict[bytes, int]:
    return dict(zip(reversed(hashes), range(len(hashes) - 1, -1, -1)))


def _near(dataset, hashes, firsts, thumbnails, seed, most_comparisons) -> tuple[list[dict], list[str]]:
    generator = np.random.default_rng(seed)
    names = list(dataset.splits)
    learn = thumbnails["train"]
    if len(learn) > _TO_LEARN_FROM:
        learn = learn[generator.permutation(len(learn))[:_TO_LEARN_FROM]]
    describer = Describer(learn.astype(np.float32))
    pairs = list(combinations(names, 2))
    total = sum(len(hashes[first]) * len(hashes[second]) for first, second in pairs)
    share = min(1.0, most_comparisons / total)
    rows, notes = [], []
    usual = {name: np.zeros(len(hashes[name]), np.float32) for name in names}
    for first, second in pairs:
        database = np.array(sorted(firsts[first].values()))
        parts = np.array_split(database, len(database) // 4096 + 1)
        descriptions = np.concatenate([describer.describe(thumbnails[first][p].astype(np.float32)) for p in parts])
        asked = np.array([i for i, value in enumerate(hashes[second]) if value not in firsts[first]], dtype=int)
        if share < 1 and len(asked):
            asked = np.sort(generator.permutation(asked)[: max(1, int(share * len(asked)))])
            notes.append(
                f"Near duplicates in {first}: {len(asked):,} of {len(hashes[second]):,} {second} images were compared, "
                "drawn at random; raise most_comparisons for more."
            )
        found, usual[second][asked] = near_pairs(
            describer, descriptions, thumbnails[second][asked], usual[second][asked]
        )
        for place, which, similarity in found:
            pair = _pair(dataset, first, int(database[which]), second, int(asked[place]))
            rows.append(pair | {"similarity": similarity})
    return rows, notes


def _pair(dataset: ImageDataset, first: str, index_a: int, second: str, index_b: int) -> dict:
    a, b = dataset.splits[first], dataset.splits[second]
    return {
        "split_a": first,
        "source_a": str(a.sources[index_a]),
        "index_a": index_a,
        "split_b": second,
        "source_b": str(b.sources[index_b]),
        "index_b": index_b,
        "label_a": a.label_text(index_a),
        "label_b": b.label_text(index_b),
    }


def _contradictions(dataset: ImageDataset, hashes: dict[str, list[bytes]]) -> pandas.DataFrame:
    seen: dict[bytes, tuple[str, int]] = {}
    rows = []
    for name, split in dataset.splits.items():
        for place, value in enumerate(hashes[name]):
            first, index = seen.setdefault(value, (name, place))
            if not np.array_equal(dataset.splits[first].labels[index], split.labels[place]):
                rows.append(_pair(dataset, first, index, name, place))
    return _table(rows, _COLUMNS)


def _groups(dataset: ImageDataset) -> pandas.DataFrame:
    rows = []
    for first, second in combinations(dataset.splits.values(), 2):
        if first.groups is None or second.groups is None:
            continue
        counts = [dict(zip(*np.unique(split.groups, return_counts=True))) for split in (first, second)]
        rows += [
            {
                "group": str(g),
                "split_a": first.name,
                "images_a": int(n),
                "split_b": second.name,
                "images_b": int(counts[1][g]),
            }
            for g, n in counts[0].items()
            if g in counts[1]
        ]
    return _table(rows, _GROUP_COLUMNS)


def _table(rows: list[dict], columns: tuple[str, ...]) -> pandas.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))

"""Near duplicates: one picture saved twice, though no byte needs to agree.

Each image becomes a description of 143 numbers: it is shrunk to a square of at most 32 pixels, its brightness and
contrast are taken out, and the lowest 12 × 12 frequencies of its cosine transform are kept, each divided by how much
that frequency varies over the train images. So what all images of a set share (a rib cage, a form's layout) counts for
little. The similarity of two images is the correlation of their descriptions, the highest over small shifts and zooms
of one of them.

A high similarity alone proves nothing where all images look alike: two handwritten ones of different people reach 0.99.
So a pair is reported only when it is far more alike than the image is to others: its distance, 1 - similarity, has to
be at most `CLOSER` of the distance to the tenth most similar image, and the similarity at least `LOWEST`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# The constants were chosen on samples of PneumoniaMNIST, MNIST and CIFAR-10, and then measured on other samples drawn
# from the same three sets (the draws may share images): 300 altered copies of each kind, hidden among 4,708 or 30,000
# images. Found, in the order of the sets: JPEG quality 75 and 40 and brightness + 10 %: all; shrunk by a fifth and
# back: 100, 92 and 100 %; cut by one pixel on two sides: 91, 88 and 100 %; on all four: 73, 99 and 99 %; moved by one
# pixel: 95, 75 and 100 %. Reported among images without an equal one: 0 of 840, 0 of 1,500, and 24 of 1,500 of
# CIFAR-10, which has near copies in it: of 24 of its pairs, drawn at random and looked at, all 24 showed one picture.
# Whole MNIST: 5 of 16,000.
LOWEST = 0.9
CLOSER = 0.2

_SIDE = 32
_FREQUENCIES = 12
_NEIGHBOUR = 10
_CANDIDATES = 20
_BLOCK = 64
_CHUNK = 256
_LEAST_VARIANCE = 0.01


def shrink(images: np.ndarray) -> np.ndarray:
    """Return grey thumbnails (n, side, side), float32, without brightness and contrast.

    Args:
        images: (n, height, width, channels), any number type.
    """
    _, height, width, channels = images.shape
    rows, columns = _area(height, min(_SIDE, height, width)), _area(width, min(_SIDE, height, width))
    thumbnails = np.zeros((len(images), len(rows), len(columns)), np.float32)
    for channel in range(channels):
        thumbnails += rows @ images[..., channel].astype(np.float32) @ columns.T
    thumbnails -= thumbnails.mean(axis=(1, 2), keepdims=True)
    return thumbnails / np.maximum(thumbnails.std(axis=(1, 2), keepdims=True), 1e-3)


class Describer:
    """Turns thumbnails into descriptions, with what is usual in the train images taken out."""

    def __init__(self, thumbnails: np.ndarray):
        """Learn what is usual from thumbnails of train images, (n, side, side)."""
        side = thumbnails.shape[1]
        self._transform = _cosine(min(_FREQUENCIES, side), side)
        frequencies = self._transform @ thumbnails @ self._transform.T
        self._mean = frequencies.mean(axis=0)
        variance = frequencies.var(axis=0)
        variance[0, 0] = 0.0
        self._weights = 1 / np.sqrt(variance + _LEAST_VARIANCE * max(variance.max(), 1e-6))
        self._weights[0, 0] = 0.0
        self._moves = [(self._transform @ rows, self._transform @ columns) for rows, columns in _moves(side)]

    def describe(self, thumbnails: np.ndarray) -> np.ndarray:
        """Return descriptions of length 1, (n, d)."""
        return self._finish(self._transform @ thumbnails @ self._transform.T)

    def describe_moved(self, thumbnails: np.ndarray) -> np.ndarray:
        """Return the descriptions of each thumbnail as it is and slightly shifted and zoomed, (n, moves, d)."""
        moved = [self._finish(rows @ thumbnails @ columns.T) for rows, columns in self._moves]
        return np.stack(moved, axis=1)

    def _finish(self, frequencies: np.ndarray) -> np.ndarray:
        description = ((frequencies - self._mean) * self._weights).reshape(len(frequencies), -1).astype(np.float32)
        return description / np.maximum(np.linalg.norm(description, axis=1, keepdims=True), 1e-6)


def near_pairs(
    describer: Describer, database: np.ndarray, thumbnails: np.ndarray, usual: np.ndarray | None = None
) -> tuple[list[tuple[int, int, float]], np.ndarray]:
    """Find the images of a database that are near duplicates of the images asked about.

    Args:
        describer: What made `database`.
        database: Descriptions (n, d), no image twice.
        thumbnails: The images asked about, (m, side, side).
        usual: Similarity of each image asked about to its neighbours in another database, (m,), where that is known:
            how alike different images can be shows better among many.

    Returns:
        Rows (place among the images asked about, place in the database, similarity), and the similarity of each image
        asked about to its tenth nearest neighbour, (m,), the higher one of this database and `usual`.
    """
    usual = np.zeros(len(thumbnails), np.float32) if usual is None else usual.copy()
    padded = np.pad(database, ((0, -len(database) % _BLOCK), (0, 0)))
    pairs = []
    for start in range(0, len(thumbnails), _CHUNK):
        asked = describer.describe_moved(thumbnails[start : start + _CHUNK].astype(np.float32))
        candidates = _most_similar(asked[:, 0], padded, len(database))
        similarity = (asked @ database[candidates].transpose(0, 2, 1)).max(axis=1)
        level = usual[start : start + _CHUNK]
        if similarity.shape[1] >= _NEIGHBOUR:
            np.maximum(level, np.sort(similarity, axis=1)[:, -_NEIGHBOUR], out=level)
        found = (similarity >= LOWEST) & (1 - similarity <= CLOSER * (1 - level[:, None]))
        pairs += [
            (start + int(place), int(candidates[place, which]), float(min(1.0, similarity[place, which])))
            for place, which in zip(*np.nonzero(found))
        ]
    return pairs, usual


def _most_similar(asked: np.ndarray, padded: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the most similar images, (m, candidates).

    The most similar ones stand in the blocks with the highest maxima, so only those blocks are searched.
    """
    wanted = min(_CANDIDATES, count)
    similarity = asked @ padded.T
    similarity[:, count:] = -2.0
    blocks = similarity.reshape(len(asked), -1, _BLOCK)
    best = min(wanted, blocks.shape[1])
    highest = np.argpartition(-blocks.max(axis=2), best - 1, axis=1)[:, :best]
    within = np.take_along_axis(blocks, highest[:, :, None], axis=1).reshape(len(asked), -1)
    chosen = np.argpartition(-within, wanted - 1, axis=1)[:, :wanted]
    return np.take_along_axis(highest, chosen // _BLOCK, axis=1) * _BLOCK + chosen % _BLOCK


def _area(size: int, side: int) -> np.ndarray:
    """Return the matrix (side, size) that averages a line of `size` pixels down to `side`."""
    edges = np.linspace(0, size, side + 1)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.clip(overlap, 0, None) * side / size).astype(np.float32)


def _cosine(frequencies: int, side: int) -> np.ndarray:
    """Return the first rows of the orthonormal cosine transform (DCT-II)."""
    angles = np.pi * np.outer(np.arange(frequencies), np.arange(side) + 0.5) / side
    return (np.cos(angles) * np.sqrt(2 / side)).astype(np.float32)


def _moves(side: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (rows, columns) matrices: as it is first, then shifts by one pixel, then zooms by one or two pixels."""
    yield _line(side, 0, side - 1), _line(side, 0, side - 1)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if down or right:
                yield _line(side, down, side - 1 + down), _line(side, right, side - 1 + right)
    for by in (1, -1):
        yield _line(side, by, side - 1 - by), _line(side, by, side - 1 - by)
        for top, bottom, left, right in ((by, 0, by, 0), (by, 0, 0, by), (0, by, by, 0), (0, by, 0, by)):
            yield _line(side, top, side - 1 - bottom), _line(side, left, side - 1 - right)


def _line(side: int, first: float, last: float) -> np.ndarray:
    """Return the matrix (side, side) that reads a line from place `first` to `last`, the edge repeated outside."""
    places = np.clip(np.linspace(first, last, side), 0, side - 1)
    lower = np.minimum(np.floor(places).astype(int), max(side - 2, 0))
    upper = np.minimum(lower + 1, side - 1)
    share = (places - lower).astype(np.float32)
    matrix = np.zeros((side, side), np.float32)
    np.add.at(matrix, (np.arange(side), lower), 1 - share)
    np.add.at(matrix, (np.arange(side), upper), share)
    return matrix

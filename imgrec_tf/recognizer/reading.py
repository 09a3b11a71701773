"""Reading images in parallel, ahead of the model, and preparing them as training did."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from imgrec_tf.datasets.image_reading import MINIMUM_SIDE
from imgrec_tf.vision.pixels import to_pixels
from imgrec_tf.vision.preparing import prepare

_BATCHES_AHEAD = 2  # read while the model works; more only costs memory
_READERS = min(8, 2 + (os.cpu_count() or 1))


def as_trained(image: np.ndarray, image_shape: tuple[int, int, int], fit: str) -> np.ndarray:
    """Return one image as the model takes it, the way in which training images are prepared.

    Args:
        image: (height, width[, channels]) with up to 4 channels, the second or fourth being opacity; uint8, uint16,
            bool or float in [0, 1].
        image_shape: Height, width and channels of the model.
        fit: "pad", "stretch" or "crop", as in `vision.preparing.prepare`.

    Returns:
        float32 `image_shape` in [0, 255].

    Raises:
        TypeError: If the array holds no numbers.
        ValueError: If its shape or its values are not as above.
    """
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[-1] in (2, 4):
        image = _on_white(image)
    if image.shape[:2] != image_shape[:2] and 0 < min(image.shape[:2], default=0) < MINIMUM_SIDE:
        height, width = image.shape[:2]
        raise ValueError(
            f"has {width} × {height} pixels; at least {MINIMUM_SIDE} × {MINIMUM_SIDE} are needed to recognise anything"
        )
    return prepare(image, image_shape[:2], image_shape[2], fit)


def _on_white(image: np.ndarray) -> np.ndarray:
    pixels = to_pixels(image)
    opacity = pixels[..., -1:] / np.float32(255)
    flat = pixels[..., :-1] * opacity + 255 * (1 - opacity)
    return np.rint(flat).astype(np.uint8) if image.dtype == np.uint8 else np.clip(flat / np.float32(255), 0, 1)


def read_ahead(plan, read, batch_size: int, bar) -> Iterator[tuple[list[str], list]]:
    """Yield batches of names and of what `read` returned, while the images of the next ones are being read."""
    numbered = enumerate(plan)
    pool = ThreadPoolExecutor(_READERS, thread_name_prefix="imgrec-read")
    waiting: deque[tuple[list[str], list]] = deque()
    try:
        while True:
            while len(waiting) <= _BATCHES_AHEAD and (batch := list(itertools.islice(numbered, batch_size))):
                names = [source.name if source.name is not None else f"{source.kind}[{row}]" for row, source in batch]
                images = [pool.submit(read, source) if source.parallel else read(source) for _, source in batch]
                waiting.append((names, images))
            if not waiting:
                return
            names, images = waiting.popleft()
            yield names, [image.result() if isinstance(image, Future) else image for image in images]
            bar.update(len(names))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        bar.close()


class _NoBar:
    def update(self, count: int) -> None: ...

    def close(self) -> None: ...


def progress_bar(plan, progress: bool):
    """Return a bar that counts images, or one that shows nothing; its length is known where the plan is a list."""
    if not progress:
        return _NoBar()
    from tqdm.auto import tqdm

    return tqdm(total=len(plan) if isinstance(plan, list) else None, unit="image")

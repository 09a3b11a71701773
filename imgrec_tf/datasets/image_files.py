"""Image files as an array that is decoded at access, so that a folder larger than memory is one more set of images.

Two routes lead from a file to pixels, and a test holds them together: `ImageFiles[i]` and `ImageFiles.pixels` use
Pillow, as `Recognizer` does when it serves; `ImageFiles.decode_tf` runs inside `tf.data`, with TensorFlow's own decoder
wherever it gives the same pixels.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.image_reading import ImageCheck, ImageProblem, check_image, read_image
from imgrec_tf.vision.pixels import SIXTEEN_BIT_STEP
from imgrec_tf.vision.preparing import LUMA, checked_channels, checked_fit, checked_size, crop_box, inner_size, prepare

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["ImageCheck", "ImageFiles", "ImageProblem", "check_image", "prepare", "read_image"]

# How a file is decoded inside tf.data: by our reader, or by TensorFlow's JPEG or PNG decoder.
_OURS, _JPEG, _PNG = 0, 1, 2
_IN_PARALLEL = 16  # images of one batch that are decoded at the same time; tf.data runs several batches besides
_ROUTES = {"": _OURS, "jpeg": _JPEG, "png": _PNG}


class ImageFiles:
    """Image files that look like one array (n, height, width, channels) and are decoded when asked for.

    Attributes:
        image_size: Height and width that every image is brought to.
        channels: 1 or 3.
        fit: "pad", "stretch" or "crop", as in `vision.preparing.prepare`.
        read: What turns a path into an image.
        dtype: uint16 when any of the files has 16 bits, else uint8; the type of `files[i]`.
    """

    ndim = 4

    def __init__(
        self,
        paths: Iterable[str | os.PathLike],
        image_size: tuple[int, int],
        channels: int,
        fit: str = "pad",
        *,
        checks: Sequence[ImageCheck] | None = None,
        read: Callable[[str], np.ndarray] = read_image,
    ):
        """Keep the paths and what is known of each file; no pixels are kept.

        Args:
            paths: The files.
            image_size: Height and width wanted, in pixels.
            channels: 1 (grey) or 3 (RGB).
            fit: "pad", "stretch" or "crop".
            checks: One result of `check_image` for each file; they are checked here when left out.
            read: What turns a path into an image, for files that can be seen in several ways (windows of a DICOM file);
                give `checks` of the same images with it. It has to be a function that can be pickled.

        Raises:
            ImageProblem: If a file cannot be used.
            ValueError: If a size, channels or fit is not as above, or there are not as many checks as paths.
        """
        self.image_size, self.channels = checked_size(image_size), checked_channels(channels)
        self.fit, self.read = checked_fit(fit), read
        self.paths = np.empty(0, dtype=object)
        paths = [os.path.abspath(path) for path in paths]  # noqa: PTH100 (resolve() would follow links)
        self.paths = np.array(paths, dtype=object).reshape(len(paths))
        checks = [check_image(path) for path in paths] if checks is None else list(checks)
        if len(checks) != len(paths):
            raise ValueError(f"there are {len(checks)} checks for {len(paths)} paths; give one for each path")
        for path, check in zip(paths, checks):
            if check.problem:
                raise ImageProblem(check.problem, path)
        self.dtype = np.dtype(np.uint16 if any(check.bits == 16 for check in checks) else np.uint8)
        self._routes = np.array([_ROUTES[check.plain] for check in checks], np.int32)
        self._sizes = np.array([(check.height, check.width) for check in checks], np.int32).reshape(-1, 2)
        self._stored_channels = np.array([check.channels for check in checks], np.int32)
        self._tensors = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of files, height, width and channels."""
        return (len(self), *self.image_size, self.channels)

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        height, width = self.image_size
        return f"<ImageFiles: {len(self):,} files as {height}×{width}×{self.channels} {self.dtype}, fit {self.fit!r}>"

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int | slice | Sequence[int] | np.ndarray) -> np.ndarray:
        """Decode one image (height, width, channels), or several (n, height, width, channels), in `dtype`.

        Raises:
            ImageProblem: If a file can no longer be read.
            IndexError: If an index is out of range.
        """
        if isinstance(index, (int, np.integer)):
            return self._as_stored(self._pixels_of(range(len(self))[index]))
        chosen = np.arange(len(self))[np.asarray(index) if not isinstance(index, slice) else index]
        images = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        for place, pixels in enumerate(self._decoded(chosen)):
            images[place] = self._as_stored(pixels)
        return images

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        images = self[:]
        return images if dtype is None else images.astype(dtype)

    def pixels(self, indices: Sequence[int] | np.ndarray | None = None) -> np.ndarray:
        """Decode images as a model takes them, without rounding to whole grey levels.

        Args:
            indices: Which images, in which order; all when left out.

        Returns:
            float32 (n, height, width, channels) in [0, 255].

        Raises:
            ImageProblem: If a file can no longer be read.
        """
        chosen = np.arange(len(self)) if indices is None else np.arange(len(self))[np.asarray(indices, dtype=int)]
        pixels = np.empty((len(chosen), *self.shape[1:]), np.float32)
        for place, one in enumerate(self._decoded(chosen)):
            pixels[place] = one
        return pixels

    def subset(self, indices: Sequence[int] | np.ndarray) -> ImageFiles:
        """Return the chosen files, in the order given (integers, or a mask of booleans), with the same `dtype`."""
        chosen = np.arange(len(self))[np.asarray(indices)]
        part = object.__new__(ImageFiles)
        part.__dict__.update(self.__getstate__())
        for name in ("paths", "_routes", "_sizes", "_stored_channels"):
            setattr(part, name, getattr(self, name)[chosen])
        return part

    def decode_tf(self, index: tf.Tensor) -> tf.Tensor:
        """Decode one image inside `tf.data.Dataset.map`; use it with `num_parallel_calls`.

        8-bit JPEG and PNG files without rotation or transparency go through TensorFlow's decoders; all others (16 bits,
        TIFF, rotated by EXIF, CMYK, palette …) through `read_image`. Which is which was found out when they were
        checked.

        Args:
            index: Scalar integer tensor, the place of the file.

        Returns:
            float32 tensor (height, width, channels) in [0, 255].
        """
        import tensorflow as tf

        # AutoGraph would go through everything called from here, and warn of what it cannot read.
        return tf.autograph.experimental.do_not_convert(self._decode_tf)(index)

    def decode_batch_tf(self, indices: tf.Tensor) -> tf.Tensor:
        """Decode a batch of images inside `tf.data.Dataset.map`; this takes half the time of mapping one by one.

        Args:
            indices: Integer tensor (n,), the places of the files.

        Returns:
            float32 tensor (n, height, width, channels) in [0, 255].
        """
        import tensorflow as tf

        return tf.autograph.experimental.do_not_convert(self._decode_batch_tf)(indices)

    def _decode_batch_tf(self, indices: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        def each(decode, channels, number_type):
            signature = tf.TensorSpec((*self.image_size, channels), number_type)
            return tf.map_fn(decode, indices, fn_output_signature=signature, parallel_iterations=_IN_PARALLEL)

        route = int(self._routes[0])
        ready = (self._sizes == self.image_size).all() and (self._routes == route).all() and route != _OURS
        if not ready:
            return each(self._decode_tf, self.channels, tf.float32)
        # The files have the wanted size: collect bytes, and do the rest once for the whole batch.
        paths, _ = self._on_device()
        stored = self._decoder_channels(route)
        images = each(lambda index: self._plain_image(route, stored, index, paths), stored, tf.uint8)
        return self._to_channels(tf.cast(images, tf.float32))

    def _decode_tf(self, index: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        paths, routes = self._on_device()
        present = [int(route) for route in np.unique(self._routes)]
        branches = [self._branch(route, index, paths) for route in present]
        if len(branches) == 1:
            return branches[0]()
        place = tf.reduce_sum(tf.cast(tf.gather(routes, index) > tf.constant(present[:-1]), tf.int32))
        pixels = tf.switch_case(place, branches)
        return tf.ensure_shape(pixels, self.shape[1:])

    def _on_device(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Return paths and routes as tensors, made once and outside of the graph that uses them."""
        import tensorflow as tf

        if self._tensors is None:
            with tf.init_scope(), tf.device("cpu"):
                self._tensors = tf.constant([os.fsencode(path) for path in self.paths]), tf.constant(self._routes)
        return self._tensors

    def _branch(self, route: int, index: tf.Tensor, paths: tf.Tensor):
        import tensorflow as tf

        def ours():
            pixels = tf.numpy_function(lambda place: self._pixels_of(int(place)), [index], tf.float32, stateful=False)
            pixels.set_shape(self.shape[1:])
            return pixels

        def plain():
            # Resizing takes bytes, which saves a full-size copy; it is linear, so colour may become grey after it.
            pixels = self._plain_image(route, self._decoder_channels(route), index, paths)
            if (self._sizes[self._routes == route] != self.image_size).any():
                pixels = _fit_tf(pixels, self.image_size, self.fit)
            pixels = self._to_channels(tf.cast(pixels, tf.float32))
            return tf.ensure_shape(pixels, self.shape[1:])

        return ours if route == _OURS else plain

    def _decoder_channels(self, route: int) -> int:
        """Return 1 if all files of a route are stored grey, else 3: colour is turned to grey by our own weights."""
        return 1 if (self._stored_channels[self._routes == route] == 1).all() else 3

    @staticmethod
    def _plain_image(route: int, channels: int, index: tf.Tensor, paths: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        data = tf.io.read_file(tf.gather(paths, index))
        if route == _JPEG:
            return tf.io.decode_jpeg(data, channels=channels, dct_method="INTEGER_ACCURATE")
        return tf.io.decode_png(data, channels=channels)

    def _to_channels(self, pixels: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        stored = pixels.shape[-1]
        if stored == 3 and self.channels == 1:
            return tf.reduce_sum(pixels * tf.constant(LUMA, tf.float32), axis=-1, keepdims=True)
        return tf.repeat(pixels, 3, axis=-1) if stored == 1 and self.channels == 3 else pixels

    def _pixels_of(self, index: int) -> np.ndarray:
        return prepare(self.read(self.paths[index]), self.image_size, self.channels, self.fit)

    def _decoded(self, chosen: np.ndarray) -> Iterator[np.ndarray]:
        if len(chosen) < 64:
            yield from map(self._pixels_of, chosen)
            return
        with ThreadPoolExecutor(max_workers=min(16, os.cpu_count() or 2)) as pool:
            for start in range(0, len(chosen), 1024):  # in portions, so that no more than that many wait decoded
                yield from pool.map(self._pixels_of, chosen[start : start + 1024])

    def _as_stored(self, pixels: np.ndarray) -> np.ndarray:
        scale = SIXTEEN_BIT_STEP if self.dtype == np.uint16 else 1.0
        return np.rint(pixels * np.float32(scale)).astype(self.dtype)

    def __getstate__(self) -> dict:
        return self.__dict__ | {"_tensors": None}  # tensors are made again where the files are next used


def _fit_tf(pixels: tf.Tensor, image_size: tuple[int, int], fit: str) -> tf.Tensor:
    """Do with a uint8 tensor what `vision.preparing.prepare` does with an array; returns float32 in [0, 255]."""
    import tensorflow as tf

    target_height, target_width = image_size
    shape = tf.shape(pixels, out_type=tf.int64)
    sides = (shape[0], shape[1], target_height, target_width)
    if fit == "crop":
        top, left, height, width = crop_box(*sides, smaller=tf.minimum, larger=tf.maximum)
        pixels = pixels[top : top + height, left : left + width]
    if fit != "pad":
        return tf.clip_by_value(tf.image.resize(pixels, image_size, antialias=True), 0.0, 255.0)
    height, width = inner_size(*sides, smaller=tf.minimum, larger=tf.maximum)
    pixels = tf.image.resize(pixels, tf.cast(tf.stack([height, width]), tf.int32), antialias=True)
    edges = tf.cond(
        height < target_height,
        lambda: tf.concat([pixels[0], pixels[-1]], axis=0),
        lambda: tf.concat([pixels[:, 0], pixels[:, -1]], axis=0),
    )
    fill = tf.reduce_mean(edges, axis=0)
    top, left = (target_height - height) // 2, (target_width - width) // 2
    rest = [[top, target_height - height - top], [left, target_width - width - left], [0, 0]]
    # Padding with zeros around (pixels - fill), then adding it back, sets the bars to `fill`.
    padded = tf.pad(pixels - fill, rest) + fill
    return tf.clip_by_value(padded, 0.0, 255.0)

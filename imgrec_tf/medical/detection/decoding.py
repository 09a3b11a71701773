"""From the network's answers to boxes: peaks of the centre map, and one box for each object."""

from __future__ import annotations

import numpy as np

from imgrec_tf._checks import check_whole


def boxes_of(
    answers: dict[str, np.ndarray], stride: int, *, overlap: float = 0.5, lowest: float = 0.02, most: int = 200,
    peaks: bool = True,
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:  # fmt: skip
    """Turn the answers for a batch of pictures into boxes, labels and scores.

    A place that scores higher than its eight neighbours may be a centre. Of boxes of one class that overlap by more
    than `overlap`, the one with the highest score stays (TensorFlow's `tf.image.combined_non_max_suppression`).

    Args:
        answers: "centres" and "boxes", as `models.detector` gives them.
        stride: Pixels from one place of the grid to the next.
        overlap: Intersection over union above which two boxes of one class count as one object, in [0, 1].
        lowest: Lowest score that is kept, in [0, 1].
        most: Most boxes of a picture, 1 or more.
        peaks: Whether only peaks may be centres. Without, every place above `lowest` may.

    Returns:
        For each picture: boxes, float32 (n, 4), left, top, right, bottom in pixels of the network's picture; labels,
        int64 (n,); and scores, float32 (n,), the highest first.

    Raises:
        TypeError: If `most` is not whole.
        ValueError: If an argument is out of its range.
    """
    import tensorflow as tf

    check_whole("most", most, 1, 10_000)
    for name, value in (("overlap", overlap), ("lowest", lowest)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be in [0, 1], got {value}")
    scores = tf.convert_to_tensor(answers["centres"], tf.float32)
    distances = tf.convert_to_tensor(answers["boxes"], tf.float32)
    count, rows, columns, classes = scores.shape
    if peaks:
        scores = tf.where(scores >= tf.nn.max_pool2d(scores, 3, 1, "SAME"), scores, 0.0)
    middle_x = (tf.range(columns, dtype=tf.float32) + 0.5) * stride
    middle_y = ((tf.range(rows, dtype=tf.float32) + 0.5) * stride)[:, None]
    left, top, right, bottom = tf.unstack(distances, axis=-1)
    # TensorFlow names the top first.
    edges = tf.stack([middle_y - top, middle_x - left, middle_y + bottom, middle_x + right], axis=-1)
    edges, scores = tf.reshape(edges, (count, -1, 1, 4)), tf.reshape(scores, (count, -1, classes))
    kept = min(rows * columns, 4 * most)
    _, best = tf.math.top_k(tf.reduce_max(scores, axis=-1), kept)
    found = tf.image.combined_non_max_suppression(
        tf.gather(edges, best, batch_dims=1), tf.gather(scores, best, batch_dims=1), most, most,
        iou_threshold=overlap, score_threshold=lowest, clip_boxes=False,
    )  # fmt: skip
    made = []
    for boxes, values, labels, valid in zip(*(one.numpy() for one in found), strict=True):
        boxes = boxes[:valid][:, [1, 0, 3, 2]].astype(np.float32)
        made.append((boxes, labels[:valid].astype(np.int64), values[:valid].astype(np.float32)))
    return made

"""From whatever holds images to scores: read ahead, prepare, ask the model batch by batch, and keep every problem."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.recognizer import checks
from imgrec_tf.recognizer.answers import finite_scores
from imgrec_tf.recognizer.reading import as_trained, progress_bar, read_ahead
from imgrec_tf.recognizer.sources import Source, expand

if TYPE_CHECKING:
    from imgrec_tf.recognizer.recognizer import Recognizer


def scores_of(
    recognizer: Recognizer, sources: Any, batch_size: int, progress: bool = False
) -> tuple[list[str], np.ndarray, list[str]]:
    """Return the name of every image, scores (n, classes), NaN where there is none, and the problems, "" for none."""
    plan = expand(sources)
    if not isinstance(sources, Iterator):
        plan = list(plan)  # names and readers only: no image is read yet

    def read(source: Source) -> np.ndarray | str:
        return _pixels(source, recognizer.image_shape, recognizer.fit)

    names, scores, problems = [], [np.empty((0, len(recognizer.class_names)))], []
    with contextlib.closing(read_ahead(plan, read, batch_size, progress_bar(plan, progress))) as batches:
        for batch_names, images in batches:
            batch_scores, batch_problems = _answer(recognizer, images)
            names.extend(batch_names)
            scores.append(batch_scores)
            problems.extend(batch_problems)
    return names, np.concatenate(scores), problems


def _pixels(source: Source, image_shape: tuple[int, int, int], fit: str) -> np.ndarray | str:
    """Return one image as the model takes it, or the reason why that can't be done."""
    from imgrec_tf.datasets.image_files import ImageProblem

    try:
        return as_trained(source.read(), image_shape, fit)
    except ImageProblem as problem:
        return problem.reason
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    except (ValueError, TypeError) as error:
        return str(error)
    except Exception as error:  # one image, whatever is wrong with it, must not lose the answers for the others
        return f"can't be read ({type(error).__name__}: {error})"


def _answer(recognizer: Recognizer, images: list[np.ndarray | str]) -> tuple[np.ndarray, list[str]]:
    """Return scores (n, classes), NaN where there is none, and the problems."""
    problems = [image if isinstance(image, str) else "" for image in images]
    good = [place for place, image in enumerate(images) if not isinstance(image, str)]
    scores = np.full((len(images), len(recognizer.class_names)), np.nan)
    if good:
        raw = _call(recognizer, np.stack([images[place] for place in good]))
        scores[good] = finite_scores(raw, len(good), len(recognizer.class_names), recognizer.task)
        for place in good:
            if np.isnan(scores[place]).any():
                problems[place] = "the model gave no number for this image; its weights may be damaged"
    return scores, problems


def _call(recognizer: Recognizer, batch: np.ndarray) -> np.ndarray:
    if not checks.is_keras(recognizer.model):
        return np.asarray(recognizer.model.predict(batch))
    if recognizer._scorer is None:
        import tensorflow as tf

        # One graph for every batch size: the last, smaller batch isn't traced again.
        @tf.function(input_signature=[tf.TensorSpec((None, *recognizer.image_shape), tf.float32)])
        def scorer(pixels):
            return recognizer.model(pixels, training=False)

        recognizer._scorer = scorer
    return recognizer._scorer(batch).numpy()

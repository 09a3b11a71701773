"""From whatever holds images to scores: read ahead, prepare, ask the model batch by batch, and keep every problem."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.recognizer import checks
from imgrec_tf.recognizer.answers import finite_scores
from imgrec_tf.recognizer.reading import as_trained, progress_bar, read_ahead
from imgrec_tf.recognizer.sources import Source, expand

if TYPE_CHECKING:
    from imgrec_tf.recognizer.recognizer import Recognizer


@dataclass(frozen=True)
class Scored:
    """One batch of images and what the model said to them.

    Attributes:
        names: What each answer is listed under.
        images: float32 `image_shape` in [0, 255], as the model took it, or the reason why there is none.
        views: What `view` made of each image as it was read, and of where it came from; None where there is no image.
        scores: float64 (n, classes), NaN where there is no answer.
        problems: Why there is none, else "".
    """

    names: list[str]
    images: list[np.ndarray | str]
    views: list[Any]
    scores: np.ndarray
    problems: list[str]


def scored_batches(
    recognizer: Recognizer,
    sources: Any,
    batch_size: int,
    progress: bool = False,
    view: Callable[[np.ndarray, str | bytes | None], Any] | None = None,
) -> Iterator[Scored]:
    """Read and score batch by batch; at any time only a few batches are in memory.

    Args:
        recognizer: What is asked.
        sources: As in `Recognizer.predict`.
        batch_size: Images that the model sees at once.
        progress: Show a progress bar.
        view: Called with each image as it was read, and with the path or the bytes that it came from, or None; in the
            threads that read. What it returns comes with the batch.
    """
    plan = expand(sources)
    if not isinstance(sources, Iterator):
        plan = list(plan)  # names and readers only: no image is read yet

    def read(source: Source) -> tuple[np.ndarray | str, Any]:
        return _pixels(source, recognizer.image_shape, recognizer.fit, view)

    with contextlib.closing(read_ahead(plan, read, batch_size, progress_bar(plan, progress))) as batches:
        for names, found in batches:
            images, views = [one for one, _ in found], [one for _, one in found]
            yield Scored(names, images, views, *_answer(recognizer, images))


def scores_of(
    recognizer: Recognizer, sources: Any, batch_size: int, progress: bool = False
) -> tuple[list[str], np.ndarray, list[str]]:
    """Return the name of every image, scores (n, classes), NaN where there is none, and the problems, "" for none."""
    names, scores, problems = [], [np.empty((0, len(recognizer.class_names)))], []
    with contextlib.closing(scored_batches(recognizer, sources, batch_size, progress)) as batches:
        for batch in batches:
            names.extend(batch.names)
            scores.append(batch.scores)
            problems.extend(batch.problems)
    return names, np.concatenate(scores), problems


def _pixels(
    source: Source,
    image_shape: tuple[int, int, int],
    fit: str,
    view: Callable[[np.ndarray, str | bytes | None], Any] | None,
) -> tuple[np.ndarray | str, Any]:
    """Return one image as the model takes it, or the reason why that can't be done; and its view."""
    from imgrec_tf.datasets.image_files import ImageProblem

    try:
        image = source.read()
        return as_trained(image, image_shape, fit), None if view is None else view(image, source.origin())
    except ImageProblem as problem:
        return problem.reason, None
    except OSError as error:
        return f"can't be read: {error.strerror or error}", None
    except (ValueError, TypeError) as error:
        return str(error), None
    except Exception as error:  # one image, whatever is wrong with it, must not lose the answers for the others
        return f"can't be read ({type(error).__name__}: {error})", None


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

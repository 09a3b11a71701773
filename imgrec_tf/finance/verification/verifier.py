"""The judge: two pictures in; how alike, whether it is the same person, and why that was said.

A verifier's file is an npz archive of numbers and one JSON text, read with pickling forbidden; the network is built
again from its settings. Loading runs no code of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import environment
from imgrec_tf.finance.network_file import load_network, save_network
from imgrec_tf.finance.verification.inputs import Refused, prepared
from imgrec_tf.finance.verification.judging import Judge, fit_judge
from imgrec_tf.finance.verification.pictures import KINDS, Pairs
from imgrec_tf.finance.verification.thresholds import Threshold, choose

if TYPE_CHECKING:
    import keras

    from imgrec_tf.finance.verification.training import EmbeddingRun


@dataclass(frozen=True)
class Comparison:
    """What `Verifier.compare` answers.

    Attributes:
        similarity: 0 (opposite) to 1 (alike): (1 + cosine) / 2 of the two vectors, or what a `Judge` makes of them;
            None where nothing could be said.
        same: Whether it is the same person; None where nothing could be said.
        threshold: Similarities at or above it count as the same person.
        reason: One sentence for people.
        probability: Of the same person, where every second pair is of one (`Threshold.probability`); None where nothing
            could be said, or the threshold came without it.
    """

    similarity: float | None
    same: bool | None
    threshold: float
    reason: str
    probability: float | None = None

    @property
    def score(self) -> float | None:
        """What an application's `Evidence` takes as its `same_person_score`: the probability, else the similarity."""
        return self.similarity if self.probability is None else self.probability


class Verifier:
    """Says whether two pictures show, or were signed by, the same person.

    Attributes:
        model: Pictures in, unit vectors out.
        kind: "portraits" or "signatures".
        image_shape: Height, width and channels that pictures are brought to.
        thresholds: A `Threshold` for each number of references that one was chosen with.
        judges: A `Judge` for each number of references that one learnt with; without one, the mean cosine counts.
    """

    def __init__(self, model: keras.Model, kind: str, *, threshold: Threshold | None = None):
        """Wrap a network that `train_embedding` trained.

        Raises:
            ValueError: If the kind is unknown.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
        self.model, self.kind, self.thresholds = model, kind, {1: threshold} if threshold else {}
        self.judges: dict[int, Judge] = {}
        self.image_shape = tuple(model.input_shape[1:])

    @property
    def threshold(self) -> Threshold | None:
        """The threshold for one reference, or for the fewest that one was chosen with; None until then."""
        return self.threshold_for(1)

    @threshold.setter
    def threshold(self, one: Threshold | None) -> None:
        self.thresholds = {1: one} if one else {}

    def threshold_for(self, references: int) -> Threshold | None:
        """Return the threshold that was chosen with this many references, or with the next smaller number."""
        return _fitting(self.thresholds, references)

    @classmethod
    def of(cls, run: EmbeddingRun) -> Verifier:
        """Make one from what `train_embedding` returned; it has no threshold yet."""
        return cls(run.model, run.kind)

    def embed(self, images: np.ndarray) -> np.ndarray:
        """Turn pictures of `image_shape`, uint8 (n, height, width, channels), into unit vectors (n, dimensions).

        A face is shown to the network once more as in a mirror, and the two vectors are added: on validation identities
        that made fewer errors.

        Raises:
            ValueError: If the shape is another one.
        """
        images = np.asarray(images)
        if images.shape[1:] != self.image_shape:
            raise ValueError(f"images must have the shape (n, *{self.image_shape}), got {images.shape}")
        blocks = [np.zeros((0, self.model.output_shape[-1]), np.float32)]
        for start in range(0, len(images), 256):
            block = images[start : start + 256].astype(np.float32)
            vectors = self.model.predict_on_batch(block)
            if self.kind == "portraits":
                vectors = vectors + self.model.predict_on_batch(block[:, :, ::-1])
                vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
            blocks.append(vectors)
        return np.concatenate(blocks)

    def similarities(self, pairs: Pairs) -> np.ndarray:
        """Compare all pairs of a set: float64 (m,), 0 to 1.

        Raises:
            TypeError: If `pairs` are no Pairs.
            ValueError: If they are of another kind.
        """
        if not isinstance(pairs, Pairs):
            raise TypeError(f"pairs must be Pairs, as make_pairs returns them, got {type(pairs).__name__}")
        if pairs.pictures.kind != self.kind:
            raise ValueError(f"this verifier compares {self.kind}, the pairs are of {pairs.pictures.kind}")
        vectors = self.embed(pairs.pictures.images)
        return self._similarity(vectors[pairs.first], vectors[pairs.second])

    def learn_to_judge(self, pairs: Pairs) -> Judge:
        """Learn from pairs of the part "train" how much each difference counts, see `judging`, and keep it.

        It holds for as many references as the pairs have. Choose the threshold after it.

        Raises:
            ValueError: If the pairs are of another part, or of one kind only.
        """
        self.judges[pairs.first.shape[1]] = judge = fit_judge(self.embed(pairs.pictures.images), pairs)
        return judge

    def threshold_at(self, false_accept_rate: float, pairs: Pairs) -> Threshold:
        """Choose the lowest threshold that accepts at most this share of different people, and keep it.

        It holds for as many references as the pairs have; call it once for each number that you will compare with.

        Args:
            false_accept_rate: Between 0 and 1, at least one in the number of pairs of different people: fewer cannot be
                seen. Strangers and imitators count alike; leave one kind out of `pairs` to choose by the other.
            pairs: Of the part "validation": never of the people that the verifier learnt from, or is tested on.

        Raises:
            ValueError: If the rate is out of range or too small for the pairs, or they are not of "validation".
        """
        if not 0 < false_accept_rate < 1:
            raise ValueError(f"false_accept_rate must lie between 0 and 1, both excluded, got {false_accept_rate}")
        scores = self.similarities(pairs)
        if pairs.pictures.part != "validation":
            raise ValueError(f'choose on pairs of the part "validation"; these are of "{pairs.pictures.part}"')
        self.thresholds[pairs.first.shape[1]] = chosen = choose(false_accept_rate, scores, pairs.same)
        return chosen

    def compare(self, reference, questioned) -> Comparison:
        """Compare a picture in question with one known to be the person's, or with several.

        Pictures are paths, bytes, PIL images or uint8 arrays (height, width) or (height, width, 1 or 3). A portrait is
        a face as `face_crop` cuts it out, a signature fills its picture. A picture that is too small, blank or too
        dark gets no answer but the reason.
        The threshold is `threshold_for` the number of references.

        Args:
            reference: A picture, or a list of them; the similarity is then the mean.
            questioned: A picture.

        Raises:
            TypeError: If one is no picture at all.
            ValueError: If no threshold was chosen yet, or the list is empty.
        """
        if not self.thresholds:
            raise ValueError("no threshold was chosen; call threshold_at(0.01, pairs) with validation pairs first")
        known = list(reference) if isinstance(reference, list | tuple) else [reference]
        if not known:
            raise ValueError("reference is an empty list; give one picture or more that are known to be the person's")
        chosen = self.threshold_for(len(known))
        level, ready = chosen.threshold, []
        for number, image in enumerate([*known, questioned]):
            try:
                ready.append(prepared(image, self.image_shape))
            except Refused as problem:
                which = "picture in question" if number == len(known) else "reference"
                which += f" {number + 1}" if len(known) > 1 and number < len(known) else ""
                return Comparison(None, None, level, f"the {which} {problem}; no answer is given")
        vectors = self.embed(np.stack(ready))
        found = float(self._similarity(vectors[None, :-1], vectors[-1:])[0])
        same, what = found >= level, "portraits show" if self.kind == "portraits" else "signatures were written by"
        reason = (
            f"the {what} {'the same person' if same else 'different people'}: similarity {found:.3f} is "
            f"{'not ' if same else ''}below {level:.3f}, which {chosen.reason}"
        )
        return Comparison(found, same, level, reason, chosen.probability(found))

    def _similarity(self, references: np.ndarray, questioned: np.ndarray) -> np.ndarray:
        """The judge's, else the mean over the references of (1 + cosine) / 2: vectors (m, references, d) and (m, d)."""
        judge = _fitting(self.judges, references.shape[1])
        if judge is not None:
            return judge.similarities(references, questioned)
        cosine = np.einsum("ijk,ik->i", np.asarray(references, np.float64), np.asarray(questioned, np.float64))
        return np.clip((1 + cosine / references.shape[1]) / 2, 0, 1)

    def save(self, path: str | Path, *, bits: int | None = None) -> Path:
        """Write network, kind and thresholds to one file that ends with .npz, whole or not at all; return its path.

        Args:
            path: Where to.
            bits: None keeps the weights as they are; 2 to 8 rounds those of kernels. Choose the threshold after that.

        Raises:
            ValueError: If the name does not end with .npz, or `bits` is out of its range.
        """
        from imgrec_tf.finance.verification.networks import filters_of, looks_of

        about = {
            "format": "imgrec_tf verifier",
            "kind": self.kind,
            "image_shape": self.image_shape,
            "dimensions": self.model.output_shape[-1],
            "filters": filters_of(self.model),
            "looks": looks_of(self.model),
            "judges": {str(number): vars(one) for number, one in self.judges.items()},
            "thresholds": {str(number): vars(one) for number, one in self.thresholds.items()},
        }
        return save_network(path, self.model.get_weights(), about, owner="verifier", bits=bits)

    @classmethod
    def load(cls, path: str | Path) -> Verifier:
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: If there is none.
            ValueError: If it is no verifier's file, or is damaged.
        """
        from imgrec_tf.finance.verification.networks import embedding_network

        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}; make one with Verifier.save")
        try:
            weights, about = load_network(path)
            shape, filters = tuple(about["image_shape"]), tuple(about.get("filters", (16, 24, 40, 48)))
            looks = about.get("looks", 1)
            with environment.in_float32():
                model = embedding_network(shape, dimensions=about["dimensions"], filters=filters, looks=looks)
            model.set_weights(weights)
            made = cls(model, about["kind"])
            for number, one in about.get("judges", {}).items():
                made.judges[int(number)] = Judge(tuple(one["weights"]), one["intercept"])
            made.thresholds = {int(number): Threshold(**one) for number, one in about["thresholds"].items()}
            return made
        except Exception as problem:
            raise ValueError(f"{path} is no whole file that Verifier.save wrote: {problem}") from problem


def _fitting(choices: dict, references: int):
    """What belongs to the greatest number of references up to this one, else to the smallest; None of nothing."""
    numbers = sorted(choices)
    found = [one for one in numbers if one <= references] or numbers[:1]
    return choices[found[-1]] if found else None

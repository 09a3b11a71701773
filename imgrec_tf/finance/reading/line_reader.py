"""A trained network with its alphabet: line images in, probabilities of characters at every step out.

The file of a reader is an npz archive of numbers and one JSON text. It is read with pickling forbidden, and the
network is built by `models.crnn` from the settings in it: loading runs no code of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from imgrec_tf import environment
from imgrec_tf.finance.network_file import load_network, save_network
from imgrec_tf.finance.reading.normalising import HEIGHT, normalise_line

WEIGHTS = Path(__file__).with_name("weights")
SHIPPED = {"machine": "machine.npz", "print": "print.npz"}
_SETTINGS = ("context", "filters", "recurrent_units", "dropout")


class LineReader:
    """Reads lines of text.

    Attributes:
        characters: What it can tell apart; index 0 of the scores is the blank, `characters[i]` has the index i + 1.
        model: The network, as `models.crnn` builds it.
        settings: What the network was built with.
    """

    def __init__(self, characters: str, *, seed: int = 0, **settings):
        """Build an untrained reader.

        Args:
            characters: The alphabet, each character once.
            seed: Seed of the initial weights.
            **settings: `context`, `filters`, `recurrent_units` or `dropout` of `models.crnn`.

        Raises:
            ValueError: If the alphabet is empty or has a character twice, or a setting is unknown.
        """
        from imgrec_tf import models

        if not characters or len(set(characters)) != len(characters):
            raise ValueError(f"characters must be one or more, each once, got {characters!r}")
        unknown = sorted(set(settings) - set(_SETTINGS))
        if unknown:
            raise ValueError(f"settings of a reader are {', '.join(_SETTINGS)}, got {', '.join(unknown)}")
        self.characters = characters
        self.settings = dict(settings)
        self.model = models.crnn(len(characters), height=HEIGHT, seed=seed, **settings)
        self._call = None

    def encode(self, text: str) -> list[int]:
        """Return the indices of a text's characters, from 1 on.

        Raises:
            ValueError: If the alphabet lacks a character.
        """
        unknown = sorted(set(text) - set(self.characters))
        if unknown:
            raise ValueError(f"the reader does not know {''.join(unknown)!r}; its characters are {self.characters}")
        return [self.characters.index(character) + 1 for character in text]

    def log_probabilities(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Read lines up to the scores: one array float32 (steps, characters + 1) of natural logarithms each.

        Args:
            images: Lines as `normalise_line` takes them, or as it returns them: float32 (24, columns, 1).
        """
        strips = [one if one.ndim == 3 and one.shape[::2] == (HEIGHT, 1) else normalise_line(one) for one in images]
        if not strips:
            return []
        # Paper on the right, up to a multiple of 64 columns: few widths, so TensorFlow traces few graphs.
        longest = -(-max(strip.shape[1] for strip in strips) // 64) * 64
        batch = np.zeros((len(strips), HEIGHT, longest, 1), np.float32)
        for row, strip in zip(batch, strips):
            row[:, : strip.shape[1]] = strip
        logits = self._logits(batch)
        logits -= logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return [scores[: max(1, strip.shape[1] // 4)] for scores, strip in zip(logits, strips)]

    def _logits(self, batch: np.ndarray) -> np.ndarray:
        if self._call is None:
            import tensorflow as tf

            shape = tf.TensorSpec((None, HEIGHT, None, 1), tf.float32)
            self._call = tf.function(lambda lines: self.model(lines, training=False), input_signature=[shape])
        return np.array(self._call(batch), np.float32)

    def save(self, path: str | Path, *, bits: int | None = None) -> Path:
        """Write the weights and the settings as JSON, and return the path.

        Args:
            path: A name that ends with .npz.
            bits: None writes half-precision numbers; 2 to 8 rounds the kernels to this many bits.

        Raises:
            ValueError: If the name does not end with .npz, or `bits` is out of its range.
        """
        weights = self.model.get_weights()
        if bits is None:
            weights = [one.astype(np.float16) for one in weights]
        about = {"characters": self.characters, "settings": self.settings}
        return save_network(path, weights, about, owner="reader", bits=bits)

    @classmethod
    def load(cls, path: str | Path) -> LineReader:
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: If there is none.
            ValueError: If it is no reader's file, or its numbers do not fit the network.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"there is no reader {path}; train one: python -m imgrec_tf.finance.reading.train")
        try:
            weights, about = load_network(path)
            with environment.in_float32():
                reader = cls(about["characters"], **about["settings"])
            reader.model.set_weights([one.astype(np.float32) for one in weights])
        except Exception as problem:
            raise ValueError(f"{path} is no reader that LineReader.save wrote: {problem}") from problem
        return reader


@lru_cache(maxsize=2)
def shipped_reader(kind: str = "machine") -> LineReader:
    """Return a reader that comes with the package. Loaded once.

    Args:
        kind: "machine" reads A-Z, 0-9 and `<` in OCR-B and other fonts; "print" what `read_printed_fields` needs, with
            the characters of `print_alphabet()`.

    Raises:
        ValueError: If there is no reader of that kind.
    """
    if kind not in SHIPPED:
        raise ValueError(f"kind must be one of {', '.join(SHIPPED)}, got {kind!r}")
    return LineReader.load(WEIGHTS / SHIPPED[kind])

"""What the generator knows about a picture's owner, as numbers: a second lesson for the network while it learns.

A margin loss tells the network that two people differ, the traits tell it in what: how wide the jaw is, how far the
eyes stand apart; how a hand leans and how it shakes. Photographs come without such numbers. The part of the network
that answers with traits is thrown away after training.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance.documents.portrait_traits import draw_identity

if TYPE_CHECKING:
    from imgrec_tf.finance.verification.pictures import PictureSet

_CHANGING = {"sex", "hair_style", "hair_volume", "part", "beard", "moles"}  # belong to a picture, or are no numbers


def traits_of(pictures: PictureSet) -> np.ndarray:
    """Return the traits of the hand or person of each picture, each of mean 0 and deviation 1: float32 (n, traits)."""
    known = _face if pictures.kind == "portraits" else _hand
    keys, places = np.unique(np.stack([pictures.owners, pictures.hands], axis=1), axis=0, return_inverse=True)
    rows = np.array([known(int(owner), int(hand)) for owner, hand in keys], np.float64)[places.reshape(-1)]
    return ((rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)).astype(np.float32)


def _face(owner: int, hand: int) -> np.ndarray:
    identity = draw_identity(owner)
    kept = [getattr(identity, one.name) for one in fields(identity) if one.name not in _CHANGING]
    return np.concatenate([np.atleast_1d(np.asarray(one, np.float64)) for one in kept])


def _hand(owner: int, hand: int) -> np.ndarray:
    from imgrec_tf.finance.verification.signatures import hand_of

    one = hand_of(owner, None if hand < 0 else hand)
    bent = one.end - one.start
    return np.array([
        np.log(one.tremor), np.log(one.gap.mean()), one.contrast, *one.taper, np.sqrt(one.hesitations),
        np.sqrt(one.retouches), one.slant, np.log(one.aspect), one.spread.mean(), len(one.length),
        np.log(one.length).mean(), np.log(one.length).std(), bent.mean(), np.abs(bent).mean(), one.turn, hand >= 0,
    ])  # fmt: skip

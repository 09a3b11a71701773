"""What may stand at a place of a machine-readable zone, weighed against what the network saw there.

The network learnt from letters without any sense, so that no state's names are preferred, and it gives some of its
belief to digits where only letters stand: a 0 in a nationality. Here this belief is taken back, and the two fields that
hold a state's code, which no check digit covers, are weighed by Bayes' rule with the list of codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imgrec_tf.finance.identity import MRZ_CLASSES, STATE_CODES, mrz_layout
from imgrec_tf.finance.identity.check_digits import FILLER
from imgrec_tf.finance.reading.decoding import Decoded

UNLISTED = 0.01  # share of documents whose state is not in the list; a guess on the careful side
_STATES = ("issuing_state", "nationality")
_CODES = np.array([list(code.ljust(3, FILLER)) for code in sorted(STATE_CODES)])


def restrict(decoded: Decoded, alphabets: Sequence[str], characters: str) -> Decoded:
    """Give each character of names and codes its probability among letters and `<`, and the blank.

    Digits and dates keep what the network saw: where the day of a date begins with a clear 7, which no day does, this
    is no reading error to put right but a mistake, or a forgery, in the print.

    Args:
        decoded: A line, from `fixed_length_decode` with these alphabets.
        alphabets: What may stand at each place.
        characters: The reader's alphabet.

    Returns:
        The line with other confidences and alternatives; a digit has minus infinity where only letters may stand.
    """
    words = [set(alphabet) <= set(MRZ_CLASSES["l"]) for alphabet in alphabets]
    allowed = np.array([[not word or one in MRZ_CLASSES["l"] for one in characters] for word in words])
    own = np.array([characters.index(one) for one in decoded.text])
    seen = np.array(decoded.confidences) / np.exp(decoded.alternatives[np.arange(len(own)), own])  # all but the blank
    scores = np.where(allowed, decoded.alternatives, -np.inf)
    kept = np.exp(np.logaddexp.reduce(scores, axis=1))  # of what was seen, the share that may stand there
    confidences = np.array(decoded.confidences) / np.maximum(1 - seen * (1 - kept), 1e-9)
    return replace(
        decoded,
        confidences=tuple(float(one) for one in np.minimum(confidences, 1)),
        alternatives=(scores - np.log(kept)[:, None]).astype(np.float32),
    )


def settle_states(decoded: Sequence[Decoded], format: str, characters: str) -> list[Decoded]:
    """Choose the likeliest codes of the issuing state and the nationality.

    A code of the list is as probable beforehand as any other of them; together all codes that are not in it have
    `UNLISTED`, so that one that is printed clearly is read as it stands.

    Args:
        decoded: The lines, from `restrict`.
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".
        characters: The reader's alphabet.

    Returns:
        The lines with these places, and their confidences, settled.
    """
    settled = list(decoded)
    others = len(MRZ_CLASSES["l"]) ** _CODES.shape[1]
    for field in (mrz_layout(format).field(name) for name in _STATES):
        line = settled[field.line - 1]
        places = range(field.first - 1, field.last)
        read = line.text[field.first - 1 : field.last]
        texts, prior = _CODES, np.full(len(_CODES), np.log((1 - UNLISTED) / len(_CODES)))
        if read.rstrip(FILLER) not in STATE_CODES:
            texts, prior = np.vstack([_CODES, list(read)]), np.append(prior, np.log(UNLISTED / others))
        seen = np.array([[characters.index(one) for one in text] for text in texts])
        weights = line.alternatives[places, seen].sum(axis=1, dtype=np.float64) + prior
        weights = np.exp(weights - np.logaddexp.reduce(weights))
        chosen = texts[weights.argmax()]
        text, confidences = list(line.text), list(line.confidences)
        for column, place in enumerate(places):
            no_blank = confidences[place] / np.exp(line.alternatives[place, characters.index(text[place])])
            alike = weights[texts[:, column] == chosen[column]].sum()
            text[place], confidences[place] = str(chosen[column]), float(min(1.0, no_blank * alike))
        settled[field.line - 1] = replace(line, text="".join(text), confidences=tuple(confidences))
    return settled

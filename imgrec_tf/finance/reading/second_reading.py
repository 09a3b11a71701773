"""A second look at the values that were read: the same pieces narrower and broader, by the same reader.

A reader that loses a narrow letter, or sees two in a broad one, is often sure of it. At another width it seldom makes
the same mistake. So each text that any look gives is scored by all of them, and the likeliest of those that the field
may hold is taken. It is trusted only where most looks read exactly that, one of them surely, and none surely reads
anything else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imgrec_tf.finance.reading.decoding import greedy_decode, text_log_probabilities
from imgrec_tf.finance.reading.line_reader import LineReader
from imgrec_tf.finance.reading.print_layout import NAMES, PrintedLine, fits
from imgrec_tf.finance.reading.print_rows import cut_print

_WIDER = (1.0, 0.9, 1.15, 1.3)  # the first is how every piece is read anyway
_AGREEING = 3  # looks of these four
_DOUBT = 0.5  # what is left of the confidence where fewer agree, one contradicts, or the line is doubtful
# Confidence with which a look that reads another text contradicts. Of 291 names drawn for development, 234 were trusted
# without that and 224 with it; three names in which an I or a space was lost surely enough had been trusted and wrong.
_CONTRADICTS = 0.6


def agreed(grey: np.ndarray, found: Mapping[str, PrintedLine], reader: LineReader) -> dict[str, PrintedLine]:
    """Read values again, and return the line of each field with the text and the confidence that is left.

    Args:
        grey: The page.
        found: The line of each field.
        reader: What has read them.
    """
    wanted = [
        (name, wider) for name, line in found.items() for wider in _WIDER if wider != _WIDER[0] or line.scores is None
    ]
    scores = reader.log_probabilities([cut_print(grey, found[name].piece, wider=wider) for name, wider in wanted])
    looks = {name: [] if line.scores is None else [line.scores] for name, line in found.items()}
    for (name, _), one in zip(wanted, scores):
        looks[name].append(one)
    return {name: _likeliest(name, line, looks[name], reader) for name, line in found.items()}


def _likeliest(name: str, line: PrintedLine, looks: list[np.ndarray], reader: LineReader) -> PrintedLine:
    read = [greedy_decode(scores, reader.characters) for scores in looks]
    texts = [" ".join(one.text.split()) for one in read]
    choice = sorted({line.text, *(text for text in texts if fits(name, text))})
    totals = sum(text_log_probabilities(scores, reader.characters, choice) for scores in looks)
    best = choice[int(np.argmax(totals))]
    sure = [_sure(one) for one, text in zip(read, texts) if text == best]
    if not sure:
        return PrintedLine(best, _DOUBT * line.confidence, line.piece)
    contradicted = any(
        _sure(one) >= _CONTRADICTS for one, text in zip(read, texts) if _compared(name, text) != _compared(name, best)
    )
    doubtful = line.doubtful or len(sure) < _AGREEING or contradicted
    return PrintedLine(best, _DOUBT * max(sure) if doubtful else max(sure), line.piece)


def _compared(name: str, text: str) -> str:
    """What two looks have to agree on: spaces count in names only."""
    return text if name in NAMES else text.replace(" ", "")


def _sure(read) -> float:
    return float(np.prod([sure for one, sure in zip(read.text, read.confidences) if one != " "]))

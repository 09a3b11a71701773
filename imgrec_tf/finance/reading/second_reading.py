"""A second look at the values that were read: the same pieces a little wider, by the same reader.

A reader that loses a narrow letter, or sees two in a broad one, is often sure of it. At another width it seldom makes
the same mistake. Where both looks agree, the surer one counts; where they do not, nobody knows which is right, and the
field is not trusted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imgrec_tf.finance.reading.decoding import greedy_decode
from imgrec_tf.finance.reading.line_reader import LineReader
from imgrec_tf.finance.reading.print_layout import PrintedLine
from imgrec_tf.finance.reading.print_rows import cut_print

_WIDER = 1.15
_DOUBT = 0.5  # what is left of the confidence where the two looks disagree


def agreed(grey: np.ndarray, found: Mapping[str, PrintedLine], reader: LineReader) -> dict[str, PrintedLine]:
    """Read values again, and return all lines with the confidence that is left.

    Args:
        grey: The page.
        found: The line of each field.
        reader: What has read them.
    """
    strips = [cut_print(grey, line.piece, wider=_WIDER) for line in found.values()]
    lines = {}
    for (name, line), scores in zip(found.items(), reader.log_probabilities(strips)):
        second = greedy_decode(scores, reader.characters)
        same = "".join(second.text.split()) == "".join(line.text.split())
        sure = max(line.confidence, float(np.prod(second.confidences))) if same else _DOUBT * line.confidence
        lines[name] = PrintedLine(line.text, sure, line.piece)
    return lines

"""Reads machine-readable zones, identity numbers and printed fields: small networks with CTC, and checks of each text.

    reading = finance.reading.read_mrz(picture)
    reading.text, reading.fields["document_number"], reading.reason

The weights that ship with the package are trained on rendered lines only; python -m imgrec_tf.finance.reading.train
makes them again.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Change": "repair",
    "Decoded": "decoding",
    "FieldReading": "mrz_reading",
    "LineImage": "lines",
    "LineReader": "line_reader",
    "MrzReading": "mrz_reading",
    "NumberReading": "number_reading",
    "PrintedField": "printed",
    "PrintedLine": "print_layout",
    "PrintedReading": "printed",
    "ReaderRun": "training",
    "Repaired": "repair",
    "Row": "rows",
    "SEVERITIES": "lines",
    "Zone": "rows",
    "beam_decode": "decoding",
    "cut_row": "rows",
    "edit_distance": "decoding",
    "find_zones": "zone",
    "fixed_length_decode": "decoding",
    "greedy_decode": "decoding",
    "mrz_alphabets": "repair",
    "normalise_line": "normalising",
    "number_alphabets": "repair",
    "number_strips": "lines",
    "print_alphabet": "print_texts",
    "read_identity_number": "number_reading",
    "read_mrz": "mrz_reading",
    "read_printed_fields": "printed",
    "render_line": "lines",
    "repair_identity_number": "repair",
    "repair_mrz": "repair",
    "shipped_reader": "line_reader",
    "train_reader": "training",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

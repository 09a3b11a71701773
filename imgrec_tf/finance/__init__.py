"""Identity documents of invented people: made, photographed, read and judged. Nothing here depicts a real document."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

__getattr__, __dir__, __all__ = resolver(__name__, {}, ["capture", "documents"])

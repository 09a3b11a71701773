"""Identity documents, from invented people to a decision. Everything that is made here is fictional by construction."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_MODULES = (
    "applications",
    "capture",
    "consistency",
    "document_types",
    "documents",
    "forgery",
    "id_documents",
    "identity",
    "locating",
    "reading",
    "verification",
)

__getattr__, __dir__, __all__ = resolver(__name__, {}, _MODULES)

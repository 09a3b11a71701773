"""Is this the same person? Pictures become points on a sphere, and two points are near or far.

verifier = finance.verification.load_verifier("portraits")
verifier.compare(on_the_document, taken_now)

One of your own: train on people of the part "train", choose the threshold on those of "validation".

verifier = finance.verification.Verifier.of(finance.verification.train_embedding(pictures))
others = finance.verification.make_portraits(120, part="validation")
verifier.threshold_at(0.01, finance.verification.make_pairs(others))

Portraits are drawn and signatures are written by formulas; no picture or signature is of any living person, and no
figure measured here says how a verifier does on photographs.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "Comparison": "verifier",
    "EmbeddingRun": "training",
    "Judge": "judging",
    "MARGINS": "margins",
    "PairEvaluation": "evaluating",
    "Pairs": "pictures",
    "PictureSet": "pictures",
    "Threshold": "thresholds",
    "Verifier": "verifier",
    "embedding_network": "networks",
    "evaluate_pairs": "evaluating",
    "face_crop": "faces",
    "face_picture": "faces",
    "load_verifier": "shipped",
    "make_pairs": "pictures",
    "make_portraits": "pictures",
    "make_signatures": "pictures",
    "show_identities": "figures",
    "signature_picture": "signatures",
    "strangers_only": "pictures",
    "train_embedding": "training",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

"""What kind of document is it? Straightened pages as a data set, a recogniser that abstains on unknown layouts.

pages = document_types.page_dataset(templates=known)
run = ir.train(ir.models.sequential_cnn(pages.image_shape, pages.num_classes), pages, augmentation="document")
classifier = document_types.DocumentClassifier(document_types.recognize_known_layouts(run, pages))
classifier.predict(photo)
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "DocumentClassifier": "classifying",
    "page_dataset": "pages",
    "page_picture": "pages",
    "page_split": "pages",
    "recognize_known_layouts": "known_layouts",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

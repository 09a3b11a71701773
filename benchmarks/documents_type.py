"""The part `type` of benchmarks/documents.py: which kind of document, and abstention on layouts that nobody has learnt.

A sequential CNN is trained by `train` on straightened pages of known layouts, `recognize_known_layouts` makes it a
recogniser that abstains, and `DocumentClassifier` asks it about whole photos: located, straightened, named. People,
cameras and photos of the measurement are others than those of the training; two layouts of each kind were held back and
are the unknown ones. A photo that is not located, or abstained on, counts as not right.
"""

from __future__ import annotations

import time

import numpy as np
from result_rows import row, share
from results_table import machine

SEED, TEST_SEED = 75, 7_501  # of the training's layouts and people, and of those who are only measured
TRAIN_CAMERAS, TEST_CAMERAS = range(12), range(3000, 3030)
PAGES, EPOCHS = 1200, 24
LONGER = 800  # longer side of the photos in pixels: the kind needs no readable text


def kinds(photos: int, _: int) -> list[dict]:
    """Return accuracy by severity, the share of right answers among those given, and abstention on unknown layouts."""
    import imgrec_tf as ir
    from imgrec_tf.finance import document_types, id_documents

    start = time.process_time()
    known, unknown = id_documents.hold_back_templates(SEED, each=2)
    pages = document_types.page_dataset(PAGES, seed=SEED, templates=known, cameras=TRAIN_CAMERAS)
    network = ir.models.sequential_cnn(pages.image_shape, pages.num_classes, seed=SEED)
    run = ir.train(network, pages, epochs=EPOCHS, augmentation="document", seed=SEED, check_leaks=False)
    classifier = document_types.DocumentClassifier(document_types.recognize_known_layouts(run, pages))
    trained = time.process_time() - start
    rows, seconds = [], []
    for severity, goal, count in (("phone", 0.99, photos), ("harsh", None, max(9, photos // 2))):
        answers, shown, spent = _asked(classifier, known, severity, count, TEST_SEED)
        seconds += spent
        right, located = answers["label"].to_numpy() == shown, (answers["problem"] == "").to_numpy()
        given = answers["label"].notna().to_numpy()
        context = f"{count} photos of {len(known)} known layouts, {LONGER} pixels"
        rows += [
            share(f"type: right, {severity}", right, goal=goal, context=context),
            share(f"type: right among the answered, {severity}", right[given], goal=goal, context=context),
            share(f"type: located, {severity}", located, goal=None, context=context),
        ]
    answers, shown, _ = _asked(classifier, unknown, "phone", photos, TEST_SEED + 1)
    given, located = answers["label"].notna().to_numpy(), (answers["problem"] == "").to_numpy()
    context = f"{photos} photos of {len(unknown)} unknown layouts, {LONGER} pixels"
    rows += [
        share("type: no answer to unknown layouts, phone", ~given, goal=0.9, context=context),
        share("type: the same where the page was located", ~given[located], goal=0.9, context=context),
        share("type: wrong answers to unknown layouts", given & (answers["label"].to_numpy() != shown), goal=None,
              better="lower", context=context),
    ]  # fmt: skip
    parameters = f"{network.count_params():,} parameters, {PAGES} pages, {EPOCHS} epochs, seed {SEED}"
    low, middle, high = np.percentile(seconds, (10, 50, 90))
    return [
        *rows,
        row("type: processor time of pages and training", trained, low=trained, high=trained, goal=None,
            better="lower", unit="s", context=f"{parameters}, {machine()}"),
        row("type: processor time of a photo", middle, low=low, high=high, goal=None, better="lower", unit="s",
            context=f"10th to 90th percentile, {machine()}"),
    ]  # fmt: skip


def _asked(classifier, layouts: tuple[str, ...], severity: str, count: int, seed: int):
    """Answers to photos of some layouts, what these show, and the time of each call."""
    import pandas as pd

    from imgrec_tf.finance import id_documents

    plans = id_documents.plan_photos(
        count, seed=seed, templates=layouts, cameras=TEST_CAMERAS, photos_per_person=(1, 1), any_way_up=True
    )
    answers, seconds = [], []
    for plan in plans:
        photo = id_documents.id_documents_photo(plan, size=(LONGER * 3 // 4, LONGER), severity=severity)
        start = time.process_time()
        answers.append(classifier.predict(photo.image))
        seconds.append(time.process_time() - start)
    return pd.concat(answers, ignore_index=True), np.array([plan.document_class for plan in plans]), seconds

"""Synthetic frontal chest radiographs, with and without an opacity: the default data of the medical lessons.

Each patient is a random chest in three dimensions (`chest_anatomy`), X-rayed one to three times (`chest_projection`,
`radiography`). Some have an opacity in the lung (`chest_findings`); that, and nothing else, makes the label. How a
patient stands and breathes, the exposure, body size, breasts, nipples, skin folds, calcified cartilage and healed
ribs are drawn before anybody knows the label, so they are as frequent among the normal as among the others.

These are no pictures of people. A figure measured on them says nothing about a clinic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.medical import chest_anatomy, chest_findings, chest_projection, chest_views, radiography

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset

CLASS_NAMES = ("normal", "opacity")
SMALLEST, LARGEST = 28, 512
FEWEST = 40
_ANATOMY, _FINDING, _VIEW = 0, 1, 2  # separate streams of random numbers of one patient
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class _Shot:
    """One picture to be taken."""

    view: chest_views.View
    exposure: radiography.Exposure
    density_factor: float
    noise_seed: int


def chest_phantom(
    count: int = 2000,
    *,
    size: int = 64,
    seed: int = 0,
    positive_share: float = 0.5,
    images_per_patient: tuple[int, int] = (1, 3),
    validation: float = 0.15,
    test: float = 0.15,
) -> ImageDataset:
    """Make synthetic chest radiographs, labelled "normal" or "opacity" and split by patient.

    A patient keeps anatomy and label over all of its pictures; an opacity grows denser or fainter by up to 15 %
    between them. Picture i depends on `seed`, `size` and i only: a larger `count` adds pictures behind the same ones.

    With 2,000 pictures of 28 or 64 pixels, logistic regression on the pixels reaches a test ROC AUC between 0.65 and
    0.90, and the default `models.sequential_cnn`, trained for 12 to 20 epochs, more than 0.93, never 1: the faintest
    and smallest opacities stay hidden behind ribs, vessels, heart and diaphragm.

    Args:
        count: Number of pictures, 40 or more.
        size: Height and width in pixels, 28 to 512. 1,000 pictures take about 11 s of one core at 64 pixels, 33 s at
            128 and 170 s at 512.
        seed: Seed of everything random, 0 or more.
        positive_share: Share of patients with an opacity, between 0 and 1. Half of them by default, so that accuracy
            starts at 0.5; a lower share is nearer to a screening clinic.
        images_per_patient: Fewest and most pictures of one patient.
        validation: Share of pictures in the validation split, in (0, 1).
        test: Share of pictures in the test split, in (0, 1).

    Returns:
        A data set with uint8 images (count, size, size, 1), task "binary", class 1 being "opacity", patient ids as
        groups.

    Raises:
        TypeError: If `count`, `size`, `seed` or the numbers of pictures are not whole numbers.
        ValueError: If an argument is out of its range.
    """
    _check(size, seed)
    check_whole("count", count, FEWEST, 10_000_000)
    _share("positive_share", positive_share)
    _share("validation", validation)
    _share("test", test)
    if validation + test >= 1:
        raise ValueError(
            f"validation + test must leave images to train on, got {validation} + {test}; make them smaller"
        )
    fewest, most = _pictures(images_per_patient)

    patients = np.empty(count, np.int64)
    first = [0]  # where each patient's pictures begin
    while first[-1] < count:
        pictures = int(_stream(seed, len(first) - 1, _VIEW).integers(fewest, most + 1))
        patients[first[-1] : first[-1] + pictures] = len(first) - 1
        first.append(min(first[-1] + pictures, count))
    positive = np.array([_is_positive(seed, patient, positive_share) for patient in range(len(first) - 1)])
    if min(positive.sum(), (~positive).sum()) < 3:
        raise ValueError(
            f"count={count} with positive_share={positive_share} gives {positive.sum()} patients with an opacity and "
            f"{(~positive).sum()} without; each split needs one of both: raise count, or move positive_share to 0.5"
        )

    shots = [
        (patient, bool(positive[patient]), first[patient + 1] - first[patient]) for patient in range(len(positive))
    ]
    images = np.concatenate(in_processes(partial(_take_patient, seed, size), shots))[..., None]

    groups = np.array([f"patient {patient:04d}" for patient in patients])
    sources = [f"{group}, view {i - first[patient] + 1}" for i, (group, patient) in enumerate(zip(groups, patients))]
    return _dataset(images, positive[patients].astype(np.int64), groups, sources, seed, validation, test)


def chest_phantom_example(
    seed: int = 0, *, size: int = 256, opacity: bool = True, patient: int = 0, view: int = 0
) -> dict[str, Any]:
    """Take one picture of one patient, with the ground truth that a data set does not show.

    The same `seed`, `patient` and `view` with `opacity=False` gives the same chest, posture, exposure and noise
    without the opacity; only the automatic window may differ a little.

    Args:
        seed: Seed, as in `chest_phantom`.
        size: Height and width in pixels, 28 to 512.
        opacity: Whether the patient has an opacity.
        patient: Number of the patient, 0 or more.
        view: Number of the picture, 0 or more.

    Returns:
        "image": uint8 (size, size, 1). "mask": bool (size, size), where the opacity adds at least a quarter of its
        greatest attenuation; all False without one. "box": (top, left, bottom, right) around the mask in pixels, the
        last two exclusive, or None. "attenuation": float32 (size, size), the mean line integral that the opacity
        adds, no unit. "parameters": dict of the numbers that the picture was made from (cm, degrees, shares).

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    _check(size, seed)
    check_whole("patient", patient, 0, 2**31)
    check_whole("view", view, 0, 2**31)
    thorax, finding = _draw_patient(seed, patient, True)
    finding = finding if opacity else None
    shot = _draw_shot(seed, patient, view)
    image, added = _take(thorax, finding, shot, size)
    mask = added >= 0.25 * added.max() if added.max() > 0 else np.zeros(added.shape, bool)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1) if rows.size else None
    return {
        "image": image[..., None],
        "mask": mask,
        "box": box,
        "attenuation": added,
        "parameters": _parameters(thorax, finding, shot),
    }


def _take_patient(seed: int, size: int, shots: tuple[int, bool, int]) -> np.ndarray:
    """Return the first pictures of a patient, uint8 (pictures, size, size)."""
    patient, positive, pictures = shots
    thorax, opacity = _draw_patient(seed, patient, positive)
    return np.stack([_take(thorax, opacity, _draw_shot(seed, patient, n), size)[0] for n in range(pictures)])


def _take(thorax, opacity, shot: _Shot, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the picture and the attenuation that the opacity adds, both (size, size)."""
    factor = _oversampling(size)
    grid = chest_views.Grid.of(size * factor, shot.view, min(factor, 2))
    texture = 0.06 * chest_findings.smooth_noise(thorax.texture_seed, grid, 1.35)
    paths = chest_projection.project(thorax, grid, texture)
    added = np.zeros_like(paths.chest)
    if opacity is not None:
        added = chest_findings.opacity_attenuation(opacity, thorax, grid, paths.lung) * np.float32(shot.density_factor)
    signal = radiography.intensity(paths.chest + added, shot.exposure, size)
    signal = radiography.add_noise(signal, shot.exposure, np.random.default_rng(shot.noise_seed))
    return radiography.display(signal, shot.exposure), radiography.binned(added, factor)


def _oversampling(size: int) -> int:
    return max(1, -(-112 // size)) if size < 128 else 2 if size < 200 else 1


def _stream(seed: int, patient: int, *stream: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(patient, *stream)))


def _is_positive(seed: int, patient: int, share: float) -> bool:
    """Spread the positives evenly over the patients: the share holds to within a patient or two for every count."""
    start = np.random.default_rng(seed).random()
    return (start + patient * _GOLDEN) % 1.0 < share


def _draw_patient(seed: int, patient: int, positive: bool):
    thorax = chest_anatomy.draw_thorax(_stream(seed, patient, _ANATOMY))
    opacity = chest_findings.draw_opacity(_stream(seed, patient, _FINDING), thorax) if positive else None
    return thorax, opacity


def _draw_shot(seed: int, patient: int, number: int) -> _Shot:
    rng = _stream(seed, patient, _VIEW, number)
    view = chest_views.View(
        turn=rng.normal(0, 2.2),
        tilt=rng.normal(0, 1.2),
        shift=(rng.normal(0, 0.45), rng.normal(-0.3, 0.5)),
        magnification=rng.uniform(0.97, 1.05),
        breath=float(np.clip(rng.normal(0, 0.7), -1.8, 1.6)),
    )
    exposure = radiography.Exposure(
        photons=float(np.exp(rng.uniform(np.log(8_000), np.log(60_000)))),
        scatter=rng.uniform(0.15, 0.35),
        blur=rng.uniform(0.3, 0.6),
        level=rng.normal(0, 0.02),
        width=rng.uniform(0.94, 1.10),
        gamma=rng.uniform(0.90, 1.10),
    )
    return _Shot(view, exposure, float(rng.uniform(0.85, 1.15)), int(rng.integers(2**63)))


def _parameters(thorax, opacity, shot: _Shot) -> dict[str, Any]:
    plain = ("width", "height", "depth", "fat", "breast", "dome", "heart", "lung_density", "scoliosis", "bubble",
             "nipples", "skin_fold", "calcified", "callus")  # fmt: skip
    parameters = {name: getattr(thorax, name) for name in plain} | vars(shot.view) | vars(shot.exposure)
    if opacity is not None:
        parameters |= {f"opacity_{name}": getattr(opacity, name) for name in ("pattern", "centre", "extent")}
        parameters["opacity_density"] = opacity.density * shot.density_factor
    return parameters


def _dataset(images, labels, groups, sources, seed: int, validation: float, test: float) -> ImageDataset:
    from imgrec_tf.datasets import ImageDataset, Split, card, splits

    parts = splits.split(labels, groups, validation=validation, test=test, seed=seed)
    counts = {name: len(indices) for name, indices in parts.items()}
    sources = np.array(sources, dtype=object)
    made = {
        name: Split(
            images[indices],
            labels[indices],
            class_names=CLASS_NAMES,
            task="binary",
            groups=groups[indices],
            sources=sources[indices],
            synthetic=True,
            name=name,
        )
        for name, indices in parts.items()
    }
    return ImageDataset(
        made["train"], made["validation"], made["test"], card=replace(card("chest-phantom"), splits=counts)
    )


def _check(size, seed) -> None:
    check_whole("size", size, SMALLEST, LARGEST)
    check_whole("seed", seed, 0, 2**63)


def _share(name: str, value) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie between 0 and 1, both excluded, got {value}")


def _pictures(images_per_patient) -> tuple[int, int]:
    try:
        fewest, most = images_per_patient
    except (TypeError, ValueError):
        raise ValueError(
            f"images_per_patient must be a pair such as (1, 3), fewest and most, got {images_per_patient!r}"
        ) from None
    check_whole("images_per_patient[0]", fewest, 1, 100)
    check_whole("images_per_patient[1]", most, fewest, 100)
    return int(fewest), int(most)

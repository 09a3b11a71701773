"""What each photo of a data set of documents will show, decided before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.finance import capture, documents

_CHINESE_ONLY = {"portrait_side", "emblem_side", "household_page"}
_ORDER, _PERSON, _PHOTO = 0, 1, 2  # separate streams of random numbers


@dataclass(frozen=True)
class Plan:
    """What one photo of the data set is of, before anything is drawn.

    Attributes:
        index: Number of the photo.
        document_class, template: What is photographed.
        person: Number of the person.
        locale: The person's language.
        camera: Number of the camera.
        quarter_turns: How often the document lies turned clockwise by 90 degrees.
        seed: Of print and photo.
    """

    index: int
    document_class: str
    template: str
    person: int
    locale: str
    camera: int
    quarter_turns: int
    seed: int

    @property
    def groups(self) -> dict[str, str]:
        """What the photo belongs to, by name."""
        return {
            "person": f"person {self.person:06d}",
            "template": f"{self.document_class}/{self.template}",
            "camera": f"camera {self.camera:03d}",
        }


def plan_photos(
    count: int,
    *,
    seed: int = 0,
    classes: Sequence[str] = documents.CLASSES,
    templates: Sequence[str] | None = None,
    held_back: Sequence[str] = (),
    cameras: int | Sequence[int] = 12,
    photos_per_person: tuple[int, int] = (1, 3),
    any_way_up: bool = False,
) -> list[Plan]:
    """Decide what each photo of a data set will show, without drawing anything; arguments as in `id_documents`.

    Every run of as many photos as there are classes holds each class once, in random order.

    Returns:
        One plan a photo.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range.
    """
    check_whole("count", count, 1, 1_000_000)
    check_whole("seed", seed, 0, 999_999)
    classes = _classes(classes)
    layouts = _layouts(classes, templates, held_back)
    numbers = _cameras(cameras)
    fewest, most = _pair(photos_per_person)
    order = np.concatenate([
        np.random.default_rng([seed, block, _ORDER]).permutation(len(classes))
        for block in range(-(-(count + most) // len(classes)))
    ])  # fmt: skip
    plans: list[Plan] = []
    person = 0
    while len(plans) < count:
        rng = np.random.default_rng([seed, person, _PERSON])
        wanted = int(rng.integers(fewest, most + 1))
        places = range(len(plans), min(len(plans) + wanted, count))
        shown = [classes[order[place]] for place in range(places.start, places.start + wanted)]
        foreign = rng.random() < 0.6 and not _CHINESE_ONLY & set(shown)
        for place in places:
            rng = np.random.default_rng([seed, place, _PHOTO])
            document_class = classes[order[place]]
            plans.append(
                Plan(
                    index=place,
                    document_class=document_class,
                    template=layouts[document_class][int(rng.integers(len(layouts[document_class])))],
                    person=seed * 1_000_000 + person,
                    locale="en_US" if foreign else "zh_CN",
                    camera=numbers[int(rng.integers(len(numbers)))],
                    quarter_turns=int(rng.integers(4)) * any_way_up,
                    seed=int(rng.integers(2**62)),
                )
            )
        person += 1
    return plans


def hold_back_templates(
    seed: int = 0, *, each: int = 1, classes: Sequence[str] = documents.CLASSES
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Divide the layouts into known and unknown ones, for asking what a model does with a layout it has never seen.

    Args:
        seed: Which ones are held back.
        each: How many of each class; at least two of a class must stay.
        classes: Kinds of document.

    Returns:
        Two tuples of "class/name": for `templates` while training, and for `templates` of the later test.

    Raises:
        ValueError: If a class would keep fewer than two.
    """
    check_whole("each", each, 1, 100)
    rng = np.random.default_rng([seed, 8])
    known, unknown = [], []
    for document_class in _classes(classes):
        names = documents.template_names(document_class)
        if len(names) - each < 2:
            raise ValueError(
                f"{document_class} has {len(names)} templates and must keep two; hold back fewer than {each}"
            )
        taken = set(rng.permutation(len(names))[:each].tolist())
        for place, name in enumerate(names):
            (unknown if place in taken else known).append(f"{document_class}/{name}")
    return tuple(known), tuple(unknown)


def _classes(classes: Sequence[str]) -> tuple[str, ...]:
    chosen = (classes,) if isinstance(classes, str) else tuple(classes)
    unknown = [one for one in chosen if one not in documents.CLASSES]
    if unknown or len(chosen) < 2 or len(set(chosen)) < len(chosen):
        raise ValueError(f"classes must be two or more of {', '.join(documents.CLASSES)}, each once, got {classes!r}")
    return chosen


def _layouts(classes, templates, held_back) -> dict[str, list[str]]:
    known = set(documents.template_names())
    for name, given in (("templates", templates or ()), ("held_back", held_back)):
        unknown = [given] if isinstance(given, str) else sorted(set(given) - known)
        if unknown:
            raise ValueError(
                f"{name} must be a list of layouts such as 'passport/lagoon', got {', '.join(unknown)}; "
                "documents.template_names() lists them"
            )
    wanted = (set(templates) if templates is not None else known) - set(held_back)
    layouts = {one: [name for name in documents.template_names(one) if f"{one}/{name}" in wanted] for one in classes}
    empty = [one for one, names in layouts.items() if not names]
    if empty:
        raise ValueError(
            f"no layout is left of {', '.join(empty)}; leave these out of classes, or allow a layout of theirs"
        )
    return layouts


def _cameras(cameras) -> list[int]:
    if isinstance(cameras, Integral) and not isinstance(cameras, bool):
        check_whole("cameras", cameras, 1, 1000)
        return list(range(int(cameras)))
    if isinstance(cameras, str) or not isinstance(cameras, Sequence) or not cameras:
        raise TypeError(f"cameras must be how many there are, or a list of their numbers, got {cameras!r}")
    return [capture.camera(one).number for one in cameras]


def _pair(photos_per_person) -> tuple[int, int]:
    try:
        fewest, most = photos_per_person
    except (TypeError, ValueError):
        raise ValueError(f"photos_per_person must be a pair such as (1, 3), got {photos_per_person!r}") from None
    check_whole("photos_per_person[0]", fewest, 1, 100)
    check_whole("photos_per_person[1]", most, int(fewest), 100)
    return int(fewest), int(most)

"""Sets of pictures whose owners are known, and the pairs that are made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.verification import faces, signatures

KINDS = ("portraits", "signatures")
PARTS = ("train", "validation", "test")
SAME, OTHER, IMITATION = "same", "other", "imitation"
_ROOM = 100_000  # identities of one part and seed


@dataclass(frozen=True)
class PictureSet:
    """Pictures and whose they are.

    Attributes:
        images: uint8 (n, height, width, channels).
        owners: int64 (n,), the number of the person, or of the writer whose name a signature gives.
        hands: int64 (n,), who made it: -1 for the owner, else the number of the imitator.
        strata: int64 (n,); only owners of one stratum are compared with each other (portraits: the sex).
        kind: "portraits" or "signatures".
        part: "train", "validation" or "test".
        seed: What it was made from.
    """

    images: np.ndarray
    owners: np.ndarray
    hands: np.ndarray
    strata: np.ndarray
    kind: str
    part: str
    seed: int

    def __len__(self) -> int:
        return len(self.images)

    @property
    def genuine(self) -> np.ndarray:
        """bool (n,), False for imitations."""
        return self.hands < 0

    def classes(self) -> np.ndarray:
        """Number the owners from 0 on, int64 (n,); an imitator of an owner counts as somebody else, with a number."""
        keys = np.stack([self.owners, self.hands], axis=1)
        return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)


@dataclass(frozen=True)
class Pairs:
    """References of one person, a picture in question, and whether one and the same person made, or is on, both.

    Attributes:
        pictures: What the indices count in.
        first: int64 (m, references), indices of genuine pictures of one owner.
        second: int64 (m,), indices of the pictures in question.
        kinds: str (m,): "same", "other" (of the same stratum) or "imitation" of the references' owner.
    """

    pictures: PictureSet
    first: np.ndarray
    second: np.ndarray
    kinds: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    @property
    def same(self) -> np.ndarray:
        """bool (m,), the truth."""
        return self.kinds == SAME


def make_portraits(
    identities: int, each: int = 8, *, part: str = "train", seed: int = 0, size=faces.SIZE
) -> PictureSet:
    """Draw portraits of invented people; 50 take about a second of one core.

    Args:
        identities: How many people, 2 or more.
        each: Pictures of each, 2 or more.
        part: "train", "validation" or "test": the people of one are in no other one, whatever the seeds.
        seed: 0 or more.
        size: Height and width in pixels.

    Returns:
        A `PictureSet` of three channels.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    people = _people(identities, each, part, seed)
    images = [faces.face_picture(one, number, size) for one in people for number in range(each)]
    sexes = np.array([faces.sex(one) == "F" for one in people], np.int64)
    own = np.full(len(images), -1)
    return PictureSet(np.stack(images), people.repeat(each), own, sexes.repeat(each), "portraits", part, int(seed))


def make_signatures(
    identities: int, each: int = 8, *, imitators: int = 2, part: str = "train", seed: int = 0, size=signatures.SIZE
) -> PictureSet:
    """Write signatures of invented writers, and skilled imitations by other hands.

    Args:
        identities: How many writers, 2 or more.
        each: Genuine signatures of each, 2 or more; half as many imitations by each imitator.
        imitators: How many others have practised the signature of each writer, 0 or more.
        part: As in `make_portraits`.
        seed: 0 or more.
        size: Height and width in pixels.

    Returns:
        A `PictureSet` of one channel.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    check_whole("imitators", imitators, 0, 100)
    images, owners, hands = [], [], []
    for one in _people(identities, each, part, seed):
        for hand in range(-1, imitators):
            for number in range(each if hand < 0 else max(1, each // 2)):
                images.append(signatures.signature_picture(one, number, None if hand < 0 else hand, size))
                owners.append(one)
                hands.append(hand)
    images = np.stack(images)[..., None]
    return PictureSet(
        images, np.array(owners), np.array(hands), np.zeros(len(images), int), "signatures", part, int(seed)
    )


def make_pairs(pictures: PictureSet, *, each: int = 10, references: int = 1, seed: int = 0) -> Pairs:
    """Draw pairs: of each owner `each` "same", as many "other", and as many "imitation" where there are imitations.

    Args:
        pictures: Two or more owners, more than `references` genuine pictures of each.
        each: Pairs of each kind and owner at most; none comes twice. Who is alone in a stratum has no "other".
        references: Genuine pictures that each picture in question is compared with, 1 or more.
        seed: 0 or more.

    Raises:
        TypeError: If `pictures` is no PictureSet.
        ValueError: If no stratum has two owners, or there are too few pictures of one for the references.
    """
    if not isinstance(pictures, PictureSet):
        raise TypeError(f"pictures must be a PictureSet, as make_portraits returns it, got {type(pictures).__name__}")
    check_whole("each", each, 1, 10_000)
    check_whole("references", references, 1, 100)
    check_whole("seed", seed, 0, 2**63)
    rng = np.random.default_rng([seed, 31])
    rows: list[tuple[np.ndarray, int, str]] = []
    for owner in np.unique(pictures.owners):
        mine = pictures.owners == owner
        own = np.flatnonzero(mine & pictures.genuine)
        others = np.flatnonzero(~mine & pictures.genuine & (pictures.strata == pictures.strata[own[0]]))
        if len(own) <= references:
            raise ValueError(f"{references} references and one in question need more than {len(own)} genuine pictures")
        imitated = np.flatnonzero(mine & ~pictures.genuine)
        for kind, questioned in ((SAME, own), (OTHER, others), (IMITATION, imitated)):
            rows += [(known, one, kind) for known, one in _drawn(own, questioned, each, references, rng)]
    if not any(kind == OTHER for *_, kind in rows):
        raise ValueError("there is nobody to compare an owner with; make pictures of more identities")
    first, second, kinds = zip(*rows)
    return Pairs(pictures, np.array(first), np.array(second), np.array(kinds))


def _drawn(own, questioned, each: int, references: int, rng) -> list[tuple[np.ndarray, int]]:
    """Some different pairs; pictures in question take turns, the references are drawn for each."""
    found: dict[frozenset, tuple[np.ndarray, int]] = {}
    turns = [rng.permutation(questioned) for _ in range(-(-4 * each // max(1, len(questioned))))]
    for one in np.concatenate(turns):
        known = np.sort(rng.choice(own[own != one], references, replace=False))
        # With one reference, which of two pictures of one person is in question makes no difference.
        key = frozenset((*known, one)) if references == 1 else frozenset((*known, -one - 1))
        found.setdefault(key, (known, one))
        if len(found) == each:
            break
    return list(found.values())


def strangers_only(pairs: Pairs, kind: str) -> Pairs:
    """Keep the pairs of the same person, and of the different ones those of one kind ("other" or "imitation").

    Raises:
        ValueError: If there are none of that kind.
    """
    kept = pairs.same | (pairs.kinds == kind)
    if not (pairs.kinds[kept] == kind).any() or kind == SAME:
        raise ValueError(f'there are no pairs of different people of the kind "{kind}"')
    return Pairs(pairs.pictures, pairs.first[kept], pairs.second[kept], pairs.kinds[kept])


def _people(identities, each, part, seed) -> np.ndarray:
    check_whole("identities", identities, 2, _ROOM)
    check_whole("each", each, 2, 1000)
    check_whole("seed", seed, 0, 2**31)
    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    return (len(PARTS) * int(seed) + PARTS.index(part)) * _ROOM + np.arange(int(identities))

"""Households: people at one address, and how each is related to the head, for the pages of a household register."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.identity import people
from imgrec_tf.finance.identity.person import Person
from imgrec_tf.finance.identity.validity import REFERENCE_DATE

KIND = "家庭户"
RELATIONS = ("户主", "妻", "夫", "子", "女", "父", "母")


@dataclass(frozen=True)
class HouseholdMember:
    """One page of the register.

    Attributes:
        person: Who the page is about.
        relation: 户主或与户主关系: one of "户主", "妻", "夫", "子", "女", "父", "母".
    """

    person: Person
    relation: str


@dataclass(frozen=True)
class Household:
    """A household register.

    Attributes:
        number: 户号, nine digits.
        kind: 户别, "家庭户".
        address: 住址, the same for all.
        members: The head first.
    """

    number: str
    kind: str
    address: str
    members: tuple[HouseholdMember, ...]

    @property
    def head(self) -> Person:
        """The head of the household, 户主."""
        return self.members[0].person


def invent_household(
    seed: int, *, size: int | None = None, reference_date: datetime.date = REFERENCE_DATE
) -> Household:
    """Invent a household whose ages, surnames and relations fit together.

    A head of 30 to 50 years; then a spouse, children (20 to 40 years younger than the younger parent, with one
    parent's surname, unmarried) and one of the head's parents. The Chinese names are zh_CN.

    Args:
        seed: 0 or more. Member i is "household <seed> member <i>".
        size: Number of members, 1 to 6; None draws it.
        reference_date: The day that counts as today.

    Raises:
        TypeError: If seed or size are not whole numbers.
        ValueError: If an argument is out of its range.
    """
    check_whole("seed", seed, 0, 2**58)
    if size is not None:
        check_whole("size", size, 1, 6)
    rng = np.random.default_rng([int(seed), 2])
    size = int(size or rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.2, 0.4, 0.2, 0.1]))

    def person(place: int, low: int, high: int, **known) -> Person:
        one = people.invent_person(10 * int(seed) + place, age=(low, high), reference_date=reference_date, **known)
        return replace(one, identifier=f"household {int(seed):06d} member {place}")

    head = person(0, 30, 50)
    if size > 1:
        head = replace(head, marital_status="有配偶")
    members = [HouseholdMember(head, "户主")]
    if size > 1:
        age = head.age(reference_date)
        other = "F" if head.sex == "M" else "M"
        spouse = person(1, max(age - 4, 28), age + 4, sex=other, address=head.address)
        members.append(HouseholdMember(replace(spouse, marital_status="有配偶"), "妻" if other == "F" else "夫"))
    parents = [member.person for member in members]
    with_elder = size > 3 and rng.random() < 0.5
    for place in range(2, size - with_elder):
        youngest_parent = min(parent.age(reference_date) for parent in parents)
        named_after = parents[0] if rng.random() < 0.8 else parents[-1]
        child = person(place, 0, youngest_parent - 20, surname=named_after.surname, address=head.address)
        child = replace(child, marital_status="未婚", native_place=named_after.native_place)
        members.append(HouseholdMember(child, "子" if child.sex == "M" else "女"))
    if with_elder:
        age = head.age(reference_date)
        father = bool(rng.integers(2))
        elder = person(
            size - 1,
            age + 21,
            min(age + 38, 95),
            sex="M" if father else "F",
            surname=head.surname if father else None,
            address=head.address,
        )
        members.append(HouseholdMember(elder, "父" if father else "母"))
    return Household(f"{int(rng.integers(10**9)):09d}", KIND, head.address, tuple(members))

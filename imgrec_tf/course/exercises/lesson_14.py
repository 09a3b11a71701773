"""Checks of lesson 14, decide an application."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("14.1")
def thresholds(candidate: Callable[[float, float, float], tuple[float, float]]) -> Iterator[str]:
    """Two thresholds from three costs: candidate(approve_bad, refuse_good, person)."""
    answer = candidate(50.0, 10.0, 1.0)
    expect(np.shape(answer) == (2,), "Return two numbers: approve below the first, refuse above the second.")
    approve, refuse = (float(one) for one in answer)
    expect(
        np.isclose(approve, 1 / 50),
        "At the first threshold approving costs as much as a person: risk * approve_bad = person. With costs of 50, "
        f"10 and 1 it is 0.02; yours is {approve:.4g}.",
    )
    yield "the risk below which approving is cheapest"
    expect(
        not np.isclose(refuse, 1 / 10),
        "0.1 is the share of good applications at which refusing costs as much as a person; the risk is 1 minus it.",
    )
    expect(
        np.isclose(refuse, 1 - 1 / 10),
        "At the second threshold refusing costs as much as a person: (1 - risk) * refuse_good = person. With costs of "
        f"50, 10 and 1 it is 0.9; yours is {refuse:.4g}.",
    )
    yield "the risk above which refusing is cheapest"
    dear = np.asarray(candidate(50.0, 10.0, 9.5), float)
    expect(
        np.isclose(dear[0], dear[1]),
        f"A person at 9.5 is never cheapest, and your thresholds {dear.round(4).tolist()} cross or part: return one "
        "risk twice.",
    )
    expect(
        np.isclose(dear[0], 10 / 60),
        "Without a person the two acts cost the same where risk * approve_bad = (1 - risk) * refuse_good: with 50 and "
        f"10 at 1/6; yours is {dear[0]:.4g}.",
    )
    yield "nobody looks where a person is too dear"


@register("14.2")
def move_risk(candidate: Callable[[np.ndarray, float, float], np.ndarray]) -> Iterator[str]:
    """Risks for another share of bad ones: candidate(risk, share_then, share_now)."""
    risk = np.array([0.02, 0.3, 0.5, 0.9, 0.99])
    same = np.asarray(candidate(risk, 0.4, 0.4), float)
    expect(same.shape == risk.shape, f"Return one risk for each application, shape {risk.shape}, not {same.shape}.")
    expect(np.allclose(same, risk), f"Where the share has not changed, no risk changes; yours are {same.round(3)}.")
    yield "nothing changes where the share is the same"
    moved = np.asarray(candidate(risk, 0.5, 0.02), float)
    expect(
        not np.allclose(moved, risk * 0.02 / 0.5),
        "Risks are no odds: multiplied by the shares themselves, a sure case would fall to a few hundredths. Turn the "
        "risk into odds first.",
    )
    odds = risk / (1 - risk) * (0.02 / 0.98)
    expect(not np.allclose(moved, odds), "These are odds. Turn them into risks again: odds / (1 + odds).")
    expect(
        not (moved > risk).any(),
        "Bad ones have become rarer, and your risks have grown: divide by the odds of the share then.",
    )
    expect(
        np.isclose(moved[2], 0.02),
        "A case that stood at 0.5 where half were bad is an average one: where 0.02 are bad its risk is 0.02, and "
        f"yours is {moved[2]:.4g}. Shares have odds too.",
    )
    expect(np.allclose(moved, odds / (1 + odds)), f"Expected {(odds / (1 + odds)).round(4)}, got {moved.round(4)}.")
    yield "odds are multiplied, and turned into risks again"
    expect(
        np.allclose(candidate(moved, 0.02, 0.5), risk),
        "Moved there and back again, the risks should be what they were.",
    )
    yield "there and back again"


@register("14.3")
def first_changed(candidate: Callable[[list, Callable[[str, str], str]], int | None]) -> Iterator[str]:
    """The first entry of a log that does not fit: candidate(entries, make_hash)."""

    def make_hash(previous: str, content: str) -> str:
        return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()

    def log(*contents: str) -> list[tuple[str, str]]:
        entries, previous = [], ""
        for content in contents:
            previous = make_hash(previous, content)
            entries.append((content, previous))
        return entries

    whole = log("A-1 received", "A-1 person", "A-2 received", "A-1 refused", "A-2 approve")
    found = candidate(list(whole), make_hash)
    expect(
        found is None,
        f"Nothing was changed in this log: return None, not {found!r}. The entry before the first has the hash ''; "
        "after that, hand over the hash that stands in the entry before.",
    )
    yield "a whole log"
    edited = [*whole[:3], ("A-1 approved", whole[3][1]), ("A-2 refused", whole[4][1])]
    found = candidate(edited, make_hash)
    expect(
        found == 3,
        "The contents of entries 3 and 4 were changed, and their hashes no longer fit. The first is asked for: return "
        f"3, not {found!r}.",
    )
    yield "edited entries"
    forged = [*whole[:1], ("A-1 approve", make_hash(whole[0][1], "A-1 approve")), *whole[2:]]
    found = candidate(forged, make_hash)
    expect(
        found == 2,
        "Entry 1 was changed and got a new hash that fits. Entry 2 still rests on the old one: return 2, not "
        f"{found!r}. The hash before an entry is the one that stands in the log.",
    )
    yield "an entry with a new hash, through the one after it"
    found = candidate(whole[:2] + whole[3:], make_hash)
    expect(found == 2, f"An entry was removed; the one that is now at place 2 does not fit: return 2, not {found!r}.")
    found = candidate([("A-0 received", whole[0][1]), *whole[1:]], make_hash)
    expect(found == 0, f"The first entry was changed: return 0, not {found!r}. 0 is a place, None is none.")
    yield "a removed entry, and the first one"

"""An operating point: the threshold that costs, a sensitivity, a specificity or a referral rate ask for."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
from scipy import stats

from imgrec_tf.decisions.checks import check_for_choosing, check_share, questions
from imgrec_tf.decisions.costs import Costs
from imgrec_tf.decisions.prevalence import shift_prevalence
from imgrec_tf.evaluation import Evaluation, intervals
from imgrec_tf.recognizer import OperatingPoint

_MOST_CANDIDATES = 2000


def choose_operating_point(
    evaluation: Evaluation,
    *,
    costs: Costs | None = None,
    sensitivity: float | None = None,
    specificity: float | None = None,
    referral_rate: float | None = None,
    prevalence: float | None = None,
    assured: bool = False,
) -> OperatingPoint:
    """Choose the threshold on validation data, for one stated reason.

    Every threshold between two neighbouring scores is tried. With `costs`, the one with the least mean cost on these
    images is taken, of several the one nearest to what the costs ask of calibrated scores (`Costs.threshold`). With
    `sensitivity` it is the highest that reaches it, with `specificity` the lowest, with `referral_rate` the lowest at
    which no larger share of images is called positive.

    Args:
        evaluation: Of validation data; binary, or multi-label for one threshold a class.
        costs: What the answers cost; `Costs.refer` is left aside, see `Costs.thresholds`.
        sensitivity: Share of the images with the class that must be found, in (0, 1).
        specificity: Share of those without it that must be left alone, in (0, 1).
        referral_rate: Largest share of all images that may be called positive, in (0, 1).
        prevalence: Share of images with the class where the threshold will be used, in (0, 1), for `costs` and
            `referral_rate`; None for that of `evaluation`.
        assured: Ask that the lower end of the interval, not only the value, reaches the sensitivity or specificity.

    Returns:
        The operating point. Its details hold what was asked for, and what was measured at the threshold: sensitivity
        and specificity with the ends of their intervals (Wilson's; of groups, where the evaluation has them), numbers
        of images and groups. For a multi-label task each of these is a list, one entry a class.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If not one reason is given, a number is out of its range, the evaluation is of a test split, a
            class is absent, all scores are equal, or no threshold keeps what is to be assured.
    """
    check_for_choosing(evaluation, ("binary", "multi-label"))
    asked = {"costs": costs, "sensitivity": sensitivity, "specificity": specificity, "referral_rate": referral_rate}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) != 1:
        raise ValueError(f"give one of {', '.join(asked)}; got {', '.join(given) or 'none'}")
    reason = given[0]
    if reason != "costs":
        check_share(reason, asked[reason])
    elif not isinstance(costs, Costs):
        raise TypeError(f"costs must be decisions.Costs, got {costs!r:.80}")
    if prevalence is not None:
        check_share("prevalence", prevalence)
        if reason in ("sensitivity", "specificity"):
            raise ValueError(f"a {reason} is the same at every prevalence; leave prevalence out")
    if assured and reason not in ("sensitivity", "specificity"):
        raise ValueError(f"assured belongs to sensitivity and specificity, not to {reason}; leave it out")
    found = [
        _one(evaluation, place, reason, asked[reason], prevalence, assured) for place, _, _ in questions(evaluation)
    ]
    stated = asdict(costs) if reason == "costs" else {reason: asked[reason]}
    details = {"asked_for": stated | ({"assured": True} if assured else {})} | {
        "split": evaluation.name,
        "images": len(evaluation),
        "groups": None if evaluation.groups is None else int(evaluation.groups.max()) + 1,
        "confidence": evaluation.confidence,
    }
    if evaluation.task == "binary":
        threshold, measured = found[0]
        text = (
            f"{_told(reason, asked[reason], prevalence, assured)}; on {len(evaluation):,} {evaluation.name} images "
            f"sensitivity {_range(measured, 'sensitivity')}, specificity {_range(measured, 'specificity')}"
        )
        return OperatingPoint(threshold, text, details | measured)
    columns = {name: [measured[name] for _, measured in found] for name in found[0][1]}
    text = f"{_told(reason, asked[reason], prevalence, assured)}, for each label on {len(evaluation):,} images"
    return OperatingPoint(
        tuple(threshold for threshold, _ in found), text, details | columns | {"labels": list(evaluation.class_names)}
    )


def _one(evaluation: Evaluation, place: int, reason: str, asked, prevalence: float | None, assured: bool):
    _, scores, positive = questions(evaluation)[0 if evaluation.task == "binary" else place]
    thresholds = candidates(scores)
    found, left_alone = rates(scores, positive, thresholds)
    here = float(positive.mean())
    share = here if prevalence is None else prevalence
    if reason == "costs":
        paid = mean_cost(asked, found, left_alone, share)
        wanted = float(shift_prevalence(asked.threshold, of=share, to=here))
        cheapest = np.flatnonzero(paid <= paid.min() + 1e-12)
        chosen = cheapest[np.argmin(np.abs(thresholds[cheapest] - wanted))]
    elif reason == "referral_rate":
        called = share * found + (1 - share) * (1 - left_alone)
        allowed = np.flatnonzero(called <= asked + 1e-12)
        if not len(allowed):
            raise ValueError(
                f"more than {asked:.2%} of the images have a score of 1, the highest there is, so no threshold refers "
                "fewer; raise referral_rate"
            )
        chosen = allowed[0]
    else:
        chosen = _reaching(evaluation, scores, positive, thresholds, reason, asked, assured)
    threshold = float(thresholds[chosen])
    measured = _measured(evaluation, scores, positive, threshold) | {"prevalence": share}
    if reason == "costs":
        measured["mean_cost"] = float(paid[chosen])
        measured["threshold_if_calibrated"] = wanted
    return threshold, measured


def candidates(scores: np.ndarray) -> np.ndarray:
    """Return thresholds that tell the scores apart, growing: below all, between neighbours, above all where there is
    room; about 2,000 at most."""
    known = np.unique(scores)
    if len(known) > _MOST_CANDIDATES:
        known = np.unique(np.quantile(scores, np.linspace(0, 1, _MOST_CANDIDATES), method="nearest"))
    below = np.r_[0.0, known]
    above = np.r_[known, 1.0]
    middle = (below + above) / 2
    middle = np.where(middle <= below, above, middle)  # neighbours between which there is no further number
    return np.unique(middle if known[-1] < 1 else middle[:-1])


def rates(scores: np.ndarray, positive: np.ndarray, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sensitivity and specificity at each threshold; a score at the threshold counts as positive."""
    with_class, without = np.sort(scores[positive]), np.sort(scores[~positive])
    missed = np.searchsorted(with_class, thresholds, side="left")
    return 1 - missed / len(with_class), np.searchsorted(without, thresholds, side="left") / len(without)


def mean_cost(costs: Costs, sensitivity, specificity, prevalence: float):
    """Return the mean cost of an image at a sensitivity, a specificity and a prevalence."""
    ill = sensitivity * costs.true_positive + (1 - sensitivity) * costs.false_negative
    healthy = specificity * costs.true_negative + (1 - specificity) * costs.false_positive
    return prevalence * ill + (1 - prevalence) * healthy


def _reaching(evaluation, scores, positive, thresholds, reason: str, target: float, assured: bool) -> int:
    """Return the place of the highest threshold that reaches a sensitivity, or the lowest for a specificity."""
    found, left_alone = rates(scores, positive, thresholds)
    reached = found if reason == "sensitivity" else left_alone
    places = np.flatnonzero(reached >= target - 1e-12)
    order = places[::-1] if reason == "sensitivity" else places
    for place in order:
        if not assured or _measured(evaluation, scores, positive, thresholds[place])[f"{reason}_low"] >= target:
            return int(place)
    if not assured:
        raise ValueError(
            f"no threshold reaches a specificity of {target:.4g}: too many images without the class have a score of 1"
        )
    needed = math.ceil(stats.norm.ppf(0.5 + evaluation.confidence / 2) ** 2 * target / (1 - target))
    kind = "image" if evaluation.groups is None else "group"
    raise ValueError(
        f"no threshold assures a {reason} of {target:.4g} on these images: even without an error it takes about "
        f"{needed} {kind}s that have the class (for specificity: that lack it); lower the target, or bring more images"
    )


def _measured(evaluation: Evaluation, scores, positive, threshold: float) -> dict[str, float]:
    called = scores >= threshold
    details = {}
    for name, counted, members in (
        ("sensitivity", positive & called, positive),
        ("specificity", ~positive & ~called, ~positive),
    ):
        low, high = intervals.wilson(counted, members, evaluation.groups, evaluation.confidence)
        details |= {name: float(counted.sum() / members.sum()), f"{name}_low": low, f"{name}_high": high}
    return details


def _told(reason: str, asked, prevalence: float | None, assured: bool) -> str:
    if reason == "costs":
        text = f"least cost, {asked.false_negative:g} for a missed one and {asked.false_positive:g} for a false alarm"
    elif reason == "referral_rate":
        text = f"at most {asked:.2%} called positive"
    else:
        text = f"{reason} of at least {asked:.4g}" + (", lower end of the interval" if assured else "")
    return text + ("" if prevalence is None else f", at a prevalence of {prevalence:.2%}")


def _range(measured: dict[str, float], name: str) -> str:
    return f"{measured[name]:.3f} [{measured[f'{name}_low']:.3f}, {measured[f'{name}_high']:.3f}]"

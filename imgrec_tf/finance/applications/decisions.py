"""Approve, refuse, or send to a person: the act with the least expected cost, inside of limits that no score moves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from numbers import Real

import numpy as np

from imgrec_tf.decisions import Costs
from imgrec_tf.finance.applications.evidence import Evidence
from imgrec_tf.finance.applications.risk import RiskModel

ACTIONS = ("approve", "refuse", "person")


@dataclass(frozen=True)
class CostMatrix:
    """What each act costs, in any one unit such as yuan.

    Attributes:
        approve_bad: Cost of approving an application that should have been refused.
        refuse_good: Cost of refusing one that should have been approved.
        person: Cost of a person's look, whatever the application is.
        approve_good: Cost of approving a good one, usually 0.
        refuse_bad: Cost of refusing a bad one, usually 0.
    """

    approve_bad: float = 100.0
    refuse_good: float = 20.0
    person: float = 2.0
    approve_good: float = 0.0
    refuse_bad: float = 0.0

    def __post_init__(self):
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(value) or value < 0:
                raise ValueError(f"{name} must be a cost, 0 or more, got {value!r}")
        if min(self.approve_bad, self.refuse_good) <= max(self.approve_good, self.refuse_bad):
            raise ValueError(
                f"approve_bad and refuse_good, the wrong acts, must cost more than the right ones, got {self}"
            )

    def expected(self, risk: float) -> dict[str, float]:
        """Return the expected cost of each act at a risk in [0, 1]."""
        expected = self._general.expected(risk)
        return {"approve": expected["negative"], "refuse": expected["positive"], "person": expected["refer"]}

    @property
    def thresholds(self) -> tuple[float, float]:
        """Risks below the first are approved, above the second refused, between them a person looks.

        Where a person costs more than either act could, the two are equal and nobody looks; see
        `decisions.Costs.thresholds`.
        """
        return self._general.thresholds

    @property
    def _general(self) -> Costs:
        """The same costs as those of any answer: a bad application is class 1, and approving it is a miss."""
        return Costs(self.approve_bad, self.refuse_good, self.person, self.approve_good, self.refuse_bad)


@dataclass(frozen=True)
class Decision:
    """What was decided about one application, and why.

    Attributes:
        action: "approve", "refuse" or "person".
        risk: The calibrated risk in (0, 1), or None where it could not be computed.
        reasons: Sentences: the limits that were met, then the costs.
        expected_costs: Expected cost of each act, {} without a risk.
        model_version: `RiskModel.version`, "" without a risk.
    """

    action: str
    risk: float | None
    reasons: tuple[str, ...]
    expected_costs: dict[str, float] = field(default_factory=dict)
    model_version: str = ""

    def __post_init__(self):
        if self.action not in ACTIONS:
            raise ValueError(f"action must be one of {', '.join(ACTIONS)}, got {self.action!r}")

    def to_dict(self) -> dict:
        """Return plain values, ready for JSON."""
        return asdict(self) | {"reasons": list(self.reasons)}

    @classmethod
    def from_dict(cls, values: dict) -> Decision:
        """Rebuild a decision from `to_dict`."""
        return cls(**values | {"reasons": tuple(values["reasons"])})


def decide(evidence: Evidence, model: RiskModel, costs: CostMatrix | None = None) -> Decision:
    """Decide one application.

    Limits come first, whatever the risk is: a score that was not measured or a rule that could not be tried sends the
    application to a person, for neither act would rest on all that it should; a failed critical rule, an earlier
    near-duplicate application, or a portrait or signature below the threshold of its verifier is never approved without
    a person. Then the act with the least expected cost is taken;
    of equal ones a person's look, then refusal.

    Args:
        evidence: What is known.
        model: The calibrated risk.
        costs: What the acts cost; None for `CostMatrix()`.

    Returns:
        The decision with its reasons.

    Raises:
        TypeError: If an argument is of the wrong kind.
    """
    costs = CostMatrix() if costs is None else costs
    for name, value, kind in (
        ("evidence", evidence, Evidence),
        ("model", model, RiskModel),
        ("costs", costs, CostMatrix),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be a {kind.__name__}, got {value!r:.80}")
    if evidence.missing:
        return Decision("person", None, (f"Not measured: {', '.join(evidence.missing)}.",))
    risk = float(model.risk([evidence])[0])
    expected = costs.expected(risk)
    reasons, allowed = [], set(ACTIONS)
    if evidence.not_checked:
        allowed = {"person"}
        reasons.append(f"Rules that could not be tried: {evidence.not_checked}. A person has to look.")
    if evidence.critical:
        allowed.discard("approve")
        reasons.append(f"Critical rules that failed: {evidence.critical}. Not approved without a person.")
    if evidence.duplicates:
        allowed.discard("approve")
        reasons.append(
            f"Earlier applications that are near duplicates: {evidence.duplicates}. Not approved without a person."
        )
    if evidence.other_person:
        allowed.discard("approve")
        reasons.append(
            f"Portraits or signatures that look like another person's: {evidence.other_person}. Not approved without a "
            "person."
        )
    action = min((name for name in ("person", "refuse", "approve") if name in allowed), key=expected.__getitem__)
    told = ", ".join(f"{name} {cost:.2f}" for name, cost in expected.items())
    reasons.append(f"Risk {risk:.4f}; expected costs: {told}.")
    return Decision(action, risk, tuple(reasons), expected, model.version)

"""What the rules found: every rule that was tried, passed, failed or not checked, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("minor", "major", "critical")
STATES = ("passed", "failed", "not checked")


@dataclass(frozen=True)
class Finding:
    """One rule, tried on one application.

    Attributes:
        rule: Name of the rule, for example "number and birth date".
        severity: "critical" (a document contradicts itself or another one on who this is), "major" (it should not be
            accepted without a person) or "minor" (it happens in honest applications, such as an old address).
        state: "passed", "failed" or "not checked".
        fields: The fields that were compared, as "document.field".
        message: One sentence for people: what differs, or why it was not checked.
    """

    rule: str
    severity: str
    state: str
    fields: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class ConsistencyReport:
    """All findings of one application.

    Attributes:
        findings: In the order of the rules.
    """

    findings: tuple[Finding, ...]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Findings that contradict a rule, the most severe first."""
        found = [one for one in self.findings if one.state == "failed"]
        return tuple(sorted(found, key=lambda one: -SEVERITIES.index(one.severity)))

    @property
    def not_checked(self) -> tuple[Finding, ...]:
        """Rules that could not be tried, because a document or a field is missing or cannot be understood."""
        return tuple(one for one in self.findings if one.state == "not checked")

    @property
    def consistent(self) -> bool:
        """Whether no rule failed. Says nothing about rules that were not checked: see `complete`."""
        return not self.failed

    @property
    def complete(self) -> bool:
        """Whether every rule was tried."""
        return not self.not_checked

    @property
    def worst(self) -> str | None:
        """The highest severity among the failed rules, or None."""
        return self.failed[0].severity if self.failed else None

    def count(self, state: str, severity: str | None = None) -> int:
        """Return how many findings have a state, and a severity where one is given.

        Raises:
            ValueError: If there is no such state or severity.
        """
        if state not in STATES or severity not in (None, *SEVERITIES):
            raise ValueError(f"state is one of {STATES}, severity one of {SEVERITIES}, got {state!r}, {severity!r}")
        return sum(one.state == state and severity in (None, one.severity) for one in self.findings)

    @property
    def explanation(self) -> str:
        """What failed and what was not checked, one line each."""
        lines = [f"{one.severity}: {one.message} ({', '.join(one.fields)})" for one in self.failed]
        lines += [f"not checked: {one.rule}. {one.message}" for one in self.not_checked]
        return "\n".join(lines) or f"All {len(self.findings)} rules hold."

    def to_frame(self) -> pd.DataFrame:
        """Return one row a finding."""
        import pandas as pd

        rows = [asdict(one) | {"fields": ", ".join(one.fields)} for one in self.findings]
        return pd.DataFrame(rows, columns=["rule", "severity", "state", "fields", "message"])

    def to_dict(self) -> dict:
        """Return plain values, ready for JSON."""
        return {"findings": [asdict(one) | {"fields": list(one.fields)} for one in self.findings]}

    @classmethod
    def from_dict(cls, values: dict) -> ConsistencyReport:
        """Rebuild a report from `to_dict`."""
        return cls(tuple(Finding(**one | {"fields": tuple(one["fields"])}) for one in values["findings"]))

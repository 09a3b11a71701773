"""From scores to acts: thresholds for stated costs, calibration, another prevalence, sets of answers, abstention.

Everything here is chosen on validation data. Functions that choose refuse an evaluation of the test split, which is for
one look at the end.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "ConformalRule": "conformal",
    "Costs": "costs",
    "DecisionCurve": "net_benefit",
    "PredictionSets": "conformal",
    "PrevalenceEstimate": "prevalence",
    "RiskCoverage": "coverage",
    "Share": "coverage",
    "Temperature": "temperature",
    "TemperatureScaling": "temperature_layer",
    "calibrated": "temperature_layer",
    "choose_operating_point": "choosing",
    "decision_curve": "net_benefit",
    "estimate_prevalence": "prevalence",
    "fit_conformal": "conformal",
    "fit_temperature": "temperature",
    "halves": "parts",
    "limit_for_target": "coverage",
    "plot_calibration": "figures",
    "plot_costs": "figures",
    "plot_coverage": "figures",
    "risk_coverage": "coverage",
    "shift_prevalence": "prevalence",
    "with_prevalence": "parts",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)

"""The waterfall leads from the typical customer to this one and names what tells most."""

import numpy as np

from churn.reports.customer_charts import OTHERS, PROTECTED, columns_chart, waterfall_chart
from churn.scoring.reasons import explain_customer
from tests.small_model import WORDING, small_model

MODEL = small_model()
PERSON = {"plan": "monthly", "spend": 80.0, "months": 1.0, "senior": True}


def test_the_steps_lead_from_the_typical_risk_to_the_score_protected_traits_included():
    told = explain_customer(MODEL, WORDING, PERSON)
    chart = waterfall_chart(told)
    bars = chart.figure.data[0]
    typical = 100 * float(MODEL.calibration.probability(np.array([told.base]))[0])
    np.testing.assert_allclose(bars.x[0], typical)
    np.testing.assert_allclose([sum(bars.x[:-1]), bars.x[-1]], [100 * told.probability] * 2, atol=0.05)
    assert PROTECTED.split(",")[0] in " ".join(bars.y) and OTHERS not in bars.y
    assert "This customer's risk is raised most by " in chart.finding


def test_a_customer_of_whom_nothing_stands_out_is_said_to_be_so():
    told = explain_customer(MODEL, WORDING, {"months": 24.0})
    assert waterfall_chart(told).finding.startswith("Nothing known")


def test_a_step_of_nothing_has_no_sign():
    told = explain_customer(MODEL, WORDING, {**PERSON, "spend": 50.001})
    steps = dict(zip(*(waterfall_chart(told).figure.data[0][part] for part in ("y", "text")), strict=True))
    assert steps["Charges"] == "0"


def test_a_group_starts_where_everything_else_ends():
    told = explain_customer(MODEL, WORDING, PERSON)
    bars = columns_chart(told, WORDING, "Contract").figure.data[0]
    np.testing.assert_allclose(bars.x[0] + bars.x[1], 100 * told.probability, atol=0.05)


def test_what_a_business_calls_its_groups_is_never_markup():
    told = explain_customer(small_model(), WORDING, PERSON)
    assert not any("<b>" in label for label in waterfall_chart(told).figure.data[0].y)

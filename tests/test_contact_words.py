"""Where the threshold in use contacts nearly everybody, the card and the screen say so plainly."""

from dataclasses import replace

from churn.reports.campaign_words import nearly_everybody
from churn.reports.model_card import card_pages
from tests.small_lists import small_training


def small():
    return small_training().model.renamed("small", "v1")


def contacting(share, *, how="money", verdict="weak"):
    chosen = {**small().report["points"]["chosen"], "contacted": share, "threshold": 0.033}
    report = {**small().report, "verdict": verdict, "points": {**small().report["points"], "chosen": chosen}}
    return replace(small(), report=report, thresholds=replace(small().thresholds, how=how))


def test_a_threshold_that_chooses_needs_no_words():
    assert nearly_everybody(contacting(0.899)) == ""


def test_a_weak_model_that_contacts_everybody_says_both():
    assert nearly_everybody(contacting(1.0)) == (
        "The threshold in use, 3.3%, contacts 100% of the customers: nearly everybody, so it hardly chooses. "
        "By the assumptions of the playbook an offer pays for itself from so low a probability on. "
        "The model is weak: it cannot tell well whom to leave out. "
        "Check what the playbook assumes, plan with a budget, or choose the threshold by the length of the list."
    )


def test_only_what_is_true_is_said():
    said = nearly_everybody(contacting(0.95, how="recall 0.99", verdict="good"))
    assert "95% of the customers" in said and "playbook an offer pays" not in said and "weak" not in said


def test_the_card_says_it_above_the_ways_to_choose():
    page = card_pages(contacting(1.0))["card.html"]
    assert page.index("Ways to choose the threshold") < page.index("nearly everybody, so it hardly chooses")
    assert "hardly chooses" not in card_pages(contacting(0.5))["card.html"]

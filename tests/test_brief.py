"""The brief is text on a page of its own: whatever a list is called stays text."""

from churn.reports.pages import Brief, brief_page


def brief(**parts):
    words = {
        "title": "Retention brief: <img src=x>.csv",
        "origin": "Scored today.",
        "figures": [("Customers", "60", ""), ("Expected leavers", "17", "11 to 23 by chance alone")],
        "step": ("Plan the campaign", "20 customers are worth an action."),
        "charts": (),
        "tiers": [{"Tier": "High", "Customers": "9"}],
    }
    return brief_page(Brief(**{**words, **parts}))


def test_the_numbers_come_first_then_what_to_do():
    page = brief()
    assert page.index("11 to 23 by chance alone") < page.index("Next step: plan the campaign") < page.index("High")


def test_a_hostile_name_is_text():
    assert "<img" not in brief() and "&lt;img src=x&gt;" in brief()


def test_what_there_is_not_takes_no_room():
    assert "Since" not in brief() and "Since the list before" in brief(
        changes=["More."], changes_since="the list before"
    )

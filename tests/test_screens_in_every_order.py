"""Every screen opens after every other one, with a list that a model fits and with one that none does.

What screens keep of a list is keyed by the function that computed it, so that no screen meets what another one kept.
"""

from itertools import pairwise

import pytest

from app import cache
from app.navigation import SCREENS
from app.words import say, sentences
from churn.samples.catalogue import make_sample
from churn.workspace.exploring import segment_chart
from churn.workspace.parts import Lists
from tests.paging import opened
from tests.trained import TODAY

PARTS = [key.removeprefix("drivers.tab_") for key in sentences("en") if key.startswith("drivers.tab_")]
NAMES = [name for section in SCREENS.values() for name, _ in section]


def every_order(names):
    """A walk in which each name follows each other one exactly once, and itself."""
    walk = []
    for step, name in enumerate(names):
        walk += [name, name]
        for later in names[step + 1 :]:
            walk += [later, name]
    return walk


def test_the_walk_has_every_order_of_two():
    assert set(pairwise(every_order(NAMES))) == {(one, other) for one in NAMES for other in NAMES}


@pytest.mark.parametrize("fitting", [True, False], ids=["a model fits", "no model fits"])
def test_every_screen_opens_after_every_other(monkeypatch, own_telco, fitting):
    page = opened(monkeypatch, own_telco, "score")
    content = (own_telco / TODAY).read_bytes() if fitting else b"customer_id,paid\nA1,5\nA2,6\n"
    page.file_uploader[0].upload(TODAY, content, "text/csv").run()
    page.session_state["drivers part"] = say("drivers.tab_segments")
    for before, name in pairwise(every_order(NAMES)):
        page.switch_page(f"screens/{name}.py").run()
        assert [problem.message for problem in page.exception] == [], f"{name} after {before}"
        wrong = [e.value for e in page.error if e.value and fitting]
        assert wrong == [], f"{name} after {before}"


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_drivers_opens_after_the_overview(monkeypatch, telco_home, part):
    page = opened(monkeypatch, telco_home, "overview", sample="telco_today.csv")
    page.session_state["drivers part"] = say(f"drivers.tab_{part}")
    page.switch_page("screens/drivers.py").run()
    page.switch_page("screens/overview.py").run()
    assert (list(page.exception), list(page.error)) == ([], [])


@pytest.mark.parametrize(
    "unnamed", [lambda workspace: 1, "a word", make_sample.__get__(1)], ids=["lambda", "word", "bound"]
)
def test_what_is_kept_has_the_name_of_its_function(unnamed):
    with pytest.raises(TypeError, match="named by its function"):
        cache._name_of(unnamed)


def test_two_functions_never_share_a_name():
    assert cache._name_of(Lists.segments) != cache._name_of(segment_chart)

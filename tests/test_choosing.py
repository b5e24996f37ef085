"""The model that answers a list: the one named, else the live one whose columns the list has."""

import pytest

from churn.errors import NotFound, RequestRefused
from churn.training.registry import promote, save
from churn.workspace.lists import OpenModels
from tests.small_model import small_model
from tests.trained import TODAY, twin_of


def test_the_only_live_model_answers_any_list(telco_home):
    assert OpenModels(telco_home).fitting(b"anything\n1\n").name == "telco"


def test_of_two_live_models_the_one_whose_columns_the_list_has_answers(own_telco):
    promote(own_telco, "small", save(own_telco, small_model()).version, why="a test")
    models = OpenModels(own_telco)
    assert models.fitting(own_telco / TODAY).name == "telco"
    assert models.fitting(b"id,Plan ,SPEND,months,senior\na,monthly,3,4,yes\n").name == "small"


def test_two_models_that_fit_alike_are_refused_by_name(own_telco):
    twin_of(own_telco)
    with pytest.raises(RequestRefused, match=r"fits telco and twin alike") as refused:
        OpenModels(own_telco).fitting(own_telco / TODAY)
    assert refused.value.options == ("model=telco", "model=twin")


def test_a_list_that_fits_no_model_is_refused_with_their_names(own_telco):
    promote(own_telco, "small", save(own_telco, small_model()).version, why="a test")
    with pytest.raises(RequestRefused, match=r"fits none of the models.*: small, telco"):
        OpenModels(own_telco).fitting(b"colour,shape\nred,round\n")


def test_without_any_model_the_way_to_one_is_shown(home):
    with pytest.raises(NotFound, match=r"no model yet.*Train one first"):
        OpenModels(home).fitting(b"a\n1\n")


def test_a_version_is_opened_once_and_a_promotion_is_seen_at_once(own_telco):
    models = OpenModels(own_telco)
    first = models.named("telco")
    assert (models.named("telco"), models.named("telco@v1")) == (first, first)
    second = save(own_telco, first)
    assert models.named("telco").version == "v1"
    promote(own_telco, "telco", second.version, why="a test")
    assert models.named("telco").version == "v2"


@pytest.mark.parametrize("asked", ["nobody", "telco@v9", "telco@../v1", "../telco", "telco@"])
def test_a_model_that_is_not_there_is_refused(telco_home, asked):
    if asked == "telco@":
        assert OpenModels(telco_home).named(asked).version == "v1"
        return
    with pytest.raises((NotFound, RequestRefused)):
        OpenModels(telco_home).named(asked)

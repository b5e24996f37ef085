"""The engine's URL: it names one of the engines known here, or is refused."""

import pytest

from churn.errors import RequestRefused
from churn.features.engines.urls import opened


@pytest.mark.parametrize("url", ["oracle://x", "", "duck"])
def test_an_unknown_engine_is_refused_naming_the_known_ones(url):
    with pytest.raises(RequestRefused, match="not known here") as refused, opened(url):
        pass
    assert "duckdb://" in refused.value.fix

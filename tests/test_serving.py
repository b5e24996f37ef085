"""The server starts on a free port of this machine, or says in a sentence why not."""

import pytest

from churn.api.app import refuse_busy_port
from churn.errors import Unavailable


def test_a_free_port_is_fine():
    refuse_busy_port("127.0.0.1", 18741)


def test_an_address_that_is_not_ours_is_refused():
    with pytest.raises(Unavailable, match="cannot be listened on"):
        refuse_busy_port("192.0.2.1", 18741)

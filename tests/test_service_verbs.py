"""`serve` refuses what it cannot do before anything starts."""

import socket

from churn.cli.main import run_line


def test_a_busy_port_is_one_sentence(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run_line(["serve", "--port", str(port)]) == 2
    assert capsys.readouterr().err == f"Port {port} is already in use. Choose another, for example {port + 1}.\n"


def test_a_port_that_is_none_is_one_sentence(capsys):
    assert run_line(["serve", "--port", "70000"]) == 2
    assert capsys.readouterr().err == "70000 is not a port. Choose one from 1 to 65535, for example 8501.\n"

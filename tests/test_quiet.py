"""Standard output stays clean while a solver works, and nothing else that is written is touched."""

import ctypes
import os
import threading

import pytest

from churn.campaigns.optimizer import suppress_solver_output

C = ctypes.CDLL(None)


@pytest.fixture
def printed(capfd):
    """What reached standard output, C's buffers included."""

    def read():
        C.fflush(None)
        return capfd.readouterr().out

    C.fflush(None)
    capfd.readouterr()
    return read


def test_what_the_solver_prints_vanishes_and_what_was_printed_before_and_after_is_kept(printed):
    C.printf(b"before\n")
    with suppress_solver_output():
        C.printf(b"HighsMipSolverData::x\n")
    C.printf(b"after\n")
    assert printed() == "before\nafter\n"


def test_what_is_written_while_the_solver_works_arrives_at_once(printed):
    with suppress_solver_output():
        os.write(1, b"an answer\n")
        assert printed() == "an answer\n"


def test_other_threads_write_undisturbed_while_several_solvers_work(printed):
    begun, done = threading.Barrier(3), threading.Event()

    def solve():
        with suppress_solver_output():
            begun.wait(10)
            C.printf(b"HighsMipSolverData::x\n")
            done.wait(10)

    solvers = [threading.Thread(target=solve) for _ in range(2)]
    for solver in solvers:
        solver.start()
    begun.wait(10)
    with suppress_solver_output():
        pass  # one that ends early leaves the others silent
    C.printf(b"HighsMipSolverData::y\n")
    os.write(1, b"another's answer\n")
    assert printed() == "another's answer\n"
    done.set()
    for solver in solvers:
        solver.join()
    C.printf(b"and C again\n")
    assert printed() == "and C again\n"


def test_a_solver_that_fails_gives_c_its_voice_back(printed):
    with pytest.raises(RuntimeError), suppress_solver_output():
        raise RuntimeError
    C.printf(b"still here\n")
    assert printed() == "still here\n"

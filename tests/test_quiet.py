"""Standard output stays clean while a solver works."""

import ctypes
import os

from churn.campaigns.optimizer import solver_hushed


def test_the_debug_lines_of_the_solver_vanish_and_all_else_is_kept(capfd):
    with solver_hushed():
        os.write(1, b"HighsMipSolverData::transform tmpSolver.run();\nkept\n")
    assert capfd.readouterr().out == "kept\n"


def test_what_c_code_printed_before_is_not_lost(capfd):
    libc = ctypes.CDLL(None)
    libc.printf(b"before\n")
    with solver_hushed():
        libc.printf(b"HighsMipSolverData::x\n")
    libc.printf(b"after\n")
    libc.fflush(None)
    assert capfd.readouterr().out == "before\nafter\n"

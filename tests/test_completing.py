"""The TAB key offers every verb, every flag and the words a flag takes."""

import subprocess

import pytest

from churn.cli.main import VERBS, completion_script, flags_of, parser_of_all, register_verbs, run_line

register_verbs()


def offered(*words):
    """What bash offers after these words."""
    typed = " ".join(f"'{w}'" for w in ("churn", *words))
    ask = f'COMP_WORDS=({typed}); COMP_CWORD={len(words)}; _churn; echo "${{COMPREPLY[@]}}"'
    script = completion_script(parser_of_all(), "bash")
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_every_verb_is_offered():
    assert offered("") == list(VERBS)
    assert offered("s") == [v for v in VERBS if v.startswith("s")]


@pytest.mark.parametrize("name", list(VERBS))
def test_every_flag_of_a_verb_is_offered(name):
    verb = next(a.choices for a in parser_of_all()._actions if a.dest == "verb")[name]
    assert offered(name, "--") == flags_of(verb)


def test_words_that_a_flag_or_a_verb_takes_are_offered():
    assert offered("score", "list.csv", "--dates", "") == ["day-first", "month-first"]
    assert "promote" in offered("models", "pro")
    assert offered("check", "cust") == []


def test_a_shell_can_read_what_the_verb_prints(capsys):
    assert run_line(["complete", "bash"]) == 0
    bash = capsys.readouterr().out
    assert run_line(["complete", "zsh"]) == 0
    assert capsys.readouterr().out.endswith(bash)
    subprocess.run(["bash", "-n", "-c", bash], check=True)

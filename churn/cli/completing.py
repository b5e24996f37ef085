"""What the TAB key offers: a script for bash and zsh with every verb and flag, made from the parser itself."""

from __future__ import annotations

import shlex
import sys
from argparse import Action, ArgumentParser
from collections.abc import Iterator, Sequence

from churn.files import REPOSITORY

SHELLS = ("bash", "zsh")
_ZSH = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
# A word that begins with a dash is a flag; any other is one of the verb's own words, else a file.
_SCRIPT = """\
churn() {{ PYTHONPATH={root}${{PYTHONPATH:+:$PYTHONPATH}} {python} -m churn "$@"; }}
_churn() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" verb="${{COMP_WORDS[1]}}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{verbs}"
  else
    case "$verb $before" in
{values}
    *)
      case "$verb $word" in
{words}
      esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o bashdefault -o default -F _churn churn
"""


def completion_script(parser: ArgumentParser, shell: str) -> str:
    """The script to be read by a shell; it also lets `churn` stand for `python -m churn`, from any folder."""
    verbs = _verbs(parser)
    script = _SCRIPT.format(
        root=shlex.quote(str(REPOSITORY)),
        python=shlex.quote(sys.executable),
        verbs=" ".join(verbs),
        values="\n".join(line for name, verb in verbs.items() for line in _values(name, verb)),
        words="\n".join(line for name, verb in verbs.items() for line in _words(name, verb)),
    )
    return (_ZSH if shell == "zsh" else "") + script


def flags_of(verb: ArgumentParser) -> list[str]:
    """The long flags of a verb."""
    return [word for action in verb._actions for word in action.option_strings if word.startswith("--")]


def _verbs(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    return next(dict(a.choices) for a in parser._actions if isinstance(a.choices, dict))


def _values(name: str, verb: ArgumentParser) -> Iterator[str]:
    """What may follow a flag that takes one of a few words."""
    for action in verb._actions:
        if action.option_strings and action.choices:
            pattern = "|".join(f'"{name} {word}"' for word in action.option_strings)
            yield f'    {pattern}) words="{" ".join(_choices(action))}" ;;'


def _words(name: str, verb: ArgumentParser) -> Iterator[str]:
    own = [word for a in verb._actions if not a.option_strings for word in _choices(a)]
    yield f'      "{name} -"*) words="{" ".join(flags_of(verb))}" ;;'
    if own:
        yield f'      "{name} "*) words="{" ".join(own)}" ;;'


def _choices(action: Action) -> Sequence[str]:
    return [str(c) for c in action.choices] if action.choices else []

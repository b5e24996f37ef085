"""A verb registers itself with its words and its function."""

from churn.cli.main import VERBS, Verb, verb


def test_a_verb_is_known_by_its_name(monkeypatch):
    def words(parser):
        parser.add_argument("name")

    def run(asked, printer):
        return None

    assert verb("greet", "say hello", words, example="greet Anna")(run) is run
    assert VERBS.pop("greet") == Verb("greet", "say hello", words, run, "greet Anna")

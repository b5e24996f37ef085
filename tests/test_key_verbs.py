"""Keys and the audit trail from the terminal."""

from churn.cli.main import run_line
from churn.workspace.workspace import Workspace


def test_a_key_is_made_listed_and_revoked(home, line):
    code, made = line("keys", "add", "crm", "--scope", "read")
    assert (code, made["name"], made["scope"], made["key"].startswith(f"hf_{made['id']}_")) == (0, "crm", "read", True)
    code, listed = line("keys")
    assert [(k["id"], k["scope"], k["revoked"]) for k in listed["keys"]] == [(made["id"], "read", "")]
    assert "hash" not in listed["keys"][0]
    assert line("keys", "revoke", made["id"]) == (0, {"id": made["id"], "name": "crm"})
    assert line("keys", "revoke", "crm") == (2, "There is no key 'crm' in use. See `keys list`.")


def test_for_a_person_the_key_stands_alone_on_the_first_line(home, capsys):
    assert run_line(["keys", "add", "crm"]) == 0
    first, told = capsys.readouterr().out.splitlines()
    assert Workspace(home).access.key_holder(first).role == "analyst"
    assert told.startswith("This is the only time the key is shown.")


def test_a_key_without_a_name_is_refused(home, line):
    assert line("keys", "add") == (2, "`keys add` needs a name. Name the key: `keys add crm`.")
    assert line("keys", "list") == (0, {"keys": []})


def test_the_audit_trail_says_who_did_what(home, line):
    line("keys", "add", "crm")
    line("forget", "7590-VHVEG")
    code, told = line("audit", "--last", "1")
    assert (code, [(e["act"], e["what"], e["by"]) for e in told["entries"]]) == (
        0,
        [("forget", "one customer", "terminal")],
    )
    assert line("audit", "--last", "0") == (2, "--last 0 shows nothing. Ask for 1 or more.")

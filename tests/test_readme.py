"""What the READMEs say is true: code runs, links lead somewhere, make targets exist."""

import re

import pytest

from tests.house import ROOT

READMES = [ROOT / "README.md", *sorted(p for p in ROOT.glob("*/README.md") if not p.parts[-2].startswith("."))]


def text_of(path):
    return path.read_text(encoding="utf-8")


def test_the_first_page_is_short():
    assert len(text_of(ROOT / "README.md").split()) < 500


def test_its_python_runs(home, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    for code in re.findall(r"```python\n(.*?)```", text_of(ROOT / "README.md"), flags=re.S):
        exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "probability" in out.splitlines()[0] and "top by risk" in out


@pytest.mark.parametrize("path", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_its_links_lead_to_files(path):
    links = re.findall(r"\]\((?!http|#|/)([^)#]+)", text_of(path))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_its_make_targets_exist(path):
    makefile = text_of(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.M)) | {
        f"bench-{wing}" for wing in re.search(r"^WINGS := (.*)$", makefile, flags=re.M)[1].split()
    }
    named = set(re.findall(r"`make ([a-z-]+)", text_of(path))) | set(
        re.findall(r"^make ([a-z-]+)", text_of(path), flags=re.M)
    )
    assert named - targets == set()


@pytest.mark.parametrize("word", ["/" + "work/", "/" + "root/", "pyenv", "site-" + "packages/"])
def test_nothing_names_a_machine(word):
    files = [p for p in ROOT.glob("**/*") if p.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".txt"}]
    tracked = [p for p in files if not {".venv", "build", ".git", ".hypothesis"} & set(p.relative_to(ROOT).parts)]
    found = [str(p.relative_to(ROOT)) for p in tracked if p.name != "test_readme.py" and word in text_of(p)]
    assert found == []

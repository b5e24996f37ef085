"""The rules of the house, read off the files themselves."""

import ast
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from statistics import median

from app.navigation import SCREENS as NAVIGATION
from churn.api.app import make_api
from churn.cli.main import VERBS, parser_of_all, register_verbs
from churn.profiles import GENERAL, profile_names, read_profile
from tests.house import APP, CHURN, FLOORS, GROUND, ROOMS, ROOT, SCREENS, length_of

MODEL_LIBRARIES = {"sklearn", "xgboost", "lightgbm", "shap", "optuna", "scipy"}
# Words of the design itself: they may be written in code although a profile has a column of that name.
FIXED_WORDS = {
    "age",
    "key",
    "probability",
    "tier",
    "action",
    "value",
    "cost",
    "date",
    "outcome",
    "rows",
    "columns",
    "count",
}


def test_imports_only_look_down():
    offenders = {}
    for room in (r for r in CHURN if r.wing in FLOORS):
        same_floor_ok = GROUND if room.wing in GROUND else {room.wing}
        up = {w for w in room.wings_used if FLOORS[w] >= FLOORS[room.wing] and w not in same_floor_ok}
        offenders |= {room.label: up} if up else {}
    assert offenders == {}


def test_no_rooms_need_each_other():
    """Types count, too: a newcomer reads one room after the other."""
    modules = {r.module: r for r in (*ROOMS, *APP) if r.name != "__init__"}
    needs = {name: set(room.imports & modules.keys()) for name, room in modules.items()}
    for parts in ("churn.workspace.parts", "churn.workspace.business"):
        needs[parts].remove("churn.workspace.workspace")  # the type of what each part belongs to
    assert list(TopologicalSorter(needs).static_order())  # raises CycleError, which names the circle


def test_every_wing_has_a_floor():
    wings = {r.wing for r in CHURN} - {"__init__", "__main__"}
    assert wings <= set(FLOORS)


def test_nothing_in_churn_knows_streamlit():
    assert [r.label for r in CHURN if any(m.split(".")[0] == "streamlit" for m in r.imports)] == []


def test_the_app_holds_no_model_library():
    assert [r.label for r in APP if {m.split(".")[0] for m in r.imports} & MODEL_LIBRARIES] == []


def test_only_two_files_touch_session_state_and_caches():
    touching = re.compile(r"session_state|cache_data|cache_resource")
    found = {r.wing for r in APP if touching.search(r.path.read_text(encoding="utf-8"))}
    assert found <= {"session", "cache"}


def test_a_screen_asks_calls_and_shows():
    work = re.compile(r"groupby|\.merge\(|\.agg\(|import pandas|import numpy")
    assert [r.label for r in SCREENS if work.search(r.path.read_text(encoding="utf-8"))] == []


def test_a_package_names_only_files_it_has():
    missing = {}
    for face in sorted(ROOT.glob("churn/**/__init__.py")):
        named = set(re.findall(r"[a-z_]+\.py\b", face.read_text(encoding="utf-8")))
        gone = named - {path.name for path in face.parent.rglob("*.py")}
        missing |= {face.parent.name: gone} if gone else {}
    assert missing == {}


def test_every_file_says_what_it_is_for():
    assert [r.label for r in (*CHURN, *APP) if not ast.get_docstring(r.tree)] == []


def test_no_file_and_no_function_is_too_long():
    rooms = (*CHURN, *APP)
    assert [r.label for r in rooms if r.lines > 800] == []
    assert [f"{r.label}: {f.name}" for r in rooms for f in r.functions if length_of(f) > 50] == []


def test_functions_are_short_on_the_whole():
    lengths = [length_of(f) for room in (*CHURN, *APP) for f in room.functions]
    print(f"{len(lengths)} functions, median {median(lengths)} lines, {sum(n > 25 for n in lengths)} over 25")
    assert median(lengths) < 12


def one_profile_words():
    """Profile names, and columns that only one profile has."""
    columns = Counter(n for p in profile_names() for n in read_profile(p).schema.names)
    return {n for n, times in columns.items() if times == 1} - FIXED_WORDS | set(profile_names()) - {GENERAL}


def test_businesses_are_data_not_code():
    words = one_profile_words()
    named = {r.label: r.literals & words for r in CHURN if r.wing != "samples"}
    assert {label: found for label, found in named.items() if found} == {}


def test_importing_the_errors_brings_nothing_heavy():
    heavy = "{'pandas', 'numpy', 'pyarrow', 'streamlit', 'sklearn'}"
    code = f"import sys, churn.errors, churn; print({heavy} & set(sys.modules) or 'light')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "light"


def test_every_verb_and_flag_is_explained():
    register_verbs()
    documented = (ROOT / "churn" / "README.md").read_text(encoding="utf-8")
    assert [v for v in VERBS if f"`{v}" not in documented or not VERBS[v].does] == []
    parsers = parser_of_all()._subparsers._group_actions[0].choices.values()
    assert [f"{p.prog} {a.dest}" for p in parsers for a in p._actions if not a.help] == []


def test_every_route_is_documented():
    documented = (ROOT / "app" / "README.md").read_text(encoding="utf-8")
    assert [path for path in make_api().openapi()["paths"] if f"`{path}`" not in documented] == []


def test_every_setting_is_documented():
    documented = (ROOT / "app" / "README.md").read_text(encoding="utf-8").partition("## Settings")[2]
    read = {word for room in (*CHURN, *APP) for word in room.literals if re.fullmatch(r"CHURN_[A-Z_]+", word)}
    assert read and [name for name in sorted(read) if f"`{name}`" not in documented] == []


def test_every_page_is_documented_and_in_the_navigation():
    documented = (ROOT / "app" / "README.md").read_text(encoding="utf-8")
    pages = {name for section in NAVIGATION.values() for name, _ in section}
    assert pages == {r.name for r in SCREENS}
    assert [name for name in pages if f"`{name}`" not in documented] == []


def test_no_screen_hides_behind_a_route():
    pages = {f"/{name}" for section in NAVIGATION.values() for name, _ in section}
    assert pages & set(make_api().openapi()["paths"]) == set()

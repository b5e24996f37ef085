"""What an operator deploys: linted and validated where no container engine runs, and its steps carried out."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from churn import Workspace
from churn.api.monitoring_routes import MEANINGS
from tests.browsing import free_port
from tests.house import ROOT
from tests.real_server import running_api
from tests.trained import TODAY

DEPLOY = ROOT / "app" / "deploy"
TOOLS = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False, **more)


def test_the_dockerfile_is_without_a_finding():
    if not (TOOLS / "hadolint").exists():
        pytest.skip("needs hadolint: its package is for Linux on x86-64")
    done = run(TOOLS / "hadolint", ROOT / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_special_and_carries_libgomp():
    words = (ROOT / "Dockerfile").read_text()
    users = re.findall(r"^USER (.*)$", words, re.M)
    assert (users, "libgomp1" in words, "HEALTHCHECK" in words) == (["10001"], True, True)
    copied = set(re.findall(r"^COPY (\S+) \1$", words, re.M))
    assert copied == set(re.search(r"for part in (.*); do", (DEPLOY / "image.sh").read_text())[1].split())


def test_the_image_installs_the_packages_that_were_tested():
    def versions(path):
        return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / path).read_text(), re.M))

    image, tested, lock = (
        versions(p) for p in ("app/deploy/requirements.txt", "tests/requirements.txt", "requirements.txt")
    )
    assert set(lock) <= set(image) and {"psycopg", "authlib"} <= set(image)
    assert {n: v for n, v in image.items() if tested.get(n) != v} == {}


def test_the_compose_file_holds_what_it_promises():
    services = read("compose.yaml")["services"]
    assert set(services) == {"holdfast", "postgres", "prometheus", "grafana"}
    own = services["holdfast"]
    assert (own["read_only"], own["tmpfs"], own["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    published = [p for s in services.values() for p in s.get("ports", ())]
    assert all(p.startswith("127.0.0.1:") for p in published)
    named = {v.split(":")[0] for s in services.values() for v in s["volumes"]}
    mounted = {v for v in named if not v.startswith(".")}
    assert mounted == set(read("compose.yaml")["volumes"])
    made_later = {"./app/deploy/metrics.key"}
    assert [v for v in named - mounted - made_later if not (ROOT / v).is_file()] == []


def test_every_metric_that_is_watched_is_one_that_is_told(own_telco):
    with running_api(own_telco) as server:
        server.predict({"customerID": "a", "tenure": 3, "Contract": "Month-to-month"})
        text = urllib.request.urlopen(f"{server.address}/metrics").read().decode()
    told = {s.name for family in text_string_to_metric_families(text) for s in family.samples} | {"up"}
    rules = [rule["expr"] for group in read("app/deploy/alerts.yml")["groups"] for rule in group["rules"]]
    panels = json.loads((DEPLOY / "grafana" / "holdfast.json").read_text())["panels"]
    watched = " ".join([*rules, *(t["expr"] for p in panels for t in p["targets"])])
    names = set(re.findall(r"\b(?:holdfast|process)_[a-z_]+", watched)) | {"up"}
    later = {f"holdfast_{name}" for name in MEANINGS}  # told once a list was watched
    assert names - told - later == set()


def test_the_dashboard_places_every_panel_beside_the_others():
    panels = json.loads((DEPLOY / "grafana" / "holdfast.json").read_text())["panels"]
    cells = [(x, y) for p in panels for x in _across(p, "x", "w") for y in _across(p, "y", "h")]
    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) < 24
    assert len({p["id"] for p in panels}) == len(panels)


def _across(panel, start, length):
    place = panel["gridPos"]
    return range(place[start], place[start] + place[length])


def test_every_alert_says_what_to_do():
    rules = [rule for group in read("app/deploy/alerts.yml")["groups"] for rule in group["rules"]]
    assert all(rule["annotations"]["summary"] and rule["annotations"]["fix"] for rule in rules)
    scraped = read("app/deploy/prometheus.yml")["scrape_configs"][0]
    assert (scraped["metrics_path"], "authorization" in scraped) == ("/metrics", True)


def test_the_aws_template_is_without_a_finding():
    done = run(TOOLS / "cfn-lint", DEPLOY / "aws" / "fargate.yaml", "--include-checks", "I")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_airflow_dag_compiles_and_calls_a_verb_there_is():
    words = (DEPLOY / "retrain_dag.py").read_text()
    compile(words, "retrain_dag.py", "exec")
    commands = [
        n.value.value for n in ast.walk(ast.parse(words)) if isinstance(n, ast.keyword) and n.arg == "bash_command"
    ]
    assert [c.split()[3] for c in commands] == ["retrain", "models"]


def test_every_command_in_the_snippets_is_one_there_is():
    from churn.cli.main import parser_of_all, register_verbs

    register_verbs()
    verbs = parser_of_all()._subparsers._group_actions[0].choices
    texts = [p.read_text() for p in (DEPLOY / "crontab", DEPLOY / "README.md", ROOT / "compose.yaml", *WORKFLOWS)]
    called = {v for text in texts for v in re.findall(r"python3? -m churn ([a-z]+)", text)}
    assert called <= set(verbs) and {"drift", "retrain", "keys"} <= called


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_is_whole(path):
    words = yaml.safe_load(path.read_text())
    assert set(words) >= {"name", True, "jobs", "permissions"}  # YAML reads the key `on` as true
    for job in words["jobs"].values():
        assert job["runs-on"] and job["timeout-minutes"] and all(("uses" in s) != ("run" in s) for s in job["steps"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_step_that_pipes_ends_where_its_first_command_does(path):
    """Without a shell named, GitHub's bash has no pipefail: a refused retrain would look like one that was done."""
    words = yaml.safe_load(path.read_text())
    piped = [s for job in words["jobs"].values() for s in job["steps"] if re.search(r"[^|]\|[^|]", s.get("run", ""))]
    named = words.get("defaults", {}).get("run", {}).get("shell")
    assert [s["run"] for s in piped if s.get("shell", named) != "bash"] == []


def test_a_secret_beside_the_settings_gets_into_no_image(tmp_path):
    parts = tmp_path / "from"
    for part in ("app", "churn", "data", ".streamlit"):
        (parts / part).mkdir(parents=True)
    (parts / ".streamlit" / "secrets.toml").write_text("[auth]")
    assert run("sh", DEPLOY / "image.sh", "lay", parts, tmp_path / "to").returncode == 0
    assert list((tmp_path / "to" / ".streamlit").iterdir()) == []
    ignored = [(ROOT / name).read_text().splitlines() for name in (".dockerignore", ".gitignore")]
    assert all(".streamlit/secrets.toml" in lines for lines in ignored)


def test_what_is_deployed_names_no_secret():
    texts = [p.read_text() for p in (ROOT / "compose.yaml", *WORKFLOWS, *DEPLOY.rglob("*.y*ml"))]
    assert [t for text in texts for t in re.findall(r"(?i)password: [\"']?[^\"'$]\S*", text)] == []


def test_the_steps_of_the_image_answer_in_a_clean_directory_as_somebody_else(tmp_path):
    """What the image carries is enough to serve, read-only and without rights."""
    laid, home = tmp_path / "image", tmp_path / "home"
    assert run("sh", DEPLOY / "image.sh", "lay", ROOT, laid).returncode == 0
    assert not (laid / "tests").exists() and not (laid / "models").exists()
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    nobody, python = _as_nobody(tmp_path)
    packages = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    done = run(*nobody, "sh", DEPLOY / "image.sh", "answer", laid, python, home, free_port(), env=packages, timeout=120)
    told = [f"answers as user {65534 if nobody else os.getuid()}"]
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, told), done.stderr


def _as_nobody(folder):
    """Words that run a command as somebody without rights where this one is root, and a Python they may run."""
    if os.getuid() != 0:
        return [], sys.executable
    for parent in (folder, *folder.parents[:-2]):
        parent.chmod(parent.stat().st_mode | 0o011)
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{own}", f"/usr/local/bin/{own}"):
        if run(*words, "sh", "-c", f"{python} -c pass && cat {DEPLOY}/image.sh").returncode == 0:
            return words, python
    pytest.skip("needs a Python that a user without rights may run")


def test_a_backup_restored_elsewhere_gives_the_same_scores(own_telco, tmp_path):
    Workspace(own_telco).access.add_key("crm", "score")
    (own_telco / "data" / "spool").mkdir()
    done = run(
        "sh", DEPLOY / "backup.sh", own_telco, tmp_path / "backups", env={**os.environ, "PYTHON": sys.executable}
    )
    archive = Path(done.stdout.strip())
    assert done.returncode == 0 and [p.name for p in (tmp_path / "backups").iterdir()] == [archive.name]
    shutil.unpack_archive(archive, tmp_path / "elsewhere", filter="data")
    (restored,) = (tmp_path / "elsewhere").iterdir()
    before, after = (Workspace(home).lists.score(own_telco / TODAY).scored.table for home in (own_telco, restored))
    assert before.equals(after)
    assert Workspace(restored).models.verify("telco", "v1").faults == () and [
        k.name for k in Workspace(restored).access.api_keys()
    ] == ["crm"]

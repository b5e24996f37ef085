"""Write the snapshots anew: `make snapshots`. What is gone on purpose deserves a line in the changelog."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from tests import snapshots
from tests.trained import make_telco


def collect() -> dict[str, object]:
    """Everything, by the name of its file."""
    from fastapi.testclient import TestClient

    from churn.api.app import make_api

    with tempfile.TemporaryDirectory() as folder:
        home, served, out = (Path(folder) / name for name in ("home", "served", "out"))
        home.mkdir()
        out.mkdir()
        make_telco(home)
        shutil.copytree(home, served)
        os.environ["CHURN_HOME"] = str(served)
        answers = snapshots.answers(home, out)
        api = make_api()
        return {
            "verbs": snapshots.verbs(),
            "answers": answers,
            "files": snapshots.files(out),
            "stored": snapshots.stored(home),
            "routes": snapshots.routes(api),
            "replies": snapshots.replies(TestClient(api, raise_server_exceptions=False), served),
            "screens": snapshots.screens(),
        }


if __name__ == "__main__":
    for name, found in collect().items():
        text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
        (snapshots.FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")

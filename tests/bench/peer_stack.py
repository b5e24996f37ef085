"""One peer's answer to the same question, run by the Python of the peer's own environment (see peers.py).

python tests/bench/peer_stack.py explainerdashboard|shapash LEARNT.csv LIST.csv OUT.csv     prints its cost as JSON

The question: for every customer of the list, the probability of leaving and the three strongest reasons, in a file.
"""

import json
import resource
import sys
import time

import pandas as pd
from xgboost import XGBClassifier

LABEL, KEY = "Churn", "customerID"
MODEL = {"n_estimators": 300, "max_depth": 4, "learning_rate": 0.05, "subsample": 0.8, "colsample_bytree": 0.6}
TOP = 3


def read(path, columns=None):
    """The list one-hot encoded, as both peers want it, its outcome, and which original column each new one is of."""
    table = pd.read_csv(path)
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce").fillna(0.0)
    features = table.drop(columns=[LABEL, KEY])
    words = features.select_dtypes(exclude="number").columns.tolist()
    encoded = pd.get_dummies(features, columns=words, dtype=float)
    if columns is not None:
        encoded = encoded.reindex(columns=columns, fill_value=0.0)
    return table[KEY], encoded, (table[LABEL] == "Yes").astype(int), words


def explainerdashboard(model, encoded, outcome, words):
    """Contributions of every customer, grouped by original column, and the top three."""
    from explainerdashboard import ClassifierExplainer

    asked = ClassifierExplainer(model, encoded, outcome, cats=words, shap="tree", model_output="logodds")
    values = asked.get_shap_values_df()
    top = (-values.to_numpy()).argsort(axis=1)[:, :TOP]
    reasons = pd.DataFrame(values.columns.to_numpy()[top], columns=[f"reason_{k}" for k in range(1, TOP + 1)])
    return reasons.assign(probability=asked.pred_probas())


def shapash(model, encoded, outcome, words):
    """The same by a SmartExplainer and its table of contributions."""
    from shapash import SmartExplainer

    asked = SmartExplainer(model=model)
    asked.compile(x=encoded)
    asked.filter(max_contrib=TOP)
    return asked.to_pandas(proba=True)


def main(peer, learnt, asked, target):
    """Learn, then answer; the clock runs from reading the list to the written file."""
    _, encoded, outcome, _ = read(learnt)
    model = XGBClassifier(random_state=0, n_jobs=2, **MODEL).fit(encoded, outcome)
    answer = {"explainerdashboard": explainerdashboard, "shapash": shapash}[peer]
    __import__(peer)
    before, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    keys, rows, outcome, words = read(asked, encoded.columns)
    found = answer(model, rows, outcome, words)
    found.insert(0, KEY, keys.to_numpy())
    found.to_csv(target, index=False)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cost = {"cpu": cpu, "wall": time.perf_counter() - wall, "rows": len(found), "peak": after.ru_maxrss / 1024}
    print(json.dumps(cost))


if __name__ == "__main__":
    main(*sys.argv[1:])

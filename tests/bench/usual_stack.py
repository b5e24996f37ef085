"""The usual way to score a list, as most notebooks do it: pandas, a pipeline, shap, the top three, a file.

python -m tests.bench.usual_stack train TRAIN.csv MODEL.joblib
python -m tests.bench.usual_stack score MODEL.joblib LIST.csv OUT.csv     prints its cost, imports left out, as JSON
python -m tests.bench.usual_stack one MODEL.joblib LIST.csv               the same for single customers
"""

import json
import sys
import time

import joblib
import numpy as np
import pandas as pd
import shap
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from xgboost import XGBClassifier

LABEL, KEY = "Churn", "customerID"
MODEL = {"n_estimators": 300, "max_depth": 4, "learning_rate": 0.05, "subsample": 0.8, "colsample_bytree": 0.6}


def read(path: str) -> pd.DataFrame:
    """The list with its numbers as numbers."""
    table = pd.read_csv(path)
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce").fillna(0.0)
    return table


def train(path: str, model: str) -> None:
    """Fit one-hot columns and 300 trees of depth 4."""
    table = read(path)
    features = table.drop(columns=[LABEL, KEY])
    words = features.select_dtypes(exclude="number").columns.tolist()
    encode = ColumnTransformer(
        [("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words)], remainder="passthrough"
    )
    pipeline = Pipeline([("encode", encode), ("trees", XGBClassifier(random_state=0, **MODEL))])
    joblib.dump(pipeline.fit(features, table[LABEL] == "Yes"), model)


def score(model: str, path: str, target: str) -> dict[str, float]:
    """Probability, tier, the three strongest raising columns, written beside the keys."""
    pipeline = joblib.load(model)
    clock = time.process_time(), time.perf_counter()
    table = read(path)
    features = table.drop(columns=[LABEL, KEY])
    probability = pipeline.predict_proba(features)[:, 1]
    values = shap.TreeExplainer(pipeline["trees"]).shap_values(pipeline["encode"].transform(features))
    names = np.array(pipeline["encode"].get_feature_names_out())
    top = np.argsort(-values, axis=1)[:, :3]
    out = table[[KEY]].assign(
        probability=probability, tier=pd.cut(probability, [-1, 0.3, 0.7, 2], labels=["Low", "Medium", "High"])
    )
    for k in range(3):
        out[f"reason_{k + 1}"] = names[top[:, k]]
    out.to_csv(target, index=False)
    return {"cpu": time.process_time() - clock[0], "wall": time.perf_counter() - clock[1]}


def one(model: str, path: str, *, customers: int = 40) -> dict[str, float]:
    """A score and reasons for one customer, with the pipeline and the explainer already in memory."""
    pipeline = joblib.load(model)
    explainer = shap.TreeExplainer(pipeline["trees"])
    people = read(path).drop(columns=[LABEL, KEY]).head(customers).to_dict("records")
    clock = time.process_time()
    for person in people:
        row = pd.DataFrame([person])
        pipeline.predict_proba(row)
        values = explainer.shap_values(pipeline["encode"].transform(row))[0]
        np.argsort(-values)[:3]
    return {"cpu": (time.process_time() - clock) / len(people)}


if __name__ == "__main__":
    answer = {"train": train, "score": score, "one": one}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(answer))

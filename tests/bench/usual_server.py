"""The usual way to serve a model: FastAPI, a scikit-learn pipeline and a TreeExplainer kept in memory.

python -m tests.bench.usual_server MODEL.joblib PORT      MODEL as `tests.bench.usual_stack train` writes it
"""

import sys
from typing import Any

import joblib
import numpy as np
import pandas as pd
import shap
import uvicorn
from fastapi import FastAPI

TIERS = ((0.7, "High"), (0.3, "Medium"), (0.0, "Low"))


def served(model: str) -> FastAPI:
    """The application over a pipeline; what can be made once is made once."""
    pipeline = joblib.load(model)
    explainer, names = shap.TreeExplainer(pipeline["trees"]), np.array(pipeline["encode"].get_feature_names_out())
    app = FastAPI()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/predict")
    def predict(customer: dict[str, Any]) -> dict[str, Any]:
        row = pd.DataFrame([customer])
        probability = float(pipeline.predict_proba(row)[0, 1])
        values = explainer.shap_values(pipeline["encode"].transform(row))[0]
        tier = next(name for least, name in TIERS if probability >= least)
        return {"churn_probability": probability, "tier": tier, "reasons": names[np.argsort(-values)[:3]].tolist()}

    return app


if __name__ == "__main__":
    uvicorn.run(served(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")

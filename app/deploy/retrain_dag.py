"""An Airflow DAG that retrains once a week: drift, training, the gate, and a promotion if the new model is better.

Copy it into the DAGs folder. It calls the one command every scheduler calls; nothing is decided here.
HOLDFAST_LIST names the list with known outcomes, HOLDFAST_HOME the home; both are read where the task runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="holdfast_retrain",
    description="Keep the model as good as the latest outcomes allow.",
    schedule="0 4 * * 1",
    start_date=datetime(2026, 1, 5),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=15)},
    tags=["holdfast"],
) as dag:
    retrain = BashOperator(
        task_id="retrain",
        bash_command='python -m churn retrain --home "$HOLDFAST_HOME" --json -- "$HOLDFAST_LIST"',
        cwd="/opt/holdfast",
        execution_timeout=timedelta(hours=2),
    )
    verify = BashOperator(
        task_id="verify",
        bash_command='python -m churn models list --home "$HOLDFAST_HOME" --json',
        cwd="/opt/holdfast",
    )
    retrain >> verify

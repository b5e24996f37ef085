"""A scored list of four customers worked out by hand, and longer random ones, for the tests of the plan."""

import numpy as np
import pandas as pd

from churn.money.playbook import Action, Playbook, exact_estimate

MAIL = Action("mail", channel="email", save=exact_estimate(0.2), contact=exact_estimate(1.0))
CALL = Action("call", channel="phone", save=exact_estimate(0.5), contact=exact_estimate(10.0))
BOOK = Playbook((MAIL, CALL), periods=exact_estimate(1))

# worth 100 each; mail brings p·20 − 1, a call p·50 − 10
#   ann .9: mail 17, call 35 · ben .5: mail 9, call 15 · cid .3: mail 5, call 5 · dot .02: mail −0.6, call −9
FOUR = pd.DataFrame(
    {
        "id": ["ann", "ben", "cid", "dot"],
        "probability": [0.9, 0.5, 0.3, 0.02],
        "tier": ["High", "High", "Medium", "Low"],
        "bill": [100.0] * 4,
        "region": ["n", "s", "n", "s"],
        "reason_1": ["Contract", "Price", "=cmd()", "Tenure"],
    }
)


def random_list(customers, seed=0):
    """A longer list with the same columns."""
    random = np.random.default_rng(seed)
    p = random.beta(1.2, 3, customers)
    return pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(customers)],
            "probability": p,
            "tier": np.where(p > 0.4, "High", np.where(p > 0.2, "Medium", "Low")),
            "bill": random.lognormal(4.5, 0.5, customers),
            "region": random.choice(["n", "s"], customers),
        }
    )

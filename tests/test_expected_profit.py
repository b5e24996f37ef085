"""What acting on a list is expected to bring stands beside what the learnt customers would have brought."""

from dataclasses import replace

import numpy as np
import pytest

from churn.money.playbook import Playbook
from churn.monitoring.performance import best_gains, decode_matrix, estimate_profit, learnt_mean
from tests.test_watch import MODEL, PLAYBOOK, a_list


def profit(table, playbook=PLAYBOOK):
    matrix = MODEL.encoder.matrix(table)
    return estimate_profit(MODEL, matrix, MODEL.probability(matrix), playbook)


def test_a_gain_by_hand():
    matrix = MODEL.encoder.matrix(a_list(1, bill=[100.0]))
    gains, _ = best_gains(MODEL, matrix, np.array([0.5]), PLAYBOOK)
    assert gains.tolist() == [pytest.approx(0.5 * 0.3 * (100 * 0.5 * 12) - 2)]


def test_a_customer_who_does_not_pay_an_action_brings_nothing():
    matrix = MODEL.encoder.matrix(a_list(1, bill=[100.0]))
    assert best_gains(MODEL, matrix, np.array([0.001]), PLAYBOOK)[0].tolist() == [0.0]


def test_unchanged_lists_have_not_fallen():
    found = [profit(a_list(rows, seed)) for rows in (500, 5000) for seed in range(15)]
    assert not any(f.fell for f in found) and abs(found[-1].change) < 0.06


def test_a_list_worth_less_has_fallen():
    found = profit(a_list(3000, bill=lambda b: b * 0.85))
    assert found.fell and found.change == pytest.approx(-0.3, abs=0.15)


def test_weighting_makes_the_kept_rows_speak_for_all():
    everybody = MODEL.encoder.matrix(a_list(6000, 99))
    truth = best_gains(MODEL, everybody, MODEL.probability(everybody), PLAYBOOK)[0].mean()
    kept, _ = best_gains(MODEL, MODEL.reference.rows, MODEL.reference.row_scores, PLAYBOOK)
    mean, error = learnt_mean(MODEL, kept)
    assert abs(mean - truth) < 2 * error < 2 * kept.std() / np.sqrt(len(kept))


def test_those_learnt_from_were_one_draw_of_customers_too():
    kept, _ = best_gains(MODEL, MODEL.reference.rows, MODEL.reference.row_scores, PLAYBOOK)
    error = learnt_mean(MODEL, kept)[1]
    fewer = learnt_mean(replace(MODEL, reference=replace(MODEL.reference, customers=500)), kept)[1]
    assert kept.std() / np.sqrt(MODEL.reference.customers) < error < fewer


def test_without_a_playbook_nothing_is_said_in_money():
    assert (profit(a_list(600), None).likely, profit(a_list(600), Playbook()).likely) == (None, None)


def test_a_list_without_a_bill_is_said_not_to_be_reckoned():
    model = replace(MODEL, schema=MODEL.schema.having("bill", role="feature"))
    found = estimate_profit(model, MODEL.reference.rows, MODEL.reference.row_scores, PLAYBOOK)
    assert found.likely is None and found.notices[0].text.startswith("Profit was not estimated: The list has no column")


def test_encoded_customers_become_a_table_again():
    table = a_list(50, 3)
    again = decode_matrix(MODEL.encoder, MODEL.encoder.matrix(table))
    assert again.column("plan").to_pylist() == table.column("plan").to_pylist()
    assert again.column("auto").to_pylist() == table.column("auto").to_pylist()


def test_unseen_levels_and_blanks_are_blank_again():
    table = a_list(2, plan=["gold", None], bill=[None, 3.0])
    again = decode_matrix(MODEL.encoder, MODEL.encoder.matrix(table))
    assert (again.column("plan").to_pylist(), again.column("bill").to_pylist()) == ([None, None], [None, 3.0])

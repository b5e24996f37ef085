"""What the API counts of itself."""

from churn.api.metrics import Traffic


def lines_of(traffic):
    return {line for line in traffic.page().decode().splitlines() if not line.startswith("#")}


def test_requests_and_their_time_are_counted_by_route():
    traffic = Traffic()
    for seconds in (0.0005, 0.2):
        traffic.answered("POST", "/predict", 200, seconds)
    traffic.answered("POST", "/predict", 422, 0.001)
    assert {
        'holdfast_requests_total{method="POST",route="/predict",status="200"} 2.0',
        'holdfast_requests_total{method="POST",route="/predict",status="422"} 1.0',
        'holdfast_request_seconds_bucket{le="0.001",route="/predict"} 2.0',
        'holdfast_request_seconds_bucket{le="+Inf",route="/predict"} 3.0',
    } <= lines_of(traffic)


def test_customers_are_counted_by_tier_and_their_mean_is_told():
    traffic = Traffic()
    traffic.scored("telco@v1", ["High", "Low"], [0.75, 0.25])
    traffic.scored("telco@v1", ("Low",), (0.5,))
    assert {
        'holdfast_customers_scored_total{model="telco@v1",tier="High"} 1.0',
        'holdfast_customers_scored_total{model="telco@v1",tier="Low"} 2.0',
        'holdfast_score_sum_total{model="telco@v1"} 1.5',
        'holdfast_score_mean{model="telco@v1"} 0.5',
    } <= lines_of(traffic)


def test_two_servers_in_one_process_count_for_themselves():
    first, second = Traffic(), Traffic()
    first.answered("GET", "/health", 200, 0.1)
    assert not [line for line in lines_of(second) if "health" in line]

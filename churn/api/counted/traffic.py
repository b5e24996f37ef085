"""What the API counts of itself, for Prometheus: requests, errors, time taken, customers scored, their tiers.

Nothing here names a customer; the labels are routes, models and tiers, so that there are only so many of them.
"""

from __future__ import annotations

import threading
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

TIME: tuple[float, ...] = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
Gauges = Callable[[], Iterable[Any]]


class Traffic(Collector):
    """The counts of one server; every server has its own, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "holdfast_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "holdfast_request_seconds",
            "Seconds from a request to its answer.",
            ("route",),
            buckets=TIME,
            registry=self.registry,
        )
        self.lock = threading.Lock()
        self.tiers: Tally[tuple[str, str]] = Tally()
        self.probability: Tally[str] = Tally()
        self.gauges: list[Gauges] = []
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def scored(self, model: str, tiers: Iterable[str], probabilities: Iterable[float]) -> None:
        """Count the customers that one answer scored."""
        with self.lock:
            for tier, count in Tally(tiers).items():
                self.tiers[model, tier] += count
            self.probability[model] += sum(probabilities)  # type: ignore[assignment]

    def page(self) -> bytes:
        """Everything counted so far, in the text format of Prometheus."""
        return generate_latest(self.registry)

    def describe(self) -> Iterator[Any]:
        """Nothing to tell before it is asked for."""
        return iter(())

    def collect(self) -> Iterator[Any]:
        """The counts of customers, and what is asked for only when somebody looks."""
        with self.lock:
            tiers, probability = dict(self.tiers), dict(self.probability)
        by_tier = CounterMetricFamily("holdfast_customers_scored", "Customers scored.", labels=("model", "tier"))
        for (model, tier), count in tiers.items():
            by_tier.add_metric((model, tier), count)
        total = CounterMetricFamily(
            "holdfast_score_sum",
            "Sum of the probabilities given; over the customers scored it is their mean.",
            labels=("model",),
        )
        mean = GaugeMetricFamily("holdfast_score_mean", "Mean probability since the start.", labels=("model",))
        for model, added in probability.items():
            total.add_metric((model,), added)
            mean.add_metric((model,), added / max(1, sum(n for (m, _), n in tiers.items() if m == model)))
        yield from (by_tier, total, mean)
        for gauges in self.gauges:
            yield from gauges()

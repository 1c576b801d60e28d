"""Figures for Prometheus: what this process answered, and how the service is. No ids, and nothing of anybody.

Counters are of one process and begin at nought with it: with several web processes, each is asked at its own address
and the figures are added up by who reads them. Gauges come from the database and are the same wherever they are asked.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hub.protection import Answered
from hub.workflows.service_figures import ServiceFigures

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONFLICTS, FAILURES = "capacity_conflict", "sign_in_failed"


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        on = self._registry
        by = ("method", "route")
        self._requests = Counter("hub_requests", "Requests answered", (*by, "status"), registry=on)
        self._seconds = Histogram("hub_request_seconds", "Time to answer", by, buckets=SECONDS, registry=on)
        self._happened = {
            CONFLICTS: Counter("hub_capacity_conflicts", "Acceptances refused for lack of room", registry=on),
            FAILURES: Counter("hub_sign_in_failures", "Passwords and codes that were wrong", registry=on),
        }
        self._runs = Gauge("hub_runs", "Runs of plans", ("status",), registry=on)
        self._queue = Gauge("hub_queue_depth", "Runs that wait for a worker", registry=on)
        self._oldest = Gauge("hub_queue_oldest_seconds", "How long the first of them has waited", registry=on)
        self._outbox = Gauge("hub_outbox", "Mail", ("status",), registry=on)
        self._webhooks = Gauge("hub_webhooks", "Deliveries to webhooks", ("status",), registry=on)

    def observe(self, answered: Answered) -> None:
        """Take note of an answered request."""
        self._requests.labels(answered.method, answered.route, str(answered.status)).inc()
        self._seconds.labels(answered.method, answered.route).observe(answered.seconds)
        for event in answered.happened:
            if event in self._happened:
                self._happened[event].inc()

    def text(self, figures: ServiceFigures) -> bytes:
        """Return everything in Prometheus' text format (0.0.4), with ``figures`` of this moment."""
        for status, count in figures.runs.items():
            self._runs.labels(status).set(count)
        for status, count in figures.mail.items():
            self._outbox.labels(status).set(count)
        for status, count in figures.webhooks.items():
            self._webhooks.labels(status).set(count)
        self._queue.set(figures.runs["queued"])
        self._oldest.set(figures.oldest_queued)
        return generate_latest(self._registry)

"""What `/metrics` shows, in the Prometheus text format: requests, micro-batches, connections, and the process."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

router = APIRouter(tags=["health"])

_LATENCIES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The metrics of one application. Labels are templates of routes, never paths: those contain ids."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "saywhy_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self.latency = Histogram(
            "saywhy_request_seconds",
            "Seconds from the head of a request to the end of its answer.",
            ["route"],
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self.in_progress = Gauge("saywhy_requests_in_progress", "Requests in progress.", registry=self.registry)
        self.batch_sizes = Histogram(
            "saywhy_batch_comments", "Comments classified together.", buckets=_SIZES, registry=self.registry
        )
        self.waiting = Gauge("saywhy_waiting_comments", "Comments that wait to be classified.", registry=self.registry)
        self.connections = Gauge(
            "saywhy_database_connections_in_use", "Connections to the database in use.", registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.latency.labels(route).observe(seconds)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def read_metrics(request: Request) -> Response:
    """Requests, latency, micro-batches, connections, memory and processor time of this process."""
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)

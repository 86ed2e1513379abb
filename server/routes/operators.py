"""What operators and their monitoring ask."""

from server.health import Health
from server.routes.route import Machines, Route, get


def operators(health: Health) -> tuple[Route, ...]:
    return (
        get("/healthz", health.healthz, Machines()),
        get("/readyz", health.readyz, Machines()),
        get("/version", health.version, Machines()),
        get("/metrics", health.figures, Machines()),  # which ask for their own token
    )

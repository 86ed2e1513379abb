"""What operators and their monitoring ask."""

from server.health import Health
from server.routes.route import Everybody, Route, get


def operators(health: Health) -> tuple[Route, ...]:
    return (
        get("/healthz", health.healthz, Everybody()),
        get("/readyz", health.readyz, Everybody()),
        get("/version", health.version, Everybody()),
        get("/metrics", health.figures, Everybody()),  # which ask for their own token
    )

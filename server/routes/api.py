"""For programs: /api/v1."""

from server.routes.route import Route

ROUTES: tuple[Route, ...] = ()

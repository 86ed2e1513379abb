"""The organisation, its people, and each one's own account."""

from server.routes.route import Route

ROUTES: tuple[Route, ...] = ()

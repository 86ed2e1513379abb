"""What holds for every request: where it may come from, and what browsers are told about the answer."""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FOR_EVER = "public, max-age=31536000, immutable"
API = "/api/"
STOP_LETTERS = "/mail/stop/"  # RFC 8058: mail programs post there, from nowhere and without a cookie
UNLISTED = (API, "/s/", "/host", "/enter", "/sign-in", "/lead", "/mail")


def content_security_policy(public_url: str) -> str:
    """Nothing from anywhere else; no inline script or style; Trusted Types with lit-html's policy only."""
    parts = urlsplit(public_url)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"connect-src 'self' {socket}",
            "media-src 'self' blob:",
            "img-src 'self'",
            "style-src 'self'",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types lit-html",
        )
    )


def security_headers(public_url: str) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_security_policy(public_url),
        # Nothing to other sites; with "no-referrer" browsers would send "Origin: null" with our own forms.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), "
        "autoplay=(self)",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if urlsplit(public_url).scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def add_security_headers(app: web.Application, public_url: str) -> None:
    """On every response, the error pages and static files too."""
    headers = security_headers(public_url)

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        # Back must never show a room, nor a shared computer's cache a session. A static file's address names its build.
        is_kept = request.path.startswith("/static/") and response.status in (200, 206, 304)
        response.headers.setdefault("Cache-Control", FOR_EVER if is_kept else "no-store")
        if request.path.startswith(UNLISTED):
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if "Server" in response.headers:
            del response.headers["Server"]

    app.on_response_prepare.append(on_prepare)


def same_origin_only(public_url: str) -> Middleware:
    """403 for an unsafe method or a WebSocket that another site started.

    The API reads no cookie, so no other site can use a browser's rights there.

    `Sec-Fetch-Site` decides where the browser sends it; where it does not (old iOS), and for every WebSocket, `Origin`
    has to equal the public URL.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_allowed(request, public_url):
            raise web.HTTPForbidden
        return await handler(request)

    return guard


def is_allowed(request: web.Request, public_url: str) -> bool:
    origin = request.headers.get("Origin")
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return origin == public_url
    if request.method in SAFE_METHODS or request.path.startswith((API, STOP_LETTERS)):
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        return origin == public_url
    return site in ("same-origin", "none")

"""Small files that browsers, search engines and researchers ask for."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from server.pages.answer import RENDERER, services_of

# Before a security.txt expires its reader should ask again (RFC 9116 section 2.5.5: less than a year is recommended).
SECURITY_TXT_DAYS = 180


async def robots(_request: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nAllow: /$\nAllow: /groups$\nAllow: /g/\nDisallow: /\n")


async def manifest(request: web.Request) -> web.Response:
    """Neutral on purpose: an icon on a home screen should not tell what it is for."""
    site = request.app[RENDERER].site
    document = {
        "name": "Holdspace",
        "short_name": "Holdspace",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f4ef",
        "theme_color": "#f6f4ef",
        "icons": [
            {"src": site.static("icons/holdspace.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": site.static("icons/maskable.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "maskable"},
        ],
    }
    return web.json_response(document, content_type="application/manifest+json")


async def security_txt(request: web.Request) -> web.Response:
    """RFC 9116; 404 where the operator gave no contact, since the file must name one."""
    site = request.app[RENDERER].site
    if not site.contact:
        raise web.HTTPNotFound
    now = datetime.fromtimestamp(services_of(request).clock.now() / 1_000, UTC)
    expires = (now + timedelta(days=SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    here = f"{site.public_url}/.well-known/security.txt"
    return web.Response(text=f"Contact: {site.contact}\nExpires: {expires}\nCanonical: {here}\n")


async def change_password(_request: web.Request) -> web.Response:
    """A password is changed by whoever runs the server; the sign-in page says so."""
    return web.Response(status=302, headers={"Location": "/sign-in"})

"""Help, for everybody."""

from aiohttp import web

from server.pages.answer import show
from web.pages import HelpPage


async def help_page(request: web.Request) -> web.Response:
    return show(request, HelpPage())

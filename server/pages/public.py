"""Pages for everybody: home and help."""

from aiohttp import web

from server.pages.answer import show
from web.pages import HelpPage, HomePage


async def home(request: web.Request) -> web.Response:
    return show(request, HomePage())


async def help_page(request: web.Request) -> web.Response:
    return show(request, HelpPage())

"""Pages for everybody: home and help."""

from aiohttp import web

from server.pages.answer import host_name, show
from web.pages import HelpPage, HomePage


async def home(request: web.Request) -> web.Response:
    return show(request, HomePage(host=await host_name(request)))


async def help_page(request: web.Request) -> web.Response:
    return show(request, HelpPage(host=await host_name(request)))

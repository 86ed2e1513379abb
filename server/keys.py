"""The typed keys under which the parts of a running server are found in the aiohttp application."""

from aiohttp import web

from server.services import Services

SERVICES = web.AppKey("services", Services)

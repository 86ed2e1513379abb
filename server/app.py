"""The composition root: every part of a server is made here, and started and closed in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from rooms.program.organisation import Retention
from server.access import access
from server.api.errors import api_errors
from server.api.keys import ApiKeys
from server.calendar.book import CalendarBook
from server.clock import AnchoredClock
from server.config import Config
from server.cookies import Cookies
from server.deadlines import body_deadline
from server.drain import Drain, refuse_while_draining
from server.ending import end
from server.entry import Entry
from server.errands import build_errands
from server.errors import errors
from server.health import Health
from server.hosts import RoomHosts
from server.hosts_figures import RoomFigures
from server.jobs import keep_forgetting, keep_purging
from server.keys import SERVICES
from server.limits import RateLimits, instance_key
from server.line_figures import LineFigures
from server.line_watch import keep_watching
from server.links import Links
from server.mail.post import Post
from server.media_figures import MediaFigures
from server.metrics import Metrics
from server.pages.answer import add_pages
from server.passwords import Passwords
from server.people.accounts import Accounts
from server.people.audit import Audit
from server.people.first_start import FirstStart
from server.people.organisations import Organisations
from server.people.rooms_of import RoomsOf
from server.people.sign_in_links import SignInLinks
from server.ports import Clock, Rooms
from server.program.calling_off import CallingOff
from server.program.codes import Codes
from server.program.dashboard import Dashboard
from server.program.erasure import Erasure
from server.program.exports import Exports
from server.program.forgetting import Forgetting
from server.program.groups import GroupBook
from server.program.places import PlaceBook
from server.program.ports import Silence
from server.program.series import SeriesBook
from server.program.shared_links import SharedLinks
from server.program.templates import TemplateBook
from server.routes.table import add_routes
from server.security import add_security_headers, same_origin_only
from server.services import Services
from server.sessions import Sessions
from server.store.database import Database
from server.store.migrate import migrate
from server.store.store import Store
from server.webhooks.book import WebhookBook
from server.webhooks.delivery import Deliverer
from server.webhooks.rooms import RoomNews
from server.ws import add_signaling
from sfu.control.config import NodeConfig
from sfu.control.node import Node
from sfu.control.relay import Relay
from sfu.node import MediaNode
from sfu.plane import PacketPlane
from sfu.process.client import ProcessPlane
from web.site import Site, build_id, modules_of

if TYPE_CHECKING:
    from server.cluster import Cluster
    from server.people.oidc import OpenIdConnect

MOST_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is built and not yet started. `app` starts and closes the rest."""

    app: web.Application
    services: Services
    rooms: Rooms
    drain: Drain


def build_services(config: Config, store: Store, clock: Clock, rooms: Rooms, passwords: Passwords) -> Services:
    """What pages and commands work with; `store` has to be migrated before the first call."""
    key = instance_key(config.data_dir)
    limits = RateLimits(store.limits, clock, key)
    audit = Audit(store, clock)
    retention = Retention(sessions=config.retention_days, audit=config.audit_days)
    post = Post(config, store.outbox, clock)
    webhooks = WebhookBook(store, clock, config.webhooks_to_private)
    calendar = CalendarBook(store, clock, key, config.public_url)
    links_of_places = PlaceBook(store, clock, rooms, Silence(), key, config.public_url)
    errands = build_errands(config, store, clock, post, webhooks, links_of_places, calendar)
    notices = errands.notices
    sessions, links = Sessions(store, clock, rooms), Links(store, clock, config.public_url)
    rooms_of = RoomsOf(links, sessions)
    accounts = Accounts(store, clock, passwords, limits, rooms_of, post)
    sign_in_links = SignInLinks(store, clock, limits, accounts, post, config.public_url)
    series = SeriesBook(store, clock, rooms, notices)
    groups = GroupBook(store, clock, notices, series, rooms_of)
    places = PlaceBook(store, clock, rooms, notices, key, config.public_url)
    return Services(
        config=config,
        clock=clock,
        accounts=accounts,
        sign_in_links=sign_in_links,
        first_start=FirstStart(store, accounts, sign_in_links),
        organisation=Organisations(store, clock, audit, retention),
        audit=audit,
        oidc=_oidc(config, store, clock),
        post=post,
        sessions=sessions,
        links=links,
        entry=Entry(store, clock),
        cookies=Cookies(is_secure=not config.is_local_http),
        limits=limits,
        groups=groups,
        places=places,
        codes=Codes(store, clock, key),
        series=series,
        calling_off=CallingOff(sessions, series, notices),
        calendar=calendar,
        shared_links=SharedLinks(store, clock, key, config.public_url),
        dashboard=Dashboard(store, clock),
        templates=TemplateBook(store, clock),
        exports=Exports(store, series),
        erasure=Erasure(store, clock, sessions, groups, places, post),
        forgetting=Forgetting(store, clock, retention),
        api_keys=ApiKeys(store, clock),
        webhooks=webhooks,
        errands=errands,
        leading=errands.leading,
        rooms=rooms,
        store=store,
    )


def build_server(
    config: Config,
    before_doors: Callable[[Services], Awaitable[None]],
    media: MediaNode | None = None,
    new_plane: Callable[[], PacketPlane] = ProcessPlane,
) -> Server:
    """Nothing is opened yet. `before_doors` is awaited when the store is ready and no room is hosted yet; `media` is
    another media plane than the one that the settings describe, whose packet planes `new_plane` makes."""
    clock = AnchoredClock()
    store = Store(Database(config.database), clock)
    metrics = Metrics()
    figures = RoomFigures(metrics.registry)
    media = media or Node(_media_config(config), new_plane)
    line_figures = LineFigures(metrics.registry)
    cluster = _cluster(config, store, clock)
    rooms = RoomHosts(cluster or store.rooms, Entry(store, clock), media, clock, figures)
    passwords = Passwords()
    services = build_services(config, store, clock, rooms, passwords)
    drain = Drain(config.drain_s)
    site = Site(
        build=build_id(),
        public_url=config.public_url,
        quick_exit_url=config.quick_exit_url,
        crisis_text=config.crisis_text,
        contact=config.contact,
        preloads=modules_of("js/main.js"),
    )
    more = {} if cluster is None else {"redis": cluster.is_well}
    health = Health(
        store=store,
        data_dir=config.data_dir,
        build=site.build,
        metrics=metrics,
        metrics_token=config.metrics_token,
        is_draining=drain.is_draining,
        is_open_here=config.is_local_http,
        more=more,
        before_figures=MediaFigures(metrics.registry, media).read,
    )

    middlewares = (
        access(metrics),
        errors,
        api_errors,
        same_origin_only(config.public_url),
        refuse_while_draining(drain),
        body_deadline(),
    )
    app = web.Application(middlewares=middlewares, client_max_size=MOST_BODY_BYTES)
    app[SERVICES] = services
    add_security_headers(app, config.public_url)
    add_pages(app, site)
    add_signaling(app, rooms, services.entry, clock, frozenset({config.public_url}), figures, config.trusted_proxies)
    add_routes(app, site, health)

    async def open_store(_app: web.Application) -> AsyncIterator[None]:
        await migrate(store.database)
        await store.check()
        await before_doors(services)
        yield
        passwords.close()
        await store.close()

    async def run_media(_app: web.Application) -> AsyncIterator[None]:
        await media.start(rooms)
        watching = asyncio.create_task(keep_watching(media, line_figures, rooms.on_lines), name="watch-lines")
        yield
        await end(watching)
        await media.close()

    async def keep_leases(_app: web.Application) -> AsyncIterator[None]:
        if cluster is None:
            yield
            return
        cluster.on_lost = rooms.lost
        keeping = asyncio.create_task(cluster.keep(), name="keep-leases")
        yield
        await end(keeping)
        await cluster.close()

    async def host_rooms(_app: web.Application) -> AsyncIterator[None]:
        await rooms.start()
        yield

    async def forget(_app: web.Application) -> AsyncIterator[None]:
        forgetting = keep_forgetting(store, clock, services.forgetting)
        jobs = (
            asyncio.create_task(forgetting, name="forget"),
            asyncio.create_task(keep_purging(store.database), name="purge"),
        )
        yield
        for job in jobs:
            await end(job)

    async def tell_programs(_app: web.Application) -> AsyncIterator[None]:
        news = RoomNews(services.webhooks)
        rooms.listeners.add(news)
        deliverer = Deliverer(store, clock, services.webhooks.queued, config.webhooks_to_private)
        jobs = (
            asyncio.create_task(news.keep_writing(), name="tell-programs"),
            asyncio.create_task(deliverer.keep_delivering(), name="deliver-webhooks"),
        )
        yield
        for job in jobs:
            await end(job)

    async def do_errands(_app: web.Application) -> AsyncIterator[None]:
        async with services.errands.running(services.series.materialise, rooms.listeners, metrics):
            yield

    app.cleanup_ctx.extend((open_store, tell_programs, keep_leases, run_media, do_errands, host_rooms, forget))
    return Server(app, services, rooms, drain)


def _media_config(config: Config) -> NodeConfig:
    return NodeConfig(
        bind=config.udp_bind,
        port=config.udp_port,
        advertise=config.udp_advertise,
        is_local=config.is_local_http,
        processes=config.media_processes,
        tcp_port=None if config.tcp_port == "off" else config.tcp_port or 0,
        relay=_relay(config),
    )


def _relay(config: Config) -> Relay | None:
    if config.turn_secret is None:
        return None
    return Relay(config.turn_urls, config.turn_secret.get_secret_value(), config.turn_ttl_s, config.relay_only)


def _oidc(config: Config, store: Store, clock: Clock) -> "OpenIdConnect | None":
    if config.oidc_issuer is None or config.oidc_client_secret is None:
        return None
    # Loaded only where it is wanted: nobody waits for it at a start without it.
    from server.people.oidc import OpenIdConnect
    from server.people.provider import Provider

    secret = config.oidc_client_secret.get_secret_value()
    provider = Provider(config.oidc_issuer, config.oidc_client_id, secret, clock)
    return OpenIdConnect(store, clock, provider, config.oidc_label, f"{config.public_url}/sign-in/oidc/back")


def _cluster(config: Config, store: Store, clock: Clock) -> "Cluster | None":
    """Leases in Redis, where the settings name one."""
    if config.redis_url is None:
        return None
    # Loaded only where it is wanted: it is an eighth of a start, and after a crash people wait for the start.
    from server.cluster import Cluster, connect, node_id

    return Cluster(store.rooms, connect(config.redis_url.get_secret_value()), clock, node_id(config.data_dir))

"""Between the wire's media messages, which name people, and the media plane, which knows peers."""

from collections.abc import Callable
from typing import Final

from rooms.ids import PersonId
from sfu.node import IceServer, Offer, Source, SourceWanted, Video, Wanted, WantedCamera
from sfu.uplinks import CAMERA_BPS, MIC_BPS, SCREEN_BPS
from signaling import server_media as wire
from signaling.client_media import Viewing

_BPS: Final = {Source.MIC: MIC_BPS, Source.CAMERA: CAMERA_BPS, Source.SCREEN: SCREEN_BPS}


def offer_message(peer: int, offer: Offer) -> wire.OfferMessage:
    layers = tuple(wire.UplinkLayer(rid=layer.rid, scale=layer.scale, max_bps=layer.max_bps) for layer in offer.layers)
    uplinks = tuple(
        wire.Uplink(
            source=source.value, mid=mid, max_bps=_BPS[source], layers=layers if source is Source.CAMERA else ()
        )
        for source, mid in offer.uplinks
    )
    return wire.OfferMessage(
        transport=peer,
        generation=offer.generation,
        sdp=offer.sdp,
        uplinks=uplinks,
        ice_servers=() if offer.relay is None else (_ice_server(offer.relay),),
        is_relay_only=offer.is_relay_only,
    )


def _ice_server(relay: IceServer) -> wire.IceServer:
    return wire.IceServer(urls=relay.urls, username=relay.username, credential=relay.credential)


def wanted_of(view: Viewing, peer_of: Callable[[PersonId], int | None]) -> Wanted:
    """People without a peer, and whoever is named twice, are left out."""
    cameras: dict[int, WantedCamera] | None = None
    if view.tiles is not None:
        cameras = {}
        for tile in view.tiles:
            peer = peer_of(PersonId(tile.person))
            if peer is not None and peer not in cameras:
                cameras[peer] = WantedCamera(peer, tile.width, tile.is_pinned, tile.is_speaker)
    return Wanted(None if cameras is None else tuple(cameras.values()), view.screen, Video(view.video))


def layers_wanted(peer: int, sources: tuple[SourceWanted, ...]) -> wire.LayersWanted:
    """Nothing is said of the microphone: it is wanted always."""
    told = []
    for one in sources:
        match one.source:
            case Source.CAMERA:
                told.append(wire.SourceWanted(source="camera", is_wanted=one.is_wanted, rids=one.rids))
            case Source.SCREEN:
                told.append(wire.SourceWanted(source="screen", is_wanted=one.is_wanted, rids=one.rids))
            case Source.MIC:
                pass
    return wire.LayersWanted(transport=peer, sources=tuple(told))

"""One slot's steady state: a track that flows into it, from the packet where that began to the one where it ends."""

from sfu.packet.flow import Flow
from sfu.packet.media import MediaPacket
from sfu.packet.munger import Munger
from sfu.packet.peer import Peer
from sfu.packet.repair import Repair
from sfu.packet.slot_report import SlotReport
from sfu.packet.track import Track
from sfu.packet.wire import Wire
from sfu.plane import SlotSpec


class Steady:
    """Hands the slot's numbers to the fan and takes them back; `flow` is None while each packet is looked at."""

    def __init__(self, viewer: Peer, spec: SlotSpec, wire: Wire, report: SlotReport, repair: Repair | None) -> None:
        self.flow: Flow | None = None
        self._viewer = viewer
        self._wire = wire
        self._report = report
        self._repair = repair
        self._ssrc = spec.ssrc

    def start(self, packet: MediaPacket, track: Track, munger: Munger) -> bool:
        """From the packet after this one on, every packet of the track becomes this slot's by the same constants.

        False: the fan did not take it.
        """
        flow = Flow(track, packet.number, munger.last_seq - packet.number, munger.timestamp_offset)
        constants = (flow.offset, flow.timestamp_offset, self._ssrc)
        if not self._wire.fan.link(self._viewer.room, self._viewer.lane, track, constants):
            return False
        track.payload_type = packet.payload_type
        self.flow = flow
        if self._repair is not None:
            self._repair.flows.append(flow)
        return True

    def stop(self, munger: Munger) -> bool:
        """What comes next is the munger's again; it continues the numbers. False: nothing flowed."""
        flow = self.flow
        if flow is None:
            return False
        self._wire.fan.unlink(self._viewer.room, self._viewer.lane, flow.track)
        self.count()
        self.flow = None
        flow.end()
        newest = flow.track.newest
        if newest is not None and newest.number >= flow.first:
            timestamp = (newest.timestamp + flow.timestamp_offset) & 0xFFFFFFFF
            munger.resume((newest.number + flow.offset) & 0xFFFF, timestamp, newest.at)
        return True

    def count(self) -> None:
        """Add what flowed since the last call to the slot's report and to what its repairs may cost."""
        if self.flow is None:
            return
        packets, size, octets = self.flow.take_counts()
        self._report.packets += packets
        self._report.bytes += size
        self._report.octets += octets
        if self._repair is not None:
            self._repair.earn(packets)

"""The test community: a plain py-ipv8 community that reports every message it accepted."""
from __future__ import annotations

from typing import TYPE_CHECKING

import ipv8.community
from ipv8.community import Community, CommunitySettings
from ipv8.lazy_community import lazy_wrapper, lazy_wrapper_unsigned
from ipv8.messaging.payload import IntroductionResponsePayload, NewPuncturePayload, PuncturePayload
from ipv8.messaging.payload_headers import GlobalTimeDistributionPayload
from ipv8.peerdiscovery.network import PeerObserver

from harness import address_text, view
from payloads import Everything, Plain, Timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipv8.peer import Peer


class ReportingSettings(CommunitySettings):
    """Settings of a `ReportingCommunity`."""

    report: Callable = print
    """Called with the name of an event and its fields."""


class ReportingCommunity(Community, PeerObserver):
    """
    Reports an event for every message that was decoded and, where signed, verified.

    `community_class` sets `community_id`.
    """

    settings_class = ReportingSettings

    def __init__(self, settings: ReportingSettings) -> None:
        """Register the handlers and observe the network."""
        self.community_id = type(self).community_id
        super().__init__(settings)
        self.report = settings.report
        self.source = None
        self.network.add_peer_observer(self)
        self.add_message_handler(Everything, self.on_everything)
        self.add_message_handler(Plain, self.on_plain)
        self.add_message_handler(Timed, self.on_timed)

    def on_packet(self, packet: tuple, warn_unknown: bool = True) -> None:
        """Remember the source of the packet: the handlers of py-ipv8 only get the peer."""
        self.source = packet[0]
        super().on_packet(packet, warn_unknown)

    def accepted(self, event: str, payload: object, peer: Peer | None = None,
                 dist: GlobalTimeDistributionPayload | None = None, **more: object) -> None:
        """Report an accepted message."""
        self.report(event, id=payload.msg_id, address=address_text(self.source),
                    mid=peer.mid.hex() if peer else None,
                    public_key=peer.public_key.key_to_bin().hex() if peer else None,
                    global_time=dist.global_time if dist else None, fields=view(payload), **more)

    def on_introduction_request(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: object) -> None:
        """Handle 246 and 234."""
        self.accepted("introduction_request", payload, peer, dist)
        super().on_introduction_request(peer, dist, payload)

    def on_introduction_response(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: object) -> None:
        """Handle 245 and 233."""
        self.accepted("introduction_response", payload, peer, dist)
        super().on_introduction_response(peer, dist, payload)

    def on_puncture_request(self, source_address: tuple, dist: GlobalTimeDistributionPayload, payload: object,
                            new_style: bool = False) -> None:
        """Handle 250 and 232."""
        self.accepted("puncture_request", payload, dist=dist)
        super().on_puncture_request(source_address, dist, payload, new_style)

    @lazy_wrapper(GlobalTimeDistributionPayload, PuncturePayload)
    def on_puncture(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: PuncturePayload) -> None:
        """Handle 249."""
        self.accepted("puncture", payload, peer, dist)

    @lazy_wrapper(GlobalTimeDistributionPayload, NewPuncturePayload)
    def on_new_puncture(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: NewPuncturePayload) -> None:
        """Handle 231."""
        self.accepted("puncture", payload, peer, dist)

    @lazy_wrapper(Everything)
    def on_everything(self, peer: Peer, payload: Everything) -> None:
        """Handle the signed message."""
        self.accepted("message", payload, peer, name="everything")

    @lazy_wrapper_unsigned(Plain)
    def on_plain(self, source_address: tuple, payload: Plain) -> None:
        """Handle the unsigned message."""
        self.accepted("message", payload, name="plain")

    @lazy_wrapper(GlobalTimeDistributionPayload, Timed)
    def on_timed(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: Timed) -> None:
        """Handle the signed message with a global time."""
        self.accepted("message", payload, peer, dist, name="timed")

    def on_peer_added(self, peer: Peer) -> None:
        """Report a peer that became verified."""
        self.report("peer_added", mid=peer.mid.hex(), address=address_text(peer.address))

    def on_peer_removed(self, peer: Peer) -> None:
        """Report a peer that was removed."""
        self.report("peer_removed", mid=peer.mid.hex(), address=address_text(peer.address))


class SilentResponsePayload(IntroductionResponsePayload):
    """A response without the flag "sender supports new style"."""

    def to_pack_list(self) -> list[tuple]:
        """Pack with flag 0x10 cleared."""
        self.supports_new_style = False
        return super().to_pack_list()


class OldStyleCommunity(ReportingCommunity):
    """
    A peer that predates the new style: it never claims support for it, and neither sends nor
    knows the messages 231 to 234.

    `community_class` creates it and also makes the whole process use `SilentResponsePayload`.
    """

    def __init__(self, settings: ReportingSettings) -> None:
        """Remove the handlers of the new messages."""
        super().__init__(settings)
        for message in (231, 232, 233, 234):
            self.decode_map[message] = None

    def create_introduction_request(self, *args: object, **kwargs: object) -> bytes:
        """Always create 246; py-ipv8 never sets its flag 0x20 either."""
        return super().create_introduction_request(*args, **{**kwargs, "new_style": False})

    def create_introduction_response(self, *args: object, **kwargs: object) -> bytes:
        """Always create 245."""
        return super().create_introduction_response(*args, **{**kwargs, "new_style": False})

    def create_puncture_request(self, *args: object, **kwargs: object) -> bytes:
        """Always create 250."""
        return super().create_puncture_request(*args, **{**kwargs, "new_style": False})

    def on_introduction_request(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: object) -> None:
        """Ignore that the sender supports the new style."""
        peer.new_style_intro = False
        super().on_introduction_request(peer, dist, payload)

    def on_introduction_response(self, peer: Peer, dist: GlobalTimeDistributionPayload, payload: object) -> None:
        """Ignore that the sender or the introduced peer supports the new style."""
        peer.new_style_intro = False
        payload.intro_supports_new_style = False
        super().on_introduction_response(peer, dist, payload)


def community_class(community_id: str, old_style: bool = False) -> type[ReportingCommunity]:
    """Return the test community with the id `community_id` (40 hex digits)."""
    base = ReportingCommunity
    if old_style:
        base = OldStyleCommunity
        ipv8.community.IntroductionResponsePayload = SilentResponsePayload
    raw = bytes.fromhex(community_id)
    if len(raw) != 20:
        msg = "a community id is 40 hex digits"
        raise ValueError(msg)
    return type("TestCommunity", (base,), {"community_id": raw})

"""
A tracker (bootstrap server) on loopback that behaves like py-ipv8's and is built from its parts.

    tracker.py [--listen 127.0.0.1:0] [--max-peers 100] [--churn-interval 10] [--clock 0] [--duration 120]

It signs with a sect163k1 key, serves every community, and handles two messages. It answers 246 with
245 and, if it introduces a peer, sends a 250 to that peer; 245 is the answer to its pings.
`--clock` is the number of messages that its key has sent before.

Commands: {"command": "peers"}, {"command": "stats"}, {"command": "stop"}. Events: `listening`
(address, mid, public_key), `request` (community, mid, address, introduced), `refused` (address,
error), `peer_added`, `peer_removed` (mid, address), `peers` (community -> mids), `stats`, `stopped`.
"""
from __future__ import annotations

import argparse
import asyncio
import random
import time

from ipv8.community import Community, CommunitySettings
from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging.interfaces.udp.endpoint import UDPEndpoint, UDPv4LANAddress
from ipv8.messaging.payload import IntroductionRequestPayload, IntroductionResponsePayload
from ipv8.peer import Peer
from ipv8.peerdiscovery.churn import RandomChurn
from ipv8.peerdiscovery.network import Network, PeerObserver
from ipv8.requestcache import NumberCache, RequestCache

from harness import Counters, Control, address_text, emit, finish, keep_to_loopback, parse_address

PING = "tracker-ping"


class Ping(NumberCache):
    """A pending ping: asks a peer whether it still offers a service."""

    def __init__(self, tracker: Tracker, peer: Peer, service: bytes) -> None:
        """Wait for the answer to the request that was just made."""
        super().__init__(tracker.request_cache, PING, tracker.global_time)
        self.tracker, self.peer, self.service = tracker, peer, service

    @property
    def timeout_delay(self) -> float:
        """Return the timeout in seconds."""
        return 5.0

    def on_timeout(self) -> None:
        """Remove the service: no answer came."""
        self.tracker.forget(self.peer, self.service)


class Churn(RandomChurn):
    """Pings silent peers, and drops the oldest peers beyond `max_peers`."""

    def __init__(self, tracker: Tracker, max_peers: int) -> None:
        """Manage the peers of `tracker`."""
        super().__init__(tracker)
        self.max_peers = max_peers

    def take_step(self) -> None:
        """Ping some peers, drop those beyond the limit."""
        super().take_step()
        network = self.overlay.network
        by_age = sorted(network.verified_peers, key=lambda peer: peer.creation_time, reverse=True)
        for peer in by_age[self.max_peers:]:
            network.remove_peer(peer)


class Tracker(Community, PeerObserver):
    """Introduces the peers of any community to each other."""

    community_id = random.randbytes(20)  # no peer uses the tracker's own community

    def __init__(self, settings: CommunitySettings) -> None:
        """Listen to every prefix."""
        super().__init__(settings)
        self.request_cache = RequestCache()
        self.network.add_peer_observer(self)
        self.endpoint.add_listener(self)

    def on_packet(self, packet: tuple, warn_unknown: bool = False) -> None:
        """Handle 246 and 245 with any prefix; ignore the rest."""
        source, data = packet
        try:
            known = self.network.get_verified_by_address(source)
            if known:
                known.last_response = time.time()
            if data[22] == IntroductionRequestPayload.msg_id:
                self.on_request(source, data)
            elif data[22] == IntroductionResponsePayload.msg_id:
                self.on_response(source, data)
        except Exception as error:
            emit("refused", address=address_text(source), error=f"{type(error).__name__}: {error}")

    def on_request(self, source: tuple, data: bytes) -> None:
        """Add the requester, and introduce a peer of the same community."""
        prefix, service = data[:22], data[2:22]
        auth, _, payload = self._ez_unpack_auth(IntroductionRequestPayload, data)
        peer = Peer(auth.public_key_bin, source)
        peer.address = UDPv4LANAddress(*payload.source_lan_address)
        peer.last_response = time.time()
        self.network.add_verified_peer(peer)
        self.network.discover_services(peer, [service])
        others = [p for p in self.network.get_peers_for_service(service) if p != peer]
        introduced = random.choice(others) if others else None
        answer = self.create_introduction_response(payload.destination_address, peer.address, payload.identifier,
                                                   introduction=introduced, prefix=prefix)
        self.endpoint.send(peer.address, answer)
        emit("request", community=service.hex(), mid=peer.mid.hex(), address=address_text(source),
             introduced=introduced.mid.hex() if introduced else None)

    def on_response(self, source: tuple, data: bytes) -> None:
        """Handle the answer to our ping; the peer may be full."""
        auth, _, payload = self._ez_unpack_auth(IntroductionResponsePayload, data)
        if self.request_cache.has(PING, payload.identifier):
            self.request_cache.pop(PING, payload.identifier)
            if payload.peer_limit_reached:
                self.forget(Peer(auth.public_key_bin, source), data[2:22])

    def send_ping(self, peer: Peer) -> None:
        """Ask `peer`, in one of its communities, for an introduction; called by the churn."""
        service = random.choice(tuple(self.network.get_services_for_peer(peer)))
        packet = self.create_introduction_request(peer.address, prefix=b"\x00" + self.version + service)
        self.request_cache.add(Ping(self, peer, service))
        self.endpoint.send(peer.address, packet)

    def forget(self, peer: Peer, service: bytes) -> None:
        """Remove `service` from `peer`; drop a peer that has no services left."""
        services = self.network.get_services_for_peer(peer)
        services.discard(service)
        if not services:
            self.network.remove_peer(peer)

    def get_peer_for_introduction(self, exclude: Peer | None = None, new_style: bool = False) -> Peer | None:
        """
        Return none: `on_request` has already chosen a peer.

        The default would choose from the tracker's own community.
        """
        return None

    async def unload(self) -> None:
        """Stop the pings, then unload."""
        await self.request_cache.shutdown()
        await super().unload()

    def on_peer_added(self, peer: Peer) -> None:
        """Report the added peer."""
        emit("peer_added", mid=peer.mid.hex(), address=address_text(peer.address))

    def on_peer_removed(self, peer: Peer) -> None:
        """Report the removed peer."""
        emit("peer_removed", mid=peer.mid.hex(), address=address_text(peer.address))


async def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", type=parse_address, default=parse_address("127.0.0.1:0"))
    parser.add_argument("--max-peers", type=int, default=100)
    parser.add_argument("--churn-interval", type=float, default=10.0)
    parser.add_argument("--clock", type=int, default=0)
    parser.add_argument("--duration", type=float, default=120.0)
    args = parser.parse_args()
    keep_to_loopback(args.listen[0])
    endpoint = UDPEndpoint(port=args.listen[1], ip=args.listen[0])
    counters = Counters(endpoint)
    await endpoint.open()
    control = Control(args.duration)
    tracker = Tracker(CommunitySettings(my_peer=Peer(default_eccrypto.generate_key("very-low")), endpoint=endpoint,
                                        network=Network()))
    tracker.my_peer.update_clock(args.clock)
    tracker.register_task("churn", Churn(tracker, args.max_peers).take_step, interval=args.churn_interval)

    def peers(_: dict) -> None:
        services = set().union(*tracker.network.services_per_peer.values())
        emit("peers", communities={service.hex(): [p.mid.hex() for p in tracker.network.get_peers_for_service(service)]
                                   for service in services})

    def stats(_: dict) -> None:
        emit("stats", peers=len(tracker.network.verified_peers), **counters.fields())

    emit("listening", address=address_text(endpoint.get_address()), mid=tracker.my_peer.mid.hex(),
         public_key=tracker.my_peer.public_key.key_to_bin().hex())
    reason = await control.obey({"peers": peers, "stats": stats})

    async def close() -> None:
        await tracker.unload()
        endpoint.close()

    await finish(reason, close())


if __name__ == "__main__":
    asyncio.run(main())

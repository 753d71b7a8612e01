"""
Makes packets to judge: good ones from py-ipv8's payloads with random fields, and damaged ones.

The seed determines everything except signatures on the sect*k1 curves.
"""
from __future__ import annotations

import ipaddress
import random
import struct
from typing import TYPE_CHECKING, NamedTuple

from ipv8.keyvault.crypto import default_eccrypto
from ipv8.messaging import payload as basic
from ipv8.messaging.interfaces.udp.endpoint import DomainAddress, UDPv4Address, UDPv6Address
from ipv8.messaging.payload_headers import BinMemberAuthenticationPayload, GlobalTimeDistributionPayload

from payloads import Everything, Item, Plain, Timed

if TYPE_CHECKING:
    from ipv8.community import Community
    from ipv8.keyvault.keys import PrivateKey

# level -> (DER of the curve's OID, bytes of a scalar)
LEGACY = {"very-low": ("06052b81040001", 21), "low": ("06052b8104001a", 29),
          "medium": ("06052b81040024", 51), "high": ("06052b81040026", 72)}
# Ed25519 points of small order, canonical or not: with such a key, a signature needs no secret
WEAK_POINTS = [bytes.fromhex(point) for point in (
    "00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 31 + "80", "01" + "00" * 30 + "80",
    "ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f", "ec" + "ff" * 31, "ed" + "ff" * 31, "ee" + "ff" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
GROUP_ORDER = 2 ** 252 + 27742317777372353535851937790883648493
TEXTS = ["", "a", "peer to peer", "h\u00e9\u00e9", "\U0001F600\U0001F680", "\u0000\n\t", "x" * 300]


class Made(NamedTuple):
    """A packet, how it was made, and its source address."""

    packet: bytes
    kind: str
    source: UDPv4Address
    deterministic: bool


class Parts(NamedTuple):
    """A good packet before it is signed: `header` + `body` (+ a signature with `key`)."""

    header: bytes  # prefix, message id and, if signed, the key
    body: bytes  # global time, fields
    key: PrivateKey | None

    def sealed(self) -> bytes:
        """Return the packet."""
        data = self.header + self.body
        return data + self.key.signature(data) if self.key else data


class Maker:
    """Makes packets for `overlay`."""

    def __init__(self, overlay: Community, seed: int, legacy: bool, special: bool) -> None:
        """
        Draw everything from `seed`.

        `legacy` allows keys on the sect*k1 curves, `special` allows special IPv4 addresses.
        """
        self.overlay, self.rng, self.special = overlay, random.Random(f"packets-{seed}"), special
        self.keys = [default_eccrypto.key_from_private_bin(b"LibNaCLSK:" + self.rng.randbytes(64)) for _ in range(16)]
        self.legacy = [self.legacy_key(*curve) for curve in LEGACY.values()] if legacy else []
        self.damages = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("damage_")]

    def legacy_key(self, oid: str, size: int) -> PrivateKey:
        """Return a private key in SEC1 DER, without the public point."""
        def der(tag: str, content: bytes) -> bytes:
            return bytes.fromhex(tag) + (b"\x81" if len(content) > 127 else b"") + bytes([len(content)]) + content
        scalar = b"\x00\x01" + self.rng.randbytes(size - 2)
        return default_eccrypto.key_from_private_bin(
            der("30", b"\x02\x01\x01" + der("04", scalar) + der("a0", bytes.fromhex(oid))))

    def make(self) -> Made:
        """Make the next packet: about half of them are good."""
        source = self.ipv4()
        if self.rng.random() < 0.5:
            parts, name = self.good()
            return Made(parts.sealed(), "good " + name, source, parts.key not in self.legacy)
        damage = self.rng.choice(self.damages)
        parts, name = self.good()
        kind = f"{damage.__name__.removeprefix('damage_')} {name}".replace("_", " ")
        return Made(damage(parts), kind, source, parts.key not in self.legacy)

    # ------------------------------------------------------------ good packets
    def good(self) -> tuple[Parts, str]:
        """Return a packet that py-ipv8 would send, and the name of its message."""
        payload = self.rng.choice(self.payloads())()
        signed = payload.msg_id not in (250, 232, 2)
        key = self.choose_key() if signed else None
        body = [] if payload.msg_id in (1, 2) else [GlobalTimeDistributionPayload(self.rng.getrandbits(64))]
        head = [BinMemberAuthenticationPayload(key.pub().key_to_bin())] if key else []
        pack = self.overlay.serializer.pack_serializable_list
        header = self.overlay.get_prefix() + bytes([payload.msg_id]) + pack(head)
        return Parts(header, pack([*body, payload]), key), type(payload).__name__.removesuffix("Payload")

    def choose_key(self) -> PrivateKey:
        """Return a random key, mostly a curve25519 one."""
        return self.rng.choice(self.legacy if self.legacy and self.rng.random() < 0.04 else self.keys)

    def payloads(self) -> list:
        """Return the makers of the eight introduction messages and the three test messages."""
        rng, v4, any_ip, number = self.rng, self.ipv4, self.ip, lambda: self.rng.getrandbits(16)
        def flag() -> bool:
            return rng.random() < 0.5
        def connection() -> str:
            return rng.choice(["unknown", "public", "symmetric-NAT"])
        def extra() -> bytes:
            return rng.randbytes(rng.choice([0, 0, 1, 21, 60]))
        return [
            lambda: basic.IntroductionRequestPayload(v4(), v4(), v4(), flag(), connection(), number(), extra(), flag()),
            lambda: basic.IntroductionResponsePayload(v4(), v4(), v4(), v4(), v4(), connection(), number(), extra(),
                                                      flag(), flag(), flag()),
            lambda: basic.PunctureRequestPayload(v4(), v4(), number()),
            lambda: basic.PuncturePayload(v4(), v4(), number()),
            lambda: basic.NewIntroductionRequestPayload(any_ip(), any_ip(), any_ip(), number(),
                                                        *(flag() for _ in range(8)), extra()),
            lambda: basic.NewIntroductionResponsePayload(any_ip(), any_ip(), any_ip(), any_ip(), any_ip(), number(),
                                                         *(flag() for _ in range(8)), extra()),
            lambda: basic.NewPunctureRequestPayload(any_ip(), any_ip(), number()),
            lambda: basic.NewPuncturePayload(any_ip(), any_ip(), number()),
            self.everything, self.plain, self.timed]

    def everything(self) -> Everything:
        """Return the signed test message."""
        rng = self.rng
        def item() -> Item:
            return Item(rng.getrandbits(64) - 2 ** 63, rng.choice(TEXTS))
        def several(make: object) -> list:
            return [make() for _ in range(rng.randrange(5))]
        return Everything(rng.random() < 0.5, rng.getrandbits(64) - 2 ** 63, self.real(), rng.randbytes(rng.randrange(40)),
                          rng.choice(TEXTS), item(), several(lambda: rng.random() < 0.5),
                          several(lambda: rng.getrandbits(64) - 2 ** 63), several(self.real), several(item))

    def plain(self) -> Plain:
        """Return the unsigned test message."""
        rng = self.rng
        host = rng.choice([self.ipv4(), self.ipv6(), DomainAddress("example.org", rng.getrandbits(16))])
        return Plain(rng.getrandbits(8), rng.getrandbits(16), rng.getrandbits(32), rng.getrandbits(64),
                     rng.getrandbits(32) - 2 ** 31, rng.choice([0.0, -1.5, 2.0 ** 20, float("inf")]), rng.randbytes(20),
                     self.ipv4(), self.ip(), host, *(rng.getrandbits(1) for _ in range(8)),
                     rng.randbytes(rng.randrange(50)), rng.randbytes(20 * rng.randrange(4)),
                     [rng.randbytes(rng.randrange(10)) for _ in range(rng.randrange(5))], rng.choice(TEXTS),
                     rng.randbytes(rng.randrange(30)))

    def timed(self) -> Timed:
        """Return the signed test message with a global time."""
        return Timed(self.rng.getrandbits(16), self.rng.choice(TEXTS))

    def real(self) -> float:
        """Return a finite double, or an infinity."""
        return self.rng.choice([0.0, -0.0, 1.1, -2.5e300, 5e-324, float("inf"), float("-inf"), self.rng.gauss(0, 1e6)])

    def ipv4(self) -> UDPv4Address:
        """Return a random IPv4 address and port, sometimes a special address."""
        if self.special and self.rng.random() < 0.2:
            return UDPv4Address(self.rng.choice(["0.0.0.0", "127.0.0.1", "10.1.2.3", "192.168.1.7", "172.20.0.1",
                                                 "255.255.255.255"]), self.rng.choice([0, 1, 8090, 65535]))
        return UDPv4Address(str(ipaddress.IPv4Address(self.rng.getrandbits(32))), self.rng.getrandbits(16))

    def ipv6(self) -> UDPv6Address:
        """Return a random IPv6 address and port, sometimes a special address."""
        host = self.rng.choice(["::", "::1", "::ffff:1.2.3.4", "fe80::1",
                                *[str(ipaddress.IPv6Address(self.rng.getrandbits(128)))] * 4])
        return UDPv6Address(host, self.rng.getrandbits(16))

    def ip(self) -> UDPv4Address | UDPv6Address:
        """Return a random address, mostly IPv4."""
        return self.ipv6() if self.rng.random() < 0.3 else self.ipv4()

    # ------------------------------------------------------------ damaged packets
    def damage_truncated(self, parts: Parts) -> bytes:
        """Truncate the packet anywhere."""
        packet = parts.sealed()
        return packet[:self.rng.randrange(len(packet))]

    def damage_truncated_and_signed(self, parts: Parts) -> bytes:
        """Truncate the fields anywhere, then sign."""
        return parts._replace(body=parts.body[:self.rng.randrange(len(parts.body))]).sealed()

    def damage_short(self, parts: Parts) -> bytes:
        """Keep the first 0 to 64 bytes."""
        return parts.sealed()[:self.rng.randrange(65)]

    def damage_extended(self, parts: Parts) -> bytes:
        """Append bytes."""
        return parts.sealed() + self.rng.randbytes(self.rng.randrange(1, 20))

    def damage_extended_and_signed(self, parts: Parts) -> bytes:
        """Append bytes to the fields, then sign."""
        return parts._replace(body=parts.body + self.rng.randbytes(self.rng.randrange(1, 20))).sealed()

    def damage_flipped(self, parts: Parts) -> bytes:
        """Flip one to three bits anywhere."""
        packet = bytearray(parts.sealed())
        for _ in range(self.rng.randrange(1, 4)):
            packet[self.rng.randrange(len(packet))] ^= 1 << self.rng.randrange(8)
        return bytes(packet)

    def damage_flipped_and_signed(self, parts: Parts) -> bytes:
        """Flip one to three bits of the fields, then sign."""
        body = bytearray(parts.body)
        for _ in range(self.rng.randrange(1, 4)):
            body[self.rng.randrange(len(body))] ^= 1 << self.rng.randrange(8)
        return parts._replace(body=bytes(body)).sealed()

    def damage_lying_length(self, parts: Parts) -> bytes:
        """Replace two bytes of the fields with a wrong length, then sign."""
        body = bytearray(parts.body)
        at = self.rng.randrange(max(1, len(body) - 1))
        body[at:at + 2] = struct.pack(">H", self.rng.choice([0, 1, len(body) - at, len(body) - at - 1, 255, 256, 32767,
                                                             65535]))
        return parts._replace(body=bytes(body)).sealed()

    def damage_random_fields(self, parts: Parts) -> bytes:
        """Replace the fields with random bytes, then sign."""
        return parts._replace(body=self.rng.randbytes(self.rng.randrange(len(parts.body) + 20))).sealed()

    def damage_wrong_signature(self, parts: Parts) -> bytes:
        """Append an invalid signature of the right length."""
        data = parts.header + parts.body
        key = parts.key or self.rng.choice(self.keys)
        length = key.pub().get_signature_length()
        good = key.signature(data)
        return data + self.rng.choice([bytes(length), b"\xff" * length, self.rng.randbytes(length),
                                       key.signature(data[22:]), key.signature(parts.body), good[::-1]])

    def damage_other_signer(self, parts: Parts) -> bytes:
        """Sign with another curve25519 key."""
        data = parts.header + parts.body
        return data + self.rng.choice([key for key in self.keys if key is not parts.key]).signature(data)

    def damage_key_field(self, parts: Parts) -> bytes:
        """Replace the key field, then sign with the right key."""
        key = parts.key or self.rng.choice(self.keys)
        public = key.pub().key_to_bin()
        other = self.rng.choice([b"", public[:-1], public + b"\x00", public + self.rng.randbytes(7), self.rng.randbytes(74),
                                 b"LibNaCLPK:" + self.rng.randbytes(64), b"LibNaCLPK:" + bytes(64), key.key_to_bin(),
                                 b"libnaclpk:" + public[10:], public[::-1]])
        length = self.rng.choice([len(other), len(other), len(other), 0, len(other) + 1, 65535])
        header = parts.header[:23] + struct.pack(">H", length) + other
        return Parts(header, parts.body, key).sealed()

    def damage_weak_key(self, parts: Parts) -> bytes:
        """Use a key of small order, and a signature made without a secret."""
        public = b"LibNaCLPK:" + self.rng.randbytes(32) + self.rng.choice(WEAK_POINTS)
        data = parts.header[:23] + struct.pack(">H", len(public)) + public + parts.body
        return data + self.rng.choice(WEAK_POINTS) + bytes(32)

    def damage_malleable_signature(self, parts: Parts) -> bytes:
        """Add the group order to the second half of a good Ed25519 signature."""
        key = parts.key if parts.key in self.keys else self.rng.choice(self.keys)
        packet = parts._replace(key=key).sealed()
        return packet[:-32] + (int.from_bytes(packet[-32:], "little") + GROUP_ORDER).to_bytes(32, "little")

    def damage_unknown_id(self, parts: Parts) -> bytes:
        """Use an id that has no handler, then sign."""
        return self.renumbered(parts, self.rng.choice([0, *range(4, 231)]))

    def damage_deprecated_id(self, parts: Parts) -> bytes:
        """Use an id that is only logged, then sign."""
        return self.renumbered(parts, self.rng.choice([255, 254, 253, 252, 251, 248, 247, 244, *range(235, 244)]))

    def damage_other_id(self, parts: Parts) -> bytes:
        """Use the id of another message, then sign."""
        return self.renumbered(parts, self.rng.choice([246, 245, 250, 249, 234, 233, 232, 231, 1, 2, 3]))

    def renumbered(self, parts: Parts, number: int) -> bytes:
        """Return the same packet as message `number`, signed."""
        return parts._replace(header=parts.header[:22] + bytes([number]) + parts.header[23:]).sealed()

    def damage_foreign_prefix(self, parts: Parts) -> bytes:
        """Change the community or version, then sign."""
        header = bytearray(parts.header)
        header[self.rng.randrange(22)] ^= 1 << self.rng.randrange(8)
        return parts._replace(header=bytes(header)).sealed()

    def damage_noise(self, _: Parts) -> bytes:
        """Return random bytes, sometimes after the right prefix."""
        noise = self.rng.randbytes(self.rng.randrange(400))
        return self.rng.choice([b"", self.overlay.get_prefix()]) + noise

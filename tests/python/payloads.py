"""The three messages of the test community, and the nested payload of the first."""
from __future__ import annotations

from dataclasses import dataclass

from ipv8.messaging.lazy_payload import VariablePayloadWID, vp_compile
from ipv8.messaging.payload_dataclass import DataClassPayload, convert_to_payload


@dataclass
class Item(DataClassPayload):
    """Nested in `Everything`."""

    number: int
    text: str


@dataclass
class Everything(DataClassPayload[1]):
    """Signed, no global time (as `ez_send` sends); the formats follow from the types."""

    flag: bool
    number: int
    real: float
    data: bytes
    text: str
    nested: Item
    flags: list[bool]
    numbers: list[int]
    reals: list[float]
    items: list[Item]


# py-ipv8 fills in the formats of a data class payload when the first one is *created*; a payload
# received before that is lost
convert_to_payload(Item)
convert_to_payload(Everything, 1)


@vp_compile
class Plain(VariablePayloadWID):
    """Unsigned, no global time; with explicit formats."""

    msg_id = 2
    format_list = ["B", "H", "I", "Q", "l", "f", "20s", "ipv4", "ip_address", "address", "bits", "varlenI",
                   "varlenHx20", "varlenH-list", "varlenIutf8", "raw"]
    names = ["byte", "short", "word", "long", "signed", "single", "hash", "ipv4", "ip", "address",
             "bit0", "bit1", "bit2", "bit3", "bit4", "bit5", "bit6", "bit7", "sized", "hashes", "chunks", "text", "rest"]


@vp_compile
class Timed(VariablePayloadWID):
    """Signed, with a global time, like the introduction messages."""

    msg_id = 3
    format_list = ["H", "varlenHutf8"]
    names = ["identifier", "text"]


MESSAGES = {"everything": Everything, "plain": Plain, "timed": Timed}

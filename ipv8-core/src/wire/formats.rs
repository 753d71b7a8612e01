//! The 42 format names of the protocol (§3), one marker type for each.
//!
//! `#[payload(format = "varlenI")]` on a field means: pack and unpack the field's value through
//! `<formats::VarlenI as Format<FieldType>>`. The name in the attribute is the name of the protocol;
//! the table says which marker it stands for and which Rust types it can carry (the first one is the
//! usual one).
//!
//! | name | marker | Rust types |
//! |---|---|---|
//! | `?` | [`Bool`] | `bool` |
//! | `B` | [`U8`] | `u8` |
//! | `H` | [`U16`] | `u16` |
//! | `I` | [`U32`] | `u32` |
//! | `Q` | [`U64`] | `u64` |
//! | `l` | [`I32`] | `i32` |
//! | `q` | [`I64`] | `i64` |
//! | `f` | [`F32`] | `f32` |
//! | `d` | [`F64`] | `f64` |
//! | `c` | [`Char`] | `u8` |
//! | `BBH` | [`BBH`] | `(u8, u8, u16)` |
//! | `BH` | [`BH`] | `(u8, u16)` |
//! | `HH` | [`HH`] | `(u16, u16)` |
//! | `LL` | [`LL`] | `(u32, u32)` |
//! | `QH` | [`QH`] | `(u64, u16)` |
//! | `QL` | [`QL`] | `(u64, u32)` |
//! | `QQHHBH` | [`QQHHBH`] | `(u64, u64, u16, u16, u8, u16)` |
//! | `ccB` | [`CCB`] | `(u8, u8, u8)` |
//! | `20s` | [`Bytes20`] | `[u8; 20]` |
//! | `32s` | [`Bytes32`] | `[u8; 32]` |
//! | `64s` | [`Bytes64`] | `[u8; 64]` |
//! | `74s` | [`Bytes74`] | `[u8; 74]` |
//! | `4SH` | [`Bytes4H`] | `([u8; 4], u16)` |
//! | `c20s` | [`CharBytes20`] | `(u8, [u8; 20])` |
//! | `bits` | [`BitFlags`] | [`Bits`](super::Bits), `[bool; 8]` |
//! | `ipv4` | [`Ipv4`] | `SocketAddrV4`, `SocketAddr` (IPv6 cannot be packed) |
//! | `ip_address` | [`IpAddress`] | `SocketAddr` |
//! | `address` | [`AddressFormat`] | [`Address`](crate::address::Address) |
//! | `varlenH` | [`VarlenH`] | `Vec<u8>` |
//! | `doublevarlenH` | [`DoubleVarlenH`] | `Vec<u8>` |
//! | `varlenI` | [`VarlenI`] | `Vec<u8>` |
//! | `varlenHutf8` | [`VarlenHUtf8`] | `String` |
//! | `varlenIutf8` | [`VarlenIUtf8`] | `String` |
//! | `varlenHx20` | [`VarlenHx20`] | `Vec<[u8; 20]>`, `Vec<u8>` |
//! | `varlenBx2` | [`VarlenBx2`] | `Vec<[u8; 2]>`, `Vec<u8>` |
//! | `varlenH-list` | [`VarlenHList`] | `Vec<Vec<u8>>` |
//! | `arrayH-?` | [`ArrayHBool`] | `Vec<bool>` |
//! | `arrayH-q` | [`ArrayHI64`] | `Vec<i64>` |
//! | `arrayH-d` | [`ArrayHF64`] | `Vec<f64>` |
//! | `raw` | [`RawBytes`] | `Vec<u8>`, [`Raw`](super::Raw) |
//! | `payload` | [`Nested`] | any `T: Payload` |
//! | `payload-list` | [`NestedList`] | `Vec<T>` with `T: Payload` |

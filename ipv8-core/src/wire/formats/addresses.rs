//! Formats of addresses (protocol 3.2).

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::*;
use crate::wire::address::Address;
use crate::wire::writer::count_u16;

const TYPE_IPV4: u8 = 1;
const TYPE_DOMAIN: u8 = 2;
const TYPE_IPV6: u8 = 3;

impl Format<SocketAddrV4> for Ipv4 {
    fn pack(value: &SocketAddrV4, writer: &mut Writer) -> Result<(), PackError> {
        writer.put(&value.ip().octets());
        writer.put_u16(value.port());
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<SocketAddrV4, UnpackError> {
        let host = reader.take_array::<4>()?;
        let port = reader.take_u16()?;
        Ok(SocketAddrV4::new(Ipv4Addr::from(host), port))
    }
}

impl Format<SocketAddr> for Ipv4 {
    fn pack(value: &SocketAddr, writer: &mut Writer) -> Result<(), PackError> {
        match value {
            SocketAddr::V4(value) => Self::pack(value, writer),
            SocketAddr::V6(_) => Err(PackError::NotIpv4),
        }
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<SocketAddr, UnpackError> {
        <Self as Format<SocketAddrV4>>::unpack(reader).map(SocketAddr::V4)
    }
}

impl Format<SocketAddr> for IpAddress {
    fn pack(value: &SocketAddr, writer: &mut Writer) -> Result<(), PackError> {
        match value {
            SocketAddr::V4(value) => {
                writer.put_u8(TYPE_IPV4);
                writer.put(&value.ip().octets());
            }
            SocketAddr::V6(value) => {
                writer.put_u8(TYPE_IPV6);
                writer.put(&value.ip().octets());
            }
        }
        writer.put_u16(value.port());
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<SocketAddr, UnpackError> {
        let kind = reader.take_u8()?;
        unpack_ip(kind, reader)
    }
}

impl Format<Address> for AddressFormat {
    /// Writes a host name with the text of an IP address as that address, as py-ipv8 does.
    fn pack(value: &Address, writer: &mut Writer) -> Result<(), PackError> {
        if let Some(address) = value.socket_address() {
            return IpAddress::pack(&address, writer);
        }
        let (host, port) = (value.host(), value.port());
        if host.contains('\0') {
            return Err(PackError::InvalidHost);
        }
        if let Some(address) = Address::from_host(&host, port).socket_address() {
            return IpAddress::pack(&address, writer);
        }
        let length = count_u16("address", host.len())?;
        writer.put_u8(TYPE_DOMAIN);
        writer.put_u16(length);
        writer.put(host.as_bytes());
        writer.put_u16(port);
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Address, UnpackError> {
        let kind = reader.take_u8()?;
        if kind != TYPE_DOMAIN {
            return unpack_ip(kind, reader).map(Address::from);
        }
        let length = reader.take_u16()?;
        let host = reader.take(usize::from(length))?;
        let host = str::from_utf8(host).map_err(|_| UnpackError::Utf8)?;
        let host = host.to_owned();
        let port = reader.take_u16()?;
        Ok(Address::Domain { host, port })
    }
}

/// Reads the part of an IP address after its type byte.
fn unpack_ip(kind: u8, reader: &mut Reader<'_>) -> Result<SocketAddr, UnpackError> {
    match kind {
        TYPE_IPV4 => <Ipv4 as Format<SocketAddr>>::unpack(reader),
        TYPE_IPV6 => {
            let host = reader.take_array::<16>()?;
            let port = reader.take_u16()?;
            let address = SocketAddrV6::new(Ipv6Addr::from(host), port, 0, 0);
            Ok(SocketAddr::V6(address))
        }
        unknown => Err(UnpackError::AddressType(unknown)),
    }
}

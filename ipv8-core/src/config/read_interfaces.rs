//! Reads the addresses to listen on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::fields::Fields;
use super::origin::Located;
use super::problem::SettingError;
use super::reader::Reader;
use super::settings::{Config, DEFAULT_PORT};
use super::tree::{Kind, Node};

impl Config {
    /// Reads `interfaces`, and py-ipv8's deprecated `address` and `port`.
    pub(super) fn read_interfaces(&mut self, fields: &mut Fields, reader: &mut Reader) {
        let mut given = None;
        if let Some((node, path)) = fields.take("interfaces")
            && let Some(list) = reader.list(&node, &path)
        {
            let elements = list.iter().enumerate();
            let addresses: Vec<_> = elements
                .map(|(index, element)| interface(element, &format!("{path}[{index}]"), reader))
                .collect();
            // The problem with an unreadable one was reported.
            let addresses = addresses.into_iter().collect::<Option<Vec<_>>>();
            given = addresses.map(|all| (all, node));
        }
        let address = fields.take("address");
        let port = fields.take("port");
        if let Some((node, path)) = address.as_ref().or(port.as_ref()) {
            let error = SettingError::Deprecated {
                what: "an address and a port outside of interfaces",
                hint: "write interfaces = [\"0.0.0.0:8090\"]",
            };
            reader.warn(&node.origin, path, error);
            let host = address.as_ref().map(|(node, path)| reader.host(node, path));
            let port = port.as_ref().map(|(node, path)| reader.typed(node, path));
            let host = host.flatten().unwrap_or(Ipv4Addr::UNSPECIFIED.into());
            let port = port.flatten().map_or(DEFAULT_PORT, |port| port.value);
            let legacy = SocketAddr::new(host, port);
            // As in py-ipv8, the later of two interfaces of one kind counts.
            let (mut addresses, node) = given.unwrap_or((Vec::new(), node.clone()));
            addresses.retain(|other: &SocketAddr| other.is_ipv4() != legacy.is_ipv4());
            addresses.push(legacy);
            given = Some((addresses, node));
        }
        if let Some((addresses, node)) = given {
            self.interfaces = addresses;
            self.note("interfaces", &node.origin);
        }
    }
}

/// Reads `"0.0.0.0:8090"`, or py-ipv8's
/// `{"interface": "UDPIPv4", "ip": "0.0.0.0", "port": 8090}`.
fn interface(node: &Node, path: &str, reader: &mut Reader) -> Option<SocketAddr> {
    if !matches!(node.kind, Kind::Table(_)) {
        return reader.address(node, path);
    }
    let mut fields = Fields::of(node, path, reader)?;
    let is_ipv4 = family(&mut fields, reader);
    let ip = fields.take("ip");
    let host = ip.as_ref().map(|(node, path)| reader.host(node, path));
    let port = fields.take("port");
    let port: Option<Option<Located<u16>>> = port.map(|(node, path)| reader.typed(&node, &path));
    fields.finish(reader);
    let is_ipv4 = is_ipv4?;
    let everywhere: IpAddr = match is_ipv4 {
        true => Ipv4Addr::UNSPECIFIED.into(),
        false => Ipv6Addr::UNSPECIFIED.into(),
    };
    let host = host.unwrap_or(Some(everywhere))?;
    if host.is_ipv4() != is_ipv4 {
        let (node, path) = ip.unwrap_or((node.clone(), path.to_owned()));
        let expected = match is_ipv4 {
            true => "an IPv4 address",
            false => "an IPv6 address",
        };
        reader.invalid(&node, &path, expected);
        return None;
    }
    let port = match port {
        Some(port) => port?.value,
        None => DEFAULT_PORT,
    };
    Some(SocketAddr::new(host, port))
}

/// Reads the kind of an interface. Returns `true` for IPv4.
fn family(fields: &mut Fields, reader: &mut Reader) -> Option<bool> {
    const KINDS: [&str; 2] = ["UDPIPv4", "UDPIPv6"];
    let (node, path) = fields.require("interface", "write UDPIPv4 or UDPIPv6", reader)?;
    let kind: Located<String> = reader.typed(&node, &path)?;
    if !KINDS.contains(&kind.value.as_str()) {
        let error = SettingError::unknown("interface", &kind.value, KINDS);
        reader.wrong(&node.origin, &path, error);
        return None;
    }
    Some(kind.value == "UDPIPv4")
}

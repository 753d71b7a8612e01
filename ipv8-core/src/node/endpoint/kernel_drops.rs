//! Datagrams that the system dropped because a socket's receive buffer was full.

use super::watched::Watched;

/// Returns how many datagrams the system dropped because the receive buffer was full, since the
/// socket was created.
///
/// Linux reports it in the column `drops` of `/proc/self/net/udp` and `udp6`. Returns `None` if
/// `/proc` is not mounted. Reads a file that lists all UDP sockets of the machine, so call it about
/// once a second, not for each datagram.
#[cfg(target_os = "linux")]
pub(super) fn kernel_drops(socket: &Watched) -> Option<u64> {
    use std::os::fd::AsRawFd;
    let number = socket.socket().as_raw_fd();
    let link = std::fs::read_link(format!("/proc/self/fd/{number}")).ok()?;
    let inode = inode_of_link(link.to_str()?)?;
    let port = socket.local_addr().ok()?;
    let table = if port.is_ipv4() { "udp" } else { "udp6" };
    let text = std::fs::read_to_string(format!("/proc/self/net/{table}")).ok()?;
    drops_in_table(&text, port.port(), inode)
}

/// Returns `None`: other systems report this only to unsafe code.
#[cfg(not(target_os = "linux"))]
pub(super) fn kernel_drops(_socket: &Watched) -> Option<u64> {
    None
}

#[cfg(any(target_os = "linux", test))]
fn inode_of_link(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

/// Returns the last column of the row with this local port and inode. Skips rows that cannot be
/// parsed.
#[cfg(any(target_os = "linux", test))]
fn drops_in_table(text: &str, port: u16, inode: u64) -> Option<u64> {
    const LOCAL_ADDRESS: usize = 1;
    const INODE: usize = 9;
    const DROPS: usize = 12;
    text.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let (_, hex_port) = columns.get(LOCAL_ADDRESS)?.rsplit_once(':')?;
        let same = u16::from_str_radix(hex_port, 16) == Ok(port)
            && columns.get(INODE)?.parse() == Ok(inode);
        if same {
            columns.get(DROPS)?.parse().ok()
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  352: 0100007F:1F9A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4242 2 ffff8881 17
broken row
  353: 0100007F:1F9A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4243 2 ffff8881 5
";

    #[test]
    fn the_row_is_found_by_its_port_and_inode() {
        assert_eq!(drops_in_table(TABLE, 8090, 4242), Some(17));
        assert_eq!(drops_in_table(TABLE, 8090, 4243), Some(5));
        assert_eq!(drops_in_table(TABLE, 8091, 4242), None);
        assert_eq!(drops_in_table("", 8090, 4242), None);
        assert_eq!(inode_of_link("socket:[4242]"), Some(4242));
        assert_eq!(inode_of_link("/dev/null"), None);
    }
}

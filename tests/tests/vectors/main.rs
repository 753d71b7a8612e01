//! Tests against the results of py-ipv8 in `tests/vectors`: keys, packets, formats, snapshots,
//! launch orders and the behaviour of a community. Our code must produce the same results and
//! refuse the same inputs. One module compares our verdicts on signatures with those of OpenSSL.

mod behaviour;
mod keys;
mod loader;
mod openssl;
mod packets;
mod serialization;
mod snapshot;

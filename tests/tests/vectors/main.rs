//! What py-ipv8 gave for every case of `tests/vectors`: keys, packets, formats, snapshots, launch
//! orders and the behaviour of a community. Our code must give the same, and refuse the same. One
//! module compares our verdicts on signatures with those of OpenSSL.

mod behaviour;
mod keys;
mod loader;
mod openssl;
mod packets;
mod serialization;
mod snapshot;

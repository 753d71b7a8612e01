//! What the documentation claims: the architecture, the sections of the protocol that comments cite,
//! and what the README shows.

mod architecture;
mod protocol_page;
mod readme;

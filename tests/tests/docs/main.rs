//! Checks claims of the documentation: the architecture, the protocol sections that comments cite,
//! and the README's listings.

mod architecture;
mod protocol_page;
mod readme;
mod security_page;

//! Everything between a query text and its result, except the DOM: the driver that reads what a
//! plan needs, the pool of workers it runs in, and what page and workers say to each other.

pub mod client;
pub mod message;
pub mod pool;
mod port;
mod wire;
pub mod worker;

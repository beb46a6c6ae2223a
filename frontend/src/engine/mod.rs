//! Everything between a query text and its result, except the DOM: the driver that reads what a
//! plan needs, the pool of workers it runs in, and what page and workers say to each other.

mod account;
mod block;
pub mod cache;
pub mod client;
pub mod driver;
pub mod exported;
pub mod http;
pub mod lead;
mod listed;
pub mod message;
mod origin;
pub mod parent;
pub mod partition;
mod planned;
pub mod pool;
pub mod port;
mod ranges;
mod report;
mod series;
mod sieve;
mod socket;
pub mod source;
mod tail;
pub mod turns;
pub mod wire;
pub mod worker;

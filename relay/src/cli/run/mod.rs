//! `logpane run`: a program's output passes through unchanged and is kept. It goes to a spool file
//! in the data folder, one docker envelope a piece, which a relay follows as it follows any file:
//! the program never waits for the store, and what is written survives both.

mod child;
mod command;
mod keeper;
mod origin;
mod output;
mod signals;
mod spool;

pub use command::run;

//! Read-only links.
//!
//! A share is a scope (a selector, stages that filter, a time range) and a token that opens it.
//! Whoever sends the token reads through [`View`], which is the only way from a share to the
//! store: it lists chunks that lie wholly in the scope as they are, and cuts the others to it.
//! The routes of a holder are a tree of their own (`http/share/held.rs`); what is not in it does
//! not exist for them.

mod book;
mod cuts;
pub mod qr;
mod scope;
mod view;

pub use book::{Book, BookError, Opened};
pub use scope::{Scope, ScopeError};
pub use view::{Limited, View};

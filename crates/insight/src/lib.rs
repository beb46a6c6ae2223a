//! What can be said about many log lines at once, computed alike on both sides. Pure.
//!
//! ```
//! let mut patterns = insight::Patterns::default();
//! let a = patterns.learn(b"took 5ms for user ann").unwrap();
//! let b = patterns.learn(b"took 70ms for user bob").unwrap();
//! assert_eq!(a, b);
//! assert_eq!(patterns.text(a), "took <_> for user <_>");
//! ```

mod patterns;
mod words;

pub use patterns::{PatternId, Patterns};

//! Regular expressions as LogQL writes them: Go's syntax, where it differs from the `regex`
//! crate's, rewritten. `\d`, `\w`, `\s` and `\b` are ASCII only; set operators inside brackets
//! (`&&`, `--`, `~~`) are plain characters; `\Q…\E` quotes; `\<` is a plain `<`.

mod compiled;
mod error;
mod rewrite;
mod weight;

pub use compiled::{MAX_REGEX_BYTES, Regex, text_regex, whole_regex};
pub use error::RegexError;
pub use rewrite::{original_offset, rewrite};

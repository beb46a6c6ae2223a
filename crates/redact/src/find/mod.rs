//! How the rules of the catalogue find their text.

pub mod at;
pub mod hosts;
pub mod ip;
pub mod pairs;
pub mod paths;
pub mod pem;
pub mod prompts;
pub mod tokens;

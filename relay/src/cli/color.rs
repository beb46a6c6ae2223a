use std::io::IsTerminal as _;

/// Whether stdout is for eyes: a terminal, and nobody asked for none of it (no-color.org).
pub fn wanted() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !no_color && std::io::stdout().is_terminal()
}

/// The escape sequence for a level, as the viewer colours it.
pub fn of_level(level: &str) -> &'static str {
    match level {
        "critical" | "fatal" => "\x1b[1;31m",
        "error" => "\x1b[31m",
        "warning" | "warn" => "\x1b[33m",
        "debug" | "trace" => "\x1b[2m",
        _ => "",
    }
}

pub const DIM: &str = "\x1b[2m";
pub const RESET: &str = "\x1b[0m";

//! The name of a user in the path to their home, and behind a word for it.

use std::ops::Range;

/// Slashes may be escaped or doubled, as JSON and Python write Windows paths.
pub const HOME: &str = concat!(
    r#"(?i-u)(?:^|[^a-z0-9_.-])(?:[a-z]:|/mnt/[a-z]|file://|[a-z]*\\\\[?.]\\)?(?:[\\/]+)(?:home|Users)[\\/]+([^\\/\s"'<>|:*?,;)\]}]+)"#,
    r#"|[a-z]:[\\/]+Documents and Settings[\\/]+([^\\/"'<>|:*?]+)[\\/]"#,
    r#"|[a-z]:[\\/]+Users[\\/]+([^\\/"'<>|:*?\r\n]+)[\\/]"#,
);
pub const USER: &str = concat!(
    r#"(?i-u)(?:^|[^a-z0-9])(?:user|username|user_name|login|login_name|logname|user_email)=["']?([^\s"',;&)\]}]+)"#,
    r#"|["'](?:user|username|user_name|userName|login)\\*["']\s*:\s*\\*["']([^"'\\]+)"#,
    r"|password for (?:invalid user )?([^\s:]+) from ",
    r"|session (?:opened|closed) for user ([^\s(:]+)",
);

/// Names that say nothing about a person.
const COMMON: [&str; 20] = [
    "root",
    "user",
    "users",
    "admin",
    "administrator",
    "guest",
    "public",
    "default",
    "shared",
    "ubuntu",
    "debian",
    "runner",
    "app",
    "node",
    "www-data",
    "nobody",
    "system",
    "assistant",
    "none",
    "null",
];

fn is_common(name: &[u8]) -> bool {
    COMMON.iter().any(|common| name.eq_ignore_ascii_case(common.as_bytes()))
}

pub fn accept(line: &[u8], _: Range<usize>, group: Range<usize>) -> Option<Range<usize>> {
    let name = line.get(group.clone())?;
    let is_name = !is_common(name) && name.iter().any(|b| !matches!(b, b'.' | b'$' | b'{' | b'~'));
    is_name.then_some(group)
}

/// `user=` is also a role and a number.
pub fn accept_user(line: &[u8], whole: Range<usize>, group: Range<usize>) -> Option<Range<usize>> {
    let name = line.get(group.clone())?;
    // CPU times of a process: `user=0.31s`.
    if name.iter().all(|b| b.is_ascii_digit() || b".smun%".contains(b)) {
        return None;
    }
    accept(line, whole, group)
}

/// Whether a field or label of this name holds a user.
pub fn is_user_name(name: &str) -> bool {
    ["user", "username", "user_name", "userName", "login", "logname"].contains(&name)
}

/// Whether the value of a user's field is one.
pub fn is_user_value(value: &str) -> bool {
    accept_user(value.as_bytes(), 0..value.len(), 0..value.len()).is_some() && !value.is_empty()
}

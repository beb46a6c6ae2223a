//! Names of machines, where something says that a word is one.
//!
//! Public names in URLs stay: that a download from huggingface.co failed is what a report is for.

use std::ops::Range;

pub const WORDS: &[&str] =
    &["host", "nodename", "node_name", "computername", "server_name", "instance"];
pub const SUFFIXES: &[&str] = &[
    ".local",
    ".lan",
    ".internal",
    ".intranet",
    ".corp",
    ".home",
    ".ts.net",
    ".private",
    ".localdomain",
];

/// `http_proxy=http://proxy.corp:3128`, Go's `map[HTTPS_PROXY:http://…]`.
pub const PROXY: &str = concat!(
    r#"(?i-u)(?:https?|all|ftp|socks5?)[_-]?proxy\\*["']?\s*[:=]\s*\\*["']?"#,
    r#"(?:[a-z0-9+.-]+://)?(?:[^\s@/"']*@)?\[?([a-z0-9._-]+|[0-9a-f:]+)\]?"#,
);
pub const HOST: &str = concat!(
    r#"(?i-u)(?:^|[^a-z0-9])(?:host|hostname|host_name|nodename|node_name|computername|server_name|instance)\\*["']?\s*"#,
    r#"(?:=~?|:)\s*\\*["']?(?:[a-z]+://)?([a-z0-9_-][a-z0-9._-]*)"#,
);
pub const PRIVATE: &str = concat!(
    r"(?i-u)((?:[a-z0-9_-]+\.)+(?:local|lan|internal|intranet|corp|home|ts\.net|private|localdomain))",
    r"(?:[^a-z0-9._-]|\.?$|\.[^a-z0-9])",
);

pub fn accept(line: &[u8], _: Range<usize>, group: Range<usize>) -> Option<Range<usize>> {
    let mut span = group;
    while span.end > span.start && matches!(line.get(span.end - 1), Some(b'.' | b'-' | b'_')) {
        span.end -= 1;
    }
    is_host(line.get(span.clone())?).then_some(span)
}

/// Not a number, an address (those have their own rule, and loopback stays), nor a word that every
/// machine has.
pub fn is_host(name: &[u8]) -> bool {
    const COMMON: [&str; 12] = [
        "localhost",
        "localhost.localdomain",
        "none",
        "null",
        "true",
        "false",
        "unknown",
        "auto",
        "default",
        "gateway.docker.internal",
        "host.docker.internal",
        "kubernetes",
    ];
    !name.is_empty()
        && !COMMON.iter().any(|common| name.eq_ignore_ascii_case(common.as_bytes()))
        && !name.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b':'))
}

/// Whether a field or label of this name holds the name of a machine.
pub fn is_host_name(name: &str) -> bool {
    [
        "instance",
        "host",
        "hostname",
        "host_name",
        "node",
        "node_name",
        "nodename",
        "server_name",
        "computername",
        "host.name",
        "host_ip",
        "nodeName",
    ]
    .contains(&name)
}

//! What the relay runs with: checked, defaults filled in.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use model::Labels;

use crate::alert::{AlertOptions, OptionError};
use crate::auth::{AuthFileError, Passwords};
use crate::configured::{ConfigFile, FileError, Loaded, Watches};
use crate::forward::{Destination, DestinationError};
use crate::limits::Limits;
use crate::store::{RetentionRule, RuleError};

/// Port 3100 is Loki's, so that clients of Loki need no change.
pub const DEFAULT_PORT: u16 = 3100;
pub const DEFAULT_LISTEN: &str = "127.0.0.1:3100";
pub const DEFAULT_RETENTION: &str = "7d";
pub const DEFAULT_RETENTION_BYTES: &str = "10GB";

/// The relay's configuration; what was typed is `cli::RawConfig`.
#[derive(Clone, Debug)]
pub struct Config {
    /// Loopback, or with `auth`.
    pub listen: SocketAddr,
    pub data: PathBuf,
    /// Globs and files as given; `-` is standard input. Empty: serve what the data folder holds.
    pub paths: Vec<String>,
    /// Overrides the job that the path would give.
    pub job: Option<String>,
    /// Added to every stream that is read from a file.
    pub labels: Labels,
    /// Longer keeps more history, shorter less disk; counted from when an entry was taken.
    pub retention: Duration,
    /// Streams that are kept for a time of their own; the first that is for a stream counts.
    pub retention_rules: Vec<RetentionRule>,
    /// The oldest chunks go first when the data folder outgrows this.
    pub retention_bytes: u64,
    /// Which of the three were typed: a reload leaves those as they are.
    pub typed: TypedRetention,
    /// Who may use the relay; None: everyone who reaches it.
    pub passwords: Option<Passwords>,
    /// Pages of these origins may use the API.
    pub allow_origins: Vec<String>,
    /// Whether pushed entries get a service and a level, as Loki gives them: without, streams have
    /// the labels that clients gave them; with, Logs Drilldown finds its way.
    pub discover: bool,
    /// What one request of the Loki API may ask for.
    pub limits: Limits,
    /// The zone of times that name none; None: the machine's.
    pub zone: Option<TimeZone>,
    /// Which rules are evaluated, and who is told.
    pub alerts: AlertOptions,
    /// Where entries are sent on to, as typed; the file's are in `loaded`.
    pub forwards: Vec<Destination>,
    /// To be read again on a reload.
    pub file: Option<ConfigFile>,
    /// What it said at the start.
    pub loaded: Loaded,
    /// Who follows what is no file.
    pub watches: Watches,
}

/// What of the retention stands on the command line or in the environment, and not in a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct TypedRetention {
    pub keep: bool,
    pub rules: bool,
    pub bytes: bool,
}

impl Config {
    /// The defaults: nothing followed, no password.
    pub fn new(listen: SocketAddr, data: impl Into<PathBuf>) -> Self {
        Self {
            listen,
            data: data.into(),
            paths: Vec::new(),
            job: None,
            labels: Labels::new(),
            retention: Duration::from_secs(7 * 86_400),
            retention_rules: Vec::new(),
            retention_bytes: 10_000_000_000,
            typed: TypedRetention::default(),
            passwords: None,
            allow_origins: Vec::new(),
            discover: false,
            limits: Limits::default(),
            zone: None,
            alerts: AlertOptions::default(),
            forwards: Vec::new(),
            file: None,
            loaded: Loaded::default(),
            watches: Watches::default(),
        }
    }
}

/// A setting that cannot be used, in a sentence that says what would do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{text:?} is no address to listen on, expected HOST:PORT as in {DEFAULT_LISTEN}")]
    Listen { text: String },
    #[error(
        "listening on {addr} would let everyone on the network read the logs: \
         add --auth-file FILE (user:bcrypt lines, as htpasswd -B writes them) or listen on 127.0.0.1"
    )]
    OpenToAll { addr: SocketAddr },
    #[error(
        "there is no home folder to keep the data in (neither XDG_DATA_HOME nor HOME is set): \
         add --data DIR"
    )]
    NoHome,
    #[error("{text:?} is no label, expected name=value as in env=test")]
    Label { text: String },
    #[error("the label {name:?} is set by Logpane itself from the file")]
    ReservedLabel { name: String },
    #[error("--{flag}: {source}")]
    Unit {
        flag: &'static str,
        #[source]
        source: model::UnitError,
    },
    #[error("--retention must be longer than zero, as in {DEFAULT_RETENTION}")]
    RetentionZero,
    #[error("--retention-for: {0}")]
    RetentionFor(#[from] RuleError),
    #[error("--{flag} must be at least 1")]
    LimitZero { flag: &'static str },
    #[error("--max-points can be at most {most}, the most the engine lays out")]
    TooManyPoints { most: usize },
    #[error(
        "--allow-origin: {text:?} is no origin, expected scheme and host alone, as in \
         https://logs.example or http://localhost:8080"
    )]
    Origin { text: String },
    #[error("-c is Logpane's own configuration and -config.file Promtail's: one of them is enough")]
    TwoFiles,
    #[error("--external-url: {text:?} is no URL, expected one as in https://logs.example")]
    ExternalUrl { text: String },
    #[error("there are two receivers {name:?}: give them names in the configuration file (-c)")]
    SameReceiver { name: String },
    #[error("--forward: {0}")]
    Forward(#[from] DestinationError),
    #[error(transparent)]
    Alerts(#[from] OptionError),
    #[error(transparent)]
    Auth(#[from] AuthFileError),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Loopback, on Loki's port.
pub const fn default_listen() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT)
}

/// `HOST:PORT`, `HOST`, `PORT` or `:PORT`; a port alone is on loopback.
pub fn parse_listen(text: &str) -> Result<SocketAddr, ConfigError> {
    let error = || ConfigError::Listen { text: text.to_owned() };
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse() {
        return Ok(SocketAddr::new(loopback, port));
    }
    if let Ok(addr) = text.parse() {
        return Ok(addr);
    }
    if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse() {
        return Ok(SocketAddr::new(ip, DEFAULT_PORT));
    }
    let with_port =
        if text.contains(':') { text.to_owned() } else { format!("{text}:{DEFAULT_PORT}") };
    let mut found = with_port.to_socket_addrs().map_err(|_| error())?;
    found.next().ok_or_else(error)
}

/// `$XDG_DATA_HOME/logpane`, or `~/.local/share/logpane`.
pub fn default_data_dir() -> Result<PathBuf, ConfigError> {
    let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    // A relative XDG_DATA_HOME is invalid by its specification and must be ignored.
    if let Some(dir) = set("XDG_DATA_HOME").filter(|dir| dir.is_absolute()) {
        return Ok(dir.join("logpane"));
    }
    set("HOME").map(|home| home.join(".local/share/logpane")).ok_or(ConfigError::NoHome)
}

/// How long entries are kept; None: not longer than zero.
pub fn parse_retention(text: &str) -> Result<Option<Duration>, model::UnitError> {
    let ns = model::parse_duration(text)?;
    Ok(u64::try_from(ns).ok().filter(|ns| *ns > 0).map(Duration::from_nanos))
}

/// A label that `--label` may set.
pub fn parse_label(text: &str) -> Result<(String, String), ConfigError> {
    let error = || ConfigError::Label { text: text.to_owned() };
    let (name, value) = text.split_once('=').ok_or_else(error)?;
    let (name, value) = (name.trim(), value.trim());
    if !is_label_name(name) || value.is_empty() {
        return Err(error());
    }
    if matches!(name, "filename" | "level" | "job") {
        return Err(ConfigError::ReservedLabel { name: name.to_owned() });
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// An origin as a browser names it.
pub fn parse_origin(text: &str) -> Result<String, ConfigError> {
    let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let is_host = |host: &str| {
        !host.is_empty() && !host.contains(['/', '?', '#', '@', '*']) && host.is_ascii()
    };
    match host {
        Some(host) if is_host(host) => Ok(origin),
        _ => Err(ConfigError::Origin { text: text.to_owned() }),
    }
}

/// Whether a file can be named after `name`: letters, digits, `-` and `_`.
pub fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Whether Loki would take `name` as the name of a label.
pub fn is_label_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_short() {
        for (text, expected) in [
            ("127.0.0.1:3101", Some("127.0.0.1:3101")),
            ("4000", Some("127.0.0.1:4000")),
            (":4000", Some("127.0.0.1:4000")),
            ("0.0.0.0", Some("0.0.0.0:3100")),
            ("[::1]:3100", Some("[::1]:3100")),
            ("::1", Some("[::1]:3100")),
            ("127.0.0.1:99999", None),
            ("", None),
            ("not an address", None),
        ] {
            let found = parse_listen(text).ok().map(|addr| addr.to_string());
            assert_eq!(found.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn an_origin_is_scheme_and_host() {
        for (text, expected) in [
            ("https://Logs.Example", Some("https://logs.example")),
            ("http://localhost:8080/", Some("http://localhost:8080")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("logs.example", None),
            ("https://logs.example/page", None),
            ("*", None),
            ("https://*.example", None),
        ] {
            assert_eq!(parse_origin(text).ok().as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn labels_are_checked() {
        for (text, ok) in [
            ("env=test", true),
            ("instance=gpu-1", true),
            ("a=b=c", true),
            ("env", false),
            ("1a=b", false),
            ("env=", false),
            ("level=error", false),
        ] {
            assert_eq!(parse_label(text).is_ok(), ok, "{text:?}");
        }
    }
}

//! Read-only links: what their owner asks for and what their holder is told.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Carries a share's token. A header and no cookie: it goes only where the page puts it.
pub const SHARE_HEADER: &str = "x-logpane-share";

/// Body of `POST /api/shares`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewShare {
    /// A selector, and stages that filter if there are any: what the holder can ever see.
    pub scope: String,
    pub range: ShareRange,
    /// From now; None: until it is revoked.
    #[serde(default)]
    pub expires_seconds: Option<u64>,
    /// What the owner calls it.
    #[serde(default)]
    pub label: String,
    /// The fragment of the view that the holder opens.
    #[serde(default)]
    pub view: String,
    /// Where the owner has the relay, with a slash at its end: links begin so.
    #[serde(default)]
    pub base: String,
}

/// Which time a share shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShareRange {
    /// The start is in, the end is not.
    Between { start: Timestamp, end: Timestamp },
    /// Moves along: always the newest so many seconds, whole minutes of them.
    Last { seconds: u64 },
}

impl Default for ShareRange {
    fn default() -> Self {
        Self::Last { seconds: 3600 }
    }
}

/// One share, for its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Names it to its owner; opens nothing.
    pub id: String,
    pub label: String,
    pub scope: String,
    pub range: ShareRange,
    pub view: String,
    pub created: Timestamp,
    pub expires: Option<Timestamp>,
    /// Requests it was used for, and when the last one was.
    pub uses: u64,
    pub last_used: Option<Timestamp>,
}

/// Answer of `POST /api/shares`. The token is told this once; the relay keeps its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedShare {
    pub share: Share,
    pub token: String,
    /// The link as an SVG image of its QR code, where a phone could open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<String>,
    /// Only this machine can open links to the relay: it listens on loopback.
    pub loopback_only: bool,
}

/// Answer of `GET /api/shares`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Newest first.
    pub shares: Vec<Share>,
    pub loopback_only: bool,
}

/// Answer of `GET /api/share`, for the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldShare {
    pub label: String,
    pub scope: String,
    pub range: ShareRange,
    pub view: String,
    pub expires: Option<Timestamp>,
}

/// Answer of `POST /api/share/ticket`: opens one live tail within half a minute. A browser's
/// WebSocket has no headers, and a token has no place in a URL that a server writes down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailTicket {
    pub ticket: String,
}

//! The shares there are, in `shares.json` of the data folder.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use protocol::share::{NewShare, Share};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::cuts::Cuts;
use super::scope::{Scope, ScopeError};
use crate::kept;

const FILE: &str = "shares.json";
const VERSION: u32 = 1;
/// More at once than anybody keeps track of.
const MAX_SHARES: usize = 1000;
const ID_CHARS: usize = 12;
const MAX_TEXT_BYTES: usize = 16 << 10;
/// A tail must begin within this.
const TICKET_NS: i64 = 30 * SECOND_NS;
/// How often is written down how often a share is used.
const USES_NS: i64 = 60 * SECOND_NS;
/// An expired share is listed for so long.
const KEPT_NS: i64 = 30 * 86_400 * SECOND_NS;
const SECOND_NS: i64 = 1_000_000_000;

#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error(transparent)]
    Scope(#[from] ScopeError),
    #[error("{what} is longer than {limit} bytes")]
    TooLong { what: &'static str, limit: usize },
    #[error("there are {MAX_SHARES} shares already; take back some of them first")]
    TooMany,
    #[error("expires_seconds is 0, expected at least 1, or nothing for a link without an end")]
    Expired,
    #[error("no random numbers from the system: {message}")]
    Random { message: String },
    #[error("cannot write the shares: {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// All shares of a relay. Cheap to copy.
#[derive(Clone, Debug)]
pub struct Book(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// A std mutex: held for look-ups and, when a share is made or taken back, for one small file.
    state: Mutex<State>,
    cuts: Cuts,
    /// Changes whenever a share ends before its time.
    revoked: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    /// By their name.
    shares: BTreeMap<String, Kept>,
    /// Scopes of shares that were used, ready to apply.
    scopes: HashMap<String, Arc<Scope>>,
    tickets: HashMap<String, Ticket>,
    written: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    share: Share,
    /// BLAKE3 of the token, which nobody but its holder has.
    token_hash: String,
}

#[derive(Clone, Debug)]
struct Ticket {
    share: String,
    until: i64,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    shares: Vec<Kept>,
}

/// A share that its token has opened.
#[derive(Clone, Debug)]
pub struct Opened {
    pub share: Share,
    pub scope: Arc<Scope>,
}

impl Book {
    /// The shares of a data folder. A file that cannot be read is set aside: links end, and the
    /// relay runs.
    pub fn open(dir: &Path) -> Self {
        let path = dir.join(FILE);
        let shares = match fs::read(&path) {
            Ok(bytes) => read(&bytes).unwrap_or_else(|problem| {
                let aside = path.with_extension("json.damaged");
                let moved = fs::rename(&path, &aside).is_ok();
                tracing::error!(%problem, moved, "the file of shared links cannot be read: none works any more");
                BTreeMap::new()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                tracing::error!(%error, "the file of shared links cannot be read: none works");
                BTreeMap::new()
            }
        };
        Self(Arc::new(Inner {
            path,
            state: Mutex::new(State { shares, ..State::default() }),
            cuts: Cuts::default(),
            revoked: watch::Sender::new(0),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn cuts(&self) -> &Cuts {
        &self.0.cuts
    }

    /// Tells when shares were taken back.
    pub fn revoked(&self) -> watch::Receiver<u64> {
        self.0.revoked.subscribe()
    }

    /// Makes a share and its token, which cannot be had again. Written to disk when it returns.
    pub fn create(&self, new: NewShare, now_ns: i64) -> Result<(Share, String), BookError> {
        let texts = [("scope", &new.scope), ("label", &new.label), ("view", &new.view)];
        if let Some((what, _)) = texts.iter().find(|(_, text)| text.len() > MAX_TEXT_BYTES) {
            return Err(BookError::TooLong { what, limit: MAX_TEXT_BYTES });
        }
        if new.expires_seconds == Some(0) {
            return Err(BookError::Expired);
        }
        Scope::new(&new.scope, new.range)?;
        let token = random()?;
        let token_hash = hash(&token);
        // In hexadecimal: an id that begins with a dash would be an option on a command line.
        let id = token_hash[..ID_CHARS].to_owned();
        let expires = new.expires_seconds.map(|seconds| {
            let span = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(SECOND_NS);
            Timestamp(now_ns.saturating_add(span))
        });
        let share = Share {
            id: id.clone(),
            label: new.label,
            scope: new.scope,
            range: new.range,
            view: new.view,
            created: Timestamp(now_ns),
            expires,
            uses: 0,
            last_used: None,
        };
        let mut state = self.lock();
        state.shares.retain(|_, kept| !is_past(&kept.share, now_ns.saturating_sub(KEPT_NS)));
        if state.shares.len() >= MAX_SHARES {
            return Err(BookError::TooMany);
        }
        state.shares.insert(id.clone(), Kept { share: share.clone(), token_hash });
        if let Err(error) = self.write(&mut state, now_ns) {
            state.shares.remove(&id);
            return Err(error);
        }
        Ok((share, token))
    }

    /// All of them, newest first, those that have expired among them.
    pub fn list(&self) -> Vec<Share> {
        let mut shares: Vec<Share> =
            self.lock().shares.values().map(|kept| kept.share.clone()).collect();
        shares.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        shares
    }

    /// Ends a share at once; false when there is none of this name.
    pub fn revoke(&self, id: &str, now_ns: i64) -> Result<bool, BookError> {
        let mut state = self.lock();
        if state.shares.remove(id).is_none() {
            return Ok(false);
        }
        state.scopes.remove(id);
        state.tickets.retain(|_, ticket| ticket.share != id);
        self.0.cuts.forget(id);
        self.0.revoked.send_modify(|count| *count += 1);
        self.write(&mut state, now_ns)?;
        Ok(true)
    }

    /// The share that a token opens now. Counts as a use.
    pub fn opened(&self, token: &str, now_ns: i64) -> Option<Opened> {
        let hash = hash(token);
        let mut state = self.lock();
        // Hashes of a secret: comparing them byte by byte tells nothing about it.
        let id = state.shares.iter().find(|(_, kept)| kept.token_hash == hash)?.0.clone();
        let opened = open(&mut state, &id, now_ns)?;
        if let Some(kept) = state.shares.get_mut(&id) {
            kept.share.uses += 1;
            kept.share.last_used = Some(Timestamp(now_ns));
        }
        if now_ns.saturating_sub(state.written) > USES_NS
            && let Err(error) = self.write(&mut state, now_ns)
        {
            tracing::warn!(%error, "it is not written down that a shared link was used");
        }
        Some(opened)
    }

    /// The share of this name, if it is still open.
    pub fn still(&self, id: &str, now_ns: i64) -> Option<Opened> {
        open(&mut self.lock(), id, now_ns)
    }

    /// A word that opens one live tail of this share, soon.
    pub fn ticket(&self, share: &str, now_ns: i64) -> Result<String, BookError> {
        let ticket = random()?;
        let mut state = self.lock();
        state.tickets.retain(|_, ticket| ticket.until > now_ns);
        let until = now_ns.saturating_add(TICKET_NS);
        state.tickets.insert(ticket.clone(), Ticket { share: share.to_owned(), until });
        Ok(ticket)
    }

    /// Takes a ticket, which is of no use afterwards.
    pub fn redeem(&self, ticket: &str, now_ns: i64) -> Option<Opened> {
        let mut state = self.lock();
        let Ticket { share, until } = state.tickets.remove(ticket)?;
        if until <= now_ns {
            return None;
        }
        open(&mut state, &share, now_ns)
    }

    fn write(&self, state: &mut State, now_ns: i64) -> Result<(), BookError> {
        let path = &self.0.path;
        let failed = |source| BookError::Write { path: path.clone(), source };
        let stored = Stored { version: VERSION, shares: state.shares.values().cloned().collect() };
        let bytes = serde_json::to_vec_pretty(&stored).map_err(|e| failed(io::Error::other(e)))?;
        kept::replace(path, &bytes).map_err(failed)?;
        state.written = now_ns;
        Ok(())
    }
}

fn open(state: &mut State, id: &str, now_ns: i64) -> Option<Opened> {
    let share = state.shares.get(id)?.share.clone();
    if is_past(&share, now_ns) {
        return None;
    }
    let scope = match state.scopes.get(id) {
        Some(scope) => Arc::clone(scope),
        None => {
            let scope = Arc::new(Scope::new(&share.scope, share.range).ok()?);
            state.scopes.insert(id.to_owned(), Arc::clone(&scope));
            scope
        }
    };
    Some(Opened { share, scope })
}

fn is_past(share: &Share, now_ns: i64) -> bool {
    share.expires.is_some_and(|expires| expires.0 <= now_ns)
}

fn read(bytes: &[u8]) -> Result<BTreeMap<String, Kept>, String> {
    let stored: Stored = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if stored.version != VERSION {
        return Err(format!("version {} is not known, expected {VERSION}", stored.version));
    }
    Ok(stored.shares.into_iter().map(|kept| (kept.share.id.clone(), kept)).collect())
}

fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// Random bytes in letters that a URL takes as they are.
fn random() -> Result<String, BookError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| BookError::Random { message: error.to_string() })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

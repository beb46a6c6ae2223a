//! Passwords: an htpasswd-style file of `user:bcrypt` lines.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Verified credentials that are remembered; beyond it the cache starts anew.
const REMEMBERED: usize = 256;

/// Who may use the relay.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    /// User to bcrypt hash.
    hashes: BTreeMap<String, String>,
    /// Checked against for users that do not exist, so that they take as long as those that do.
    decoy: String,
    /// Digests of credentials that were right. bcrypt takes a tenth of a second by design, and a
    /// page sends its credentials with every request. A std mutex: held for one look-up.
    seen: Mutex<HashSet<[u8; 32]>>,
}

#[derive(Debug, thiserror::Error)]
pub enum AuthFileError {
    #[error("cannot read the password file: {source}: {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("line {line} is not user:hash: {}", path.display())]
    NoColon { path: PathBuf, line: usize },
    #[error(
        "the hash of user {user:?} is not bcrypt ($2y$…), make one with htpasswd -nB {user}: {}",
        path.display()
    )]
    NotBcrypt { path: PathBuf, user: String },
    #[error("no user is in the password file: {}", path.display())]
    Empty { path: PathBuf },
}

impl Passwords {
    pub fn read(path: &Path) -> Result<Self, AuthFileError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| AuthFileError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, AuthFileError> {
        let mut hashes = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (user, hash) = line
                .split_once(':')
                .ok_or_else(|| AuthFileError::NoColon { path: path.to_owned(), line: at + 1 })?;
            // A wrong password for a hash that can be read is Ok(false).
            if !hash.starts_with("$2") || bcrypt_cost(hash).is_none() {
                let user = user.to_owned();
                return Err(AuthFileError::NotBcrypt { path: path.to_owned(), user });
            }
            hashes.insert(user.to_owned(), hash.to_owned());
        }
        let decoy = hashes
            .values()
            .max_by_key(|hash| bcrypt_cost(hash))
            .cloned()
            .ok_or_else(|| AuthFileError::Empty { path: path.to_owned() })?;
        Ok(Self(Arc::new(Inner { hashes, decoy, seen: Mutex::default() })))
    }

    /// Whether this user and password were found right before; cheap.
    pub fn remembers(&self, user: &str, password: &str) -> bool {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest(user, password))
    }

    /// Whether the password is right. Takes about a tenth of a second of CPU: not for the
    /// threads that serve requests.
    pub fn verify(&self, user: &str, password: &str) -> bool {
        let known = self.0.hashes.get(user);
        let hash = known.unwrap_or(&self.0.decoy);
        let right = bcrypt::verify(password, hash).unwrap_or(false) && known.is_some();
        if right {
            let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
            seen.insert(digest(user, password));
        }
        right
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passwords of {} users", self.0.hashes.len())
    }
}

/// Looking a digest up instead of the password itself leaks nothing through its timing.
fn digest(user: &str, password: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(user.len() as u64).to_le_bytes());
    hasher.update(user.as_bytes());
    hasher.update(password.as_bytes());
    *hasher.finalize().as_bytes()
}

fn bcrypt_cost(hash: &str) -> Option<u32> {
    hash.parse::<bcrypt::HashParts>().ok().map(|parts| parts.get_cost())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_user_opens() {
        let file = format!("# team\n\nann:{}\n", bcrypt::hash("s3cret", 4).unwrap());
        let passwords = Passwords::parse(&file, Path::new("users")).unwrap();
        assert!(!passwords.remembers("ann", "s3cret"));
        for (user, password, right) in [
            ("ann", "s3cret", true),
            ("ann", "s3cre", false),
            ("ann", "", false),
            ("bob", "s3cret", false),
            ("", "", false),
        ] {
            assert_eq!(passwords.verify(user, password), right, "{user} {password}");
            assert_eq!(passwords.remembers(user, password), right, "{user} {password}");
        }
    }

    #[test]
    fn a_bad_file_says_what_is_wrong() {
        for (text, expected) in [
            ("ann", "line 1 is not user:hash: users"),
            ("\nann:{SHA}abc=", "the hash of user \"ann\" is not bcrypt"),
            ("ann:$2y$", "the hash of user \"ann\" is not bcrypt"),
            ("# nobody\n", "no user is in the password file: users"),
        ] {
            let error = Passwords::parse(text, Path::new("users")).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}

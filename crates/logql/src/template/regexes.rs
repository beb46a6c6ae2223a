use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;

/// The expressions a template has used so far: compiling one costs as much as searching a
/// thousand lines. Clones share what they know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regexes {
    known: Arc<Mutex<HashMap<String, Regex>>>,
}

/// An expression that is made of the entry itself must not fill the memory.
const MAX_KNOWN: usize = 64;

impl Regexes {
    pub(crate) fn get(
        &self,
        pattern: &str,
        compile: impl FnOnce(&str) -> Result<Regex, String>,
    ) -> Result<Regex, String> {
        // Whatever panicked while it held the lock left a whole map behind.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = known.get(pattern) {
            return Ok(regex.clone());
        }
        let regex = compile(pattern)?;
        if known.len() < MAX_KNOWN {
            known.insert(pattern.to_owned(), regex.clone());
        }
        Ok(regex)
    }
}

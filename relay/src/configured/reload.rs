use yaml::Marked;

use crate::config::{Config, DEFAULT_RETENTION, DEFAULT_RETENTION_BYTES, parse_retention};
use crate::configured::{ConfigFile, FileError, OwnConfig};
use crate::forward::{Destination, begin};
use crate::store::Store;

/// How long entries are kept, as Logpane's own file says it now; what was typed stays.
fn keep_anew(config: &Config, store: &Store) -> Result<(), FileError> {
    let Some(ConfigFile::Own(path)) = &config.file else { return Ok(()) };
    let own = OwnConfig::read(path)?;
    let wrong = |said: String| FileError::Wrong { problems: vec![said] };
    let text = |found: Option<Marked<String>>, usual: &str| {
        found.map_or_else(|| usual.to_owned(), |marked| marked.value)
    };
    let rules = match config.typed.rules {
        true => config.retention_rules.clone(),
        false => own.retention_rules().map_err(|problem| wrong(problem.to_string()))?,
    };
    let keep = match config.typed.keep {
        true => config.retention,
        false => parse_retention(&text(own.retention, DEFAULT_RETENTION))
            .ok()
            .flatten()
            .ok_or_else(|| wrong("retention must be longer than zero, as in 7d".to_owned()))?,
    };
    let bytes = match config.typed.bytes {
        true => config.retention_bytes,
        false => model::parse_bytes(&text(own.retention_bytes, DEFAULT_RETENTION_BYTES))
            .map_err(|error| wrong(error.to_string()))?,
    };
    store.set_retention(keep, rules, Some(bytes));
    Ok(())
}

/// Reads the configuration file again and follows what it says now. Gives what is to be said about
/// it; with an error everything stays as it was. `None`: there is no file.
pub fn reload(config: &Config, store: &Store) -> Option<Result<Vec<String>, FileError>> {
    let file = config.file.as_ref()?;
    let loaded = match file.load(&config.data) {
        Ok(loaded) => loaded,
        Err(error) => return Some(Err(error)),
    };
    if let Err(error) = Destination::check(&loaded.forwards, config.listen) {
        return Some(Err(FileError::Wrong { problems: vec![error.to_string()] }));
    }
    if let Err(error) = keep_anew(config, store) {
        return Some(Err(error));
    }
    let said = loaded.problems.iter().chain(&loaded.notices).cloned().collect();
    config.watches.stop();
    begin(loaded.forwards.iter(), store);
    store.follow_instead(loaded.sources.clone());
    config.watches.replace(&loaded, &config.forwards, store);
    Some(Ok(said))
}

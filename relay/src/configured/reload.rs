use crate::config::Config;
use crate::configured::FileError;
use crate::store::Store;

/// Reads the configuration file again and follows what it says now. Gives what is to be said about
/// it; with an error everything stays as it was. `None`: there is no file.
pub fn reload(config: &Config, store: &Store) -> Option<Result<Vec<String>, FileError>> {
    let file = config.file.as_ref()?;
    let loaded = match file.load(&config.data) {
        Ok(loaded) => loaded,
        Err(error) => return Some(Err(error)),
    };
    let said = loaded.problems.iter().chain(&loaded.notices).cloned().collect();
    config.watches.stop();
    store.follow_instead(loaded.sources.clone());
    config.watches.replace(&loaded, store);
    Some(Ok(said))
}

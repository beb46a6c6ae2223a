//! Two relays, one data folder: the second hands its paths to the first.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::config::Config;
use crate::http::FollowRequest;

/// Readable by its owner only: having it means having access to the data folder.
const KEY_FILE: &str = "follow.key";

pub fn new_key() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::failed(format!("no random numbers from the system: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub fn write_key(data: &Path, key: &str) -> Result<(), Failure> {
    let path = data.join(KEY_FILE);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(&path)
        .and_then(|mut file| file.write_all(key.as_bytes()))
        .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))
}

/// Has the relay at `addr` follow the paths of `config`.
pub fn hand_over(config: &Config, addr: &str) -> Result<(), Failure> {
    if config.paths.iter().any(|path| path == "-") {
        return Err(Failure::failed(format!(
            "standard input cannot be handed to the relay that already runs at {addr}: start a \
             separate one with --data DIR --listen 127.0.0.1:0"
        )));
    }
    let path = config.data.join(KEY_FILE);
    let key = fs::read_to_string(&path).map_err(|error| {
        Failure::failed(format!(
            "the relay at {addr} runs as another user, so that it cannot be given files \
             ({error}): {}",
            path.display()
        ))
    })?;
    let request = FollowRequest {
        paths: config.paths.iter().map(|path| absolute(path)).collect::<Result<_, _>>()?,
        job: config.job.clone(),
        labels: config.labels.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
    };
    Client::from_environment(addr)?.follow(&request, &key)
}

/// The other relay may run in another folder.
fn absolute(path: &str) -> Result<String, Failure> {
    let absolute: PathBuf = std::path::absolute(path)
        .map_err(|error| Failure::failed(format!("no folder to start {path:?} from: {error}")))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|path| Failure::usage(format!("{path:?} is not valid Unicode")))
}

/// Why no second relay starts on the folder.
pub fn refusal(addr: Option<String>, dir: &Path) -> String {
    let place = addr.map(|addr| format!(", serving {addr}")).unwrap_or_default();
    format!(
        "a relay already runs on this data folder{place}: `logpane PATHS` gives it more files, \
         --data DIR --listen 127.0.0.1:0 starts a separate one: {}",
        dir.display()
    )
}

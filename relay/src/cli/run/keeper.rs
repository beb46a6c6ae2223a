use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::Parser as _;
use tokio::sync::oneshot;

use crate::cli::args::{Cli, RunArgs};
use crate::cli::dispatch::say;
use crate::cli::failure::Failure;
use crate::cli::handover;
use crate::cli::serve::{End, relay_beside};
use crate::config::Config;
use crate::store::Store;

/// How long the end of a run waits for what it wrote to be read.
const PATIENCE: Duration = Duration::from_secs(10);

/// What makes entries of the spool: a relay of our own, or the one that has the data folder.
#[derive(Debug)]
pub(super) struct Keeper {
    thread: Option<JoinHandle<Result<(), Failure>>>,
    store: Receiver<Store>,
    stop: Option<oneshot::Sender<()>>,
    job: String,
}

/// The settings of the environment, as for every relay, and those that were typed.
pub(super) fn settings(args: &RunArgs) -> Result<Config, Failure> {
    let raw = Cli::try_parse_from(["logpane"])
        .map_err(|error| Failure::usage(error.to_string()))?
        .open
        .raw;
    let mut config = raw.check()?;
    if let Some(data) = &args.data {
        config.data.clone_from(data);
    }
    // Files that a configuration names are for a relay that stays.
    config.loaded = Default::default();
    config.data = std::path::absolute(&config.data)?;
    config.job = args.job.clone().filter(|job| !job.is_empty());
    if let Some(instance) = &args.instance {
        config.labels.set("instance", instance.clone());
    }
    Ok(config)
}

impl Keeper {
    /// Begins in a thread of its own: the program does not wait for it.
    pub(super) fn start(args: &RunArgs, mut config: Config, job: String, spool: &Path) -> Self {
        config.paths = vec![spool.to_string_lossy().into_owned()];
        config.job = Some(job.clone());
        let addr = args.addr.clone();
        let (opened, store) = channel();
        let (stop, stopped) = oneshot::channel();
        let keep = move || {
            if let Some(addr) = addr {
                return handover::hand_over(&config, &addr);
            }
            if TcpListener::bind(config.listen).is_err() {
                // Another program's; the page is of use on any port.
                config.listen.set_port(0);
            }
            let started = move |url: &str, store: &Store| {
                writeln!(std::io::stderr(), "{url}/").ok();
                opened.send(store.clone()).ok();
                Ok(())
            };
            let told = async {
                stopped.await.ok();
            };
            match relay_beside(&config, started, told)? {
                End::Stopped => Ok(()),
                End::RunsElsewhere { addr: Some(addr), .. } => handover::hand_over(&config, &addr),
                End::RunsElsewhere { addr: None, dir } => {
                    Err(Failure::failed(handover::refusal(None, &dir)))
                }
            }
        };
        let thread = std::thread::Builder::new().name("keeper".to_owned()).spawn(keep);
        let thread = thread.inspect_err(|error| say(&format!("no thread: {error}"))).ok();
        Self { thread, store, stop: Some(stop), job }
    }

    /// Waits until our own relay has read the spool. A problem is a sentence.
    pub(super) fn end(mut self, spool: &Path) -> Option<String> {
        // Nothing comes where another relay has the folder.
        let is_read = match self.store.recv() {
            Ok(store) => self.is_read(&store, spool),
            Err(_) => true,
        };
        self.stop.take()?.send(()).ok();
        let ended = self.thread.take()?.join();
        let left = |why: &str| {
            let spool = PathBuf::from(spool);
            format!(
                "{why}; the program's output is left in a file, and this keeps it: logpane \
                 --job {} {}",
                self.job,
                spool.display()
            )
        };
        match ended {
            Ok(Ok(())) if is_read => None,
            Ok(Ok(())) => Some(left("the store is too slow")),
            Ok(Err(failure)) => Some(left(&failure.to_string())),
            Err(_) => Some(left("the relay broke down")),
        }
    }

    /// The last line of a spool says how the program ended, which its session then has.
    fn is_read(&self, store: &Store, spool: &Path) -> bool {
        let filename = spool.to_string_lossy();
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let sessions = store.sessions();
            let mut ours = sessions.0.get(&self.job).into_iter().flatten();
            if ours.any(|session| {
                session.boundaries.iter().any(|boundary| boundary.filename == filename)
                    && session.field("exit_status").is_some()
            }) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

//! `logpane serve`, and running the relay for every command that does.

use std::future::Future;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinError;

use crate::alert::Alerts;
use crate::cli::args::RawConfig;
use crate::cli::dispatch::say;
use crate::cli::failure::Failure;
use crate::cli::{handover, sources};
use crate::config::Config;
use crate::configured::{ConfigFile, FileError, mark_imported, reload};
use crate::forward::begin;
use crate::http::{App, Connections, routes};
use crate::store::{SourceOptions, Store, StoreError, StoreOptions};

/// Requests that are under way get this long when the relay stops, then the store the rest of
/// five seconds.
const DRAIN: Duration = Duration::from_secs(2);
const CLOSE: Duration = Duration::from_secs(3);
/// Serving is waiting; the work of queries is done in blocking threads.
const WORKERS: usize = 2;

/// How a relay ended that did not fail.
#[derive(Debug)]
pub enum End {
    /// It was told to stop.
    Stopped,
    /// It never began: another one has the data folder.
    RunsElsewhere { addr: Option<String>, dir: PathBuf },
}

pub fn run(raw: &RawConfig) -> Result<(), Failure> {
    if let Some(done) = raw.promtail.look() {
        return done;
    }
    let config = raw.check()?;
    let started = |url: &str, _: &Store| {
        print_url(url);
        Ok(())
    };
    match relay(&config, started, std::future::pending())? {
        End::Stopped => Ok(()),
        End::RunsElsewhere { addr, dir } => Err(Failure::failed(handover::refusal(addr, &dir))),
    }
}

/// The one line on stdout.
pub fn print_url(url: &str) {
    let mut out = std::io::stdout();
    // Whoever started the relay may not read it; that is no reason to stop.
    writeln!(out, "{url}/").and_then(|()| out.flush()).ok();
}

/// Runs a relay until a signal, or until `stop` resolves. `started` is called once it is ready,
/// with its address.
pub fn relay(
    config: &Config,
    started: impl FnOnce(&str, &Store) -> Result<(), Failure>,
    stop: impl Future<Output = ()> + Send,
) -> Result<End, Failure> {
    let started = |url: &str, store: &Store| {
        let folder = std::env::current_dir()?;
        for note in sources::notes(&config.paths, &folder, !config.loaded.sources.is_empty()) {
            say(&note);
        }
        started(url, store)?;
        say(&keeping(config));
        Ok(())
    };
    block_on(async {
        let signal = stop_signal()?;
        let told = async {
            tokio::select! { () = signal => {}, () = stop => {} }
        };
        serve(config, started, told).await
    })
}

/// Runs a relay beside something else in the process: signals are not for it, and it says nothing.
pub fn relay_beside(
    config: &Config,
    started: impl FnOnce(&str, &Store) -> Result<(), Failure>,
    stop: impl Future<Output = ()> + Send,
) -> Result<End, Failure> {
    block_on(serve(config, started, stop))
}

fn block_on(relay: impl Future<Output = Result<End, Failure>>) -> Result<End, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let end = runtime.block_on(relay);
    // Threads that still read a file must not hold the process up.
    runtime.shutdown_background();
    end
}

/// Waits for a signal.
pub fn until_told() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        stop_signal()?.await;
        Ok(())
    })
}

async fn serve(
    config: &Config,
    started: impl FnOnce(&str, &Store) -> Result<(), Failure>,
    told: impl Future<Output = ()> + Send,
) -> Result<End, Failure> {
    let mut told = std::pin::pin!(told);
    let (stopping, stopped) = watch::channel(false);
    let key = handover::new_key()?;
    let app = App::new(config.clone(), key.clone(), stopped.clone());

    #[cfg(unix)]
    reload_on_hangup(&app)?;
    reload_on_targets(&app);
    // Bound before the store is open, so that clients are told to wait instead of refused.
    let bound = match TcpListener::bind(config.listen).await {
        Ok(listener) => {
            let addr = listener.local_addr()?;
            let server = Connections::default().serve(listener, routes(&app), stopped);
            Ok((addr, tokio::spawn(server)))
        }
        Err(error) => Err(error),
    };
    let options = store_options(config);
    let opened = tokio::select! {
        opened = open(options) => opened?,
        () = &mut told => return Ok(End::Stopped),
    };
    let store = match opened {
        Ok(store) => store,
        Err(StoreError::Locked { addr, dir }) => return Ok(End::RunsElsewhere { addr, dir }),
        Err(error) => return Err(error.into()),
    };
    let running = async {
        let (addr, _) = bound.as_ref().map_err(|error| cannot_listen(config.listen, error))?;
        let url = url_of(*addr);
        tokio::task::block_in_place(|| {
            store.announce(&url)?;
            handover::write_key(&config.data, &key)?;
            begin(config.loaded.forwards.iter().chain(&config.forwards), &store);
            store.follow(source_options(config));
            follow_configured(config, &store);
            app.set_store(store.clone());
            start_alerts(config, &app, &store, &url)?;
            started(&url, &store)
        })?;
        told.await;
        Ok(End::Stopped)
    };
    let end = running.await;

    stopping.send(true).ok();
    if let Ok((_, server)) = bound {
        tokio::time::timeout(DRAIN, server).await.ok();
    }
    let watches = config.watches.clone();
    let alerts = app.alerts().cloned();
    let closing = tokio::task::spawn_blocking(move || {
        // What it evaluates is in the store.
        alerts.iter().for_each(Alerts::stop);
        watches.stop();
        store.shutdown();
    });
    if tokio::time::timeout(CLOSE, closing).await.is_err() {
        say("stopped before everything was written out; the journal has it");
    }
    end
}

/// Opens the store. A relay that has the folder but no address yet is just starting: it gets a
/// moment to say where it is.
async fn open(options: StoreOptions) -> Result<Result<Store, StoreError>, Failure> {
    let mut patience = 50;
    loop {
        let options = options.clone();
        let opened = tokio::task::spawn_blocking(move || Store::open(options))
            .await
            .map_err(|error| Failure::failed(format!("cannot open the data folder: {error}")))?;
        match opened {
            Err(StoreError::Locked { addr: None, .. }) if patience > 0 => {
                patience -= 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            opened => return Ok(opened),
        }
    }
}

/// Follows what the configuration file says, and says what is left out.
fn follow_configured(config: &Config, store: &Store) {
    let loaded = &config.loaded;
    loaded.problems.iter().chain(&loaded.notices).for_each(|sentence| say(sentence));
    for source in &loaded.sources {
        store.follow(source.clone());
    }
    config.watches.replace(loaded, &config.forwards, store);
    let Some(positions) = &loaded.positions else { return };
    say(&format!("{} files are read on where Promtail stopped", positions.offsets.len()));
    if let Err(error) = mark_imported(positions, &config.data) {
        say(&format!("cannot note that the positions were taken over: {error}"));
    }
}

/// Evaluates the rules, when there are any.
fn start_alerts(config: &Config, app: &App, store: &Store, url: &str) -> Result<(), Failure> {
    if config.alerts.rules.is_empty() {
        if !config.alerts.alertmanagers.is_empty() || !config.alerts.receivers.is_empty() {
            say("nobody is told of anything: there are no rules, add --rules PATH");
        }
        return Ok(());
    }
    let alerts = Alerts::start(config.alerts.clone(), store, url)?;
    for problem in alerts.problems() {
        say(&format!("left out: {problem}"));
    }
    app.set_alerts(alerts);
    Ok(())
}

/// Files of targets are looked at this often.
const TARGETS_EVERY: Duration = Duration::from_secs(5);

/// Reads the configuration again when a file of `file_sd_configs` changes.
fn reload_on_targets(app: &App) {
    let Some(ConfigFile::Promtail(file)) = app.config().file.clone() else { return };
    let app = app.clone();
    tokio::spawn(async move {
        let look = || {
            let file = file.clone();
            tokio::task::spawn_blocking(move || file.targets_on_disk())
        };
        let mut known = look().await.ok().flatten();
        loop {
            tokio::time::sleep(TARGETS_EVERY).await;
            let Ok(now) = look().await else { continue };
            let Ok(store) = app.store().cloned() else { continue };
            if now == known {
                continue;
            }
            known = now;
            let reader = app.clone();
            let read = tokio::task::spawn_blocking(move || reload(reader.config(), &store));
            say_reloaded(read.await, "the targets changed, the configuration was read again", None);
        }
    });
}

/// Reads the configuration again at each SIGHUP.
#[cfg(unix)]
fn reload_on_hangup(app: &App) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    let app = app.clone();
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let Ok(store) = app.store().cloned() else { continue };
            let reader = app.clone();
            let read = tokio::task::spawn_blocking(move || {
                let rules = reader.alerts().map(Alerts::reload);
                for problem in rules.iter().flatten() {
                    say(&problem.to_string());
                }
                reload(reader.config(), &store)
            });
            let without = match app.alerts() {
                Some(_) => "the rules were read again",
                None => "there is no configuration file to read again",
            };
            say_reloaded(read.await, "the configuration was read again", Some(without));
        }
    });
    Ok(())
}

/// Says what came of a reload; `without`: where there was no file to read.
fn say_reloaded(
    read: Result<Option<Result<Vec<String>, FileError>>, JoinError>,
    done: &str,
    without: Option<&str>,
) {
    match read {
        Ok(Some(Ok(said))) => said.iter().map(String::as_str).chain([done]).for_each(say),
        Ok(Some(Err(error))) => say(&format!("everything stays as it was: {error}")),
        Ok(None) => without.into_iter().for_each(say),
        Err(error) => say(&format!("the configuration was not read again: {error}")),
    }
}

/// What the store is opened with.
pub fn store_options(config: &Config) -> StoreOptions {
    StoreOptions {
        retention: config.retention,
        retention_rules: config.retention_rules.clone(),
        retention_bytes: Some(config.retention_bytes),
        zone: config.zone.clone().unwrap_or_else(TimeZone::system),
        max_streams: config.limits.max_streams,
        ..StoreOptions::new(&config.data)
    }
}

fn source_options(config: &Config) -> SourceOptions {
    SourceOptions {
        paths: config.paths.clone(),
        job: config.job.clone(),
        labels: config.labels.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        ..SourceOptions::default()
    }
}

fn keeping(config: &Config) -> String {
    const DAY_SECONDS: u64 = 86_400;
    let seconds = config.retention.as_secs();
    let time = match seconds / DAY_SECONDS {
        days @ 1.. if seconds.is_multiple_of(DAY_SECONDS) => format!("{days} days"),
        _ => format!("{seconds} s"),
    };
    format!("entries are kept for {time} in {}; Ctrl-C ends this", config.data.display())
}

/// What a browser on this machine calls.
fn url_of(addr: SocketAddr) -> String {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, addr.port()))
}

fn cannot_listen(addr: SocketAddr, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    let other = SocketAddr::new(addr.ip(), addr.port().checked_add(1).unwrap_or(0));
    Failure::failed(match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {} is in use by another program on {}: stop that, or choose another port with \
             --listen {other}",
            addr.port(),
            addr.ip()
        ),
        ErrorKind::PermissionDenied => format!(
            "listening on port {} is not allowed for this user: choose one above 1023, as in \
             --listen 127.0.0.1:3100",
            addr.port()
        ),
        ErrorKind::AddrNotAvailable => {
            format!("{} is no address of this machine: choose another with --listen", addr.ip())
        }
        _ => format!("cannot listen on {addr}: {error}"),
    })
}

/// Resolves at SIGINT or SIGTERM.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            tokio::signal::ctrl_c().await.ok();
        })
    }
}

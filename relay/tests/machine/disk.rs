use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Program, logpane, run, wait_until};
use crate::{NO_LIMIT, expect_each_once, numbered};

/// `logpane` with a small disk of its own at `at`, which nobody else sees.
fn on_a_disk(at: &Path, options: &str) -> Command {
    let program = logpane();
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let script = format!("mount -t tmpfs -o {options} none \"$0\" && exec \"$@\"");
    command.args(["--mount", "sh", "-c", &script]).arg(at).arg(program.get_program());
    command.env("TZ", "UTC");
    command
}

/// The disk as its relay sees it.
fn seen_by(relay: &Program, path: &Path) -> PathBuf {
    Path::new("/proc")
        .join(relay.pid().to_string())
        .join("root")
        .join(path.strip_prefix("/").unwrap())
}

#[test]
fn a_small_disk_fills_up_and_is_freed() {
    const LINES: usize = 600_000;
    let dir = tempfile::tempdir().unwrap();
    let (disk, log) = (dir.path().join("disk"), dir.path().join("app.log"));
    fs::create_dir(&disk).unwrap();
    fs::write(&log, "").unwrap();
    let relay = Program::start(
        on_a_disk(&disk, "size=64m")
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(disk.join("data"))
            .args(NO_LIMIT)
            .arg(&log),
    );
    let filler = seen_by(&relay, &disk).join("filler");
    fs::write(&filler, vec![1; 61 << 20]).unwrap();
    fs::write(&log, numbered(0..LINES)).unwrap();
    let problems = || relay.json("/api/status")["problems"].to_string();
    wait_until("the stop", || problems().contains("disk_full"));
    // What is stored can be asked for, and the rest is said to be missing.
    let query = "/loki/api/v1/query?query=count_over_time(%7Bjob%3D%22app%22%7D%5B1h%5D)";
    assert_eq!(relay.json(query)["status"], "success");
    fs::remove_file(&filler).unwrap();
    relay.wait_for_entries(LINES as u64);
    wait_until("the end of the problem", || !problems().contains("disk_full"));
    expect_each_once(&relay, r#"{job="app"}"#, LINES);
    assert!(relay.get("/metrics").contains("logpane_lost_bytes_total 0"));
}

#[test]
fn a_disk_that_cannot_be_written_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = on_a_disk(dir.path(), "ro");
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path().join("data"));
    let done = run(&mut command);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stderr.contains("cannot use the data folder"), "{}", done.stderr);
    assert!(done.stderr.to_lowercase().contains("read-only"), "{}", done.stderr);
}

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::program::{Program, run, wait_until};
use crate::{NO_LIMIT, expect_each_once, numbered};

/// How often each log is rotated, and how many lines it gets each time.
const ROUNDS: usize = 12;
const LINES: usize = 400;

/// A log that is rotated by the system's own program.
struct Rotated {
    dir: tempfile::TempDir,
    log: PathBuf,
    /// Names have a second in them.
    is_dated: bool,
}

impl Rotated {
    fn new(options: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("app.log");
        let config =
            format!("{} {{\n  su root root\n  rotate 50\n  {options}\n}}\n", log.display());
        fs::write(dir.path().join("rotate.conf"), without_su(&config)).unwrap();
        Self { dir, log, is_dated: options.contains("dateext") }
    }

    fn rotate(&self) {
        let path = |name: &str| self.dir.path().join(name);
        let mut rotate = std::process::Command::new("logrotate");
        rotate.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        rotate.arg("--force").arg("--state").arg(path("state")).arg(path("rotate.conf"));
        // Named after the second, there is one rotation in a second.
        wait_until("a rotation", || {
            let done = run(&mut rotate);
            assert!(done.code == 0 || self.is_dated, "{done:?}");
            done.code == 0
        });
    }

    fn open(&self) -> File {
        fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap()
    }

    fn relay(&self) -> Program {
        let data = self.dir.path().join("data");
        Program::serve(&data, &[&NO_LIMIT[..], &[path_of(&self.log)]].concat())
    }
}

/// Only root may ask for another user.
fn without_su(config: &str) -> String {
    match rustix::process::geteuid().is_root() {
        true => config.to_owned(),
        false => config.replace("  su root root\n", ""),
    }
}

fn path_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes, rotates and writes on, with the relay away for two rotations out of four, and asserts
/// that every line is there once. `late`: lines that still go to the old file after each rotation,
/// as of a program that has not opened the new one yet.
#[track_caller]
fn check(options: &str, late: usize) {
    let rotated = Rotated::new(options);
    let mut file = rotated.open();
    let mut relay = Some(rotated.relay());
    let mut written = 0;
    let mut write = |file: &mut File, count: usize| {
        file.write_all(numbered(written..written + count).as_bytes()).unwrap();
        written += count;
        written
    };
    let mut all = 0;
    for round in 0..ROUNDS {
        match round % 4 {
            1 => {
                let gone = relay.take().unwrap();
                gone.signal("-KILL");
                gone.wait();
            }
            3 => {
                let back = rotated.relay();
                // A copy that is made while a relay begins is told from others by what it read.
                back.wait_for_entries(all as u64);
                relay = Some(back);
            }
            _ => {}
        }
        write(&mut file, LINES);
        if round == 0 {
            // Of a file that it has not read yet a relay knows nothing after a kill.
            relay.as_ref().unwrap().wait_for_entries(LINES as u64);
        }
        rotated.rotate();
        all = write(&mut file, late);
        if !options.contains("copytruncate") {
            file = rotated.open();
        }
    }
    let relay = relay.unwrap_or_else(|| rotated.relay());
    relay.wait_for_entries(all as u64);
    expect_each_once(&relay, r#"{job="app"}"#, all);
    let lost = relay.get("/metrics");
    assert!(lost.contains("logpane_lost_bytes_total 0"), "{options}");
}

#[test]
fn logrotate_create() {
    check("create", 50);
}

#[test]
fn logrotate_create_and_compress() {
    check("create\n  compress", 0);
}

#[test]
fn logrotate_create_and_compress_later() {
    check("create\n  compress\n  delaycompress", 50);
}

#[test]
fn logrotate_with_dates() {
    check("create\n  dateext\n  dateformat -%Y%m%d-%s", 0);
}

#[test]
fn logrotate_copytruncate() {
    check("copytruncate", 50);
}

#[test]
fn logrotate_copytruncate_and_compress() {
    check("copytruncate\n  compress", 50);
}

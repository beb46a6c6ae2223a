//! Starting `logpane` and waiting for what it does.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// The program, without the settings and the browser of whoever runs the tests.
pub fn logpane() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logpane"));
    clean(&mut command);
    command
}

fn clean(command: &mut Command) {
    let ours = |name: &str| name.starts_with("LOGPANE_") || name.starts_with("LOKI_");
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    for name in ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(name);
    }
    command.env("TZ", "UTC").stdin(Stdio::null());
}

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn run(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running relay, killed with the value.
pub struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: tempfile::NamedTempFile,
    pub stdin: ChildStdin,
    /// As printed, without the slash at its end.
    pub url: String,
}

impl Program {
    /// `logpane serve` on a free port.
    pub fn serve(data: &Path, args: &[&str]) -> Self {
        let listen = ["serve", "--listen", "127.0.0.1:0", "--data"];
        Self::start(logpane().args(listen).arg(data).args(args))
    }

    /// Starts a command that serves, and waits for the URL it prints.
    pub fn start(command: &mut Command) -> Self {
        let stderr = tempfile::NamedTempFile::new().unwrap();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let said = || fs::read_to_string(stderr.path()).unwrap();
        let url = line.trim_end().strip_suffix('/').unwrap_or_default().to_owned();
        assert!(url.starts_with("http://"), "{line:?}\n{}", said());
        let stdin = child.stdin.take().unwrap();
        Self { child, stdout, stderr, stdin, url }
    }

    pub fn get(&self, path: &str) -> String {
        let mut response = ureq::get(format!("{}{path}", self.url)).call().unwrap();
        response.body_mut().read_to_string().unwrap()
    }

    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }

    pub fn wait_for_entries(&self, num: u64) {
        wait_until(&format!("{num} entries"), || {
            self.json("/api/status")["entries"].as_u64() == Some(num)
        });
    }

    pub fn stderr(&self) -> String {
        fs::read_to_string(self.stderr.path()).unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// The exit code, and what came on stdout after the URL.
    pub fn wait(mut self) -> (i32, String) {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Waits for a condition, and fails when it does not come true for a long time.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1200 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("waited in vain for {what}");
}

/// A folder that every user may write to.
pub fn for_everyone() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    place
}

/// The program as a user without rights: root may read everything. It is copied to where that
/// user finds it.
pub fn as_nobody(place: &tempfile::TempDir) -> Command {
    const NOBODY: u32 = 65534;
    let is_root = {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
    };
    if !is_root {
        return logpane();
    }
    let program = place.path().join("logpane");
    fs::copy(env!("CARGO_BIN_EXE_logpane"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program);
    clean(&mut command);
    command.uid(NOBODY).gid(NOBODY).current_dir(place.path());
    command
}

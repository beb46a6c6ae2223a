use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use detect::labels::from_path;

use crate::cli::failure::Failure;

/// What is run, and from what state of the sources.
#[derive(Debug)]
pub(super) struct Origin {
    command: Vec<String>,
    cwd: PathBuf,
    commit: Option<String>,
    is_dirty: bool,
}

impl Origin {
    pub(super) fn here(command: &[String]) -> Result<Self, Failure> {
        let cwd = std::env::current_dir()
            .map_err(|error| Failure::failed(format!("the working directory is gone: {error}")))?;
        let commit = git(&cwd, &["rev-parse", "HEAD"]).filter(|commit| !commit.is_empty());
        let changes = ["status", "--porcelain", "--untracked-files=no"];
        let is_dirty = commit.is_some() && git(&cwd, &changes).is_some_and(|said| !said.is_empty());
        Ok(Self { command: command.to_vec(), cwd, commit, is_dirty })
    }

    /// By the rule of paths: as if the program wrote a log of its own name where it is started.
    pub(super) fn job(&self) -> String {
        let name = self.command.first().map_or("", String::as_str);
        let name = Path::new(name).file_name().map(|name| name.to_string_lossy());
        let path = self.cwd.join(name.as_deref().unwrap_or_default());
        let users = crate::source::user_names();
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        from_path(&path.to_string_lossy(), None, &users).job
    }

    /// The line that opens the session.
    pub(super) fn line(&self) -> String {
        let mut line = format!(
            "logpane run: started command={} cwd={}",
            quoted(&self.command.join(" ")),
            quoted(&self.cwd.to_string_lossy())
        );
        if let Some(commit) = &self.commit {
            write!(line, " commit={commit} dirty={}", self.is_dirty).ok();
        }
        line
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // The line must stay one.
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// None without git, and outside a work tree. It must not take locks: the program may use git.
fn git(cwd: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(args)
        .current_dir(cwd)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}

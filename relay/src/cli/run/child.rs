use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, Winsize, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// The program, and the ends that its output comes out of.
#[derive(Debug)]
pub(super) struct Program {
    pub child: Child,
    pub stdout: File,
    pub stderr: File,
    pub pty: Vec<Pty>,
}

impl Program {
    pub(super) fn start(words: &[String]) -> io::Result<Self> {
        let (name, args) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut pty = Vec::new();
        let (stdout, out) = end(io::stdout().as_fd(), io::stdout().is_terminal(), &mut pty)?;
        let (stderr, err) = end(io::stderr().as_fd(), io::stderr().is_terminal(), &mut pty)?;
        // Dropped with the statement: the output has an end only when we do not hold it open.
        let child = Command::new(name).args(args).stdout(out).stderr(err).spawn()?;
        Ok(Self { child, stdout, stderr, pty })
    }
}

/// A terminal made for one output of the program, as large as the one it stands for.
#[derive(Debug)]
pub(super) struct Pty {
    ours: OwnedFd,
    shown: OwnedFd,
}

impl Pty {
    /// Gives it the size of the terminal that it stands for.
    pub(super) fn resize(&self) {
        if let Ok(size) = tcgetwinsize(&self.shown) {
            tcsetwinsize(&self.ours, size).ok();
        }
    }
}

/// What we read from, and what the program writes to. A terminal stays a terminal.
fn end(shown: BorrowedFd<'_>, is_tty: bool, pty: &mut Vec<Pty>) -> io::Result<(File, Stdio)> {
    if !is_tty {
        let (ours, theirs) = io::pipe()?;
        return Ok((File::from(OwnedFd::from(ours)), Stdio::from(theirs)));
    }
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let theirs = rustix::fs::open(
        name.as_c_str(),
        rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    )?;
    // The terminal that shows it does all that is to be done to the bytes.
    let mut attributes = tcgetattr(&theirs)?;
    attributes.make_raw();
    tcsetattr(&theirs, OptionalActions::Now, &attributes)?;
    let size = tcgetwinsize(shown).unwrap_or(Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    });
    tcsetwinsize(&ours, size)?;
    pty.push(Pty { ours: ours.try_clone()?, shown: shown.try_clone_to_owned()? });
    Ok((File::from(ours), Stdio::from(theirs)))
}

/// As a shell gives it: 128 and the signal's number when one ended it.
pub(super) fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// As a shell gives it: 127 for a program that is not there, 126 for one that cannot be run.
pub(super) fn code_of_error(error: &io::Error) -> u8 {
    if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 }
}

pub(super) fn cannot_start(words: &[String], error: &io::Error) -> String {
    let name = words.first().map_or("", String::as_str);
    match error.kind() {
        io::ErrorKind::NotFound if name.contains('/') => {
            format!("there is no program {name}")
        }
        io::ErrorKind::NotFound => {
            format!("there is no program {name:?} in PATH; is it spelled so?")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{name:?} cannot be run: it is not executable for this user (chmod +x)")
        }
        _ => format!("{name:?} cannot be run: {error}"),
    }
}

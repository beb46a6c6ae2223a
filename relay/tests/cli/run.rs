//! `logpane run`: the program's output passes through, and is kept.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::program::{Program, logpane, run, wait_until};

/// `logpane run` with a data folder of its own, and a relay of its own unless one has that.
fn logpane_run(data: &Path, args: &[&str]) -> Command {
    let mut command = logpane();
    command.env("LOGPANE_LISTEN", "127.0.0.1:0").args(["run", "--data"]).arg(data).args(args);
    command
}

/// A shell's script, in a job of its own.
fn script(data: &Path, script: &str) -> Output {
    logpane_run(data, &["--job", "test", "--", "sh", "-c", script]).output().unwrap()
}

/// The lines that a query finds, oldest first.
fn found(data: &Path, query: &str) -> Vec<String> {
    let done = run(logpane()
        .args(["query", query, "-o", "raw", "--direction", "forward", "--data"])
        .arg(data));
    assert_eq!(done.code, 0, "{query}: {done:?}");
    done.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn output_passes_byte_for_byte_and_the_status_is_the_programs() {
    let dir = tempfile::tempdir().unwrap();
    for (said, printed, code) in [
        ("printf 'one\\ntwo\\n'", &b"one\ntwo\n"[..], 0),
        ("printf 'no end'; exit 3", b"no end", 3),
        ("printf ' 10%%\\r 20%%\\r100%%\\n'; exit 255", b" 10%\r 20%\r100%\n", 255),
        ("printf '\\000\\001\\377\\n\"\\\\'", b"\0\x01\xff\n\"\\", 0),
        ("printf '\\305\\267\\303\\300\\n'; kill -TERM $$", b"\xc5\xb7\xc3\xc0\n", 143),
        ("kill -KILL $$", b"", 137),
        (":", b"", 0),
    ] {
        let done = script(dir.path(), said);
        assert_eq!(done.stdout, printed, "{said}");
        assert_eq!(done.status.code(), Some(code), "{said}: {:?}", done.status.signal());
        // Nothing but the URL.
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(stderr.starts_with("http://") && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn lines_are_kept_with_where_they_were_written_and_what_was_run() {
    let dir = tempfile::tempdir().unwrap();
    let (data, tree) = (dir.path().join("data"), dir.path().join("CosyVoice"));
    fs::create_dir(&tree).unwrap();
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@b.example"];
        let done = Command::new("git").current_dir(&tree).args(who).args(args).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    fs::write(tree.join("app.py"), "1").unwrap();
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "a"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let said = "echo plain; echo 'an \"error\"' >&2; printf 'half'; exit 3";
    let start = || logpane_run(&data, &["--", "sh", "-c", said]).current_dir(&tree).output();
    assert_eq!(start().unwrap().status.code(), Some(3));
    fs::write(tree.join("app.py"), "2").unwrap();
    assert_eq!(start().unwrap().status.code(), Some(3));

    let cwd = tree.display();
    for (stages, expected) in [
        ("stream=\"stdout\"".to_owned(), &["plain", "half", "plain", "half"][..]),
        ("stream=\"stderr\"".to_owned(), &["an \"error\"", "an \"error\""]),
        (format!("stream=\"stdout\" | commit=\"{commit}\" | dirty=\"false\""), &["plain", "half"]),
        (format!("stream=\"stderr\" | commit=\"{commit}\" | dirty=\"true\""), &["an \"error\""]),
        (
            format!("stream=\"stderr\" | cwd=\"{cwd}\" | exit_status=\"3\""),
            &["an \"error\"", "an \"error\""],
        ),
        (
            "stream=\"stderr\" | command=~\"sh -c echo plain; .*\"".to_owned(),
            &["an \"error\"", "an \"error\""],
        ),
        ("stream=\"stderr\" | exit_status=\"0\"".to_owned(), &[]),
    ] {
        let query = format!("{{job=\"cosyvoice3\", instance=\"localhost\"}} | {stages}");
        assert_eq!(found(&data, &query), expected, "{stages}");
    }
}

#[test]
fn a_relay_that_has_the_folder_takes_the_lines_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let relay = Program::serve(&data, &[]);
    let args = ["--job", "mine", "--instance", "gpu1", "--", "echo", "hello"];
    let done = run(&mut logpane_run(&data, &args));
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "hello\n", ""));
    wait_until("the line", || {
        let query = "{job=\"mine\", instance=\"gpu1\"} | stream=\"stdout\"";
        let asked = run(logpane().args(["query", query, "-o", "raw", "--addr", &relay.url]));
        asked.stdout == "hello\n"
    });
}

#[test]
fn a_program_that_is_not_there_is_said_and_gives_127() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    fs::write(&plain, "").unwrap();
    for (name, code, said) in [
        ("no-such-program", 127, "there is no program \"no-such-program\" in PATH"),
        ("./no-such-program", 127, "there is no program ./no-such-program"),
        (plain.to_str().unwrap(), 126, "is not executable for this user"),
    ] {
        let done = run(&mut logpane_run(&dir.path().join("data"), &["--", name]));
        assert_eq!((done.code, done.stdout.as_str()), (code, ""), "{done:?}");
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
}

#[test]
fn output_passes_also_where_nothing_can_be_kept() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let done = run(&mut logpane_run(&file, &["--", "sh", "-c", "echo out; exit 4"]));
    assert_eq!((done.code, done.stdout.as_str()), (4, "out\n"));
    assert!(done.stderr.contains("the program's output is not kept"), "{}", done.stderr);
}

#[test]
fn signals_reach_the_program() {
    let dir = tempfile::tempdir().unwrap();
    for signal in ["INT", "TERM", "HUP"] {
        // It says when it is ready to be told.
        let said =
            format!("trap 'echo told; exit 7' {signal}; echo ready; while :; do sleep 0.05; done");
        // A shell cannot trap what was ignored when it began, as in a background job.
        let heard = format!("--default-signal={signal}");
        let command = ["--job", "test", "--", "env", &heard, "sh", "-c", &said];
        let mut child = logpane_run(dir.path(), &command)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(lines.next().unwrap().unwrap(), "told", "{signal}");
        assert_eq!(child.wait().unwrap().code(), Some(7), "{signal}");
    }
}

#[test]
fn a_terminal_stays_a_terminal() {
    let dir = tempfile::tempdir().unwrap();
    // Its size too; what is no terminal does not become one.
    let inner = "test -t 1 && test -t 2 && stty size <&1";
    let command = format!(
        "stty rows 33 cols 101; {} run --data {} --job test -- sh -c '{inner}' 2>&1",
        env!("CARGO_BIN_EXE_logpane"),
        dir.path().display()
    );
    let done = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .env("LOGPANE_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{shown}");
    assert!(shown.contains("33 101\r\n"), "{shown:?}");
}

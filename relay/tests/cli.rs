//! The program itself, as a person or a script starts it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "cli/alerts.rs"]
mod alerts;
#[path = "cli/chats.rs"]
mod chats;
#[path = "cli/forward.rs"]
mod forward;
mod program;
#[path = "cli/run.rs"]
mod run_command;
#[path = "cli/share.rs"]
mod share_command;
#[path = "cli/sink.rs"]
mod sink;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use program::{Program, logpane, run, wait_until};
use serde_json::Value;

const LINES: &str = "\
2024-12-17 14:30:52 INFO Generating audio: text_len=42, seed=1234
2024-12-17 14:30:53 ERROR CUDA out of memory
2024-12-17 14:30:54 INFO Generating audio: text_len=7, seed=5
";

/// A folder with a log of three lines.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("CosyVoice/logs");
    fs::create_dir_all(&logs).unwrap();
    fs::write(logs.join("cosyvoice.log"), LINES).unwrap();
    dir
}

fn log_of(dir: &Path) -> String {
    dir.join("CosyVoice/logs/cosyvoice.log").to_str().unwrap().to_owned()
}

#[test]
fn wrong_usage_is_said_and_gives_2() {
    let dir = tempfile::tempdir().unwrap();
    let users = dir.path().join("users");
    fs::write(&users, "ann:{SHA}x\n").unwrap();
    let users = users.to_str().unwrap();
    for (args, message) in [
        (&["serve", "--colour"][..], "unexpected argument '--colour'"),
        (&["serve", "--listen", "nowhere at all"], "is no address to listen on"),
        (&["serve", "--listen", "0.0.0.0:0"], "would let everyone on the network read the logs"),
        (&["serve", "--auth-file", "/none/users"], "cannot read the password file"),
        (&["serve", "--auth-file", users], "the hash of user \"ann\" is not bcrypt"),
        (&["serve", "--label", "1a=b"], "is no label, expected name=value"),
        (&["serve", "--retention", "soon"], "--retention: \"soon\" is not a duration"),
        (&["serve", "--retention-bytes", "lots"], "--retention-bytes: \"lots\" is not a size"),
        (&["serve", "--forward", "loki:3100"], "--forward: expected a URL of a Loki"),
        (&["serve", "--forward", "http://localhost:3100"], "is this relay itself"),
        (&["serve", "--max-entries", "0"], "--max-entries must be at least 1"),
        (&["query", "{job="], "^"),
        (&["query", "{job=\"a\"}", "--at", "now"], "--at is for metric queries"),
        (&["query", "{job=\"a\"}", "--from", "noon"], "--from: \"noon\" is not a time"),
        (&["query", "{job=\"a\"}", "--from", "now", "--to", "now-1h"], "--from lies after --to"),
        (&["query", "{job=\"a\"}", "--since=-1h"], "--since must be longer than zero"),
        (&["query", "{job=\"a\"}", "--since", "1h", "--from", "now"], "are two starts"),
        (&["query", "vector(1)", "--at", "now", "--step", "1m"], "--at names one time"),
        (&["query", "vector(1)", "--addr", "x", "--data", "y"], "are two sources"),
        (&["query", "{job=\"a\"}", "--limit", "0"], "--limit must be at least 1"),
        (&["query", "{job=\"a\"}", "--addr", "https://x"], "https is not supported"),
        (&["tail", "rate({job=\"a\"}[1m])"], "a metric query has no entries to tail"),
        (&["demo", "--speed", "0"], "--speed must be above 0"),
        (&["demoo"], "did you mean `logpane demo`?"),
        (&["qeury", "{job=\"a\"}"], "did you mean `logpane query`?"),
    ] {
        let done = run(logpane().args(args));
        assert_eq!(done.code, 2, "{args:?}: {done:?}");
        assert!(done.stderr.contains(message), "{args:?}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{args:?}");
    }
}

#[test]
fn what_cannot_be_done_is_said_and_gives_1() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap();
    for (args, message) in [
        (&["query", "{job=\"a\"}", "--addr", "127.0.0.1:1"][..], "no relay answers at http://"),
        (&["query", "{job=\"a\"}", "--data", "/none"], "there is no data folder: /none"),
        (&["tail", "{job=\"a\"}", "--addr", "127.0.0.1:1"], "no relay answers at http://"),
        (&["serve", "--data", file, "--listen", "127.0.0.1:0"], "cannot use the data folder"),
    ] {
        let done = run(logpane().args(args));
        assert_eq!(done.code, 1, "{args:?}: {done:?}");
        assert!(done.stderr.contains(message), "{args:?}: {}", done.stderr);
    }
}

#[test]
fn nothing_to_show_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let done = run(logpane().env("XDG_DATA_HOME", dir.path()));
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.stderr.contains("logpane ~/CosyVoice/logs/*.log"), "{}", done.stderr);
    assert!(!dir.path().join("logpane").exists());
}

#[test]
fn help_and_completions_are_there() {
    let short = run(logpane().arg("-h")).stdout;
    let long = run(logpane().arg("--help")).stdout;
    assert!(long.contains("Examples:") && !short.contains("Examples:"), "{short}");
    for command in ["serve", "query", "tail", "check", "run", "demo", "completions"] {
        assert!(short.contains(&format!("\n  {command} ")), "{command}: {short}");
    }
    assert!(run(logpane().args(["completions", "bash"])).stdout.contains("_logpane"));
    assert!(run(logpane().arg("--version")).stdout.starts_with("logpane 0."));
}

#[test]
fn a_relay_and_its_folder_give_the_same_answers() {
    let dir = folder();
    let data = dir.path().join("data");
    let relay = Program::serve(&data, &[&log_of(dir.path())]);
    relay.wait_for_entries(3);
    let data = data.to_str().unwrap();
    let range = ["--from", "2024-12-17", "--to", "2024-12-18"];
    for (query, more, expected) in [
        ("{job=\"cosyvoice3\"}", &["-o", "raw", "--direction", "forward"][..], Some(LINES)),
        ("{job=\"cosyvoice3\"} |= \"CUDA\"", &["-o", "jsonl"], None),
        ("{job=\"cosyvoice3\"} | seed=\"1234\"", &[], None),
        ("{job=\"cosyvoice3\"}", &["--limit", "1", "-o", "raw"], None),
        ("sum(count_over_time({job=\"cosyvoice3\"}[1h]))", &["--step", "1h"], None),
        ("sum(count_over_time({job=\"cosyvoice3\"}[1h]))", &["--step", "1h", "-o", "jsonl"], None),
    ] {
        let ask = |source: &[&str]| {
            let done = run(logpane().args(["query", query]).args(range).args(more).args(source));
            assert_eq!(done.code, 0, "{query}: {done:?}");
            assert_ne!(done.stdout, "", "{query} {source:?}: {done:?}");
            done.stdout
        };
        let (asked, read) = (ask(&["--addr", &relay.url]), ask(&["--data", data]));
        assert_eq!(asked, read, "{query}");
        if let Some(expected) = expected {
            assert_eq!(asked, expected, "{query}");
        }
    }
    let article = "{job=\"cosyvoice3\"} |= \"Generating audio\" \
                   | line_format \"{{.text_len}} chars, seed={{.seed}}\"";
    let done =
        run(logpane().args(["query", article, "-o", "raw", "--addr", &relay.url]).args(range));
    assert_eq!(done.stdout, "7 chars, seed=5\n42 chars, seed=1234\n");
    // The body of Loki's answer.
    let done = run(logpane().args([
        "query",
        "vector(2)",
        "--at",
        "5",
        "-o",
        "json",
        "--addr",
        &relay.url,
    ]));
    let body: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(body["data"]["result"][0]["value"][1], "2");
    // Nothing in the last hour, but something before.
    let done = run(logpane().args(["query", "{job=\"cosyvoice3\"}", "--addr", &relay.url]));
    assert!(done.code == 0 && done.stdout.is_empty(), "{done:?}");
    assert!(done.stderr.contains("the newest entry is of 2024-12-17"), "{}", done.stderr);
}

#[test]
fn a_range_that_is_too_long_is_refused_with_what_to_do() {
    let dir = folder();
    let data = dir.path().join("data");
    let old = dir.path().join("old.log");
    fs::write(&old, "2009-01-02 03:04:05 INFO long ago\n").unwrap();
    let relay = Program::serve(&data, &[&log_of(dir.path()), old.to_str().unwrap()]);
    relay.wait_for_entries(4);
    let ask = ["query", "{job=~\".+\"}", "--since", "400000h", "-o", "raw"];
    let refused = run(logpane().args(ask).args(["--addr", &relay.url]));
    assert_eq!(refused.code, 2);
    for words in ["limit: 721h", "--max-query-length 0", "--data DIR"] {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
    let found = run(logpane().args(ask).arg("--data").arg(&data));
    assert_eq!(found.stdout.lines().count(), 4, "{found:?}");
}

#[test]
fn a_query_that_may_be_meant_otherwise_gets_a_hint() {
    let dir = folder();
    let data = dir.path().join("data");
    let relay = Program::serve(&data, &[&log_of(dir.path())]);
    relay.wait_for_entries(3);
    let data = data.to_str().unwrap();
    for (query, said) in [
        ("{job=\"cosyvoice\"}", "did you mean cosyvoice3?\nlogpane:       {job=\"cosyvoice3\"}"),
        ("{job=\"cosyvoice3\"} |= \"cuda\"", "|~ \"(?i)cuda\""),
        ("{job=\"cosyvoice3\"} | line_format \"{{.sed}}\"", "line_format \"{{.seed}}\""),
        (
            "count_over_time({job=\"cosyvoice3\"}[1d]) > 0",
            "sum(count_over_time({job=\"cosyvoice3\"}[1d])) > 0",
        ),
        ("{job=\"cosyvoice3\"}", ""),
    ] {
        for source in [["--addr", &relay.url], ["--data", data]] {
            let range = ["--from", "2024-12-17", "--to", "2024-12-18", "--step", "1d"];
            let done = run(logpane().args(["query", query]).args(range).args(source));
            assert_eq!(done.code, 0, "{query}: {done:?}");
            assert!(done.stderr.contains(said), "{query}: {}", done.stderr);
            assert_eq!(done.stderr.contains("hint: "), !said.is_empty(), "{}", done.stderr);
        }
    }
}

#[test]
fn an_empty_answer_says_why() {
    let dir = folder();
    let data = dir.path().join("data");
    let relay = Program::serve(&data, &[&log_of(dir.path())]);
    relay.wait_for_entries(3);
    let data = data.to_str().unwrap();
    for (from, to, said) in [
        ("2024-12-18", "2024-12-19", "the newest entry is of 2024-12-17 14:30:54"),
        ("2024-12-15", "2024-12-16", "the oldest entry is of 2024-12-17 14:30:52"),
        ("2024-12-17", "2024-12-18", "nothing matches between 2024-12-17 00:00:00"),
    ] {
        for source in [["--addr", &relay.url], ["--data", data]] {
            let query = ["query", r#"{job="cosyvoice3"} |= "no line has this""#];
            let range = ["--from", from, "--to", to];
            let done = run(logpane().args(query).args(range).args(source));
            assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{done:?}");
            assert!(done.stderr.contains(said), "{from}: {}", done.stderr);
        }
    }
}

#[test]
fn settings_come_from_the_environment_too() {
    let dir = folder();
    let data = dir.path().join("data");
    let relay = Program::start(
        logpane().env("LOGPANE_DATA", &data).env("LOGPANE_LISTEN", "127.0.0.1:0").args([
            "serve",
            "--job",
            "mine",
            "--label",
            "env=test",
            &log_of(dir.path()),
        ]),
    );
    relay.wait_for_entries(3);
    // What is typed beats what is set.
    let done = run(logpane().env("LOGPANE_DATA", &data).env("LOGPANE_SINCE", "1h").args([
        "query",
        "{job=\"mine\", env=\"test\"}",
        "--from",
        "0",
        "-o",
        "raw",
    ]));
    assert_eq!(done.stdout.lines().count(), 3, "{done:?}");
    let done = run(logpane().env("LOKI_ADDR", &relay.url).args([
        "query",
        "{job=\"mine\"}",
        "--from",
        "0",
        "-o",
        "raw",
    ]));
    assert_eq!(done.stdout.lines().count(), 3, "{done:?}");
}

#[test]
fn stdout_holds_one_url_and_a_signal_ends_it_well() {
    let dir = folder();
    let mut relay = Program::serve(&dir.path().join("data"), &[&log_of(dir.path())]);
    assert_eq!(relay.get("/ready").trim(), "ready");
    for signal in ["-TERM", "-INT"] {
        relay.signal(signal);
        let (code, rest) = relay.wait();
        assert_eq!((code, rest.as_str()), (0, ""), "{signal}");
        relay = Program::serve(&dir.path().join("data"), &[&log_of(dir.path())]);
        relay.wait_for_entries(3);
    }
}

#[test]
fn a_second_relay_on_the_folder_is_refused_and_a_second_open_hands_over() {
    let dir = folder();
    let data = dir.path().join("data");
    let relay = Program::serve(&data, &[&log_of(dir.path())]);
    relay.wait_for_entries(3);
    let data = data.to_str().unwrap();
    let refused = run(logpane().args(["serve", "--data", data, "--listen", "127.0.0.1:0"]));
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains(&format!("serving {}", relay.url)), "{}", refused.stderr);
    assert!(refused.stderr.contains("`logpane PATHS` gives it more files"), "{}", refused.stderr);

    // The second one runs elsewhere, with a relative path, and has a browser.
    let seen = dir.path().join("seen");
    let browser = dir.path().join("browser");
    fs::write(&browser, format!("#!/bin/sh\necho \"$1\" > {}\n", seen.display())).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join("late.log"), "2024-12-17 15:00:00 INFO late\n").unwrap();
    let opened = run(logpane().current_dir(dir.path()).env("BROWSER", &browser).args([
        "late.log",
        "--data",
        data,
        "--listen",
        "127.0.0.1:0",
    ]));
    assert_eq!(opened.code, 0, "{opened:?}");
    assert_eq!(opened.stdout, format!("{}/\n", relay.url));
    relay.wait_for_entries(4);
    wait_until("the browser to be opened", || {
        fs::read_to_string(&seen).is_ok_and(|url| url.trim() == format!("{}/", relay.url))
    });
}

#[test]
fn a_port_in_use_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let data = dir.path().to_str().unwrap();
    let done = run(logpane().args(["serve", "--data", data, "--listen", &listen]));
    assert_eq!(done.code, 1);
    let expected = format!("port {port} is in use by another program on 127.0.0.1");
    assert!(done.stderr.contains(&expected) && done.stderr.contains("--listen"), "{done:?}");
}

#[test]
fn a_data_folder_without_permission_is_said() {
    let place = program::for_everyone();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = program::as_nobody(&place);
    let done = run(command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stderr.contains("cannot use the data folder"), "{}", done.stderr);
    assert!(done.stderr.contains(data.to_str().unwrap()), "{}", done.stderr);
}

#[test]
fn files_that_cannot_be_read_are_said_and_the_others_are_followed() {
    let place = program::for_everyone();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("good.log"), "2024-12-17 14:30:52 INFO good\n").unwrap();
    fs::write(path("empty.log"), "").unwrap();
    fs::write(path("binary.log"), b"\x7fELF\x02\x01\x01\0\0\x03\x04\x05\x06\x01\x02").unwrap();
    fs::write(path("secret.log"), "no\n").unwrap();
    fs::set_permissions(path("secret.log"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(path("folder")).unwrap();
    let mut command = program::as_nobody(&place);
    let relay = Program::start(
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data", &path("data")])
            .args(["good.log", "empty.log", "binary.log", "secret.log", "folder"].map(path))
            .arg(path("missing.log")),
    );
    relay.wait_for_entries(1);
    let said = relay.stderr();
    for (name, expected) in [
        ("binary.log", "binary"),
        ("secret.log", "Permission denied"),
        ("missing.log", "does not exist"),
        ("folder", "has no *.log"),
    ] {
        let line = said.lines().find(|line| line.contains(&path(name))).unwrap_or_default();
        assert!(line.contains(expected), "{name}: {said}");
    }
    assert!(!said.contains("good.log") && !said.contains("empty.log"), "{said}");
    wait_until("the status to tell as well", || {
        let status = relay.json("/api/status")["problems"].to_string();
        ["binary.log", "secret.log", "missing.log"].iter().all(|name| status.contains(name))
    });
    fs::write(path("missing.log"), "2024-12-17 14:30:52 INFO there now\n").unwrap();
    relay.wait_for_entries(2);
}

#[test]
fn standard_input_is_followed() {
    use std::io::Write as _;
    let dir = tempfile::tempdir().unwrap();
    let mut relay = Program::serve(dir.path(), &["-", "--job", "piped"]);
    relay.stdin.write_all(b"2024-12-17 14:30:52 INFO from a pipe\n").unwrap();
    relay.wait_for_entries(1);
    let done = run(logpane().args([
        "query",
        "{job=\"piped\"}",
        "--from",
        "0",
        "-o",
        "raw",
        "--addr",
        &relay.url,
    ]));
    assert_eq!(done.stdout, "2024-12-17 14:30:52 INFO from a pipe\n");
}

#[test]
fn the_tail_prints_what_comes() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let dir = folder();
    let log = log_of(dir.path());
    let start = "[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234\n";
    fs::write(&log, format!("{start}{LINES}")).unwrap();
    let relay = Program::serve(&dir.path().join("data"), &[&log]);
    relay.wait_for_entries(4);
    let query = "{job=\"cosyvoice3\"} |= \"fresh\" | commit=\"abc1234\" | line_format \"<{{.n}}>\"";
    let mut tail = logpane()
        .args(["tail", query, "-o", "raw", "--addr", &relay.url])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut file = fs::OpenOptions::new().append(true).open(&log).unwrap();
    // The tail says nothing when it is connected: keep writing until it hears.
    let (sender, heard) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || sender.send(lines.next().unwrap().unwrap()));
    let mut n = 0;
    let line = loop {
        n += 1;
        writeln!(file, "2024-12-17 14:31:00 INFO stale n={n}").unwrap();
        writeln!(file, "2024-12-17 14:31:00 INFO fresh n={n}").unwrap();
        match heard.recv_timeout(std::time::Duration::from_millis(100)) {
            Ok(line) => break line,
            Err(_) => assert!(n < 300, "the tail hears nothing"),
        }
    };
    assert!(line.starts_with('<') && line.ends_with('>'), "{line}");
    tail.kill().unwrap();
    tail.wait().unwrap();
    reader.join().unwrap().unwrap();
}

#[test]
fn check_says_what_stands_in_the_way() {
    let dir = folder();
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let log = log_of(dir.path());
    let args = ["check", "--listen", "127.0.0.1:0", "--data", data, log.as_str()];
    let done = run(logpane().args(args));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stdout.contains(&format!("follow     {log}")), "{}", done.stdout);
    let done = run(logpane().args(args).arg("/none/x.log"));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stdout.contains("problem    /none/x.log does not exist"), "{}", done.stdout);
}

#[test]
fn the_demo_answers_the_queries_of_the_article() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("CosyVoice/logs");
    let demo = Program::start(
        logpane()
            .args(["demo", "--no-open", "--hours", "2", "--listen", "127.0.0.1:0", "--dir"])
            .arg(&logs),
    );
    wait_until("the past to be read", || {
        let status = demo.json("/api/status");
        let sources = status["sources"].as_array().unwrap();
        sources.len() == 4
            && sources.iter().all(|s| s["offset"].as_u64() > Some(0))
            && sources
                .iter()
                .all(|s| s["size"].as_u64().unwrap() - s["offset"].as_u64().unwrap() < 10_000)
    });
    for query in [
        r#"{job="cosyvoice3"} |= "error""#,
        r#"{job="cosyvoice3"} |~ "timeout|fail""#,
        r#"rate({job="cosyvoice3"}[5m])"#,
        r#"count_over_time({job="cosyvoice3"} |= "CUDA out of memory"[5m]) > 5"#,
        r#"{job="cosyvoice3"} |= "Generating audio" | line_format "{{.text_len}} chars, seed={{.seed}}""#,
        r#"{job="cosyvoice3"} |= "commit abc1234""#,
        r#"{job="cosyvoice3"} | commit="abc1234""#,
    ] {
        let done = run(
            logpane().args(["query", query, "--since", "2h", "-o", "raw", "--addr", &demo.url])
        );
        assert_eq!(done.code, 0, "{query}: {done:?}");
        assert_ne!(done.stdout, "", "{query}: {}", done.stderr);
    }
    demo.signal("-INT");
    assert_eq!(demo.wait().0, 0);
    assert!(logs.join("cosyvoice.log").exists());
}

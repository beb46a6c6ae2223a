//! Promtail's configuration file, as it is, and Logpane's own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../program/mod.rs"]
mod program;
mod targets;

use std::fs;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use program::{Program, logpane, run, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A folder with two logs and a configuration in the form of the usual documentation; `FOLDER` in
/// it is the folder.
fn folder(config: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("app.log"), "ERROR first\nINFO second\n").unwrap();
    fs::write(dir.path().join("other.log"), "plain\n").unwrap();
    write_config(dir.path(), config);
    dir
}

fn write_config(dir: &Path, config: &str) {
    let config = config.replace("FOLDER", dir.to_str().unwrap());
    fs::write(dir.join("promtail.yaml"), config).unwrap();
}

/// Has the configuration read again; the status and the body of the answer.
fn reload(relay: &Program) -> (u16, String) {
    let asked = ureq::post(format!("{}/reload", relay.url));
    let answer = asked.config().http_status_as_error(false).build().send_empty().unwrap();
    (answer.status().as_u16(), answer.into_body().read_to_string().unwrap())
}

const USUAL: &str = "\
server:
  http_listen_port: 9080
  grpc_listen_port: 0
positions:
  filename: FOLDER/positions.yaml
clients:
  - url: http://localhost:3100/loki/api/v1/push
scrape_configs:
  - job_name: app
    static_configs:
      - targets: [localhost]
        labels:
          job: app
          host: ${HOST_NAME:-gpu}
          __path__: FOLDER/app.log
    pipeline_stages:
      - regex:
          expression: '^(?P<level>\\w+) (?P<message>.*)$'
      - template:
          source: level
          template: '{{ ToLower .Value }}'
      - labels:
          level:
      - match:
          selector: '{job=\"app\"} |= \"secret\"'
          action: drop
";

/// `-config.file`, on a free port and with a data folder in `dir`.
fn serve(dir: &Path, args: &[&str]) -> Program {
    let config = format!("-config.file={}", dir.join("promtail.yaml").display());
    let data = dir.join("data");
    Program::start(
        logpane()
            .args([&config, "-config.expand-env=true", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(args),
    )
}

/// Lines of the last hour by their labels, without `filename`.
fn lines(relay: &Program) -> Vec<String> {
    let answer =
        relay.json("/loki/api/v1/query_range?query=%7Bfilename%3D~%22.%2B%22%7D&limit=100");
    let mut lines = Vec::new();
    for stream in answer["data"]["result"].as_array().unwrap() {
        let labels = stream["stream"].as_object().unwrap();
        let shown: String = labels
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "filename" | "service_name"))
            .filter(|(name, _)| !name.starts_with("detected_"))
            .map(|(name, value)| format!("{name}={} ", value.as_str().unwrap()))
            .collect();
        for value in stream["values"].as_array().unwrap() {
            lines.push(format!("{shown}| {}", value[1].as_str().unwrap()));
        }
    }
    lines.sort();
    lines
}

#[track_caller]
fn wait_for_lines(relay: &Program, expected: &[&str]) {
    wait_until(&format!("{} lines", expected.len()), || lines(relay).len() >= expected.len());
    assert_eq!(lines(relay), expected, "{}", relay.stderr());
}

fn append(path: &Path, text: &str) {
    fs::File::options().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_whole_file_works_unchanged() {
    let dir = folder(USUAL);
    fs::write(
        dir.path().join("positions.yaml"),
        format!("positions:\n  {}/app.log: \"12\"\n", dir.path().display()),
    )
    .unwrap();
    let relay = serve(dir.path(), &[]);
    // What Promtail had read is not read again.
    wait_for_lines(&relay, &["host=gpu job=app level=info | INFO second"]);
    append(&dir.path().join("app.log"), "WARN third\nINFO a secret\n");
    wait_for_lines(
        &relay,
        &["host=gpu job=app level=info | INFO second", "host=gpu job=app level=warn | WARN third"],
    );
    let dropped = "logpane_pipeline_dropped_lines_total{reason=\"match_stage\"} 1";
    wait_until("the dropped line is counted", || relay.get("/metrics").contains(dropped));
    assert!(
        relay.stderr().contains("1 files are read on where Promtail stopped"),
        "{}",
        relay.stderr()
    );
    relay.signal("-TERM");
    relay.wait();
    // The positions count once: a file that takes the name later is another one.
    fs::write(dir.path().join("app.log"), "ERROR anew and longer\n").unwrap();
    let relay = serve(dir.path(), &[]);
    wait_until("the new file", || lines(&relay).len() == 3);
    assert!(
        lines(&relay).contains(&"host=gpu job=app level=error | ERROR anew and longer".to_owned())
    );
}

#[test]
fn the_configuration_is_read_again_when_asked_to() {
    let dir = folder(USUAL);
    let relay = serve(dir.path(), &[]);
    let first =
        ["host=gpu job=app level=error | ERROR first", "host=gpu job=app level=info | INFO second"];
    wait_for_lines(&relay, &first);

    write_config(dir.path(), &USUAL.replace("- labels:", "- lables:"));
    let (status, said) = reload(&relay);
    assert_eq!(status, 400);
    assert!(said.contains("did you mean \"labels\"?"), "{said}");

    write_config(dir.path(), &USUAL.replace("app.log", "*.log").replace("job: app", "job: all"));
    assert_eq!(reload(&relay).0, 200);
    let second = ["host=gpu job=all | plain", first[0], first[1]];
    wait_for_lines(&relay, &second);

    write_config(dir.path(), &USUAL.replace("job: app", "job: again"));
    relay.signal("-HUP");
    wait_until("the reload", || relay.stderr().contains("the configuration was read again"));
    append(&dir.path().join("app.log"), "INFO third\n");
    wait_for_lines(
        &relay,
        &["host=gpu job=again level=info | INFO third", second[0], second[1], second[2]],
    );
}

#[test]
fn a_syntax_check_names_everything() {
    let flags = ["-check-syntax", "-config.file"];
    for (text, code, expected) in [
        (USUAL, 0, "Valid config file! No syntax issues found"),
        (
            "scrape_configs: [{job_nme: a}]",
            2,
            ":1:19: unknown key \"job_nme\", did you mean \"job_name\"?",
        ),
        (
            "scrape_configs:\n- job_name: a\n- job_name: b\n  relabel_configs: [{source_labsl: [x]}]\n",
            2,
            ":4:22: unknown key \"source_labsl\", did you mean \"source_labels\"?",
        ),
        (
            "scrape_configs:\n- job_name: a\n  pipeline_stages: [{regex: {expression: '('}}]\n",
            2,
            ":3:42: \"(\" is not a valid regular expression",
        ),
        (
            "scrape_configs:\n- job_name: a\n  kafka: {}\n",
            0,
            ":3:10: kafka is left out: it is not supported",
        ),
        ("scrape_configs:\n- job_name: a\n  encoding: gkb\n", 2, ":3:13: unknown encoding \"gkb\""),
        ("clients: [", 2, ":2:1: "),
    ] {
        let dir = folder(text);
        let file = dir.path().join("promtail.yaml");
        let done = run(logpane().args(flags).arg(&file));
        assert_eq!(done.code, code, "{text}\n{done:?}");
        let said = format!("{}{}", done.stdout, done.stderr);
        assert!(said.contains(expected), "{text}\n{said}");
    }
    let done = run(logpane().args(["-check-syntax", "-config.file=/none.yaml"]));
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.stderr.contains("cannot read the configuration"), "{done:?}");
    let done = run(logpane().args(["-dry-run"]));
    assert!(done.stderr.contains("-dry-run needs -config.file FILE"), "{done:?}");
}

/// Runs with this on standard input.
fn piped(dir: &Path, args: &[&str], input: &str) -> (String, String) {
    let config = format!("-config.file={}", dir.join("promtail.yaml").display());
    let mut child = logpane()
        .arg(config)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn standard_input_can_be_tried_out() {
    let dir = folder(USUAL);
    let args = ["-config.expand-env", "--stdin", "-dry-run"];
    let (printed, said) = piped(dir.path(), &args, "ERROR x y\nINFO secret\nend");
    let printed: Vec<&str> = printed.lines().map(|line| line.split_once('\t').unwrap().1).collect();
    assert_eq!(
        printed,
        [
            "{host=\"gpu\", job=\"app\", level=\"error\"}\tERROR x y",
            "{host=\"gpu\", job=\"app\"}\tend",
        ],
        "{said}"
    );
    let args = ["-inspect", "-stdin", "-print-config-stderr", "-config.expand-env"];
    let (printed, said) = piped(dir.path(), &args, "ERROR x\n");
    for part in [
        "line: ERROR x\n",
        "  regex at 17:9: extracted level=\"ERROR\", extracted message=\"x\"\n",
        "  template at 19:9: extracted level=\"error\"\n",
        "  labels at 22:9: label level=\"error\"\n",
        "  match at 24:9: no change\n",
        "  kept: {host=\"gpu\", job=\"app\", level=\"error\"} ERROR x\n",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
    assert!(said.contains("host: gpu"), "{said}");
}

#[test]
fn a_dry_run_prints_and_keeps_nothing() {
    let dir = folder(USUAL);
    let config = format!("-config.file={}", dir.path().join("promtail.yaml").display());
    let out = dir.path().join("out");
    let scratch = dir.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    for signal in [Signal::HUP, Signal::TERM, Signal::QUIT] {
        let mut child = logpane()
            .args([&config, "-dry-run"])
            .env("TMPDIR", &scratch)
            .stdout(fs::File::create(&out).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("both lines", || fs::read_to_string(&out).unwrap().lines().count() == 2);
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 1);
        kill_process(Pid::from_child(&child), signal).unwrap();
        child.wait().unwrap();
        let printed = fs::read_to_string(&out).unwrap();
        assert!(printed.contains("level=\"error\"}\tERROR first"), "{printed}");
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0, "{signal:?}");
    }
    assert!(!dir.path().join("data").exists());
}

#[test]
fn standard_input_is_kept_with_the_labels_of_the_job() {
    let dir = folder(USUAL);
    let mut relay = serve(dir.path(), &["--stdin"]);
    relay.stdin.write_all(b"INFO by hand\n").unwrap();
    relay.wait_for_entries(1);
    let answer: Value = relay.json("/loki/api/v1/query_range?query=%7Bjob%3D%22app%22%7D");
    let stream = &answer["data"]["result"][0];
    assert_eq!(stream["stream"]["level"], "info", "{answer}");
    assert_eq!(stream["values"][0][1], "INFO by hand");
}

#[test]
fn an_import_is_the_same_in_other_words() {
    let config = format!(
        "{USUAL}  - job_name: rest\n    encoding: utf-8\n    static_configs:\n    - labels: {{__path__: FOLDER/*.log, __path_exclude__: FOLDER/app.log, job: rest}}\n    relabel_configs:\n    - {{source_labels: [__address__], target_label: host}}\n    kafka: {{}}\n"
    );
    let dir = folder(&config);
    let done = run(logpane()
        .arg("import-promtail")
        .arg("--expand-env")
        .arg(dir.path().join("promtail.yaml")));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("kafka is left out"), "{done:?}");
    assert!(done.stderr.contains("where Promtail stopped reading"), "{done:?}");
    let own = dir.path().join("logpane.yaml");
    // Encoding needs stages, which this job has none of.
    fs::write(&own, &done.stdout).unwrap();
    let own = own.to_str().unwrap();
    let relay = Program::serve(&dir.path().join("data"), &["-c", own]);
    wait_for_lines(
        &relay,
        &[
            "host=gpu job=app level=error | ERROR first",
            "host=gpu job=app level=info | INFO second",
            "host=localhost job=rest | plain",
        ],
    );
}

#[test]
fn one_wrong_job_does_not_stop_the_others() {
    let config = format!("{USUAL}  - job_name: wrong\n    static_confgs: []\n");
    let dir = folder(&config);
    let relay = serve(dir.path(), &[]);
    wait_until("the lines of the right job", || lines(&relay).len() == 2);
    let said = relay.stderr();
    assert!(
        said.contains("unknown key \"static_confgs\", did you mean \"static_configs\"?"),
        "{said}"
    );
    assert!(said.contains("promtail.yaml:2:21: server.http_listen_port is not used"), "{said}");
}

#[test]
fn targets_can_stand_in_files_of_their_own() {
    let dir = folder(
        "scrape_configs:\n- job_name: sd\n  file_sd_configs:\n  - files: [targets/*.yaml]\n",
    );
    fs::create_dir(dir.path().join("targets")).unwrap();
    let targets = dir.path().join("targets/a.yaml");
    let text = "- targets: [localhost]\n  labels: {job: found, __path__: FOLDER/other.log}\n";
    fs::write(&targets, text.replace("FOLDER", dir.path().to_str().unwrap())).unwrap();
    let relay = serve(dir.path(), &[]);
    wait_for_lines(&relay, &["job=found | plain"]);
    // Another file of targets counts by itself.
    let text = "- labels: {job: later, __path__: FOLDER/app.log}\n";
    let more = dir.path().join("targets/b.yaml");
    fs::write(more, text.replace("FOLDER", dir.path().to_str().unwrap())).unwrap();
    wait_for_lines(
        &relay,
        &["job=found | plain", "job=later | ERROR first", "job=later | INFO second"],
    );
    wait_until("what happened to be said", || relay.stderr().contains("the targets changed"));
}

#[test]
fn logpanes_own_file_says_what_flags_say() {
    let dir = folder("");
    fs::create_dir(dir.path().join("worker-7")).unwrap();
    fs::write(dir.path().join("worker-7/run.log"), "2024-12-17 14:30:52 INFO hello\n").unwrap();
    let own = dir.path().join("logpane.yaml");
    fs::write(
        &own,
        "listen: 127.0.0.1:0\ndata: kept\nretention: 3d\nzone: Asia/Shanghai\nlimits: {max_entries: 7}\n\
         sources:\n- paths: 'worker-*/*.log'\n  job: tts\n  labels: {env: test}\n  \
         labels_from_path: 'worker-(?P<worker>\\d+)/'\n",
    )
    .unwrap();
    let relay = Program::start(logpane().args(["serve", "-c"]).arg(&own));
    relay.wait_for_entries(1);
    let config = relay.get("/config");
    assert!(config.contains("max_entries: 7\n"), "{config}");
    assert!(config.contains("retention: \"259200s\"\n"), "{config}");
    assert!(dir.path().join("kept").is_dir());
    // How long entries stay is read again too.
    let text = fs::read_to_string(&own).unwrap();
    let keep = || relay.json("/api/status")["retention_seconds"].clone();
    assert_eq!(keep(), 259_200);
    fs::write(&own, text.replace("retention: 3d", "retention: 2d")).unwrap();
    assert_eq!((reload(&relay).0, keep()), (200, 172_800.into()));
    fs::write(&own, format!("{text}forward: [{{url: 'http://localhost:0'}}]\n")).unwrap();
    let (status, said) = reload(&relay);
    assert!(status == 400 && said.contains("is this relay itself"), "{status} {said}");
    let streams = relay.json("/loki/api/v1/series?match[]=%7Bjob%3D%22tts%22%7D&start=0");
    let labels = &streams["data"][0];
    for (name, value) in [("env", "test"), ("worker", "7"), ("level", "info")] {
        assert_eq!(labels[name], value, "{streams}");
    }
    // 14:30:52 in Shanghai.
    let answer = relay.json(
        "/loki/api/v1/query_range?query=%7Bjob%3D%22tts%22%7D&start=1734417000&end=1734417100",
    );
    assert_eq!(answer["data"]["result"][0]["values"][0][0], "1734417052000000000", "{answer}");
    drop(relay);

    for (text, message) in [
        ("lsten: 1\n", "logpane.yaml:1:1: unknown key \"lsten\", did you mean \"listen\"?"),
        ("limits: {max_entries: x}\n", "logpane.yaml:1:23: \"x\" where usize is expected"),
        ("rules: []\n", "logpane.yaml:1:8: a list of names must have one"),
    ] {
        fs::write(&own, text).unwrap();
        let done = run(logpane().args(["check", "-c"]).arg(&own));
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.stderr.contains(message), "{done:?}");
    }
}

/// A Docker engine that has one container, whose log is `log`.
fn engine(socket: &Path, log: &Path) {
    let listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    let log = log.to_str().unwrap().to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // All of it: what is closed with something unread is reset, and the answer with it.
            let request = std::io::BufReader::new(&stream).lines().map(Result::unwrap);
            let request: Vec<String> = request.take_while(|line| !line.is_empty()).collect();
            let line = request.first().unwrap();
            let body = match line.split(' ').nth(1).unwrap() {
                "/containers/json?filters=%7B%22label%22%3A%5B%22logged%22%5D%7D" => {
                    r#"[{"Id":"abc1","Names":["/tts-1"],"Labels":{"com.docker.compose.service":"tts"},
                    "HostConfig":{"NetworkMode":"bridge"},"Ports":[{"PrivatePort":8000}],
                    "NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.17.0.2"}}}},
                    {"Id":"abc2","Names":["/other"],"Labels":null,"Ports":null}]"#
                        .to_owned()
                }
                "/containers/abc1/json" => format!(r#"{{"LogPath":"{log}"}}"#),
                other => panic!("{other}"),
            };
            write!(stream, "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .unwrap();
        }
    });
}

#[test]
fn containers_are_found_and_followed() {
    let dir = folder(
        "scrape_configs:\n- job_name: containers\n  docker_sd_configs:\n  \
         - host: unix://FOLDER/docker.sock\n    refresh_interval: 1s\n    \
         filters: [{name: label, values: [logged]}]\n  relabel_configs:\n  \
         - {source_labels: [__meta_docker_container_name], regex: '/(.*)', target_label: container}\n  \
         - {source_labels: [container], regex: 'other', action: drop}\n  \
         - {source_labels: [__meta_docker_container_log_stream], target_label: stream}\n  \
         - {regex: '__meta_docker_container_label_com_docker_compose_(.+)', action: labelmap}\n  \
         pipeline_stages:\n  - regex: {expression: '^(?P<level>\\w+) '}\n  - labels: {level: }\n",
    );
    let log = dir.path().join("abc1-json.log");
    fs::write(
        &log,
        "{\"log\":\"INFO ready\\n\",\"stream\":\"stdout\",\"time\":\"2024-12-17T14:30:50.5Z\"}\n\
         {\"log\":\"ERROR bad\\r\\n\",\"stream\":\"stderr\",\"time\":\"2024-12-17T14:30:51Z\"}\n",
    )
    .unwrap();
    engine(&dir.path().join("docker.sock"), &log);
    let relay = serve(dir.path(), &[]);
    relay.wait_for_entries(2);
    let range = "&start=1734445840&end=1734445860&direction=forward";
    let answer =
        relay.json(&format!("/loki/api/v1/query_range?query=%7Bcontainer%3D%22tts-1%22%7D{range}"));
    let mut found: Vec<String> = Vec::new();
    for stream in answer["data"]["result"].as_array().unwrap() {
        let labels = &stream["stream"];
        assert_eq!(labels["service"], "tts", "{answer}");
        assert_eq!(labels.get("filename"), None, "{answer}");
        let value = &stream["values"][0];
        found.push(format!("{} {} {} {}", value[0], labels["stream"], labels["level"], value[1]));
    }
    found.sort();
    assert_eq!(
        found,
        [
            r#""1734445850500000000" "stdout" "INFO" "INFO ready""#,
            r#""1734445851000000000" "stderr" "ERROR" "ERROR bad""#,
        ]
    );
}

//! Targets that are no plain files: the system's journal, syslog, packed files.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::folder;
use crate::program::{Program, logpane, run, wait_until};

/// What stands in for the system's journalctl: it notes how it was called and prints what was
/// recorded.
fn journalctl(dir: &Path, recorded: &str) {
    fs::create_dir_all(dir.join("bin")).unwrap();
    fs::write(dir.join("recorded"), recorded).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {0}/calls\ncat {0}/recorded\nexec sleep 600\n",
        dir.display()
    );
    let path = dir.join("bin/journalctl");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn the_systems_journal_is_followed() {
    let dir = folder(
        "scrape_configs:\n- job_name: journal\n  journal:\n    max_age: 12h\n    \
         labels: {job: systemd}\n    matches: _TRANSPORT=stdout\n  relabel_configs:\n  \
         - {source_labels: [__journal__systemd_unit], target_label: unit}\n  \
         - {source_labels: [__journal_priority_keyword], target_label: level}\n  \
         - {source_labels: [unit], regex: noise.*, action: drop}\n",
    );
    let entry = |n: u64, unit: &str| {
        format!(
            "{{\"__CURSOR\":\"s=x;i={n}\",\"__REALTIME_TIMESTAMP\":\"173444585{n}000000\",\
             \"PRIORITY\":\"6\",\"_SYSTEMD_UNIT\":\"{unit}\",\"MESSAGE\":\"message {n}\"}}\n"
        )
    };
    journalctl(
        dir.path(),
        &[entry(0, "tts.service"), entry(1, "noise.service"), entry(2, "tts.service")].concat(),
    );
    let path = format!("{}:/usr/bin:/bin", dir.path().join("bin").display());
    let start = || {
        let config = format!("-config.file={}", dir.path().join("promtail.yaml").display());
        let data = dir.path().join("data");
        Program::start(
            logpane()
                .env("PATH", &path)
                .args([&config, "--listen", "127.0.0.1:0", "--data"])
                .arg(data),
        )
    };
    let relay = start();
    relay.wait_for_entries(2);
    let range = "&start=1734445840&end=1734445860&direction=forward";
    let answer =
        relay.json(&format!("/loki/api/v1/query_range?query=%7Bjob%3D%22systemd%22%7D{range}"));
    let stream = &answer["data"]["result"][0];
    assert_eq!(stream["stream"]["unit"], "tts.service", "{answer}");
    assert_eq!(stream["stream"]["level"], "info", "{answer}");
    assert_eq!(stream["values"][1][0], "1734445852000000000");
    assert_eq!(stream["values"][1][1], "message 2");
    let cursor = dir.path().join("data/cursors/journal");
    wait_until("the cursor", || fs::read_to_string(&cursor).is_ok_and(|c| c == "s=x;i=2"));
    relay.signal("-TERM");
    relay.wait();

    // What comes again is what was taken before; what is new is taken.
    journalctl(dir.path(), &[entry(2, "tts.service"), entry(3, "tts.service")].concat());
    let relay = start();
    relay.wait_for_entries(3);
    let calls = fs::read_to_string(dir.path().join("calls")).unwrap();
    let calls: Vec<&str> = calls.lines().collect();
    assert!(calls[0].contains("--since=-43200s"), "{calls:?}");
    assert!(calls[0].ends_with("_TRANSPORT=stdout"), "{calls:?}");
    assert!(calls[1].contains("--after-cursor=s=x;i=2"), "{calls:?}");
}

/// A port that nobody has.
fn free_port(is_udp: bool) -> u16 {
    match is_udp {
        true => std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
        false => std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
    }
}

/// The system's own `logger`.
fn logger(port: u16, args: &[&str]) {
    let port = port.to_string();
    let mut logger = std::process::Command::new("logger");
    logger.args(["--server", "127.0.0.1", "--port", &port, "--tag", "tts"]).args(args);
    let done = run(&mut logger);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
}

#[test]
fn syslog_is_taken() {
    let (tcp, udp) = (free_port(false), free_port(true));
    let dir = folder(&format!(
        "scrape_configs:\n- job_name: new\n  syslog:\n    listen_address: 127.0.0.1:{tcp}\n    \
         labels: {{job: syslog}}\n    label_structured_data: yes\n    use_incoming_timestamp: yes\n  \
         relabel_configs:\n  \
         - {{source_labels: [__syslog_message_severity], target_label: level}}\n  \
         - {{source_labels: [__syslog_message_app_name], target_label: app}}\n  \
         - {{source_labels: [__syslog_message_sd_a_1_run], target_label: run}}\n  \
         - {{source_labels: [__syslog_connection_ip_address], target_label: from}}\n  \
         pipeline_stages:\n  - drop: {{expression: noise}}\n\
         - job_name: old\n  syslog: {{listen_address: 127.0.0.1:{udp}, listen_protocol: udp, \
         syslog_format: rfc3164, labels: {{job: old}}}}\n"
    ));
    let config = format!("-config.file={}", dir.path().join("promtail.yaml").display());
    let data = dir.path().join("data");
    let relay =
        Program::start(logpane().args([&config, "--listen", "127.0.0.1:0", "--data"]).arg(&data));
    wait_until("the port", || std::net::TcpStream::connect(("127.0.0.1", tcp)).is_ok());
    let data = ["--rfc5424", "--sd-id", "a@1", "--sd-param", "run=\"7\""];
    let over_tcp = |more: &[&str]| logger(tcp, &[&["--tcp"], &data[..], more].concat());
    over_tcp(&["--octet-count", "--priority", "user.err", "It broke"]);
    over_tcp(&["--priority", "user.err", "again"]);
    over_tcp(&["noise"]);
    let mut plain = std::net::TcpStream::connect(("127.0.0.1", tcp)).unwrap();
    plain.write_all(b"no message of syslog\n").unwrap();
    logger(udp, &["--udp", "--rfc3164", "--priority", "daemon.info", "over UDP"]);
    relay.wait_for_entries(4);
    let lines = |query: &str| {
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let answer = relay
            .json(&format!("/loki/api/v1/query_range?query={query}&direction=forward&since=1h"));
        let streams = answer["data"]["result"].as_array().unwrap().clone();
        let lines = streams.iter().flat_map(|stream| stream["values"].as_array().unwrap().clone());
        lines.map(|value| value[1].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let selector = r#"{job="syslog", level="error", app="tts", run="7", from="127.0.0.1"}"#;
    assert_eq!(lines(selector), ["It broke", "again"]);
    assert_eq!(lines(r#"{job="syslog", app=""}"#), ["no message of syslog"]);
    assert_eq!(lines(r#"{job="old"}"#), ["over UDP"]);
}

/// Packs text with gzip.
fn pack(path: &Path, text: &str) {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    fs::write(path, gzip.finish().unwrap()).unwrap();
}

#[test]
fn packed_files_are_read_once_where_they_are_asked_for() {
    let dir = folder(
        "scrape_configs:\n- job_name: old\n  decompression: {enabled: true, format: gz, \
         initial_delay: 0s}\n  static_configs:\n  - {targets: [localhost], labels: {job: old, \
         __path__: FOLDER/old*}}\n",
    );
    pack(&dir.path().join("old-1.gz"), "one\ntwo\n");
    pack(&dir.path().join("old-2.gz"), "three\nfour\n");
    pack(&dir.path().join("old-binary.gz"), "\u{1}\u{2}\u{3}\u{4}");
    fs::write(dir.path().join("old-3"), "plain\n").unwrap();
    let config = format!("-config.file={}", dir.path().join("promtail.yaml").display());
    let data = dir.path().join("data");
    let start = || {
        Program::start(logpane().args([&config, "--listen", "127.0.0.1:0", "--data"]).arg(&data))
    };
    let relay = start();
    relay.wait_for_entries(5);
    wait_until("what is no log", || {
        relay.json("/api/status")["problems"].to_string().contains("cannot unpack")
    });
    relay.signal("-KILL");
    relay.wait();
    pack(&dir.path().join("old-4.gz"), "five\n");
    let relay = start();
    relay.wait_for_entries(6);
    // Without a configuration a path that names them is enough.
    let named = dir.path().join("old-[12].gz");
    let relay = Program::serve(&dir.path().join("other"), &[named.to_str().unwrap()]);
    relay.wait_for_entries(4);
    let all = dir.path().join("old*");
    let relay = Program::serve(&dir.path().join("third"), &[all.to_str().unwrap()]);
    relay.wait_for_entries(1);
}

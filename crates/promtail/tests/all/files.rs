use promtail::config;

/// Checks what is said about a file: problems first, then notices.
#[track_caller]
fn check(text: &str, jobs: &[&str], expected: &[&str]) {
    let file = config::read(text);
    let said: Vec<String> =
        file.problems.iter().chain(&file.notices).map(ToString::to_string).collect();
    assert_eq!(said, expected, "{text}");
    let names: Vec<&str> = file
        .jobs
        .iter()
        .map(|job| job.job_name.as_ref().map_or("", |name| name.value.as_str()))
        .collect();
    assert_eq!(names, jobs, "{text}");
}

/// The file of the usual documentation.
const USUAL: &str = "\
server:
  http_listen_port: 9080
  grpc_listen_port: 0

positions:
  filename: /tmp/positions.yaml

clients:
  - url: http://localhost:3100/loki/api/v1/push

scrape_configs:
- job_name: system
  static_configs:
  - targets:
      - localhost
    labels:
      job: varlogs
      __path__: /var/log/*log
";

#[test]
fn the_usual_file_is_right() {
    check(
        USUAL,
        &["system"],
        &[
            "2:21: server.http_listen_port is not used: the relay serves where --listen says, on port 3100 of this machine by default",
        ],
    );
    let file = config::read(USUAL);
    assert_eq!(file.server.http_listen_port.unwrap().value, 9080);
    assert_eq!(file.positions.as_deref(), Some("/tmp/positions.yaml"));
    assert_eq!(file.jobs[0].static_configs[0].labels["__path__"], "/var/log/*log");
}

#[test]
fn one_wrong_job_does_not_stop_the_others() {
    check(
        "scrape_configs:\n- job_name: a\n  static_config: []\n- job_name: b\n- job_name: c\n  pipeline_stages:\n  - regx: {}\n- job_name: b\n",
        &["b"],
        &[
            "3:3: unknown key \"static_config\", did you mean \"static_configs\"?",
            "7:5: unknown name \"regx\", did you mean \"regex\"?",
            "8:13: the job \"b\" is there twice",
        ],
    );
    check(
        "scrape_confgs: []",
        &[],
        &["1:1: unknown key \"scrape_confgs\", did you mean \"scrape_configs\"?"],
    );
    check("a: [", &[], &["2:1: while parsing a node, did not find expected node content"]);
}

#[test]
fn what_is_not_here_is_named() {
    check(
        "wal: {enabled: true}\nclients:\n- url: http://u:p@loki.example:3100/push\n  tenant_id: x\n  backoff_config:\n    max_retries: 3\n- url: http://u:p@loki.example:3100/push\n  oauth2: {client_id: x}\nlimits_config: {readline_rate_enabled: true}\nscrape_configs:\n- job_name: a\n  kafka: {brokers: [x]}\n  static_configs: []\n  pipeline_stages:\n  - match:\n      selector: '{a=\"b\"}'\n      stages:\n      - geoip: {db: x}\n- job_name: b\n  loki_push_api: {}\n",
        &["a", "b"],
        &[
            "1:6: wal means nothing here",
            "9:40: limits_config.readline_rate is not applied: lines are read as they come, and a limit stage can drop some",
            "6:18: max_retries is not used: what cannot be sent waits as long as it is kept",
            "8:11: oauth2 is not supported: lines are kept here and not sent to \"http://…@loki.example:3100/push\"",
            "12:10: kafka is left out: it is not supported",
            "18:9: the stage geoip is left out: it is not supported",
            "20:18: loki_push_api is left out: the relay itself takes pushes at /loki/api/v1/push",
        ],
    );
}

#[test]
fn every_section_is_known() {
    check(
        "client: {url: http://localhost:3100/loki/api/v1/push, batchwait: 1s, batchsize: 1048576, external_labels: {host: gpu}, basic_auth: {username: a, password: b}, backoff_config: {min_period: 500ms}, timeout: 10s}\n\
         target_config: {sync_period: 10s, stdin: true}\n\
         global: {file_watch_config: {min_poll_frequency: 250ms}}\n\
         limits_config: {max_line_size: 256kb, max_line_size_truncate: true}\n\
         positions: {filename: /p, sync_period: 10s, ignore_invalid_yaml: true}\n\
         server: {http_listen_port: 9080, log_level: info, http_listen_address: 0.0.0.0}\n\
         scrape_configs:\n\
         - job_name: d\n  docker_sd_configs: [{host: unix:///var/run/docker.sock, refresh_interval: 5s, filters: [{name: label, values: [a=b]}]}]\n\
         - job_name: j\n  journal: {json: false, max_age: 12h, labels: {job: systemd}, path: /var/log/journal}\n\
         - job_name: s\n  syslog: {listen_address: 0.0.0.0:1514, labels: {job: syslog}, label_structured_data: yes}\n\
         - job_name: f\n  file_sd_configs: [{files: [/etc/*.yaml], refresh_interval: 1m}]\n  encoding: gbk\n  decompression: {enabled: true, format: bz2, initial_delay: 1s}\n",
        &["d", "j", "s", "f"],
        &[
            "6:28: server.http_listen_port is not used: the relay serves where --listen says, on port 3100 of this machine by default",
            "17:18: decompression of anything but gz is left out: it is not supported",
        ],
    );
}

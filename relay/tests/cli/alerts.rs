//! Rules from a file to those who are told, through the program itself.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::program::{Program, logpane, run, wait_until};
use crate::sink::Sink;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The article's rule, as written but for the time it waits.
const ARTICLE: &str = r#"
groups:
  - name: cosyvoice
    interval: 1s
    rules:
      - alert: CosyVoiceGPUMemoryExhausted
        expr: |
          count_over_time({job="cosyvoice3"} |= "CUDA out of memory"[5m]) > 5
        for: 2s
        labels: {severity: critical}
        annotations:
          summary: "GPU memory exhausted in {{ $labels.job }}"
          description: "{{ $value }} OOM errors in 5 minutes."
"#;

/// Lines of a log as of some time ago.
pub fn log(path: &Path, ago: SignedDuration, lines: impl IntoIterator<Item = String>) {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    let time = (Timestamp::now() - ago).strftime("%Y-%m-%d %H:%M:%S");
    for line in lines {
        writeln!(file, "{time} {line}").unwrap();
    }
}

/// The only alert, as the API shows it: its state.
fn state(relay: &Program) -> String {
    let rules = relay.json("/prometheus/api/v1/rules");
    rules["data"]["groups"][0]["rules"][0]["state"].as_str().unwrap_or("none").to_owned()
}

/// Whether everybody was told what there is.
fn all_told(relay: &Program, times: usize) -> bool {
    let status = relay.json("/api/alerts");
    let receivers = status["receivers"].as_array().unwrap().clone();
    let deliveries = status["deliveries"].as_array().unwrap().clone();
    receivers.iter().all(|receiver| {
        let of = |delivery: &&Value| delivery["receiver"] == receiver["name"];
        receiver["waiting"] == 0 && deliveries.iter().filter(of).count() >= times
    })
}

#[test]
fn the_articles_rule_fires_once_and_resolves_once_over_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let sink = Sink::start();
    let (data, file) = (dir.path().join("data"), dir.path().join("app.log"));
    fs::write(dir.path().join("rules.yaml"), ARTICLE).unwrap();
    let config = dir.path().join("logpane.yaml");
    let host = sink.url.strip_prefix("http://").unwrap();
    let told = "group_wait: 0s, group_interval: 1s";
    let yaml = format!(
        "rules: rules.yaml\nsources: [{{paths: app.log, job: cosyvoice3}}]\nalerting:\n  \
         external_url: https://logs.example/\n  alertmanagers: ['http://ann:p%40ss@{host}/am']\n  \
         receivers:\n  - {{name: hook, type: webhook, url: '{0}/hook', {told}}}\n  \
         - {{name: group, type: wecom, url: '{0}/wecom?key=SECRET', {told}}}\n  \
         - {{name: slow, type: webhook, url: '{0}/fail', {told}}}\n  \
         - {{name: wrong, type: wecom, url: '{0}/refuse?key=SECRET', {told}}}\n",
        sink.url
    );
    fs::write(&config, yaml).unwrap();
    let args = ["-c", config.to_str().unwrap()];
    let relay = Program::serve(&data, &args);
    wait_until("the rule", || state(&relay) == "inactive");

    // They leave the window of five minutes in some 25 seconds.
    let ago = SignedDuration::from_secs(275);
    log(&file, ago, (0..7).map(|n| format!("ERROR CUDA out of memory n={n}")));
    wait_until("a pending alert", || state(&relay) == "pending");
    wait_until("a firing alert", || state(&relay) == "firing");
    wait_until("all being told", || all_told(&relay, 1));

    let status = relay.json("/api/alerts");
    assert!(!status.to_string().contains("SECRET") && !status.to_string().contains("p%40ss"));
    let refused = status["deliveries"].as_array().unwrap();
    let refused = refused.iter().find(|delivery| delivery["receiver"] == "wrong").unwrap();
    assert_eq!(refused["outcome"], "refused");
    assert!(refused["why"].as_str().unwrap().contains("the key of the robot is wrong"));

    // Trouble at first, and the same again: nothing is lost by it.
    let tries = sink.at("/fail");
    assert_eq!(tries.len(), 2);
    assert_eq!(tries[0].body, tries[1].body);

    let alert = &sink.at("/hook")[0].body["alerts"][0];
    assert_eq!(alert["status"], "firing");
    assert_eq!(alert["annotations"]["summary"], "GPU memory exhausted in cosyvoice3");
    assert_eq!(alert["annotations"]["description"], "7 OOM errors in 5 minutes.");
    let link = alert["generatorURL"].as_str().unwrap();
    assert!(link.starts_with("https://logs.example/#v=1&q=%7Bjob=%22cosyvoice3%22%7D"), "{link}");
    let text = sink.at("/wecom")[0].body["markdown"]["content"].as_str().unwrap().to_owned();
    assert!(text.contains("CUDA out of memory n=0"), "{text}");
    let posted = sink.at("/am/api/v2/alerts");
    assert_eq!(posted[0].authorization.as_deref(), Some("Basic YW5uOnBAc3M="));
    let of_manager = posted[0].body[0].clone();
    assert_eq!(of_manager["labels"]["alertname"], "CosyVoiceGPUMemoryExhausted");
    assert_eq!(of_manager["startsAt"], alert["startsAt"]);

    relay.signal("-KILL");
    relay.wait();
    let relay = Program::serve(&data, &args);
    // It fires on, and nobody is told of it again.
    wait_until("a firing alert", || state(&relay) == "firing");
    wait_until("its end", || state(&relay) == "inactive");
    wait_until("all being told of the end", || all_told(&relay, 2));
    let hook: Vec<Value> =
        sink.at("/hook").iter().map(|got| got.body["alerts"][0].clone()).collect();
    let statuses: Vec<&Value> = hook.iter().map(|alert| &alert["status"]).collect();
    assert_eq!(statuses, ["firing", "resolved"]);
    assert_eq!(hook[1]["startsAt"], alert["startsAt"]);
    assert_eq!(sink.at("/wecom").len(), 2);
    let posted = sink.at("/am/api/v2/alerts");
    assert_eq!(posted.len(), 2, "{posted:#?}");
    assert_eq!(posted[1].body[0]["endsAt"], hook[1]["endsAt"]);
    let history = relay.json("/api/alerts")["history"].clone();
    let steps: Vec<&str> =
        history.as_array().unwrap().iter().map(|step| step["to"].as_str().unwrap()).collect();
    assert_eq!(steps, ["inactive", "firing", "pending"]);
}

#[test]
fn a_recording_rule_is_read_again_and_a_bad_file_stops_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let rules = dir.path().join("rules");
    fs::create_dir_all(rules.join("fake")).unwrap();
    let recording = "groups:\n- name: rec\n  interval: 1s\n  rules:\n  - record: app:lines\n    \
                     expr: sum by (job) (count_over_time({job=\"app\"}[5m]))\n    \
                     labels: {team: tts}\n";
    fs::write(rules.join("fake/rec.yaml"), recording).unwrap();
    let bad = "groups:\n- name: bad\n  rules:\n  - alert: A\n    expr: sum(rate({a=\"b\"}[5m]) >\n  \
               - alert: B\n    expr: count_over_time({a=\"b\"}[5m]) > 0\n";
    fs::write(rules.join("bad.yaml"), bad).unwrap();
    let file = dir.path().join("app.log");
    log(&file, SignedDuration::ZERO, (0..5).map(|n| format!("INFO n={n}")));
    let paths = [file.to_str().unwrap(), "--job", "app", "--rules", rules.to_str().unwrap()];
    let relay = Program::serve(&dir.path().join("data"), &paths);
    assert!(relay.stderr().contains("bad.yaml:5:"), "{}", relay.stderr());
    let problems = relay.json("/api/alerts")["problems"].clone();
    assert_eq!(problems.as_array().unwrap().len(), 1, "{problems}");
    assert_eq!((&problems[0]["group"], &problems[0]["rule"]), (&json!("bad"), &json!("A")));

    let query = "max_over_time({job=\"logpane\", rule=\"app:lines\"} | logfmt | unwrap value [1h])";
    let mut found = Value::Null;
    wait_until("a recorded number", || {
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        found = relay.json(&format!("/loki/api/v1/query?query={query}"));
        !found["data"]["result"][0].is_null()
    });
    let series = &found["data"]["result"][0];
    assert_eq!(series["value"][1], "5");
    assert_eq!(series["metric"]["exported_job"], "app");
    assert_eq!(series["metric"]["team"], "tts");

    // As the ruler shows it: the files, and how their rules are.
    let yaml = relay.get("/loki/api/v1/rules");
    assert!(yaml.contains("rec.yaml:\n  - name: rec") && yaml.contains("alert: B"), "{yaml}");
    let one = relay.get("/loki/api/v1/rules/rec.yaml/rec");
    assert!(one.starts_with("name: rec\ninterval: 1s\nrules:\n  - record: "), "{one}");
    let view = relay.json("/prometheus/api/v1/rules?type=record");
    assert_eq!(view["status"], "success");
    let groups = view["data"]["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!((&groups[0]["file"], &groups[0]["interval"]), (&json!("rec.yaml"), &json!(1.0)));
    let rule = &groups[0]["rules"][0];
    assert_eq!((&rule["type"], &rule["health"]), (&json!("recording"), &json!("ok")));
    assert_eq!(relay.json("/prometheus/api/v1/alerts")["data"], json!({"alerts": []}));
    let metrics = relay.get("/metrics");
    assert!(metrics.lines().any(|line| line == "logpane_rules 2"), "{metrics}");

    // Put right, it is read without being told to; a slip of the hand afterwards changes nothing.
    let names = || {
        let view = relay.json("/prometheus/api/v1/rules?type=alert");
        view["data"]["groups"][0]["rules"].as_array().map_or(0, Vec::len)
    };
    fs::write(rules.join("bad.yaml"), bad.replace("[5m]) >\n", "[5m])) > 0\n")).unwrap();
    wait_until("two alerts", || names() == 2);
    fs::write(rules.join("bad.yaml"), bad).unwrap();
    wait_until("the mistake", || !relay.json("/api/alerts")["problems"][0].is_null());
    assert_eq!(names(), 2);
    fs::remove_file(rules.join("bad.yaml")).unwrap();
    let reload = ureq::post(format!("{}/reload", relay.url)).send_empty().unwrap();
    assert_eq!(reload.status(), 200);
    assert_eq!(names(), 0);
}

#[test]
fn alerts_of_rules_that_are_gone_end() {
    let dir = tempfile::tempdir().unwrap();
    let (sink, rules) = (Sink::start(), dir.path().join("rules"));
    fs::create_dir(&rules).unwrap();
    for name in ["while_running", "while_stopped"] {
        let expr = "absent_over_time({job=\"none\"}[5m])";
        let rule = format!(
            "groups:\n- name: {name}\n  interval: 1s\n  rules:\n  - alert: {name}\n    expr: {expr}\n"
        );
        fs::write(rules.join(format!("{name}.yaml")), rule).unwrap();
    }
    let config = dir.path().join("logpane.yaml");
    let hook = format!("{{name: hook, type: webhook, url: '{}/hook', group_wait: 0s, ", sink.url);
    let hook = format!("{hook}group_by: [alertname], group_interval: 1s}}");
    let yaml = format!("rules: rules\nalerting: {{receivers: [{hook}]}}\n");
    fs::write(&config, yaml).unwrap();
    let told = |name: &str, status: &str| {
        sink.at("/hook").iter().any(|got| {
            let alert = &got.body["alerts"][0];
            alert["labels"]["alertname"] == name && alert["status"] == status
        })
    };
    let (data, args) = (dir.path().join("data"), ["-c", config.to_str().unwrap()]);
    let relay = Program::serve(&data, &args);
    wait_until("both to fire", || {
        told("while_running", "firing") && told("while_stopped", "firing")
    });
    fs::remove_file(rules.join("while_running.yaml")).unwrap();
    wait_until("the end of one", || told("while_running", "resolved"));
    assert!(!told("while_stopped", "resolved"));
    wait_until("its being noted", || all_told(&relay, 1));
    relay.signal("-TERM");
    assert_eq!(relay.wait().0, 0);
    fs::remove_file(rules.join("while_stopped.yaml")).unwrap();
    let _relay = Program::serve(&data, &args);
    wait_until("the end of the other", || told("while_stopped", "resolved"));
    assert_eq!(sink.at("/hook").len(), 4);
}

#[test]
fn check_says_what_is_wrong_with_rules_and_what_they_may_not_mean() {
    let dir = tempfile::tempdir().unwrap();
    let rules = dir.path().join("rules.yaml");
    let check = || {
        let listen = ["check", "--listen", "127.0.0.1:0", "--data"];
        let mut command = logpane();
        command.args(listen).arg(dir.path().join("data")).arg("--rules").arg(&rules);
        command.args(["--alert-to", "wecom:https://q.example/send?key=SECRET"]);
        run(&mut command)
    };
    fs::write(&rules, ARTICLE).unwrap();
    let right = check();
    assert_eq!(right.code, 0, "{right:?}");
    assert!(
        right.stdout.contains("rules      rules.yaml: group cosyvoice, 1 to alert, 0 to record")
    );
    assert!(right.stdout.contains("tell       wecom https://q.example/…\n"), "{right:?}");
    assert!(right.stdout.contains("advice     rules.yaml: CosyVoiceGPUMemoryExhausted: the limit"));
    fs::write(&rules, ARTICLE.replace("for: 2s", "for: 2")).unwrap();
    let wrong = check();
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.stdout.contains("rules.yaml:9:14: \"2\" is no duration"), "{}", wrong.stdout);
}

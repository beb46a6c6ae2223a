//! A real Alertmanager is told of the article's rule, over a kill of the relay, and tells others.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Relay, Sink, wait_for};

/// The article's rule, as written but for the time it waits.
const RULE: &str = r#"
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
          summary: "GPU memory exhausted in CosyVoice3"
          description: "{{ $value }} OOM errors in 5 minutes."
"#;

/// Debian's Alertmanager on a free port, ended with the value.
struct Alertmanager {
    process: Child,
    url: String,
}

impl Alertmanager {
    fn start(dir: &Path, sink: &Sink) -> Result<Self> {
        let to = &sink.url;
        let config = json!({
            "route": {
                "receiver": "all",
                "group_by": ["alertname"],
                "group_wait": "0s",
                "group_interval": "1s",
                "repeat_interval": "1h",
            },
            "receivers": [{
                "name": "all",
                "webhook_configs": [{"url": format!("{to}/hook"), "send_resolved": true}],
                "wechat_configs": [{
                    "corp_id": "ww0",
                    "api_secret": "s3cret",
                    "agent_id": "1000002",
                    "to_user": "@all",
                    "message_type": "markdown",
                    "api_url": format!("{to}/cgi-bin/"),
                    "send_resolved": true,
                }],
                "slack_configs": [{
                    "api_url": format!("{to}/slack"),
                    "channel": "#gpu",
                    "send_resolved": true,
                }],
            }],
        });
        // JSON is YAML.
        fs::write(dir.join("am.yml"), config.to_string())?;
        let addr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let process = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", dir.join("am.yml").display()))
            .arg(format!("--storage.path={}", dir.join("am").display()))
            .arg(format!("--web.listen-address={addr}"))
            .arg("--cluster.listen-address=")
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start prometheus-alertmanager; run `cargo xtask setup`")?;
        let started = Self { process, url: format!("http://{addr}") };
        wait_for("Alertmanager", || ureq::get(format!("{}/-/ready", started.url)).call().ok())?;
        Ok(started)
    }

    fn alerts(&self) -> Result<Value> {
        let mut answer = ureq::get(format!("{}/api/v2/alerts", self.url)).call()?;
        Ok(answer.body_mut().read_json()?)
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn what_fires_once_is_told_once_and_its_end_too() -> Result<()> {
    let dir = TempDir::new()?;
    let sink = Sink::start()?;
    let manager = Alertmanager::start(dir.path(), &sink)?;
    let (data, log) = (dir.path().join("data"), dir.path().join("app.log"));
    fs::write(dir.path().join("rules.yaml"), RULE)?;
    let args = [
        log.clone().into_os_string(),
        "--job=cosyvoice3".into(),
        "--rules".into(),
        dir.path().join("rules.yaml").into(),
        "--alertmanager".into(),
        manager.url.clone().into(),
    ];
    let relay = Relay::start(&data, &args)?;

    // They leave the window of five minutes in some 25 seconds.
    let then = SystemTime::now().duration_since(UNIX_EPOCH)? - Duration::from_secs(275);
    let mut file = fs::File::create(&log)?;
    for n in 0..7 {
        let line = json!({"time": then.as_secs_f64(), "level": "ERROR", "n": n,
            "message": "torch.OutOfMemoryError: CUDA out of memory."});
        writeln!(file, "{line}")?;
    }
    let hook = wait_for("the first message", || sink.at("/hook").into_iter().next())?;
    assert_eq!(hook["status"], "firing");
    let alert = &hook["alerts"][0];
    assert_eq!(alert["labels"]["severity"], "critical");
    assert_eq!(alert["annotations"]["description"], "7 OOM errors in 5 minutes.");
    let link = alert["generatorURL"].as_str().context("no link")?;
    assert!(link.starts_with(&format!("{}/#v=1&q=%7Bjob=", relay.url)), "{link}");
    let before = manager.alerts()?;
    assert_eq!(before.as_array().map(Vec::len), Some(1), "{before}");

    relay.kill();
    let relay = Relay::start(&data, &args)?;
    let evaluated = |relay: &Relay| -> Option<u64> {
        let metrics = relay.get("/metrics").ok()?;
        let line = metrics.lines().find(|l| l.starts_with("logpane_rule_evaluations_total "))?;
        line.rsplit(' ').next()?.parse().ok()
    };
    wait_for("an evaluation", || evaluated(&relay).filter(|n| *n > 1))?;
    let after = manager.alerts()?;
    assert_eq!(after.as_array().map(Vec::len), Some(1), "{after}");
    assert_eq!(after[0]["startsAt"], before[0]["startsAt"]);
    assert_eq!(after[0]["fingerprint"], before[0]["fingerprint"]);

    let ended = |path: &str| sink.at(path).len() == 2;
    for path in ["/hook", "/cgi-bin/message/send", "/slack"] {
        wait_for(path, || ended(path).then_some(()))?;
    }
    let statuses: Vec<Value> =
        sink.at("/hook").into_iter().map(|body| body["status"].clone()).collect();
    assert_eq!(statuses, ["firing", "resolved"]);
    assert_eq!(sink.at("/hook")[1]["alerts"][0]["startsAt"], alert["startsAt"]);
    assert_eq!(manager.alerts()?, json!([]));
    relay.stop()
}

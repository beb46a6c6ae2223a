//! What each chat is sent, over the wire, and what its answer means.

use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::alerts::log;
use crate::program::{Program, wait_until};
use crate::sink::{Got, Sink};

const RULES: &str = "\
groups:
- name: app
  interval: 1s
  rules:
  - alert: OutOfMemory
    expr: sum by (job) (count_over_time({job=\"tts\"} |= \"out of memory\"[5m])) > 0
    annotations: {summary: \"memory <is> out on {{ $labels.job }}\"}
";

/// Within a minute of now.
#[track_caller]
fn expect_now(seconds: i64) {
    let away = Timestamp::now().as_second() - seconds;
    assert!((-5..60).contains(&away), "{away} s away");
}

#[track_caller]
fn expect_hmac(sign: &str) {
    assert_eq!(BASE64_STANDARD.decode(sign).map(|bytes| bytes.len()), Ok(32), "{sign}");
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn every_chat_is_told_in_its_own_words() {
    let dir = tempfile::tempdir().unwrap();
    let sink = Sink::start();
    let (config, file) = (dir.path().join("logpane.yaml"), dir.path().join("app.log"));
    fs::write(dir.path().join("rules.yaml"), RULES).unwrap();
    let receiver = |name: &str, kind: &str, path: &str, more: &str| {
        format!(
            "  - {{name: {name}, type: {kind}, url: '{}{path}', group_wait: 0s{more}}}\n",
            sink.url
        )
    };
    let receivers = [
        receiver("wecom", "wecom", "/wecom?key=KEY", ""),
        receiver("words", "wecom", "/words?key=KEY", ", text: true, mention: ['@all']"),
        receiver("ding", "dingtalk", "/ding?access_token=T", ", secret: SECdemo, mobiles: ['138']"),
        receiver("feishu", "feishu", "/feishu/hook", ", secret: demo"),
        receiver("slack", "slack", "/slack/x", ""),
        receiver("discord", "discord", "/discord/x", ", language: zh"),
        receiver("ntfy", "ntfy", "/topic", ", token: tk_1"),
        receiver("limit", "slack", "/limit", ""),
        receiver("busy", "wecom", "/busy", ""),
        receiver("own", "webhook", "/own", ", body: '{\"said\": \"{{ $labels.title }}\"}'"),
    ];
    let yaml = format!(
        "rules: rules.yaml\nsources: [{{paths: app.log, job: tts}}]\nalerting:\n  \
         external_url: https://logs.example\n  receivers:\n{}",
        receivers.concat()
    );
    fs::write(&config, yaml).unwrap();
    log(&file, SignedDuration::from_secs(5), ["ERROR CUDA out of memory & <b>".to_owned()]);
    let relay = Program::serve(&dir.path().join("data"), &["-c", config.to_str().unwrap()]);

    let first = |path: &str| -> Got {
        wait_until(path, || !sink.at(path).is_empty());
        sink.at(path).remove(0)
    };
    let wecom = first("/wecom");
    assert_eq!((wecom.query.as_str(), text(&wecom.body, "/msgtype")), ("key=KEY", "markdown"));
    let content = text(&wecom.body, "/markdown/content");
    assert!(content.contains("memory &lt;is&gt; out on tts"), "{content}");
    assert!(content.contains("CUDA out of memory &amp; &lt;b&gt;"), "{content}");
    assert!(content.contains("](https://logs.example/#"), "{content}");

    let words = first("/words").body;
    assert_eq!(text(&words, "/msgtype"), "text");
    assert_eq!(words.pointer("/text/mentioned_list/0").unwrap(), "@all");
    assert!(text(&words, "/text/content").contains("memory <is> out"), "{words}");

    let ding = first("/ding");
    let query: Vec<(String, String)> =
        form_urlencoded::parse(ding.query.as_bytes()).into_owned().collect();
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap();
    assert_eq!(value("access_token"), "T");
    expect_now(value("timestamp").parse::<i64>().unwrap() / 1000);
    expect_hmac(&value("sign"));
    assert_eq!(text(&ding.body, "/msgtype"), "markdown");
    assert!(text(&ding.body, "/markdown/text").contains("@138"), "{}", ding.body);
    assert_eq!(ding.body.pointer("/at/atMobiles/0").unwrap(), "138");

    let feishu = first("/feishu/hook").body;
    expect_now(text(&feishu, "/timestamp").parse().unwrap());
    expect_hmac(text(&feishu, "/sign"));
    assert_eq!(text(&feishu, "/msg_type"), "interactive");
    assert_eq!(text(&feishu, "/card/header/template"), "red");
    let card = text(&feishu, "/card/elements/0/text/content");
    assert!(card.contains("memory <is> out on tts"), "{card}");

    let slack = first("/slack/x").body;
    assert_eq!(text(&slack, "/attachments/0/color"), "danger");
    assert!(text(&slack, "/attachments/0/text").contains("&lt;b&gt;"), "{slack}");
    assert!(text(&slack, "/attachments/0/title_link").starts_with("https://logs.example/#"));

    let discord = first("/discord/x").body;
    assert!(text(&discord, "/embeds/0/description").contains("<b>"), "{discord}");
    assert_eq!(discord.pointer("/allowed_mentions/parse").unwrap(), &serde_json::json!([]));

    // ntfy takes JSON at its root.
    let ntfy = first("/");
    assert_eq!(ntfy.authorization.as_deref(), Some("Bearer tk_1"));
    assert_eq!((text(&ntfy.body, "/topic"), &ntfy.body["priority"]), ("topic", &4.into()));

    assert!(text(&first("/own").body, "/said").contains("OutOfMemory"));

    // A test goes out at once, and what came back is told.
    let test = |name: &str| {
        let body = serde_json::json!({ "receiver": name }).to_string();
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let agent = ureq::Agent::new_with_config(config);
        let mut answer = agent.post(format!("{}/api/alerts/test", relay.url)).send(body).unwrap();
        answer.body_mut().read_to_string().unwrap()
    };
    let told: Value = serde_json::from_str(&test("slack")).unwrap();
    assert_eq!((&told["outcome"], &told["receiver"]), (&"delivered".into(), &"slack".into()));
    let slack = sink.at("/slack/x");
    assert!(text(&slack.last().unwrap().body, "/attachments/0/text").contains("A test of Logpane"));
    assert!(test("wecom").contains("delivered"));
    let wecom = sink.at("/wecom");
    assert!(text(&wecom.last().unwrap().body, "/markdown/content").contains("测试消息"));
    assert!(test("nobody").contains("there is no receiver"), "{}", test("nobody"));

    // Too much at first: the same again when it asked for it, or after a minute.
    wait_until("the second try", || sink.at("/limit").len() == 2);
    assert_eq!(sink.at("/limit")[0].body, sink.at("/limit")[1].body);
    let why = || {
        let deliveries = relay.json("/api/alerts")["deliveries"].as_array().unwrap().clone();
        let of = |name: &str| deliveries.iter().find(|d| d["receiver"] == name).cloned();
        of("busy").map(|busy| busy["why"].to_string()).unwrap_or_default()
    };
    wait_until("the vendor's limit", || why().contains("45009"));
    let status = relay.get("/api/alerts");
    assert!(!status.contains("KEY") && !status.contains("SECdemo") && !status.contains("tk_1"));
}

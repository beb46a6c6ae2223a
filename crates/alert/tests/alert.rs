//! Rules, texts, states, messages and schedules through the public face.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use alert::presets::PRESETS;
use alert::rule::{advice, print, read};
use alert::schedule::{Policy, Quiet, Schedule};
use alert::send::{
    Answer, Language, Message, Notice, Receiver, Status, Verdict, alertmanager, dingtalk_sign,
    feishu_sign, judge, webhook,
};
use alert::{AlertState, Context, Incremental, Rule, RuleSpec, RuleState, Text, dry_run};
use logql::template::AlertScope;
use logql::{Direction, Output, Params, QueryKind, Sample};
use model::{Batch, Entry, Labels, Sessions};
use proptest::prelude::*;

const S: i64 = 1_000_000_000;

#[track_caller]
fn check_rules(text: &str, expected: &[&str]) {
    let found: Vec<String> =
        read("r.yaml", text).problems.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found}\nhas not: {expected}");
    }
}

#[test]
fn mistakes_in_rule_files_have_a_place() {
    let rule = |rest: &str| format!("groups:\n- name: a\n  rules:\n  - alert: X\n{rest}");
    let ok = "    expr: count_over_time({a=\"b\"}[5m]) > 1\n";
    check_rules(&rule(ok), &[]);
    check_rules(&rule(&format!("{ok}    fro: 1m\n")), &["5:"]);
    check_rules(&rule("    expr: sum(rate({a=\"b\"}[5m])) >\n"), &["r.yaml:5:"]);
    check_rules(
        &rule("    expr: |\n      count_over_time(\n        {a=b}[5m]) > 1\n"),
        &["r.yaml:7:12: "],
    );
    check_rules(&rule("    expr: '{a=\"b\"}'\n"), &["r.yaml:5:12: expr gives lines"]);
    check_rules(
        &rule(&format!("{ok}    for: 60\n")),
        &["6:10: \"60\" is no duration: a unit is missing"],
    );
    check_rules(
        &rule(&format!("{ok}    labels: {{a-b: x}}\n")),
        &["6:14: \"a-b\" is no label name"],
    );
    check_rules(
        &rule(&format!("{ok}    annotations:\n      s: \"x {{{{ $lables.a }}}}\"\n")),
        &["7:16: not a template"],
    );
    check_rules(
        &rule(&format!("{ok}    annotations:\n      s: \"{{{{ query }}}}\"\n")),
        &["compute it in expr"],
    );
    check_rules(&rule(&format!("{ok}    record: y\n")), &["4:12: a rule has either"]);
    check_rules(
        "groups:\n- name: a\n  rules: []\n- name: a\n  rules: []\n",
        &["4:9: there is a group"],
    );
    check_rules("name: a\nrules: []\n", &["1:1: a file begins with `groups:`"]);
    check_rules("gruops: []\n", &["did you mean \"groups\"?"]);
}

#[test]
fn a_broken_rule_stops_no_other_and_files_are_printed_back() {
    let text = "groups:\n- name: a\n  interval: 30s\n  limit: 3\n  rules:\n  - alert: Bad\n    expr: sum(\n  \
                - alert: Good\n    expr: |\n      sum(rate({a=\"b\"}[5m]))\n        > 1\n    for: 1m\n    \
                keep_firing_for: 10m\n    labels: {severity: critical}\n    annotations:\n      s: \"{{ $value }}: x\"\n";
    let file = read("r.yaml", text);
    assert_eq!(file.problems.len(), 1);
    let names: Vec<&str> = file.groups[0].rules.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["Good"]);
    let printed = print(&file.groups);
    let again = read("r.yaml", &printed);
    assert_eq!(again.problems, [], "{printed}");
    assert_eq!(print(&again.groups), printed);
    assert_eq!(again.groups[0].rules[0].expr, file.groups[0].rules[0].expr);
}

fn rule(expr: &str, hold: &str, keep: &str) -> Rule {
    let spec = RuleSpec {
        alert: Some("A".to_owned()),
        expr: expr.to_owned(),
        hold: Some(hold.to_owned()),
        keep_firing_for: Some(keep.to_owned()),
        annotations: vec![("summary".to_owned(), "{{ $labels.a }}={{ $value }}".to_owned())],
        ..RuleSpec::default()
    };
    Rule::new(&spec).unwrap()
}

#[test]
fn a_limit_per_stream_is_warned_of() {
    let check = |expr: &str, count: usize| {
        assert_eq!(advice(&rule(expr, "0s", "0s")).len(), count, "{expr}");
    };
    check("count_over_time({a=\"b\"}[5m]) > 5", 1);
    check("sum by (a) (count_over_time({a=\"b\"}[5m])) > 5", 0);
    check("sum(count_over_time({a=\"b\"}[5m]))", 1);
}

#[test]
fn texts_are_filled_in_as_prometheus_does() {
    let labels = Labels::from([("job", "tts"), ("instance", "box.lan:80")]);
    let check = |text: &str, value: f64, expected: &str| {
        let none = Labels::new();
        let scope = AlertScope {
            labels: &labels,
            value,
            external_labels: &none,
            external_url: "http://x/p",
            now: 0,
        };
        assert_eq!(
            Text::parse(text).map_or_else(|e| e.message, |t| t.fill(&scope)),
            expected,
            "{text}"
        );
    };
    check("{{ $labels.job }} {{ .Labels.nope }}|{{ .Value }}", 7.0, "tts |7");
    check("{{ $value }}", 1e6, "1e+06");
    check("{{ $value | printf \"%.2f\" }}", 1.234, "1.23");
    check("{{ humanize $value }}", 1_234_567.0, "1.235M");
    check("{{ humanize $value }}", 0.0123, "12.3m");
    check("{{ humanize1024 $value }}", 1_048_576.0, "1Mi");
    check("{{ humanizeDuration $value }}", 90_061.0, "1d 1h 1m 1s");
    check("{{ humanizeDuration $value }}", 0.123, "123ms");
    check("{{ humanizePercentage $value }}", 0.1234, "12.34%");
    check("{{ humanizeTimestamp $value }}", 1_435_065_584.128, "2015-06-23 13:19:44.128 +0000 UTC");
    check("{{ if gt $value 5.0 }}many{{ else }}few{{ end }}", 7.0, "many");
    check(
        "{{ range $n, $v := $labels }}{{ $n }}={{ $v }};{{ end }}",
        0.0,
        "instance=box.lan:80;job=tts;",
    );
    check("{{ with $labels.job }}{{ . | toUpper }}{{ end }}", 0.0, "TTS");
    check("{{ reReplaceAll \"t+\" \"x\" \"atts\" }}{{ match \"^a\" \"abc\" }}", 0.0, "axstrue");
    check(
        "{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}",
        0.0,
        "box.lan box:80",
    );
    check("{{ .Lables.a }}", 0.0, "there is no .Lables, did you mean `.Labels`?");
    check(
        "{{ humanize \"x\" }}",
        0.0,
        "<error expanding template: humanize takes a number, not \"x\">",
    );
}

fn context(at: i64, external: &Labels) -> Context<'_> {
    Context { at, interval_ns: 10 * S, limit: 0, external_labels: external, external_url: "" }
}

/// A letter for each evaluation, 10 s apart: `1` has a sample, `.` none, ` ` is missed.
#[track_caller]
fn check_states(hold: &str, keep: &str, evaluations: &str, expected: &str) {
    let rule = rule("sum by (a) (count_over_time({a=\"b\"}[5m])) > 1", hold, keep);
    let none = Labels::new();
    let mut state = RuleState::default();
    let mut found = String::new();
    for (at, letter) in evaluations.chars().enumerate() {
        let at = i64::try_from(at).unwrap() * 10 * S;
        let sample = Sample { labels: Labels::from([("a", "b")]), timestamp: at, value: 2.0 };
        match letter {
            '1' => drop(state.evaluate(&rule, &[sample], &context(at, &none)).unwrap()),
            '.' => drop(state.evaluate(&rule, &[], &context(at, &none)).unwrap()),
            'R' => {
                let kept = serde_json::to_string(&state).unwrap();
                state = serde_json::from_str::<RuleState>(&kept).unwrap().restored(at, 10 * S);
            }
            _ => {}
        }
        found.push(match state.state() {
            AlertState::Inactive => 'i',
            AlertState::Pending => 'p',
            AlertState::Firing => 'F',
        });
    }
    assert_eq!(found, expected, "{evaluations}");
}

#[test]
fn states_follow_each_other_as_in_prometheus() {
    check_states("0s", "0s", "1.1", "FiF");
    check_states("20s", "0s", "1111.", "ppFFi");
    check_states("20s", "0s", "11.111", "ppippF");
    check_states("0s", "20s", "1...1..", "FFFiFFF");
    check_states("20s", "0s", "1 1.", "ppFi");
    check_states("20s", "0s", "111R1.", "ppFFFi");
    check_states("40s", "0s", "11   R1111", "pppppppFFF");
}

#[test]
fn the_api_shows_what_loki_shows() {
    let rule = rule("sum by (a) (count_over_time({a=\"b\"}[5m])) > 1", "0s", "0s");
    let none = Labels::new();
    let mut state = RuleState::default();
    let sample = Sample { labels: Labels::from([("a", "b")]), timestamp: 0, value: 2.0 };
    state.evaluate(&rule, &[sample], &context(1_734_445_852 * S, &none)).unwrap();
    let view = alert::view::Answer::success(alert::view::AlertsView::new([&state]));
    assert_eq!(
        serde_json::to_string(&view).unwrap(),
        r#"{"status":"success","data":{"alerts":[{"labels":{"a":"b","alertname":"A"},"annotations":{"summary":"b=2"},"state":"firing","activeAt":"2024-12-17T14:30:52Z","value":"2e+00"}]},"errorType":"","error":""}"#
    );
    let group = alert::Group {
        name: "g".to_owned(),
        interval_ns: None,
        offset_ns: 0,
        limit: 0,
        rules: vec![rule],
    };
    let view = alert::view::GroupView::new("f.yaml", &group, 10 * S, &[RuleState::default()]);
    assert_eq!(
        serde_json::to_string(&view).unwrap(),
        r#"{"name":"g","file":"f.yaml","rules":[{"state":"inactive","name":"A","query":"sum by (a) (count_over_time({a=\"b\"}[5m])) > 1","duration":0.0,"keepFiringFor":0.0,"labels":{},"annotations":{"summary":"{{ $labels.a }}={{ $value }}"},"alerts":[],"health":"unknown","lastError":"","type":"alerting","lastEvaluation":"0001-01-01T00:00:00Z","evaluationTime":0.0}],"interval":10.0,"limit":0,"lastEvaluation":"0001-01-01T00:00:00Z","evaluationTime":0.0}"#
    );
}

fn notice(status: Status, severity: &str) -> Notice {
    Notice {
        status,
        labels: Labels::from([("alertname", "Oom"), ("job", "tts"), ("severity", severity)]),
        annotations: BTreeMap::from([("summary".to_owned(), "显存不足 <7>".to_owned())]),
        starts_at: 1_734_445_852 * S,
        ends_at: (status == Status::Resolved).then_some(1_734_445_900 * S),
        value: 7.0,
        link: "http://h/#/q?x=1".to_owned(),
        lines: vec!["Traceback\nOutOfMemoryError: <x>".to_owned()],
    }
}

fn message(count: usize) -> Message {
    Message {
        receiver: "r".to_owned(),
        language: Language::Zh,
        group: Labels::from([("job", "tts")]),
        notices: vec![notice(Status::Firing, "warning"); count],
        external_url: "http://h".to_owned(),
    }
}

#[test]
fn bodies_are_those_of_each_receiver() {
    assert_eq!(
        dingtalk_sign("SECdemo", 1_734_445_852_000),
        "+zINOdUf/VRksxlQIqkEcYPdWVtl4l9jai0pNlpbMkI="
    );
    assert_eq!(feishu_sign("demo", 1_734_445_852), "YkoWjHmY5EDcTAfp3SQ0qP3zEet/jQQhWNyHouSTTRQ=");
    let check = |json: &str, url: &str, parts: &[&str]| {
        let receiver: Receiver = serde_json::from_str(json).unwrap();
        let request = receiver.request(&message(1), 1_734_445_852 * S);
        assert_eq!(request.url, url);
        for part in parts {
            assert!(request.body.contains(part), "{}\nhas not: {part}", request.body);
        }
    };
    check(
        r#"{"type":"wecom","url":"https://w/?key=k"}"#,
        "https://w/?key=k",
        &[
            r#""msgtype":"markdown""#,
            r#"{"content":"**[告警:1] Oom tts**\n<font color=\"warning\">显存不足 &lt;7&gt;</font>\n> job: "#,
            "[查看日志](http://h/#/q?x=1)",
        ],
    );
    check(
        r#"{"type":"wecom","url":"u","text":true,"mention":["@all"]}"#,
        "u",
        &[r#""mentioned_list":["@all"]"#],
    );
    check(
        r#"{"type":"dingtalk","url":"https://d/?access_token=T","secret":"SECdemo"}"#,
        "https://d/?access_token=T&timestamp=1734445852000&sign=%2BzINOdUf%2FVRksxlQIqkEcYPdWVtl4l9jai0pNlpbMkI%3D",
        &[r##""title":"[告警:1] Oom tts""##],
    );
    check(
        r#"{"type":"feishu","url":"f","secret":"demo"}"#,
        "f",
        &[r#""sign":"YkoWjHmY5EDcTAfp3SQ0qP3zEet/jQQhWNyHouSTTRQ=","timestamp":"1734445852""#],
    );
    check(r#"{"type":"slack","url":"s"}"#, "s", &[r#""color":"danger""#, "&lt;x&gt;"]);
    check(r#"{"type":"discord","url":"d"}"#, "d", &[r#""allowed_mentions":{"parse":[]}"#]);
    check(r#"{"type":"ntfy","url":"https://n/topic"}"#, "https://n", &[r#""topic":"topic""#]);
    check(
        r#"{"type":"webhook","url":"w","body":"{\"t\": {{ printf \"%q\" $labels.title }}}"}"#,
        "w",
        &[r#"{"t": "[告警:1] Oom tts"}"#],
    );
    let long = |json: &str| {
        let mut message = message(1);
        message.notices[0].annotations.insert("description".to_owned(), "显".repeat(3000));
        let receiver: Receiver = serde_json::from_str(json).unwrap();
        let body: serde_json::Value =
            serde_json::from_str(&receiver.request(&message, 0).body).unwrap();
        let content = body
            .pointer("/text/content")
            .or(body.pointer("/markdown/content"))
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        assert!(content.contains("已截断") && content.contains("http://h/#/q?x=1"));
        content.len()
    };
    assert!((2040..=2048).contains(&long(r#"{"type":"wecom","url":"u","text":true}"#)));
    assert!((4090..=4096).contains(&long(r#"{"type":"wecom","url":"u"}"#)));
    assert_eq!(webhook(&message(1)), r#"{"alerts":[{"annotations":{"summary":"显存不足 <7>"},"endsAt":"0001-01-01T00:00:00Z","fingerprint":"FP","generatorURL":"http://h/#/q?x=1","labels":{"alertname":"Oom","job":"tts","severity":"warning"},"startsAt":"2024-12-17T14:30:52Z","status":"firing"}],"commonAnnotations":{"summary":"显存不足 <7>"},"commonLabels":{"alertname":"Oom","job":"tts","severity":"warning"},"externalURL":"http://h","groupKey":"{}:{job=\"tts\"}","groupLabels":{"job":"tts"},"receiver":"r","status":"firing","truncatedAlerts":0,"version":"4"}"#
        .replace("FP", &format!("{:016x}", notice(Status::Firing, "warning").fingerprint())));
    let requests =
        alertmanager("http://am/", &[notice(Status::Firing, "warning")], 1_734_446_092 * S);
    assert_eq!(requests[0].url, "http://am/api/v2/alerts");
    assert_eq!(
        requests[0].body,
        r#"[{"annotations":{"summary":"显存不足 <7>"},"endsAt":"2024-12-17T14:34:52Z","generatorURL":"http://h/#/q?x=1","labels":{"alertname":"Oom","job":"tts","severity":"warning"},"startsAt":"2024-12-17T14:30:52Z"}]"#
    );
}

#[test]
fn answers_are_judged_by_what_they_say() {
    let check = |kind: &str, status: Option<u16>, body: &str, expected: &str| {
        let receiver: Receiver =
            serde_json::from_str(&format!(r#"{{"type":"{kind}","url":"u"}}"#)).unwrap();
        let found = match judge(Some(&receiver), Answer { status, retry_after: Some("7"), body }) {
            Verdict::Delivered => "ok".to_owned(),
            Verdict::Retry { after_ns, .. } => format!("retry {}", after_ns.unwrap_or(0) / S),
            Verdict::Refused { why } => why,
        };
        assert!(found.starts_with(expected), "{kind} {body}: {found}");
    };
    check("wecom", Some(200), r#"{"errcode":0,"errmsg":"ok"}"#, "ok");
    check(
        "wecom",
        Some(200),
        r#"{"errcode":93000}"#,
        "errcode 93000: the key of the robot is wrong",
    );
    check("wecom", Some(200), r#"{"errcode":45009}"#, "retry 60");
    check("wecom", Some(200), "<html>", "no \"errcode\"");
    check("dingtalk", Some(200), r#"{"errcode":310000}"#, "errcode 310000: the security setting");
    check("feishu", Some(200), r#"{"code":19021}"#, "code 19021: the signature");
    check("feishu", Some(200), r#"{"StatusCode":0}"#, "ok");
    check("slack", Some(200), "ok", "ok");
    check("slack", Some(400), "invalid_payload", "400 (invalid_payload)");
    check("discord", Some(429), "{}", "retry 7");
    check("webhook", Some(503), "", "retry 7");
    check("webhook", None, "", "retry 0");
    check("webhook", Some(404), "", "404: there is no such address");
}

#[test]
fn messages_are_grouped_repeated_and_tried_again() {
    const RATE: (usize, i64) = (20, 60 * S);
    let policy = Policy {
        quiet: vec![Quiet { from_minute: 22 * 60, to_minute: 7 * 60 }],
        ..Policy::default()
    };
    let noon = 12 * 3600 * S;
    let ok = Verdict::Delivered;
    let mut schedule = Schedule::default();
    let due = |schedule: &mut Schedule, at: i64| schedule.due(&policy, at, RATE);
    schedule.update(&policy, noon, &[notice(Status::Firing, "warning")]);
    assert!(due(&mut schedule, noon + 29 * S).is_empty());
    assert_eq!(schedule.next_at(&policy, noon, RATE), Some(noon + 30 * S));
    let first = due(&mut schedule, noon + 30 * S);
    assert_eq!(first.len(), 1);
    assert!(due(&mut schedule, noon + 31 * S).is_empty(), "on its way");
    // Killed in between: what was not answered goes out again.
    let kept = serde_json::to_string(&schedule).unwrap();
    let mut schedule: Schedule = serde_json::from_str(&kept).unwrap();
    assert_eq!(due(&mut schedule, noon + 40 * S).len(), 1);
    let retry = Verdict::Retry { after_ns: None, why: String::new() };
    schedule.answered(&policy, first[0].id, &retry, noon + 40 * S);
    assert!(due(&mut schedule, noon + 44 * S).is_empty());
    assert_eq!(due(&mut schedule, noon + 45 * S).len(), 1);
    schedule.answered(&policy, first[0].id, &ok, noon + 45 * S);
    assert_eq!(schedule.next_at(&policy, noon + 45 * S, RATE), Some(noon + 45 * S + 4 * 3600 * S));
    schedule.update(&policy, noon + 60 * S, &[notice(Status::Resolved, "warning")]);
    let resolved = due(&mut schedule, noon + 345 * S);
    assert_eq!(resolved[0].notices[0].status, Status::Resolved);
    schedule.answered(&policy, resolved[0].id, &ok, noon + 345 * S);
    schedule.update(&policy, noon + 400 * S, &[notice(Status::Resolved, "warning")]);
    assert_eq!(schedule.next_at(&policy, noon + 400 * S, RATE), None, "told once");
    // At night a warning waits for the morning, what is critical does not.
    let night = 23 * 3600 * S;
    schedule.update(&policy, night, &[notice(Status::Firing, "warning")]);
    assert_eq!(schedule.next_at(&policy, night, RATE), Some((24 + 7) * 3600 * S));
    schedule.update(&policy, night, &[notice(Status::Firing, "critical")]);
    assert_eq!(schedule.next_at(&policy, night, RATE), Some(night + 30 * S));
    assert!(schedule.due(&policy, night + 30 * S, (0, S)).is_empty(), "no more than the rate");
}

fn instant(rule: &Rule, at: i64, stored: &[(Labels, Batch)]) -> Vec<Sample> {
    let params = Params {
        kind: QueryKind::Instant { at },
        limit: 1,
        direction: Direction::Forward,
        max_series: 500,
        cursor: None,
    };
    let plan = logql::plan(&rule.query, &params).unwrap();
    let mut run = plan.start(&Sessions::default());
    for (at, read) in plan.reads().iter().enumerate() {
        for (labels, batch) in
            stored.iter().filter(|(l, _)| read.matchers.iter().all(|m| m.matches(l)))
        {
            run.push(at, labels, batch).unwrap();
        }
    }
    match run.finish().unwrap().output {
        Output::Vector(samples) => samples,
        _ => Vec::new(),
    }
}

#[test]
fn presets_fire_on_their_lines_only() {
    for preset in PRESETS {
        for language in [Language::En, Language::Zh] {
            Rule::new(&preset.rule(None, language)).unwrap();
        }
        let rule = Rule::new(&preset.rule(Some("x"), Language::En)).unwrap();
        for (line, fires) in preset.examples.iter().zip([true, false]) {
            let level = if fires { "error" } else { "info" };
            let labels = Labels::from([("job", "x"), ("level", level)]);
            let entries = (0..30).map(|i| Entry {
                timestamp: 1000 * S - i * S,
                arrival: 100 - u64::try_from(i).unwrap(),
                line: line.as_bytes().to_vec(),
                ..Entry::default()
            });
            let stored = [(labels, Batch::from_entries(entries.collect()))];
            let found = instant(&rule, 1000 * S, &stored);
            assert_eq!(!found.is_empty(), fires, "{}: {line}", preset.id);
        }
    }
}

fn batch(times: &[i64]) -> Batch {
    let entry = |(at, secs): (usize, &i64)| Entry {
        timestamp: secs * S,
        arrival: u64::try_from(at).unwrap(),
        line: format!("n={secs}").into_bytes(),
        ..Entry::default()
    };
    Batch::from_entries(times.iter().enumerate().map(entry).collect())
}

#[test]
fn a_session_that_is_found_later_counts_for_what_came_before() {
    let rule = rule("sum(count_over_time({job=\"a\"} | commit=\"abc\" [60s]))", "0s", "0s");
    let mut incremental = Incremental::new(rule.query.clone(), 10 * S, 500).unwrap();
    let labels = Labels::from([("job", "a")]);
    let mut evaluate = |at: i64, sessions: &Sessions| {
        incremental.set_sessions(sessions);
        let missing = incremental.prepare(at * S).unwrap();
        for missing in &missing {
            incremental.fill(missing, &labels, &batch(&[95, 99])).unwrap();
            incremental.filled(missing);
        }
        let values: Vec<f64> =
            incremental.evaluate(at * S).unwrap().iter().map(|sample| sample.value).collect();
        (missing.len(), values)
    };
    let session = model::Session {
        start: model::Timestamp(90 * S),
        fields: vec![("commit".into(), "abc".into())],
        boundaries: Vec::new(),
    };
    let found = Sessions([("a".to_owned(), vec![session])].into());
    assert_eq!(evaluate(100, &Sessions::default()), (1, vec![]));
    assert_eq!(evaluate(110, &found), (1, vec![2.0]));
    // Nothing is read twice without need.
    assert_eq!(evaluate(120, &found), (0, vec![2.0]));
}

proptest! {
    /// What is kept from evaluation to evaluation gives what reading everything again gives:
    /// with entries that come late or from the future, and evaluations that are missed.
    #[test]
    fn an_incremental_evaluation_is_a_full_one(
        query in prop::sample::select(vec![
            "count_over_time({a=\"b\"}[70s]) > 1",
            "sum(rate({a=\"b\"}[30s]))",
            "bytes_over_time({a=\"b\"}[30s] offset 20s)",
            "sum by (a) (sum_over_time({a=\"b\"} | logfmt | unwrap n [60s]))",
            "max_over_time({a=\"b\"} | logfmt | unwrap n [60s]) - min_over_time({a=\"b\"} | logfmt | unwrap n [25s])",
            "avg_over_time({a=\"b\"} | logfmt | unwrap n [60s]) by (a)",
            "quantile_over_time(0.9, {a=\"b\"} | logfmt | unwrap n [60s])",
            "absent_over_time({a=\"b\"}[30s])",
            "(count_over_time({a=\"b\"}[40s]) > 0) unless count_over_time({a=\"b\"} |= \"7\" [40s])",
        ]),
        rounds in prop::collection::vec((prop::collection::vec(-90_i64..90, 0..6), any::<bool>()), 1..40),
    ) {
        let rule = rule(query, "0s", "0s");
        let mut incremental = Incremental::new(rule.query.clone(), 10 * S, 500).unwrap();
        let labels = Labels::from([("a", "b")]);
        let (mut all, mut secs) = (Vec::new(), 1000);
        for (offsets, skip) in rounds {
            secs += if skip { 20 } else { 10 };
            for missing in incremental.prepare(secs * S).unwrap() {
                incremental.fill(&missing, &labels, &batch(&all)).unwrap();
                incremental.filled(&missing);
            }
            let new: Vec<i64> = offsets.iter().map(|offset| secs + offset).collect();
            for read in 0..incremental.reads().len() {
                incremental.push(read, &labels, &batch(&new)).unwrap();
            }
            all.extend(new);
            let full = instant(&rule, secs * S, &[(labels.clone(), batch(&all))]);
            let found = incremental.evaluate(secs * S).unwrap();
            prop_assert_eq!(found.len(), full.len());
            for (found, full) in found.iter().zip(&full) {
                prop_assert_eq!(&found.labels, &full.labels);
                prop_assert!((found.value - full.value).abs() < 1e-6, "{} {}", found.value, full.value);
            }
        }
    }

    /// The dry run says what the states would have been.
    #[test]
    fn a_dry_run_is_what_happens(present in prop::collection::vec(any::<bool>(), 1..60), hold in 0..4_i64, keep in 0..4_i64) {
        let rule = rule("count_over_time({a=\"b\"}[5m]) > 1", &format!("{}s", hold * 10), &format!("{}s", keep * 10));
        let none = Labels::new();
        let (mut state, mut fires, mut samples) = (RuleState::default(), Vec::new(), Vec::new());
        for (at, there) in present.iter().enumerate() {
            let at = i64::try_from(at).unwrap() * 10 * S;
            let sample = Sample { labels: none.clone(), timestamp: at, value: 1.0 };
            if *there { samples.push((at, 1.0)); }
            let now = if *there { vec![sample] } else { Vec::new() };
            state.evaluate(&rule, &now, &context(at, &none)).unwrap();
            fires.push(state.state() == AlertState::Firing);
        }
        let end = i64::try_from(present.len() - 1).unwrap() * 10 * S;
        let matrix = [logql::Series { labels: none.clone(), samples }];
        let firings = dry_run(&rule, &matrix, (0, end), &context(0, &none)).unwrap();
        for (at, fires) in fires.iter().enumerate() {
            let at = i64::try_from(at).unwrap() * 10 * S;
            let found = firings.iter().any(|f| f.start <= at && f.end.is_none_or(|end| at < end));
            prop_assert_eq!(found, *fires);
        }
    }
}

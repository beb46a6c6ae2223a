use promtail::{Entry, Outcome};

use super::world::{NOW, check, pipeline, shown};

#[test]
fn regex() {
    let stages =
        "- regex: {expression: '^(?P<level>\\w+) (?P<rest>.*)$'}\n- labels: {level: , word: rest}";
    check(stages, &["INFO a b", "nothing"], &["level=INFO word=a b | INFO a b", "| nothing"]);
    check(
        "- regex: {expression: '(?P<a>x)(?P<b>y)?'}\n- template: {source: t, template: '<{{.b}}>'}\n- output: {source: t}",
        &["zxz"],
        &["| <>"],
    );
    check(
        "- regex: {expression: '(?P<a>\\d+)'}\n- regex: {source: a, expression: '(?P<b>.)$'}\n- labels: {b: }",
        &["v 123"],
        &["b=3 | v 123"],
    );
    check(
        "- regex: {expression: '(?P<a>\\d+)', labels_from_groups: true}",
        &["v 123"],
        &["a=123 | v 123"],
    );
    check("- regex: {source: none, expression: '(?P<a>.)'}\n- labels: {a: }", &["x"], &["| x"]);
    check("- regex: {expression: '(x'}", &[], &["4:25: \"(x\" is not a valid regular expression"]);
    check(
        "- regex: {expression: 'x'}",
        &[],
        &["4:25: the expression has no named group, as in (?P<level>\\w+)"],
    );
    check(
        "- regex: {expr: 'x'}",
        &[],
        &["4:13: unknown key \"expr\", did you mean \"expression\"?"],
    );
}

#[test]
fn json() {
    let stages = "- json: {expressions: {level: , user: 'a.\"user-id\"', n: n, t: t, all: a, none: x}}\n\
                  - labels: {level: , user: , n: , t: , all: , none: }";
    check(
        stages,
        &[r#"{"level":"warn","a":{"user-id":7,"b":[1]},"n":1.50,"t":true}"#],
        &[
            r#"all={"b":[1],"user-id":7} level=warn n=1.5 t=true user=7 | {"level":"warn","a":{"user-id":7,"b":[1]},"n":1.50,"t":true}"#,
        ],
    );
    check(
        "- json: {expressions: {a: }}\n- labels: {a: }",
        &["[1]", "x", r#"{"a":1e21}"#],
        &["| [1]", "| x", r#"a=1000000000000000000000 | {"a":1e21}"#],
    );
    check(
        "- json: {expressions: {a: }, drop_malformed: true}",
        &["x", "{}"],
        &["dropped: malformed_json", "| {}"],
    );
    check(
        "- json: {expressions: {inner: }}\n- json: {source: inner, expressions: {a: 'b[0]'}}\n- labels: {a: }",
        &[r#"{"inner":"{\"b\":[5]}"}"#],
        &[r#"a=5 | {"inner":"{\"b\":[5]}"}"#],
    );
    check("- json: {expressions: {a: 'b['}}", &[], &["4:29: \"b[\" is no JMESPath expression"]);
    check("- json: {}", &[], &["4:11: the key \"expressions\" is missing"]);
}

#[test]
fn logfmt() {
    let stages = "- logfmt: {mapping: {level: , said: msg}}\n- labels: {level: , said: }";
    check(
        stages,
        &[
            r#"time=x level=WARN msg="a \"b\" c" level=INFO"#,
            "level= x",
            "level=a msg=b\"c level=d",
            "plain words",
        ],
        &[
            r#"level=INFO said=a "b" c | time=x level=WARN msg="a \"b\" c" level=INFO"#,
            "| level= x",
            "level=a | level=a msg=b\"c level=d",
            "| plain words",
        ],
    );
}

#[test]
fn labels_and_metadata() {
    check("- static_labels: {env: gpu, empty: ''}", &["x"], &["env=gpu | x"]);
    check("- labels: {}", &[], &["4:5: labels names no label"]);
    check(
        "- labels: {a-b: }",
        &[],
        &["4:5: \"a-b\" is no name of a label, expected letters, digits and _"],
    );
    let set = "- static_labels: {a: 1, b: 2, c: 3}\n";
    check(&format!("{set}- labeldrop: [a, c]"), &["x"], &["b=2 | x"]);
    check(&format!("{set}- labelallow: [a]"), &["x"], &["a=1 | x"]);
    let set = "- regex: {expression: '(?P<id>\\d+)'}\n";
    check(&format!("{set}- structured_metadata: {{id: }}"), &["7 x"], &["[id=7] | 7 x"]);
    check(&format!("{set}- non_indexed_labels: {{i: id}}"), &["7 x"], &["[i=7] | 7 x"]);
    check(
        "- static_labels: {a: 1, b: 2}\n- structured_metadata: {a: , c: b}",
        &["x"],
        &["[a=1] [c=2] | x"],
    );
}

#[test]
fn output_template_and_decolorize() {
    let set = "- regex: {expression: '^(?P<level>\\w+) (?P<msg>.*)$'}\n";
    check(&format!("{set}- output: {{source: msg}}"), &["I x y", "z"], &["| x y", "| z"]);
    for (template, expected) in [
        ("{{ ToLower .Value }}", "info"),
        ("{{ .Value | lower | trunc 2 }}", "in"),
        ("{{ if eq .Value \"INFO\" }}i{{ else }}o{{ end }}", "i"),
        ("{{ .msg }}/{{ .Entry }}/{{ .none }}", "x y/INFO x y/"),
        ("{{ Replace .msg \" \" \"_\" -1 }}", "x_y"),
        ("{{ regexReplaceAll \"(x) (y)\" .msg \"$2$1\" }}", "yx"),
    ] {
        check(
            &format!(
                "{set}- template: {{source: level, template: '{template}'}}\n- output: {{source: level}}"
            ),
            &["INFO x y"],
            &[&format!("| {expected}")],
        );
    }
    // An empty result takes the value away; a new name is made.
    check(
        &format!("{set}- template: {{source: level, template: ''}}\n- labels: {{level: }}"),
        &["I x"],
        &["| I x"],
    );
    check(
        &format!(
            "{set}- template: {{source: new, template: 'a{{{{.level}}}}'}}\n- labels: {{new: }}"
        ),
        &["I x"],
        &["new=aI | I x"],
    );
    check("- decolorize:", &["\u{1b}[31mred\u{1b}[0m"], &["| red"]);
}

#[test]
fn replace() {
    for (stage, line, expected) in [
        (
            "{expression: 'password=(\\S+)', replace: '***'}",
            "a password=x b password=yz",
            "a password=*** b password=***",
        ),
        ("{expression: '\\d+', replace: '<{{.Value}}>'}", "a 1 b 22", "a <1> b <22>"),
        ("{expression: '(\\w+) (\\w+)', replace: '{{ ToUpper .Value }}'}", "ab cd!", "AB CD!"),
        ("{expression: '(secret)', replace: ''}", "a secret b", "a  b"),
        ("{expression: '(none)', replace: 'x'}", "a", "a"),
        ("{expression: '(a)|(b)', replace: 'x'}", "ab", "xx"),
    ] {
        check(&format!("- replace: {stage}"), &[line], &[&format!("| {expected}")]);
    }
    check(
        "- regex: {expression: '(?P<ip>\\S+)'}\n- replace: {source: ip, expression: '(\\d+)$', replace: 'x'}\n- labels: {ip: }",
        &["10.0.0.1 GET"],
        &["ip=10.0.0.x | 10.0.0.1 GET"],
    );
    check(
        "- replace: {expression: '(?P<who>ann)', replace: 'N'}\n- labels: {who: }",
        &["by ann"],
        &["who=N | by N"],
    );
}

#[test]
fn multiline() {
    let stage = "- multiline: {firstline: '^\\d', max_lines: 3}";
    check(
        stage,
        &["pre", "1 a", " b", " c", " d", "2 e", " f"],
        &["| pre", "| 1 a\n b\n c", "|  d", "| 2 e\n f"],
    );
    check("- multiline: {firstline: ''}", &[], &["4:28: the expression is empty"]);
    // Each stream joins its own lines.
    let mut stages = pipeline(
        "- regex: {expression: '^(?P<s>.)'}\n- labels: {s: }\n- multiline: {firstline: 'start'}",
    )
    .unwrap();
    let mut out = Vec::new();
    for line in ["a start", "b start", "a more", "b more"] {
        stages.push(Entry::new([("job", "j")].into(), NOW, line), NOW, &mut out);
    }
    assert_eq!(out, []);
    stages.finish(NOW, &mut out);
    let mut found: Vec<String> = out.iter().map(shown).collect();
    found.sort();
    assert_eq!(found, ["s=a | a start\na more", "s=b | b start\nb more"]);
}

#[test]
fn multiline_waits_no_longer_than_it_may() {
    let second = 1_000_000_000;
    let mut stages = pipeline("- multiline: {firstline: '^\\d', max_wait_time: 2s}").unwrap();
    let mut out = Vec::new();
    let push = |stages: &mut promtail::Pipeline, line, at, out: &mut Vec<Outcome>| {
        stages.push(Entry::new([("job", "j")].into(), at, line), at, out);
    };
    push(&mut stages, "1 a", NOW, &mut out);
    push(&mut stages, " b", NOW + second, &mut out);
    assert_eq!(stages.due(), Some(NOW + 3 * second));
    stages.release(NOW + 3 * second - 1, &mut out);
    assert_eq!(out, []);
    stages.release(NOW + 3 * second, &mut out);
    assert_eq!(out.iter().map(shown).collect::<Vec<_>>(), ["| 1 a\n b"]);
    assert_eq!(stages.due(), None);
    // What comes after that has the time and the labels of the same first line.
    out.clear();
    push(&mut stages, " late", NOW + 9 * second, &mut out);
    stages.finish(NOW + 9 * second, &mut out);
    assert_eq!(out.iter().map(shown).collect::<Vec<_>>(), ["|  late"]);
}

#[test]
fn matching() {
    check(
        "- match:\n    selector: '{job=\"j\"} |= \"GET\"'\n    stages:\n    - static_labels: {kind: http}\n- static_labels: {all: y}",
        &["GET /", "x"],
        &["all=y kind=http | GET /", "all=y | x"],
    );
    check(
        "- match: {selector: '{job=\"j\"} |~ \"debug|trace\"', action: drop, drop_counter_reason: noise}",
        &["a debug", "b"],
        &["dropped: noise", "| b"],
    );
    check("- match: {selector: '{job=\"other\"}', action: drop}", &["a"], &["| a"]);
    check(
        "- match: {selector: '{job=\"j\"}'}",
        &[],
        &["4:23: match needs stages, or action: drop"],
    );
    check(
        "- match: {selector: '{job=\"j\"} | json', action: drop}",
        &[],
        &["4:23: expected a selector and line filters, as in {job=\"a\"} |= \"x\""],
    );
    check(
        "- match: {selector: '{job=\"j\"}', action: kepe}",
        &[],
        &["4:44: unknown action \"kepe\", expected keep or drop"],
    );
    // A stage inside that holds lines back holds them for those after it, too.
    check(
        "- match:\n    selector: '{job=\"j\"}'\n    stages:\n    - multiline: {firstline: '^\\d'}\n- static_labels: {a: b}",
        &["1 x", " y"],
        &["a=b | 1 x\n y"],
    );
}

#[test]
fn dropping() {
    for (stage, line, drops) in [
        ("{expression: 'debug'}", "a debug b", true),
        ("{expression: 'debug'}", "a b", false),
        ("{source: lv, value: DEBUG}", "DEBUG x", true),
        ("{source: lv, value: DEBU}", "DEBUG x", false),
        ("{source: lv, value: 'D.*'}", "DEBUG x", false),
        ("{source: lv}", "DEBUG x", true),
        ("{source: none}", "DEBUG x", false),
        ("{source: [lv, rest], separator: '#', expression: '^DEBUG#x$'}", "DEBUG x", true),
        ("{longer_than: 4b}", "12345", true),
        ("{longer_than: 5b}", "12345", false),
        ("{longer_than: 1kb}", "12345", false),
        ("{longer_than: 4b, expression: 'x'}", "12345", false),
        ("{older_than: 1h}", "12345", false),
    ] {
        let expected = if drops { "dropped: drop_stage".to_owned() } else { format!("| {line}") };
        check(
            &format!("- regex: {{expression: '^(?P<lv>\\w+) (?P<rest>.*)'}}\n- drop: {stage}"),
            &[line],
            &[&expected],
        );
    }
    let old = "- regex: {expression: '^(?P<t>\\S+)'}\n- timestamp: {source: t, format: RFC3339}\n- drop: {older_than: 1h, drop_counter_reason: old}";
    check(
        old,
        &["2024-12-17T13:30:51Z x", "2024-12-17T13:30:52Z y"],
        &["dropped: old", "@2024-12-17T13:30:52Z | 2024-12-17T13:30:52Z y"],
    );
    check("- drop: {}", &[], &["4:5: drop needs source, expression, older_than or longer_than"]);
    check(
        "- drop: {source: a, value: b, expression: c}",
        &[],
        &["4:30: value and expression exclude each other"],
    );
}

#[test]
fn limits_and_samples() {
    let dropped = "dropped: ratelimit_drop_stage";
    check("- limit: {rate: 1, burst: 2, drop: true}", &["a", "b", "c"], &["| a", "| b", dropped]);
    check("- limit: {rate: 1, burst: 1}", &["a", "b"], &["| a", "| b"]);
    let by_label = "dropped: ratelimit_by_label_drop_stage";
    check(
        "- regex: {expression: '(?P<k>.)'}\n- labels: {k: }\n- limit: {rate: 1, burst: 1, drop: true, by_label_name: k}",
        &["a1", "a2", "b1"],
        &["k=a | a1", by_label, "k=b | b1"],
    );
    check("- limit: {rate: 0, burst: 1}", &[], &["4:19: rate must be above 0"]);
    let mut stages = pipeline("- limit: {rate: 2, burst: 1, drop: true}").unwrap();
    let mut passed = 0;
    for step in 0..100 {
        let now = NOW + step * 100_000_000;
        let mut out = Vec::new();
        stages.push(Entry::new([("job", "j")].into(), now, "x"), now, &mut out);
        passed += out.iter().filter(|outcome| matches!(outcome, Outcome::Entry(_))).count();
    }
    assert!((19..=21).contains(&passed), "{passed} in ten seconds");

    let lines: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut stages = pipeline("- sampling: {rate: 0.25}").unwrap();
    let passed = super::world::through(&mut stages, &lines);
    let passed = passed.iter().filter(|line| line.starts_with('|')).count();
    assert!((200..=300).contains(&passed), "{passed} of 1000");
    check("- sampling: {rate: 2}", &[], &["4:22: rate must be from 0 to 1"]);
}

#[test]
fn packing() {
    check(
        "- static_labels: {a: 1, z: 'q\"'}\n- pack: {labels: [a, z, none]}",
        &["line \"x\""],
        &[r#"| {"a":"1","z":"q\"","_entry":"line \"x\""}"#],
    );
    check("- pack: {}", &["x"], &[r#"| {"_entry":"x"}"#]);
}

#[test]
fn containers() {
    check(
        "- docker: {}",
        &[r#"{"log":"2024 hello\n","stream":"stderr","time":"2024-12-17T14:30:50.5Z"}"#, "no json"],
        &["stream=stderr @2024-12-17T14:30:50.5Z | 2024 hello\n", "| no json"],
    );
    check(
        "- cri: {}",
        &[
            "2024-12-17T14:30:50Z stdout F whole",
            "2024-12-17T14:30:50Z stderr P one ",
            "2024-12-17T14:30:51Z stdout F between",
            "2024-12-17T14:30:51Z stderr F two",
            "something else",
        ],
        &[
            "stream=stdout @2024-12-17T14:30:50Z | whole",
            "stream=stdout @2024-12-17T14:30:51Z | between",
            "stream=stderr @2024-12-17T14:30:51Z | one two",
            "| something else",
        ],
    );
}

#[test]
fn what_is_not_here_does_nothing() {
    check(
        "- geoip: {db: /x, source: ip}\n- tenant: {value: a}\n- eventlogmessage: {}",
        &["x"],
        &["| x"],
    );
    check("- rgex: {}", &[], &["4:5: unknown name \"rgex\", did you mean \"regex\"?"]);
}

#[test]
fn metrics() {
    let mut stages = pipeline(
        "- regex: {expression: 'rtf=(?P<rtf>\\S+) (?P<state>\\w+)'}\n- metrics:\n    \
         lines: {type: Counter, description: all, config: {match_all: true, action: inc}}\n    \
         bytes: {type: Counter, config: {match_all: true, count_entry_bytes: true, action: add}}\n    \
         failed: {type: Counter, source: state, prefix: my_, config: {value: bad, action: inc}}\n    \
         last: {type: Gauge, source: rtf, config: {action: set}}\n    \
         rtf: {type: Histogram, config: {buckets: [0.5, 1]}}\n",
    )
    .unwrap();
    super::world::through(&mut stages, &["rtf=0.25 ok", "rtf=0.75 bad", "other"]);
    let text = stages.metrics();
    for line in [
        "# HELP promtail_custom_lines all",
        "# TYPE promtail_custom_lines counter",
        "promtail_custom_lines{job=\"j\"} 3",
        "promtail_custom_bytes{job=\"j\"} 28",
        "my_failed{job=\"j\"} 1",
        "promtail_custom_last{job=\"j\"} 0.75",
        "promtail_custom_rtf_bucket{job=\"j\",le=\"0.5\"} 1",
        "promtail_custom_rtf_bucket{job=\"j\",le=\"1\"} 2",
        "promtail_custom_rtf_bucket{job=\"j\",le=\"+Inf\"} 2",
        "promtail_custom_rtf_sum{job=\"j\"} 1",
        "promtail_custom_rtf_count{job=\"j\"} 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    check(
        "- metrics: {a: {type: Counter, config: {action: set}}}",
        &[],
        &["4:51: unknown action \"set\", expected inc or add"],
    );
}

//! Planted secrets go, everything else stays byte for byte.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use model::{Batch, Entry, Labels, Place, Session, Sessions, SourceFile, Timestamp};
use redact::{OwnRule, Redactor, Selection};

const SECRETS: &str = include_str!("corpus/secrets.txt");
const PROMPTS: &str = include_str!("corpus/prompts.txt");
const KEEP: &str = include_str!("corpus/keep.txt");

fn cases(text: &str) -> impl Iterator<Item = (Vec<&str>, &str)> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (secrets, line) = line.split_once(" => ").unwrap();
        (secrets.split(" | ").collect(), line)
    })
}

fn all_rules() -> Selection {
    Selection::parse("default,hosts,prompts")
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    let (bytes, secret) = (bytes.to_ascii_lowercase(), secret.to_ascii_lowercase());
    bytes.windows(secret.len()).any(|w| w == secret.as_bytes())
}

fn rewritten(selection: &Selection, line: &str) -> String {
    let mut redactor = Redactor::new(selection).unwrap();
    redactor.scan_line(line.as_bytes());
    redactor.rewrite_text(line).into_owned()
}

#[test]
fn no_planted_secret_stays_in_its_line() {
    let failures: Vec<String> = cases(SECRETS)
        .map(|case| (case, Selection::default()))
        .chain(cases(PROMPTS).map(|case| (case, Selection::parse("prompts"))))
        .filter_map(|((secrets, line), selection)| {
            let after = rewritten(&selection, line);
            let left = secrets.iter().find(|secret| holds(after.as_bytes(), secret))?;
            Some(format!("{left:?} is left: {line}\n    -> {after}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A terminal's colours around it, as loggers and `grep --color` write them.
#[test]
fn a_coloured_secret_goes_as_well() {
    let failures: Vec<String> = cases(SECRETS)
        .filter_map(|(secrets, line)| {
            let coloured = secrets.iter().fold(line.to_owned(), |line, secret| {
                line.replace(secret, &format!("\u{1b}[1;31m{secret}\u{1b}[0m"))
            });
            let after = rewritten(&Selection::default(), &coloured);
            let left = secrets.iter().find(|secret| holds(after.as_bytes(), secret))?;
            Some(format!("{left:?} is left: {coloured:?}\n    -> {after:?}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_no_secret_stays() {
    let changed: Vec<String> = KEEP
        .lines()
        .map(|line| (line, rewritten(&Selection::default(), line)))
        .filter(|(line, after)| line != after)
        .map(|(line, after)| format!("{line}\n    -> {after}"))
        .collect();
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn a_second_time_changes_nothing() {
    for (_, line) in cases(SECRETS).chain(cases(PROMPTS)) {
        let once = rewritten(&all_rules(), line);
        assert_eq!(rewritten(&all_rules(), &once), once, "{line}");
    }
}

/// Every secret in a line, a pushed field, an auto field, a label, a file name, a session: nothing
/// of it is in anything that is rewritten.
#[test]
fn nothing_of_a_secret_stays_anywhere() {
    for (secrets, text) in cases(SECRETS).chain(cases(PROMPTS)) {
        let labels = Labels::from([("job", "a"), ("filename", text), ("note", text)]);
        let pairs: Vec<(String, String)> =
            [("message", text), ("client", text)].map(|(n, v)| (n.into(), v.into())).into();
        let file = SourceFile { path: text.to_owned(), device: 7, inode: 9 };
        let entry = Entry {
            timestamp: 1,
            arrival: 1,
            line: text.as_bytes().to_vec(),
            metadata: pairs.clone(),
            auto: pairs.clone(),
            place: Some(Place { file: file.into(), offset: 3, len: 4 }),
        };
        let batch = Batch::from_entries(vec![entry]);
        let session = Session { start: Timestamp(1), fields: pairs, boundaries: vec![] };
        let sessions = Sessions([("a".to_owned(), vec![session])].into());

        let mut redactor = Redactor::new(&all_rules()).unwrap();
        redactor.scan(&labels, &batch);
        redactor.scan_sessions(&sessions);
        let everything = format!(
            "{:?} {:?} {:?} {} {}",
            redactor.rewrite_batch(&batch).entry(0),
            redactor.rewrite_labels(&labels),
            redactor.rewrite_sessions(&sessions),
            String::from_utf8_lossy(redactor.rewrite_batch(&batch).line(0)),
            redactor.rewrite_query(&format!("{{job=\"a\"}} |= {text:?}")),
        );
        for secret in secrets {
            assert!(!holds(everything.as_bytes(), secret), "{secret:?} is in {everything}");
        }
    }
}

#[test]
fn one_text_has_one_pseudonym_wherever_it_stands() {
    let labels = Labels::from([("job", "a"), ("instance", "gpu-box-7:8188")]);
    let entry = |timestamp, line: &str, auto: &[(&str, &str)]| Entry {
        timestamp,
        line: line.as_bytes().to_vec(),
        auto: auto.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ..Entry::default()
    };
    let batch = Batch::from_entries(vec![
        entry(1, "Dec 17 14:30:52 gpu-box-7 app: 10.0.0.5 asks", &[("client", "10.0.0.5")]),
        entry(2, "synthesis text hello you", &[("text", "hello you")]),
        entry(3, "10.0.0.6 and 10.0.0.5 by Ann@Example.com", &[]),
        entry(4, "mail ann@example.com key zz9PlurAlpha", &[("api_key", "zz9PlurAlpha")]),
    ]);
    let mut redactor = Redactor::new(&all_rules()).unwrap();
    redactor.scan(&labels, &batch);
    let after = redactor.rewrite_batch(&batch);
    let lines: Vec<&str> =
        (0..4).map(|row| std::str::from_utf8(after.line(row)).unwrap()).collect();
    assert_eq!(
        lines,
        [
            "Dec 17 14:30:52 host-1 app: ip-1 asks",
            "synthesis text text-1",
            "ip-2 and ip-1 by email-1",
            "mail email-1 key key-1",
        ]
    );
    assert_eq!(after.auto.get(0, "client"), Some("ip-1"));
    assert_eq!(after.auto.get(1, "text"), Some("text-1"));
    assert_eq!(after.auto.get(3, "api_key"), Some("key-1"));
    assert_eq!(redactor.rewrite_labels(&labels).get("instance"), Some("host-1:8188"));
    assert_eq!(
        redactor.rewrite_query(r#"{instance="gpu-box-7:8188"} |~ "10\\.0\\.0\\.5" != "gpu-box-7""#),
        r#"{instance="host-1:8188"} |~ "ip-1" != "host-1""#
    );
}

#[test]
fn a_private_key_goes_line_by_line() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let lines =
        ["-----BEGIN RSA PRIVATE KEY-----", body, "kQ==", "-----END RSA PRIVATE KEY-----", "done"];
    let entries = lines.iter().zip(1..).map(|(line, timestamp)| Entry {
        timestamp,
        line: line.as_bytes().to_vec(),
        ..Entry::default()
    });
    let batch = Batch::from_entries(entries.collect());
    // Even where the lines of one key came into two streams.
    let stray = Batch::from_entries(vec![Entry { line: body.into(), ..Entry::default() }]);
    let mut redactor = Redactor::new(&Selection::default()).unwrap();
    redactor.scan(&Labels::new(), &batch);
    let after = redactor.rewrite_batch(&batch);
    assert!((1..3).all(|row| after.line(row).starts_with(b"key-")), "{after:?}");
    assert_eq!(after.line(4), b"done");
    assert_eq!(redactor.rewrite_batch(&stray).line(0), after.line(1));
}

#[test]
fn own_rules_hide_what_they_are_told() {
    let own = vec![
        OwnRule::Text("Project Titan".into()),
        OwnRule::Regex(r"ticket (T-\d+)".into()),
        OwnRule::Regex("(?i)müller".into()),
    ];
    let selection = Selection { names: vec![], own };
    let after =
        rewritten(&selection, "Project Titan, ticket T-42 by MÜLLER and müller at 10.0.0.1");
    assert_eq!(after, "private-1, ticket private-2 by private-3 and private-4 at 10.0.0.1");
    for bad in ["(", "a*"] {
        let own = vec![OwnRule::Regex(bad.into())];
        assert!(Redactor::new(&Selection { names: vec![], own }).is_err(), "{bad}");
    }
    assert!(Redactor::new(&Selection::parse("defualt")).is_err());
}

#[test]
fn the_review_screen_gets_counts_and_samples() {
    let mut redactor = Redactor::new(&Selection::parse("default,-email")).unwrap();
    for line in ["10.0.0.5 a@b.cc", "10.0.0.5", "10.0.0.6"] {
        redactor.scan_line(line.as_bytes());
    }
    let findings = redactor.findings();
    let of = |id: &str| findings.iter().find(|f| f.rule == id);
    let ip = of("ip").unwrap();
    assert_eq!((ip.count, ip.samples.len()), (3, 2));
    assert_eq!((&*ip.samples[0].before, &*ip.samples[0].after), ("10.0.0.5 a@b.cc", "ip-1 a@b.cc"));
    assert!(of("email").is_none());
    // Nothing was written yet, and what is reported holds no original.
    let report = redactor.report();
    assert!(report.rules.iter().all(|rule| rule.count == 0));
    redactor.rewrite(b"10.0.0.6");
    assert!(redactor.report().rules.iter().any(|rule| rule.rule == "ip" && rule.count == 1));
}

#[test]
fn a_text_that_looks_like_a_pseudonym_keeps_it() {
    let mut redactor = Redactor::new(&Selection::default()).unwrap();
    redactor.scan_line(b"host=host-1");
    assert_eq!(&*redactor.rewrite(b"host=host-1 hostname=box-9"), b"host=host-1 hostname=host-2");
}

/// Lines of the corpora and noise side by side, as a batch: once more changes nothing, and equal
/// texts have equal pseudonyms.
mod random {
    use proptest::prelude::*;

    use super::*;

    fn piece() -> impl Strategy<Value = String> {
        let lines: Vec<String> = cases(SECRETS)
            .map(|(_, line)| line.to_owned())
            .chain(KEEP.lines().map(str::to_owned))
            .collect();
        prop_oneof![prop::sample::select(lines), "[ -~]{0,40}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_second_time_changes_nothing(lines in prop::collection::vec(piece(), 1..8)) {
            let entries = lines.iter().zip(0..).map(|(line, arrival)| Entry {
                arrival,
                line: line.clone().into(),
                ..Entry::default()
            });
            let batch = Batch::from_entries(entries.collect());
            let twice: Vec<Batch> = (0..2).scan(batch.clone(), |batch, _| {
                let mut redactor = Redactor::new(&Selection::default()).unwrap();
                redactor.scan(&Labels::new(), batch);
                *batch = redactor.rewrite_batch(batch);
                Some(batch.clone())
            }).collect();
            prop_assert_eq!(&twice[0], &twice[1]);
            for row in 0..lines.len() {
                for (other, text) in lines.iter().enumerate() {
                    if *text == lines[row] {
                        prop_assert_eq!(twice[0].line(row), twice[0].line(other));
                    }
                }
            }
        }

        #[test]
        fn any_bytes_are_rewritten(line: Vec<u8>) {
            let mut redactor = Redactor::new(&all_rules()).unwrap();
            redactor.scan_line(&line);
            redactor.rewrite(&line);
        }
    }
}

//! Read-only links: what a holder sees, and all they do not.

use std::collections::BTreeSet;
use std::path::Path;

use bytes::Bytes;
use chunk::{Tail, Want};
use model::{Columns, Entry, Labels};
use proptest::prelude::*;
use protocol::index::Index;
use protocol::share::SHARE_HEADER;
use serde_json::{Value, json};
use warp::http::Response;

use crate::world::{BASE, Relay, SECOND, config, text, wait_until};

/// Stands in every line that no test shares.
const SECRET: &str = "tr0ub4dor";

/// Streams a to c: of `a` a sealed chunk and a head, of the others heads.
fn relay() -> Relay {
    let relay = Relay::start();
    let entry = |at: i64, line: String| Entry {
        timestamp: BASE + at * SECOND,
        line: line.into_bytes(),
        ..Entry::default()
    };
    let long = "x".repeat(1000);
    let of_a = (0..2400).map(|n| entry(n, format!("a n={n} {} {long}", word(n))));
    let of_b = (0..60).map(|n| entry(n, format!("b n={n} {SECRET}")));
    let of_c = (0..60).map(|n| entry(n * 60, format!("c n={n} {}", word(n))));
    relay
        .store
        .push(vec![
            (Labels::from([("job", "a"), ("filename", "/home/ann/a.log")]), of_a.collect()),
            (Labels::from([("job", "b"), ("filename", "/secret/b.log")]), of_b.collect()),
            (Labels::from([("job", "c")]), of_c.collect()),
        ])
        .unwrap();
    relay
}

const fn word(n: i64) -> &'static str {
    if n % 3 == 0 { "error" } else { "fine" }
}

/// The token of a new share.
async fn share(relay: &Relay, scope: &str, range: Value) -> (String, String) {
    let body = json!({"scope": scope, "range": range, "label": "for Bob"});
    let request = warp::test::request().method("POST").path("/api/shares").json(&body);
    let answer = relay.ask(request).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let created: Value = serde_json::from_slice(answer.body()).unwrap();
    let read = |value: &Value| value.as_str().unwrap().to_owned();
    (read(&created["token"]), read(&created["share"]["id"]))
}

#[tokio::test]
async fn a_link_that_a_phone_can_open_comes_as_an_image() {
    let relay = relay();
    for (base, drawn) in [
        ("http://192.168.1.5:3100/", true),
        ("http://127.0.0.1:3100/", false),
        ("javascript:alert(1)//", false),
        ("", false),
    ] {
        let range = json!({"kind": "last", "seconds": 3600});
        let body = json!({"scope": r#"{job="a"}"#, "range": range, "base": base});
        let request = warp::test::request().method("POST").path("/api/shares").json(&body);
        let created: Value = serde_json::from_slice(relay.ask(request).await.body()).unwrap();
        let image = created["qr"].as_str().is_some_and(|svg| svg.contains("<svg"));
        assert_eq!(image, drawn, "{base}");
    }
}

fn between(from: i64, to: i64) -> Value {
    let time = |at: i64| (BASE + at * SECOND).to_string();
    json!({"kind": "between", "start": time(from), "end": time(to)})
}

async fn ask(relay: &Relay, method: &str, path: &str, token: &str) -> Response<Bytes> {
    let request = warp::test::request().method(method).path(path).header(SHARE_HEADER, token);
    relay.ask(request).await
}

/// Every line that a token reads, by way of every chunk that its index lists, whole.
async fn read(relay: &Relay, token: &str, ask_for: &str) -> BTreeSet<String> {
    let answer = ask(relay, "GET", &format!("/api/index?{ask_for}"), token).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let index: Index = serde_json::from_slice(answer.body()).unwrap();
    assert!(index.heads.is_empty());
    let mut lines = BTreeSet::new();
    for listed in &index.chunks {
        let answer = ask(relay, "GET", &format!("/api/chunks/{}", listed.id), token).await;
        assert_eq!(answer.status(), 200, "{}", text(&answer));
        assert_eq!(answer.body().len() as u64, listed.size);
        lines.extend(lines_of(answer.body()));
    }
    lines
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    let mut codec = chunk::RuzstdCodec::new();
    let Tail::Meta(meta) = chunk::read_meta(bytes, bytes.len() as u64).unwrap() else {
        panic!("the whole chunk was not enough");
    };
    let want = Want { columns: Columns::ALL, auto_fields: None };
    let mut lines = Vec::new();
    for block in &meta.blocks {
        let sections: Vec<_> = block.sections.iter().map(|s| s.of(bytes).unwrap()).collect();
        let batch = chunk::decode_block(block.count, &sections, want, &mut codec).unwrap();
        let line = |row| String::from_utf8_lossy(batch.line(row)).trim_end_matches('x').to_owned();
        lines.extend((0..batch.len()).map(line));
    }
    lines
}

fn expected(job: &str, numbers: impl IntoIterator<Item = i64>) -> BTreeSet<String> {
    numbers.into_iter().map(|n| format!("{job} n={n} {}", word(n)).trim_end().to_owned()).collect()
}

/// The lines as they were made, without the padding.
fn trimmed(lines: BTreeSet<String>) -> BTreeSet<String> {
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[tokio::test]
async fn a_holder_reads_what_was_shared_and_no_more() {
    let relay = relay();
    for (scope, range, lines) in [
        (r#"{job="a"}"#, between(0, 2400), expected("a", 0..2400)),
        (r#"{job="a"}"#, between(100, 200), expected("a", 100..200)),
        (r#"{job="a"}"#, between(2390, 9999), expected("a", 2390..2400)),
        (r#"{job="c"}"#, between(60, 180), expected("c", 1..3)),
        (r#"{job=~"a|c"} |= "error""#, between(0, 61), {
            let mut lines = expected("a", (0..61).filter(|n| n % 3 == 0));
            lines.extend(expected("c", [0]));
            lines
        }),
        (r#"{job="a"} | logfmt | n="7""#, between(0, 100), expected("a", [7])),
        (r#"{job="none"}"#, between(0, 100), BTreeSet::new()),
    ] {
        let (token, _) = share(&relay, scope, range).await;
        assert_eq!(trimmed(read(&relay, &token, "").await), lines, "{scope}");
        // Asking for more gives no more.
        let more = format!("match=%7Bjob%3D~%22.%2B%22%7D&start={}&end={}", i64::MIN, i64::MAX);
        assert_eq!(trimmed(read(&relay, &token, &more).await), lines, "{scope}");
    }
}

#[tokio::test]
async fn a_query_within_the_scope_is_narrowed_by_it_too() {
    let relay = relay();
    let (token, _) = share(&relay, r#"{job=~"a|c"}"#, between(0, 120)).await;
    let only_c = read(&relay, &token, "match=%7Bjob%3D%22c%22%7D").await;
    assert_eq!(trimmed(only_c), expected("c", 0..2));
    let none = read(&relay, &token, "match=%7Bjob%3D%22b%22%7D").await;
    assert_eq!(none, BTreeSet::new());
    let literals = "literals=%5B%5B%22nowhere-at-all%22%5D%5D";
    let answer = ask(&relay, "GET", &format!("/api/index?{literals}"), &token).await;
    let index: Index = serde_json::from_slice(answer.body()).unwrap();
    assert!(index.chunks.is_empty());
    // What was left out is told of the scope only.
    assert_eq!(index.skipped.entries, 122);
}

#[tokio::test]
async fn nothing_outside_the_scope_is_told() {
    let relay = relay();
    let (token, id) = share(&relay, r#"{job="a"}"#, between(100, 200)).await;
    let all =
        async || -> Index { serde_json::from_slice(relay.get("/api/index").await.body()).unwrap() };
    // A head of this size is sealed soon.
    wait_until("a sealed chunk", async || !all().await.chunks.is_empty()).await;
    let owner = all().await;
    for chunk in &owner.chunks {
        let path = format!("/api/chunks/{}", chunk.id);
        for range in ["", "bytes=0-10", "bytes=-5"] {
            let request = warp::test::request().path(&path).header(SHARE_HEADER, &token);
            let answer = relay.ask(request.header("range", range)).await;
            assert_eq!(answer.status(), 404, "{path} {range}");
        }
    }
    for path in ["../users", "..%2Fusers", "%2e%2e", "", "a/b", "."] {
        let answer = ask(&relay, "GET", &format!("/api/chunks/{path}"), &token).await;
        assert!([403, 404].contains(&answer.status().as_u16()), "{path}: {}", answer.status());
    }
    // The cut of another share.
    let (other, _) = share(&relay, r#"{job="c"}"#, between(0, 100)).await;
    let answer = ask(&relay, "GET", "/api/index", &other).await;
    let cut: Index = serde_json::from_slice(answer.body()).unwrap();
    let path = format!("/api/chunks/{}", cut.chunks[0].id);
    assert_eq!(ask(&relay, "GET", &path, &other).await.status(), 200);
    assert_eq!(ask(&relay, "GET", &path, &token).await.status(), 404);

    let status = ask(&relay, "GET", "/api/status", &token).await;
    let status: Value = serde_json::from_slice(status.body()).unwrap();
    assert_eq!((&status["entries"], &status["sources"]), (&json!(100), &json!([])));
    assert_eq!(status["oldest"], json!((BASE + 100 * SECOND).to_string()));
    assert_eq!(status["newest"], json!((BASE + 199 * SECOND).to_string()));
    let series = ask(&relay, "GET", "/loki/api/v1/series", &token).await;
    let series: Value = serde_json::from_slice(series.body()).unwrap();
    assert_eq!(series["data"], json!([{"job": "a", "filename": "/home/ann/a.log"}]));
    let about = ask(&relay, "GET", "/api/share", &token).await;
    assert!(text(&about).contains("for Bob") && !text(&about).contains(&id), "{}", text(&about));
}

/// Every path that the relay's sources name, with something in place of what varies.
fn paths() -> BTreeSet<String> {
    fn collect(dir: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for part in source.split("path!(").skip(1) {
                let inside = part.split_once(')').unwrap().0;
                let words = inside.split('/').map(|word| match word.trim() {
                    quoted if quoted.starts_with('"') => quoted.trim_matches('"').to_owned(),
                    _ => "x".to_owned(),
                });
                found.insert(format!("/{}", words.collect::<Vec<_>>().join("/")));
            }
        }
    }
    let mut found = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"), &mut found);
    found
}

/// What a holder may ask; a route that is in neither list fails the test, so that somebody decides.
const HELD: &[&str] = &[
    "/api/chunks/x",
    "/api/index",
    "/api/share",
    "/api/share/ticket",
    "/api/status",
    "/loki/api/v1/series",
];
const NOT_HELD: &[&str] = &[
    "/api/alerts",
    // It would send a message.
    "/api/alerts/test",
    "/api/doctor",
    "/api/follow",
    "/api/heads/x",
    // A path of the owner's machine.
    "/api/place",
    "/api/prom/label",
    "/api/prom/label/x/values",
    "/api/prom/push",
    "/api/prom/query",
    "/api/prom/rules/x",
    "/api/prom/series",
    "/api/prom/tail",
    // By a ticket only.
    "/api/share/tail",
    "/api/shares",
    "/api/shares/x",
    "/api/sources",
    "/api/tail",
    "/api/views",
    "/api/views/x",
    "/config",
    "/loki/api/v1/delete",
    "/loki/api/v1/detected_field/x/values",
    "/loki/api/v1/detected_fields",
    "/loki/api/v1/detected_labels",
    "/loki/api/v1/drilldown-limits",
    "/loki/api/v1/format_query",
    "/loki/api/v1/index/stats",
    "/loki/api/v1/index/volume",
    "/loki/api/v1/index/volume_range",
    "/loki/api/v1/label",
    "/loki/api/v1/label/x/values",
    "/loki/api/v1/labels",
    "/loki/api/v1/patterns",
    "/loki/api/v1/push",
    "/loki/api/v1/query",
    "/loki/api/v1/query_range",
    "/loki/api/v1/rules/x",
    "/loki/api/v1/status/buildinfo",
    "/loki/api/v1/tail",
    "/loki/prometheus/api/v1/alerts",
    "/loki/prometheus/api/v1/rules",
    "/metrics",
    "/otlp/v1/logs",
    "/prometheus/api/v1/alerts",
    "/prometheus/api/v1/rules",
    "/ready",
    "/reload",
    "/services",
    "/",
];

#[tokio::test]
async fn no_other_route_exists_for_a_holder() {
    let decided: BTreeSet<String> =
        HELD.iter().chain(NOT_HELD).map(|path| (*path).to_owned()).collect();
    let undecided: Vec<String> = paths().difference(&decided).cloned().collect();
    assert!(undecided.is_empty(), "decide whether a link's holder may ask {undecided:?}");

    let relay = relay();
    let (token, _) = share(&relay, r#"{job="a"}"#, between(0, 10)).await;
    let query = "query=%7Bjob%3D%22b%22%7D&start=0&end=9999999999&match[]=%7Bjob%3D%22b%22%7D";
    for path in NOT_HELD {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"] {
            let answer = ask(&relay, method, &format!("{path}?{query}"), &token).await;
            assert_eq!(answer.status(), 403, "{method} {path}: {}", text(&answer));
            assert!(!text(&answer).contains(SECRET), "{method} {path}");
        }
    }
    for path in HELD {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let answer = ask(&relay, method, &format!("{path}?{query}"), &token).await;
            let said = text(&answer);
            assert!(
                !said.contains(SECRET) && !said.contains("/secret/"),
                "{method} {path}: {said}"
            );
        }
        let answer = ask(&relay, "GET", &format!("{path}?{query}"), &token).await;
        let said = text(&answer);
        assert!(!said.contains(SECRET) && !said.contains("/secret/"), "{path}: {said}");
        let names = format!("{:?}", answer.headers());
        assert!(!names.contains(SECRET), "{path}: {names}");
    }
    let mut push = warp::test::request().method("POST").path("/loki/api/v1/push");
    push = push.header(SHARE_HEADER, &token);
    let body = json!({"streams": [{"stream": {"job": "a"}, "values": [["1", "planted"]]}]});
    assert_eq!(relay.ask(push.json(&body)).await.status(), 403);
}

#[tokio::test]
async fn a_link_ends_at_once_for_good_and_in_every_way() {
    let relay = relay();
    let (token, id) = share(&relay, r#"{job="a"}"#, between(0, 10)).await;
    let wrong = |token: &str| format!("{}x", &token[..token.len() - 1]);
    for bad in ["", "x", &id, &wrong(&token), &format!("{token}x"), &token[1..]] {
        for path in HELD.iter().chain(NOT_HELD) {
            assert_eq!(ask(&relay, "GET", path, bad).await.status(), 403, "{path} {bad:?}");
        }
    }
    // In the URL, as a password, as a cookie: a token is nothing there.
    let locked = Relay::with(config(
        "127.0.0.1:3100",
        Some("ann:$2y$04$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"),
    ));
    for (name, value) in [
        ("authorization", format!("Bearer {token}")),
        ("cookie", format!("{SHARE_HEADER}={token}")),
        ("x-other", token.clone()),
    ] {
        let path = format!("/api/index?{SHARE_HEADER}={token}&token={token}&ticket={token}");
        let request = warp::test::request().path(&path).header(name, &value);
        assert_eq!(locked.ask(request).await.status(), 401, "{name}");
    }
    assert_eq!(locked.get("/api/share/tail?ticket=x").await.status(), 400);

    assert_eq!(ask(&relay, "GET", "/api/index", &token).await.status(), 200);
    let listed = relay.json("/api/shares").await;
    assert_eq!(listed["shares"][0]["uses"], json!(1));
    assert!(!listed.to_string().contains(&token));
    let revoke = || warp::test::request().method("DELETE").path("/api/shares/none");
    assert_eq!(relay.ask(revoke()).await.status(), 404);
    let revoke = warp::test::request().method("DELETE").path(&format!("/api/shares/{id}"));
    assert_eq!(relay.ask(revoke).await.status(), 204);
    for path in HELD {
        assert_eq!(ask(&relay, "GET", path, &token).await.status(), 403, "{path}");
    }
    assert_eq!(relay.json("/api/shares").await["shares"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_shared_is_said() {
    let relay = relay();
    for (body, said) in [
        (json!({"scope": "{job=}", "range": between(0, 1)}), "parse error at line 1"),
        (json!({"scope": "rate({job=\"a\"}[1m])", "range": between(0, 1)}), "counts"),
        (
            json!({"scope": "{job=\"a\"} | line_format \"x\"", "range": between(0, 1)}),
            "a scope only filters, \"| line_format \\\"x\\\"\" would change lines",
        ),
        (json!({"scope": "{job=\"a\"}", "range": between(1, 1)}), "ends before it begins"),
        (json!({"scope": "{job=\"a\"}", "range": {"kind": "last", "seconds": 5}}), "a minute"),
        (
            json!({"scope": "{job=\"a\"}", "range": between(0, 1), "expires_seconds": 0}),
            "expires_seconds is 0",
        ),
        (json!({"scope": "{job=\"a\"}"}), "missing field `range`"),
    ] {
        let request = warp::test::request().method("POST").path("/api/shares").json(&body);
        let answer = relay.ask(request).await;
        assert_eq!(answer.status(), 400, "{body}");
        assert!(text(&answer).contains(said), "{body}: {}", text(&answer));
    }
    assert_eq!(relay.json("/api/shares").await["shares"], json!([]));
}

#[tokio::test]
async fn a_live_tail_shows_the_scope_and_ends_with_the_share() {
    let relay = relay();
    let (token, id) =
        share(&relay, r#"{job=~"a|c"} |= "error""#, json!({"kind": "last", "seconds": 3600})).await;
    let ticket = ask(&relay, "POST", "/api/share/ticket", &token).await;
    let ticket: Value = serde_json::from_slice(ticket.body()).unwrap();
    let path = format!("/api/share/tail?ticket={}", ticket["ticket"].as_str().unwrap());
    let open = || warp::test::ws().path(&path).handshake(relay.routes.clone());
    let mut socket = open().await.unwrap();
    assert!(open().await.is_err(), "a ticket is good for one tail");

    let now = relay::http::now_ns();
    let push = |job: &str, at: i64, line: &str| {
        let entry = Entry { timestamp: at, line: line.into(), ..Entry::default() };
        relay.store.push(vec![(Labels::from([("job", job)]), vec![entry])]).unwrap();
    };
    push("b", now, SECRET);
    push("a", now, "fine");
    push("a", now - 2 * 3600 * SECOND, "error of before");
    push("a", now, "error at last");
    let frame = socket.recv().await.unwrap();
    let frame: Value = serde_json::from_str(frame.to_str().unwrap()).unwrap();
    assert_eq!(frame["streams"][0]["entries"][0]["line"], "error at last");
    assert_eq!(frame["streams"][0]["entries"].as_array().unwrap().len(), 1);

    let revoke = warp::test::request().method("DELETE").path(&format!("/api/shares/{id}"));
    assert_eq!(relay.ask(revoke).await.status(), 204);
    push("a", now, "error after all");
    let after = socket.recv().await;
    assert!(after.is_err() || after.is_ok_and(|message| message.is_close()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What a token reads is what its scope says, entry by entry.
    #[test]
    fn a_token_reads_exactly_its_scope(
        jobs in proptest::sample::subsequence(vec!["a", "b", "c"], 1..=3),
        from in -10_i64..2500,
        len in 1_i64..2600,
        errors in any::<bool>(),
        sealed in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let relay = relay();
            if sealed {
                let sealed = async || !relay.json("/api/index").await["chunks"][0].is_null();
                wait_until("a sealed chunk", sealed).await;
            }
            let filter = if errors { " |= \"error\"" } else { "" };
            let scope = format!("{{job=~\"{}\"}}{filter}", jobs.join("|"));
            let (token, _) = share(&relay, &scope, between(from, from + len)).await;
            let within = |at: i64| from <= at && at < from + len;
            let mut lines = BTreeSet::new();
            for n in 0..2400 {
                if jobs.contains(&"a") && within(n) && (!errors || n % 3 == 0) {
                    lines.insert(format!("a n={n} {}", word(n)));
                }
                if n < 60 && jobs.contains(&"b") && within(n) && !errors {
                    lines.insert(format!("b n={n} {SECRET}"));
                }
                if n < 60 && jobs.contains(&"c") && within(n * 60) && (!errors || n % 3 == 0) {
                    lines.insert(format!("c n={n} {}", word(n)));
                }
            }
            assert_eq!(trimmed(read(&relay, &token, "").await), lines, "{scope} {from}+{len}");
        });
    }
}

//! What is offered where.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use assist::{Known, complete};
use model::Labels;

/// `before` holds the cursor as `¦`; `offered` are the first names offered.
fn check(before: &str, offered: &[&str]) {
    let found = ask(before);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let first = names.get(..offered.len()).unwrap_or(&names);
    assert_eq!(first, offered, "{before} offers {names:?}");
}

/// Taking the offer `name` leaves `after`, the cursor in it.
fn check_taken(before: &str, name: &str, after: &str) {
    let found = ask(before);
    let taken = found.iter().find(|(known, _)| known == name);
    assert_eq!(taken.map(|(_, after)| after.as_str()), Some(after), "{before} offers {found:?}");
}

/// The names offered, each with the text after it was taken.
fn ask(before: &str) -> Vec<(String, String)> {
    let streams = [
        Labels::from([("job", "comfyui"), ("level", "info"), ("instance", "localhost:8188")]),
        Labels::from([("job", "comfyui"), ("level", "error"), ("instance", "localhost:8188")]),
        Labels::from([("job", "cosyvoice3"), ("level", "info"), ("filename", "/a b/\"c\".log")]),
    ];
    let fields = BTreeMap::from([
        ("rtf".to_owned(), vec!["0.95".to_owned()]),
        ("commit".to_owned(), vec!["abc1234".to_owned()]),
    ]);
    let known = Known { streams: &streams, fields: Some(&fields) };
    let cursor = before.find('¦').unwrap();
    let text = before.replace('¦', "");
    let Some(completion) = complete(&text, cursor, &known) else { return Vec::new() };
    let taken = completion.offers.into_iter().map(|offer| {
        let mut after = text.clone();
        after.replace_range(completion.span.start..completion.span.end, &offer.text);
        after.insert(completion.span.start + offer.text.len() - offer.back, '¦');
        (offer.name, after)
    });
    taken.collect()
}

#[test]
fn a_selector_knows_the_labels_and_values_there_are() {
    for (before, offered) in [
        ("{¦", &["job", "level", "instance", "filename"][..]),
        ("{l¦", &["level", "filename"]),
        ("{job=\"comfyui\", ¦", &["instance", "level"]),
        ("{job=\"comfyui\",level=\"error\", f¦}", &[]),
        ("{job ¦", &["=", "!=", "=~", "!~"]),
        ("{job=¦", &["comfyui", "cosyvoice3"]),
        ("{job=\"¦", &["comfyui", "cosyvoice3"]),
        ("{job=\"c¦\"}", &["comfyui", "cosyvoice3"]),
        ("{job=\"cos¦", &["cosyvoice3"]),
        ("{job=\"voice¦\"}", &["cosyvoice3"]),
        ("{job=~\"comfyui|¦\"}", &["cosyvoice3"]),
        ("{job=\"comfyui\"¦", &[]),
        ("{job=\"cosyvoice3\", level=\"¦\"}", &["info"]),
        ("rate({job=\"cosyvoice3\", level=\"¦\"}[5m])", &["info"]),
        ("{nosuch=\"¦\"}", &[]),
    ] {
        check(before, offered);
    }
}

#[test]
fn stages_and_fields_follow() {
    for (before, offered) in [
        ("{job=\"a\"} ¦", &["|=", "!=", "|~"][..]),
        // What was just closed may be all there is.
        ("{job=\"a\"}¦", &[]),
        ("{job=\"a\"} |= \"x\"¦", &[]),
        ("{job=\"a\"} | ¦", &["json", "logfmt"]),
        ("{job=\"a\"} | lo¦", &["logfmt"]),
        ("{job=\"a\"} | r¦", &["regexp", "rtf"]),
        ("{job=\"a\"} |= \"x¦\"", &[]),
        ("{job=\"a\"} |= \"x\" ¦", &["|="]),
        ("{job=\"a\"} | rtf ¦", &["="]),
        ("{job=\"a\"} | rtf > ¦", &["0.95"]),
        ("{job=\"a\"} | commit=\"¦\"", &["abc1234"]),
        ("{job=\"a\"} | level=\"e¦", &["error"]),
        ("{job=\"a\"} | rtf > 1 and ¦", &["commit", "rtf"]),
        ("{job=\"a\"} | rtf > 1 or (c¦", &["commit"]),
        ("{job=\"a\"} | drop ¦", &["commit", "rtf"]),
        ("{job=\"a\"} | drop rtf, c¦", &["commit"]),
        ("{job=\"a\"} | json ¦", &["|="]),
        ("{job=\"a\"} | line_format \"{{.¦}}\"", &["commit", "rtf"]),
        ("{job=\"a\"} | line_format \"{{.rtf}} {{ .c¦", &["commit"]),
        ("{job=\"a\"} | line_format \"rtf: ¦\"", &[]),
        ("sum_over_time({job=\"a\"} | unwrap ¦", &["commit", "rtf", "duration"]),
        ("sum_over_time({job=\"a\"} | unwrap bytes(¦", &["commit", "rtf"]),
        ("{job=\"a\"} # |= ¦", &[]),
    ] {
        check(before, offered);
    }
}

#[test]
fn functions_and_windows_are_known() {
    for (before, offered) in [
        ("¦", &["{", "rate"][..]),
        ("ra¦", &["rate", "rate_counter", "bytes_rate"]),
        ("CUDA ¦", &[]),
        ("sum(¦", &["rate", "count_over_time"]),
        ("rate(¦", &["{"]),
        ("sum(rate({job=\"a\"}[¦", &["1m", "5m"]),
        ("sum(rate({job=\"a\"}[5¦])", &["5m"]),
        ("sum(rate({job=\"a\"}[5m])) ¦", &["by", "without"]),
        ("sum(rate({job=\"a\"}[5m])) by (¦", &["job", "level"]),
        ("sum by (le¦)", &["level"]),
        ("rate({job=\"a\"}[5m]) / co¦", &["count_over_time", "count"]),
    ] {
        check(before, offered);
    }
}

#[test]
fn an_offer_is_written_where_it_belongs() {
    for (before, name, after) in [
        ("{jo¦", "job", "{job¦"),
        ("{job=¦}", "comfyui", "{job=\"comfyui\"¦}"),
        ("{job=\"co¦\", level=\"info\"}", "cosyvoice3", "{job=\"cosyvoice3\"¦, level=\"info\"}"),
        // The quote that is missing would otherwise take what follows with it.
        ("{job=\"co¦, level=\"info\"}", "comfyui", "{job=\"comfyui\"¦, level=\"info\"}"),
        ("{filename=¦}", "/a b/\"c\".log", "{filename=`/a b/\"c\".log`¦}"),
        ("{instance=~\"x|¦\"}", "localhost:8188", "{instance=~\"x|localhost:8188\"¦}"),
        ("{job=\"a\"} | line_fo¦", "line_format", "{job=\"a\"} | line_format \"{{.¦}}\""),
        ("{job=\"a\"} ¦", "|=", "{job=\"a\"} |= \"¦\""),
        ("ra¦", "rate", "rate({¦} [5m])"),
        ("quan¦", "quantile_over_time", "quantile_over_time(0.95, {¦} | unwrap [5m])"),
        ("sum(rate({job=\"a\"}[5m])) ¦", "by", "sum(rate({job=\"a\"}[5m])) by (¦)"),
        ("{job=\"a\"} | rtf ¦", ">", "{job=\"a\"} | rtf > ¦"),
    ] {
        check_taken(before, name, after);
    }
}

#[test]
fn no_cursor_in_any_text_is_too_much() {
    let text = "sum by (a) (rate({job=~\"a|b\", x!=\"\"} |= `y` or \"z\" | json a=\"b.c\" | \
                line_format \"{{.a | f}}\" | a>1 and (b=\"c\" or d<5m) | unwrap bytes(e) [5m] \
                offset 1h)) > bool 5 # 中文 } ) ]";
    for end in 0..=text.len() {
        let Some(cut) = text.get(..end) else { continue };
        for cursor in 0..=end {
            complete(cut, cursor, &Known::default());
        }
        complete(&text.replace(['(', '{'], ""), end, &Known::default());
    }
}

//! What `logpane check` says of retention: what the relay would remove, and why.

use protocol::status::{Amount, Retention, RetentionOf};

use crate::cli::serve::store_options;
use crate::config::Config;
use crate::store::Store;

/// A line for each rule, and for what it keeps in the data folder, which is only read. The rules
/// alone where there is no such folder yet.
pub fn plan(config: &Config) -> String {
    let plan = match Store::open_to_read(store_options(config)) {
        Ok(store) => store.status().retention,
        Err(_) => {
            let rule = |rule: &crate::store::RetentionRule| RetentionOf {
                selector: rule.selector.clone(),
                keep_seconds: rule.keep.as_secs(),
                ..RetentionOf::default()
            };
            let rest =
                RetentionOf { keep_seconds: config.retention.as_secs(), ..RetentionOf::default() };
            let rules = config.retention_rules.iter().map(rule).chain([rest]).collect();
            Retention { limit_bytes: Some(config.retention_bytes), rules }
        }
    };
    plan.rules.iter().map(line).collect()
}

fn line(rule: &RetentionOf) -> String {
    let streams = if rule.selector.is_empty() { "all else" } else { &rule.selector };
    let keep = i64::try_from(rule.keep_seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
    let mut text = format!("keep       {streams} {}", model::format_duration(keep));
    let kept = &rule.kept;
    if kept.chunks > 0 {
        text.push_str(&format!(": {} in {} streams", amount(kept), rule.streams));
    }
    for (goes, why) in [
        (&rule.too_old, "go at once, being too old"),
        (&rule.too_much, "go at once, for the limit of bytes"),
        (&rule.within_day, "go within a day"),
    ] {
        if goes.chunks > 0 {
            text.push_str(&format!("; {} {why}", amount(goes)));
        }
    }
    if let Some(next) = rule.next.and_then(|at| jiff::Timestamp::from_nanosecond(at.0.into()).ok())
    {
        text.push_str(&format!("; next at {}", next.strftime("%Y-%m-%dT%H:%M:%SZ")));
    }
    text.push('\n');
    text
}

fn amount(amount: &Amount) -> String {
    let Amount { entries, bytes, .. } = amount;
    format!("{entries} entries ({bytes} bytes)")
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    #[test]
    fn a_rule_says_what_goes_when_and_why() {
        let amount = |entries, bytes| Amount { chunks: 1, entries, bytes };
        let debug = RetentionOf {
            selector: r#"{level="debug"}"#.to_owned(),
            keep_seconds: 86_400,
            streams: 2,
            kept: amount(30, 3000),
            too_old: amount(10, 1000),
            within_day: amount(5, 500),
            next: Some(Timestamp(1_734_393_600_000_000_000)),
            ..RetentionOf::default()
        };
        let full = RetentionOf {
            keep_seconds: 604_800,
            streams: 1,
            kept: amount(9, 90),
            too_much: amount(9, 90),
            ..RetentionOf::default()
        };
        for (rule, expected) in [
            (
                debug,
                "keep       {level=\"debug\"} 24h: 30 entries (3000 bytes) in 2 streams; 10 entries \
                 (1000 bytes) go at once, being too old; 5 entries (500 bytes) go within a day; \
                 next at 2024-12-17T00:00:00Z\n",
            ),
            (
                full,
                "keep       all else 168h: 9 entries (90 bytes) in 1 streams; 9 entries (90 bytes) \
                 go at once, for the limit of bytes\n",
            ),
            (
                RetentionOf { keep_seconds: 3600, ..RetentionOf::default() },
                "keep       all else 1h\n",
            ),
        ] {
            assert_eq!(line(&rule), expected);
        }
    }
}

use std::collections::BTreeMap;

use serde_json::json;

use super::{Notice, Request};
use crate::labels::map;
use crate::time::rfc3339;

/// The most alerts of one request.
pub const BATCH: usize = 256;

/// Until when an Alertmanager takes an alert to fire that it hears no more of.
pub const fn valid_until(at: i64, resend_ns: i64, interval_ns: i64) -> i64 {
    let longest = if resend_ns > interval_ns { resend_ns } else { interval_ns };
    at.saturating_add(longest.saturating_mul(4))
}

/// The requests that tell an Alertmanager at `base` (version 2 of its API) these alerts, in
/// batches. `valid_until` is the end of those that fire.
pub fn alertmanager(base: &str, notices: &[Notice], valid_until: i64) -> Vec<Request> {
    let url = format!("{}/api/v2/alerts", base.trim_end_matches('/'));
    let batches = notices.chunks(BATCH).map(|batch| {
        let alerts: Vec<_> = batch.iter().map(|notice| alert(notice, valid_until)).collect();
        Request::post(&url, serde_json::Value::from(alerts).to_string())
    });
    batches.collect()
}

fn alert(notice: &Notice, valid_until: i64) -> serde_json::Value {
    // An empty value is no value, and refused by some versions.
    let labels: BTreeMap<_, _> =
        map(&notice.labels).into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let mut alert = json!({
        "labels": labels,
        "annotations": notice.annotations,
        "startsAt": rfc3339(notice.starts_at),
        "endsAt": rfc3339(notice.ends_at.unwrap_or(valid_until)),
    });
    // What is no URL makes it refuse the whole batch.
    let link = &notice.link;
    if let Some(alert) = alert.as_object_mut()
        && (link.starts_with("http://") || link.starts_with("https://"))
    {
        alert.insert("generatorURL".to_owned(), link.as_str().into());
    }
    alert
}

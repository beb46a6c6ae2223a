use serde_json::json;

use super::Message;
use crate::labels::map;
use crate::time::{ZERO, rfc3339};

/// The body of a webhook, as version 4 of Alertmanager's.
pub fn webhook(message: &Message) -> String {
    let alerts: Vec<_> = message
        .notices
        .iter()
        .map(|notice| {
            json!({
                "status": notice.status,
                "labels": map(&notice.labels),
                "annotations": notice.annotations,
                "startsAt": rfc3339(notice.starts_at),
                "endsAt": notice.ends_at.map_or_else(|| ZERO.to_owned(), rfc3339),
                "generatorURL": notice.link,
                "fingerprint": format!("{:016x}", notice.fingerprint()),
            })
        })
        .collect();
    let group = message.group.iter().map(|(name, value)| format!("{name}={value:?}"));
    json!({
        "receiver": message.receiver,
        "status": message.status(),
        "alerts": alerts,
        "groupLabels": map(&message.group),
        "commonLabels": map(&message.common_labels()),
        "commonAnnotations": message.common_annotations(),
        "externalURL": message.external_url,
        "version": "4",
        "groupKey": format!("{{}}:{{{}}}", group.collect::<Vec<_>>().join(", ")),
        "truncatedAlerts": 0,
    })
    .to_string()
}

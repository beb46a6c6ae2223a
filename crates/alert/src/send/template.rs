//! A body of one's own, for receivers that are like none of ours.

use logql::template::AlertScope;
use model::Labels;

use super::chat::plain_text;
use super::{Message, Status};
use crate::text::{Text, TextError};

/// Whether a body can be filled in.
pub fn check(body: &str) -> Result<(), TextError> {
    Text::parse(body).map(drop)
}

/// One that cannot be read is sent as it stands; `check` said so before.
pub(super) fn fill(body: &str, message: &Message, now: i64) -> String {
    let Ok(text) = Text::parse(body) else { return body.to_owned() };
    let mut labels = message.common_labels();
    let status = match message.status() {
        Status::Firing => "firing",
        Status::Resolved => "resolved",
    };
    labels.set("status", status);
    labels.set("title", message.title());
    labels.set("text", plain_text(message));
    labels.set("link", message.link());
    let value = message.notices.first().map_or(f64::NAN, |notice| notice.value);
    text.fill(&AlertScope {
        labels: &labels,
        value,
        external_labels: &Labels::new(),
        external_url: &message.external_url,
        now,
    })
}

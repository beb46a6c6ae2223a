//! What robots in chats are told.

use serde_json::{Value, json};

use super::cut::cut;
use super::message::Paragraph;
use super::sign::feishu_sign;
use super::{Message, Request, Status};

/// WeCom's limits, in bytes.
const WECOM_TEXT: usize = 2048;
const WECOM_MARKDOWN: usize = 4096;
/// DingTalk and Feishu take bodies up to 20 kB; escapes take some.
const TEXT_MAX: usize = 8000;
/// Discord counts 4096 letters, Slack shows about as many.
const SHORT_MAX: usize = 3500;
/// ntfy makes a file of more.
const NTFY_MAX: usize = 4000;

/// For receivers without any markup.
pub(super) fn plain_text(message: &Message) -> String {
    let words = message.words();
    let mut out: Vec<String> = Vec::new();
    for part in message.paragraphs() {
        out.push(with_state(&part, words.resolved));
        out.extend(part.description.map(str::to_owned));
        out.push(facts(&part, words.value));
        out.extend(part.lines.iter().map(|line| format!("> {line}")));
    }
    out.extend(message.rest());
    out.join("\n")
}

fn with_state(part: &Paragraph<'_>, resolved: &str) -> String {
    let summary = part.summary;
    if part.is_resolved { format!("{summary} ({resolved})") } else { summary.to_owned() }
}

fn facts(part: &Paragraph<'_>, value: &str) -> String {
    let mut facts: Vec<String> = part.labels.iter().map(|(n, v)| format!("{n}={v}")).collect();
    facts.push(format!("{value}={}", part.value));
    facts.join(" ")
}

/// The text, and the link behind it whatever was cut.
fn with_link(text: &str, link: &str, max: usize, message: &Message) -> String {
    let text = cut(text, max.saturating_sub(link.len() + 1), message.language);
    format!("{text}\n{link}")
}

pub(super) fn wecom(message: &Message, is_text: bool, mention: &[String]) -> String {
    if is_text {
        let text = format!("{}\n{}", message.title(), plain_text(message));
        let content = with_link(&text, message.link(), WECOM_TEXT, message);
        let mut text = json!({ "content": content });
        if let (Some(text), false) = (text.as_object_mut(), mention.is_empty()) {
            text.insert("mentioned_list".to_owned(), json!(mention));
        }
        return json!({ "msgtype": "text", "text": text }).to_string();
    }
    let words = message.words();
    let mut out = vec![format!("**{}**", message.title())];
    for part in message.paragraphs() {
        let colour = if part.is_resolved { "info" } else { "warning" };
        let summary = escaped_html(&with_state(&part, words.resolved));
        out.push(format!("<font color=\"{colour}\">{summary}</font>"));
        out.extend(part.description.map(escaped_html));
        for (name, value) in &part.labels {
            let value = escaped_html(value);
            out.push(format!("> {name}: <font color=\"comment\">{value}</font>"));
        }
        out.push(format!("> {}: {}", words.value, part.value));
        out.extend(part.lines.iter().map(|line| format!("> {}", escaped_html(line))));
    }
    out.extend(message.rest());
    let link = format!("[{}]({})", words.open, message.link());
    let content = with_link(&out.join("\n"), &link, WECOM_MARKDOWN, message);
    json!({ "msgtype": "markdown", "markdown": { "content": content } }).to_string()
}

pub(super) fn dingtalk(message: &Message, mobiles: &[String]) -> String {
    let words = message.words();
    let mut out = vec![format!("#### {}", message.title())];
    for part in message.paragraphs() {
        out.push(format!("**{}**", with_state(&part, words.resolved)));
        out.extend(part.description.map(str::to_owned));
        out.push(format!("> {}", facts(&part, words.value)));
        out.extend(part.lines.iter().map(|line| format!("> {line}")));
    }
    out.extend(message.rest());
    // People are called where their number stands in the text.
    let at: Vec<String> = mobiles.iter().map(|mobile| format!("@{mobile}")).collect();
    if !at.is_empty() {
        out.push(at.join(" "));
    }
    let link = format!("\n[{}]({})", words.open, message.link());
    // A line of its own needs an empty one before it there.
    let text = with_link(&out.join("\n\n"), &link, TEXT_MAX, message);
    json!({
        "msgtype": "markdown",
        "markdown": { "title": message.title(), "text": text },
        "at": { "atMobiles": mobiles, "isAtAll": false },
    })
    .to_string()
}

pub(super) fn feishu(message: &Message, secret: Option<&str>, secs: i64) -> String {
    let words = message.words();
    let template = match message.status() {
        Status::Firing => "red",
        Status::Resolved => "green",
    };
    let mut out = Vec::new();
    for part in message.paragraphs() {
        out.push(format!("**{}**", with_state(&part, words.resolved)));
        out.extend(part.description.map(str::to_owned));
        out.push(facts(&part, words.value));
        out.extend(part.lines.iter().map(|line| format!("> {line}")));
    }
    out.extend(message.rest());
    let link = format!("[{}]({})", words.open, message.link());
    let text = with_link(&out.join("\n"), &link, TEXT_MAX, message);
    let mut body = json!({
        "msg_type": "interactive",
        "card": {
            "config": { "wide_screen_mode": true },
            "header": {
                "template": template,
                "title": { "tag": "plain_text", "content": message.title() },
            },
            "elements": [{ "tag": "div", "text": { "tag": "lark_md", "content": text } }],
        },
    });
    if let (Some(secret), Some(body)) = (secret, body.as_object_mut()) {
        body.insert("timestamp".to_owned(), secs.to_string().into());
        body.insert("sign".to_owned(), feishu_sign(secret, secs).into());
    }
    body.to_string()
}

pub(super) fn slack(message: &Message) -> String {
    let colour = match message.status() {
        Status::Firing => "danger",
        Status::Resolved => "good",
    };
    // These three begin names and links there.
    let text = cut(&plain_text(message), SHORT_MAX, message.language);
    let title = escaped_html(&message.title());
    json!({
        "attachments": [{
            "color": colour,
            "title": title,
            "title_link": message.link(),
            "text": escaped_html(&text),
            "fallback": title,
            "mrkdwn_in": ["text"],
        }],
    })
    .to_string()
}

pub(super) fn discord(message: &Message) -> String {
    const RED: u32 = 0x00d9_3025;
    const GREEN: u32 = 0x0018_8038;
    const TITLE_MAX: usize = 250;
    let colour = match message.status() {
        Status::Firing => RED,
        Status::Resolved => GREEN,
    };
    let mut embed = json!({
        "title": cut(&message.title(), TITLE_MAX, message.language),
        "description": cut(&plain_text(message), SHORT_MAX, message.language),
        "color": colour,
    });
    if let Some(embed) = embed.as_object_mut().filter(|_| message.link().starts_with("http")) {
        embed.insert("url".to_owned(), message.link().into());
    }
    // A line of a log calls nobody.
    let none: [Value; 0] = [];
    json!({ "embeds": [embed], "allowed_mentions": { "parse": none } }).to_string()
}

pub(super) fn ntfy(message: &Message, url: &str, token: Option<&str>) -> Request {
    let url = url.trim_end_matches('/');
    let (server, topic) = url.rsplit_once('/').unwrap_or((url, ""));
    let (priority, tag) = match message.status() {
        Status::Firing => (4, "rotating_light"),
        Status::Resolved => (3, "white_check_mark"),
    };
    // As JSON to the server itself: headers hold no Chinese.
    let body = json!({
        "topic": topic,
        "title": message.title(),
        "message": cut(&plain_text(message), NTFY_MAX, message.language),
        "priority": priority,
        "tags": [tag],
        "click": message.link(),
    });
    let mut request = Request::post(server, body.to_string());
    if let Some(token) = token {
        request.headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    request
}

/// Log lines are no markup.
fn escaped_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

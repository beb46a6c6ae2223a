use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Receiver;
use crate::time::SECOND;

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// None: nobody answered (refused, cut, too slow).
    pub status: Option<u16>,
    /// The header `Retry-After`, in seconds.
    pub retry_after: Option<&'a str>,
    pub body: &'a str,
}

/// What it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Delivered,
    /// The same may succeed later.
    Retry {
        after_ns: Option<i64>,
        why: String,
    },
    /// It will never be taken; why tells what to change.
    Refused {
        why: String,
    },
}

/// WeCom, DingTalk and Feishu answer 200 to everything: what counts is the number in the body.
/// None is an Alertmanager.
pub fn judge(receiver: Option<&Receiver>, answer: Answer<'_>) -> Verdict {
    let Some(status) = answer.status else {
        return Verdict::Retry { after_ns: None, why: "no answer".to_owned() };
    };
    let after_ns = answer
        .retry_after
        .and_then(|text| text.trim().parse::<f64>().ok())
        .filter(|secs| (0.0..86_400.0).contains(secs))
        .map(nanoseconds);
    let said = short(answer.body);
    match status {
        200..=299 => {}
        408 | 425 | 429 => {
            let after_ns = after_ns.or_else(|| discord_after(answer.body));
            return Verdict::Retry { after_ns, why: format!("{status}: too much for now{said}") };
        }
        500..=599 => {
            return Verdict::Retry { after_ns, why: format!("{status}: it has trouble{said}") };
        }
        404 | 410 => {
            return Verdict::Refused { why: format!("{status}: there is no such address{said}") };
        }
        401 | 403 => {
            return Verdict::Refused { why: format!("{status}: not allowed, check the key{said}") };
        }
        300..=399 => {
            return Verdict::Refused { why: format!("{status}: it has moved, check the URL") };
        }
        _ => return Verdict::Refused { why: format!("{status}{said}") },
    }
    match receiver {
        Some(Receiver::Wecom { .. }) => numbered(answer.body, "errcode", wecom),
        Some(Receiver::Dingtalk { .. }) => numbered(answer.body, "errcode", dingtalk),
        Some(Receiver::Feishu { .. }) => numbered(answer.body, "code", feishu),
        Some(
            Receiver::Slack { .. }
            | Receiver::Discord { .. }
            | Receiver::Ntfy { .. }
            | Receiver::Webhook { .. },
        )
        | None => Verdict::Delivered,
    }
}

/// What a number of the vendor means: whether later may help, and what to do.
type Meaning = fn(i64) -> (bool, &'static str);

fn numbered(body: &str, key: &str, meaning: Meaning) -> Verdict {
    const MINUTE: i64 = 60 * SECOND;
    let value: Option<Value> = serde_json::from_str(body).ok();
    // Feishu's older answer has another name for it.
    let number = value.as_ref().and_then(|value| {
        let number = value.get(key).or_else(|| value.get("StatusCode"))?;
        number.as_i64()
    });
    match number {
        Some(0) => Verdict::Delivered,
        Some(number) => {
            let (is_passing, hint) = meaning(number);
            let why = format!("{key} {number}: {hint}{}", short(body));
            if is_passing {
                Verdict::Retry { after_ns: Some(MINUTE), why }
            } else {
                Verdict::Refused { why }
            }
        }
        None => {
            let why =
                format!("no {key:?} in the answer: this is not the robot's address{}", short(body));
            Verdict::Refused { why }
        }
    }
}

const fn wecom(number: i64) -> (bool, &'static str) {
    match number {
        -1 => (true, "the system is busy"),
        45009 | 45033 => (true, "more than 20 messages a minute"),
        93000 => (false, "the key of the robot is wrong, or the robot was removed from the group"),
        40058 => (false, "the message is not as it should be"),
        _ => (false, "refused"),
    }
}

const fn dingtalk(number: i64) -> (bool, &'static str) {
    match number {
        -1 => (true, "the system is busy"),
        130_101 | 410_100 => (true, "more than 20 messages a minute"),
        310_000 => (
            false,
            "the security setting refuses it: check the secret, the keyword or the allowed addresses, and the clock",
        ),
        300_001 | 400_101..=400_105 => (false, "the token of the robot is wrong"),
        _ => (false, "refused"),
    }
}

const fn feishu(number: i64) -> (bool, &'static str) {
    match number {
        11_232 | 99_991_400 => (true, "more than 100 messages a minute"),
        19_021 => (false, "the signature does not match: check the secret, and the clock"),
        19_022 => (false, "this address is not among the allowed ones"),
        19_024 => (false, "the keyword is not in the message"),
        19_001 => (false, "the address of the robot is wrong"),
        9499 => (false, "the message is not as it should be"),
        _ => (false, "refused"),
    }
}

/// Discord says it in the body as well.
fn discord_after(body: &str) -> Option<i64> {
    let value: Value = serde_json::from_str(body).ok()?;
    let secs = value.get("retry_after")?.as_f64()?;
    (0.0..86_400.0).contains(&secs).then(|| nanoseconds(secs))
}

#[expect(clippy::cast_possible_truncation, reason = "it is less than a day")]
fn nanoseconds(secs: f64) -> i64 {
    (secs * 1e9) as i64
}

/// The start of what was answered, behind a comma.
fn short(body: &str) -> String {
    const MAX_CHARS: usize = 200;
    let text: String = body.trim().chars().take(MAX_CHARS).collect();
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

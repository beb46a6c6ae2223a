use std::time::Duration;

use alert::send::{Answer, Receiver, Request, Verdict, judge};
use ureq::Agent;

use crate::agent::{agent, post};

/// Whoever takes longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of an answer, as much as says what is wrong.
const ANSWER_BYTES: u64 = 64 << 10;

/// Sends requests. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Post {
    agent: Agent,
}

impl Post {
    pub(super) fn new() -> Self {
        Self { agent: agent(PATIENCE) }
    }

    /// Sends, and says what the answer means. `to` is None for an Alertmanager.
    pub(super) fn send(
        &self,
        request: &Request,
        authorization: Option<&str>,
        to: Option<&Receiver>,
    ) -> Verdict {
        let post = post(&self.agent, &request.url, &request.headers, authorization);
        let mut response = match post.send(request.body.as_bytes()) {
            Ok(response) => response,
            Err(error) => return unanswered(&error),
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|v| v.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        match body {
            Ok(body) => {
                let retry_after = retry_after.as_deref();
                judge(to, Answer { status: Some(status), retry_after, body: &body })
            }
            Err(error) => unanswered(&error),
        }
    }
}

/// Nothing that would help later is told from what would not: a name may come to be known.
fn unanswered(error: &ureq::Error) -> Verdict {
    let why = match error {
        // It would name the whole URL, and with it the key of a robot.
        ureq::Error::BadUri(_) => "the URL cannot be read".to_owned(),
        error => error.to_string(),
    };
    Verdict::Retry { after_ns: None, why }
}

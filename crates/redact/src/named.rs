//! Values whose name says what they are: labels, fields, facts of a session.

use crate::Family;
use crate::engine::Engine;
use crate::find::pairs::Secrecy;
use crate::find::{hosts, paths, prompts};
use crate::spans::Hit;

/// Whether any value of this name can be a finding by its name.
pub(crate) fn is_telling_name(engine: &Engine, name: &str) -> bool {
    kind(engine, name).is_some()
}

/// The rule that the name calls.
fn kind(engine: &Engine, name: &str) -> Option<(&'static str, usize)> {
    let id = if Secrecy::of(name.as_bytes()).is_some() {
        "secret-value"
    } else if hosts::is_host_name(name) {
        "host"
    } else if paths::is_user_name(name) {
        "user-name"
    } else if prompts::is_prompt_name(name) {
        "prompt-value"
    } else {
        return None;
    };
    Some((id, engine.rule(id)?))
}

/// What of the value its name gives away.
pub(crate) fn hit(engine: &Engine, name: &str, value: &str) -> Option<Hit> {
    let (id, rule) = kind(engine, name)?;
    let all = 0..value.len();
    let (span, family) = match id {
        "secret-value" => {
            let covers = Secrecy::of(name.as_bytes())?.covers(value.as_bytes());
            (covers.then_some(all)?, Family::Key)
        }
        "user-name" => (paths::is_user_value(value).then_some(all)?, Family::User),
        "prompt-value" => (prompts::accept(value.as_bytes(), all.clone(), all)?, Family::Text),
        _ => {
            // A port is no name; an address in brackets has more colons and its own rule.
            let host = match value.split_once(':') {
                Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
                Some(_) => return None,
                None => value,
            };
            let is_name = hosts::is_host(host.as_bytes()) && !host.contains(['/', ' ']);
            (is_name.then_some(0..host.len())?, Family::Host)
        }
    };
    Some(Hit { span, family, rule })
}

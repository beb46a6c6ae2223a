//! The kernel's log: NVIDIA's driver, `NVRM: Xid (PCI:0000:01:00): 31, pid=2646, name=python, …`, and
//! processes that were killed for their memory.

use super::{Flow, Sentences, after, number, pair};
use crate::Auto;

pub(super) const SENTENCES: Sentences = Sentences { starts: b"N[Oo", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'N' | b'[' | b'O' | b'o') => {}
        _ => return Flow::More,
    }
    // Behind the seconds since the machine started.
    let text = match message {
        [b'[', rest @ ..] => after(rest, b"] ").unwrap_or(message),
        _ => message,
    };
    match text.first() {
        Some(b'N') => xid(text, auto),
        Some(b'o') => {
            if let Some(pairs) = text.strip_prefix(b"oom-kill:") {
                auto.push("event", "oom_kill");
                for (name, value) in pairs.split(|b| *b == b',').filter_map(named) {
                    pair(name, value, auto);
                }
                return Flow::Done;
            }
        }
        Some(b'O') => {
            if let Some((pid, rest)) =
                text.strip_prefix(b"Out of memory: Killed process ").and_then(number)
            {
                auto.push("event", "oom_kill");
                auto.push_bytes("pid", pid);
                let name = after(rest, b"(").and_then(|rest| rest.split(|b| *b == b')').next());
                auto.push_bytes("name", name.unwrap_or(b""));
            }
        }
        _ => {}
    }
    Flow::More
}

fn xid(text: &[u8], auto: &mut Auto) {
    if let Some(rest) = text.strip_prefix(b"NVRM: Xid (")
        && let Some(end) = memchr::memmem::find(rest, b"): ")
        && let Some((xid, _)) = rest.get(end + 3..).and_then(number)
    {
        auto.push_bytes("xid", xid);
        auto.push_bytes("pci", rest.get(..end).unwrap_or(b""));
    }
}

fn named(pair: &[u8]) -> Option<(&str, &[u8])> {
    let at = memchr::memchr(b'=', pair)?;
    Some((std::str::from_utf8(pair.get(..at)?).ok()?, pair.get(at + 1..)?))
}

//! Lines that start or describe a run of an application.

use crate::{Auto, SessionRole};

/// Fields that describe a run rather than a moment of it.
const RUN_FIELDS: [&str; 14] = [
    "app",
    "version",
    "commit",
    "branch",
    "device",
    "gpu",
    "torch",
    "cuda",
    "python",
    "driver",
    "model",
    "model_dir",
    "transformers",
    "pid",
];

/// After a start, this many records are looked at for fields of the run.
pub(crate) const DESCRIBED_RECORDS: u8 = 20;

/// What the message of a record starts, if it does, and the fields it has.
pub(crate) fn start(message: &[u8]) -> Option<(SessionRole, Auto)> {
    let mut fields = Auto::default();
    let role = match message.first()? {
        b'S' if message.starts_with(b"Starting ") => {
            starting(message.strip_prefix(b"Starting ")?, &mut fields)?;
            SessionRole::Opens
        }
        b'S' => {
            let rest = message.strip_prefix(b"Started server process [")?;
            fields.push_bytes("pid", rest.get(..memchr::memchr(b']', rest)?)?);
            SessionRole::Process
        }
        b'P' => {
            let rest = message.strip_prefix(b"PyTorch version ")?;
            let version = rest.strip_suffix(b" Found.").or_else(|| rest.strip_suffix(b" Found"))?;
            fields.push_bytes("torch", version.strip_suffix(b" available").unwrap_or(version));
            SessionRole::Process
        }
        b'l' => {
            let rest = message.strip_prefix(b"logpane run: ")?;
            let (role, rest) = match rest.strip_prefix(b"started ") {
                Some(rest) => (SessionRole::Opens, rest),
                None => (SessionRole::Describes, rest.strip_prefix(b"ended ")?),
            };
            run(std::str::from_utf8(rest).ok()?, &mut fields);
            role
        }
        b'*' => {
            message.strip_prefix(b"** ComfyUI startup time")?;
            fields.push("app", "ComfyUI");
            SessionRole::Process
        }
        _ => return None,
    };
    Some((role, fields))
}

/// What `logpane run` writes: `command="python app.py" cwd="/srv/tts" commit=0e62489 dirty=true`,
/// quoted values with `\"` and `\\`.
fn run(mut rest: &str, fields: &mut Auto) {
    while let Some((name, behind)) = rest.split_once('=') {
        let mut value = String::new();
        let mut chars = behind.chars();
        if behind.starts_with('"') {
            chars.next();
            while let Some(c) = chars.next().filter(|c| *c != '"') {
                value.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
        } else {
            value.extend(chars.by_ref().take_while(|c| *c != ' '));
        }
        fields.push(name.trim(), &value);
        rest = chars.as_str();
    }
}

/// `CosyVoice3 v0.3 @ commit abc1234`: a name, then a version or a commit or both.
fn starting(rest: &[u8], fields: &mut Auto) -> Option<()> {
    let rest = std::str::from_utf8(rest.get(..256).unwrap_or(rest)).ok()?;
    let mut words = rest
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',', ';', '[', ']']))
        .filter(|word| !word.is_empty());
    let app = words.next()?;
    let mut version = None;
    let mut commit = None;
    while let Some(word) = words.next() {
        let plain = word.trim_end_matches(':');
        if plain.eq_ignore_ascii_case("commit") || plain.eq_ignore_ascii_case("rev") {
            commit = words.next().filter(|hash| is_hash(hash));
        } else if let Some(hash) = word.strip_prefix("commit=").filter(|hash| is_hash(hash)) {
            commit = Some(hash);
        } else if version.is_none() && is_version(word) {
            version = Some(word);
        }
    }
    if version.is_none() && commit.is_none() {
        return None;
    }
    fields.push("app", app);
    fields.push("version", version.unwrap_or(""));
    fields.push("commit", commit.unwrap_or(""));
    Some(())
}

fn is_hash(word: &str) -> bool {
    (7..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `v0.3`, `1.2.3-rc1`, `v2`; a bare number is none.
fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && (digits.contains('.') || digits.len() < word.len())
        && digits.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))
}

/// Those of a record's fields that describe the run.
pub(crate) fn description(auto: &Auto) -> Option<Auto> {
    let mut fields = Auto::default();
    for (name, value) in auto.iter().filter(|(name, _)| RUN_FIELDS.contains(name)) {
        fields.push(name, value);
    }
    (!fields.is_empty()).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Option<(SessionRole, &str)>) {
        let found = start(message.as_bytes()).map(|(role, fields)| {
            let fields: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
            (role, fields.join(" "))
        });
        assert_eq!(found, expected.map(|(role, fields)| (role, fields.to_owned())), "{message:?}");
    }

    #[test]
    fn starts_are_recognised() {
        use SessionRole::{Opens, Process};
        check(
            "Starting CosyVoice3 v0.3 @ commit abc1234",
            Some((Opens, "app=CosyVoice3 version=v0.3 commit=abc1234")),
        );
        check(
            "Starting my-tts 1.2.0 (commit: 0e62489)",
            Some((Opens, "app=my-tts version=1.2.0 commit=0e62489")),
        );
        check(
            r#"logpane run: started command="sh -c \"a=b\"" cwd="/x y" commit=0e62489 dirty=true"#,
            Some((Opens, r#"command=sh -c "a=b" cwd=/x y commit=0e62489 dirty=true"#)),
        );
        check(
            "logpane run: ended exit_status=3 after 1.5s",
            Some((SessionRole::Describes, "exit_status=3")),
        );
        check("logpane run: what", None);
        check("Starting to decode 5 frames", None);
        check("Starting new HTTPS connection (1): www.modelscope.cn:443", None);
        check("PyTorch version 2.3.1+cu121 Found.", Some((Process, "torch=2.3.1+cu121")));
        check("Started server process [4711]", Some((Process, "pid=4711")));
    }
}

use super::apps;

/// What a path says about the entries of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathLabels {
    pub job: String,
    /// Why `job` is what it is, to be shown with the source.
    pub rule: Rule,
    /// The port in a name like `comfyui_8189.log`; `instance` is then `localhost:8189`.
    pub port: Option<u16>,
}

/// The rule that gave a file its job, with the part of the path that it read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It was configured.
    Configured,
    /// The file's stem is that of a known application.
    KnownFile(String),
    /// A folder is that of a known application.
    KnownFolder(String),
    /// The nearest folder with a telling name.
    Folder(String),
    /// Nothing but the file's stem was left.
    Stem(String),
}

/// Folders that say nothing about what writes into them.
#[rustfmt::skip]
const MUTE: &[&str] = &[
    "log", "logs", "logging", "output", "outputs", "out", "tmp", "temp", "var", "home", "users",
    "user", "root", "opt", "usr", "local", "share", "srv", "mnt", "media", "data", "run", "lib",
    "src", "app", "apps", "workspace", "work", "desktop", "documents", "downloads", "build",
    "dist", "bin", "etc", "state", "archive", "private", "messages",
];

/// The labels of the file at `path` (absolute, `/` or `\` between its parts). `configured` is the
/// job that the user gave; `users` are names of users of this machine, which are not telling as
/// folder names.
pub fn from_path(path: &str, configured: Option<&str>, users: &[&str]) -> PathLabels {
    let mut parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let (stem, port) = stem(parts.pop().unwrap_or(""));
    let above = |at: usize| at.checked_sub(1).and_then(|above| parts.get(above)).copied();
    let is_user = |at: usize, folder: &str| {
        users.iter().any(|user| user.eq_ignore_ascii_case(folder))
            || above(at).is_some_and(|a| matches!(a.to_lowercase().as_str(), "home" | "users"))
    };
    // The folders from the nearest on, but not those that are named after a user.
    let folders = || {
        let folders = parts.iter().copied().enumerate().rev();
        folders.filter(|(at, folder)| !is_user(*at, folder)).map(|(_, folder)| folder)
    };
    let is_mute = |folder: &str| {
        MUTE.contains(&folder.to_lowercase().as_str())
            || folder.starts_with('.')
            || folder.ends_with(':')
            || !folder.chars().any(char::is_alphabetic)
    };

    let (job, rule) = if let Some(job) = configured {
        (job.to_owned(), Rule::Configured)
    } else if let Some(job) = apps::job_of(&stem).or_else(|| apps::system_job_of(&stem)) {
        (job.to_owned(), Rule::KnownFile(stem))
    } else if let Some((folder, job)) =
        folders().find_map(|folder| Some((folder, apps::job_of(folder)?)))
    {
        (job.to_owned(), Rule::KnownFolder(folder.to_owned()))
    } else if let Some(folder) = folders().find(|folder| !is_mute(folder)) {
        (folder.to_lowercase(), Rule::Folder(folder.to_owned()))
    } else {
        let job = if stem.is_empty() { "unknown".to_owned() } else { stem.to_lowercase() };
        (job, Rule::Stem(stem))
    };
    PathLabels { job, rule, port }
}

impl PathLabels {
    /// The label `instance` on `host` (`localhost` unless several hosts store in one place).
    pub fn instance(&self, host: &str) -> String {
        match self.port {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Configured => write!(f, "configured"),
            Self::KnownFile(stem) => write!(f, "known application: file {stem}"),
            Self::KnownFolder(folder) => write!(f, "known application: folder {folder}"),
            Self::Folder(folder) => write!(f, "folder {folder}"),
            Self::Stem(stem) => write!(f, "file {stem}"),
        }
    }
}

/// The file's name without endings (`.log`, `.jsonl`, `.1`, `.gz`, `-20261122`, `.prev2`), and the
/// port that stands at its end (`comfyui_8189`).
fn stem(name: &str) -> (String, Option<u16>) {
    const ENDINGS: [&str; 13] = [
        ".log", ".logs", ".txt", ".out", ".err", ".json", ".jsonl", ".ndjson", ".gz", ".zst",
        ".old", ".prev", ".prev2",
    ];
    let mut stem = name;
    loop {
        let lower = stem.to_ascii_lowercase();
        let cut = ENDINGS
            .iter()
            .find(|ending| lower.ends_with(**ending) && lower.len() > ending.len())
            .map(|ending| ending.len())
            .or_else(|| numbered(stem));
        match cut {
            Some(cut) => stem = stem.get(..stem.len() - cut).unwrap_or(""),
            None => break,
        }
    }
    if let Some((front, digits)) = stem.rsplit_once(['_', '-', ':'])
        && (4..=5).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && let Ok(port) = digits.parse::<u16>()
        && port >= 1024
        && !front.is_empty()
    {
        return (front.to_owned(), Some(port));
    }
    (stem.to_owned(), None)
}

/// The length of a rotation's number or date at the end of `stem`: `.1`, `-20261122`,
/// `.2026-11-22`.
fn numbered(stem: &str) -> Option<usize> {
    let tail = stem.len() - stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').len();
    let (at, tail) = match stem.as_bytes().get(stem.len().checked_sub(tail + 1)?) {
        Some(b'.') => (1, stem.get(stem.len() - tail..)?),
        _ => (0, stem.get(stem.len() - tail..)?),
    };
    let digits = tail.bytes().filter(u8::is_ascii_digit).count();
    let whole = (tail.len() + at) < stem.len();
    let fits = match at {
        1 => (1..=3).contains(&tail.len()) && digits == tail.len() || digits == 8,
        _ => tail.starts_with('-') && digits == 8,
    };
    (whole && fits).then_some(tail.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, job: &str, rule: &str, instance: &str) {
        let labels = from_path(path, None, &["ana"]);
        let found = (labels.job.as_str(), labels.rule.to_string(), labels.instance("localhost"));
        assert_eq!(found, (job, rule.to_owned(), instance.to_owned()), "{path}");
    }

    #[test]
    fn a_path_tells_job_and_instance() {
        for (path, job, rule, instance) in [
            ("/a/cosyvoice.log", "cosyvoice3", "known application: file cosyvoice", "localhost"),
            (
                "/home/ana/CosyVoice/logs/webui.log",
                "cosyvoice3",
                "known application: folder CosyVoice",
                "localhost",
            ),
            (
                "/home/ana/CosyVoice/logs/fish.log.1",
                "fish-speech",
                "known application: file fish",
                "localhost",
            ),
            (
                "/srv/comfyui_8189.log",
                "comfyui",
                "known application: file comfyui",
                "localhost:8189",
            ),
            (
                "/x/ComfyUI/user/comfyui_8189.prev2.log",
                "comfyui",
                "known application: file comfyui",
                "localhost:8189",
            ),
            (
                r"C:\Users\li\ChatTTS\out.log",
                "chattts",
                "known application: folder ChatTTS",
                "localhost",
            ),
            (r"C:\Users\li\logs\run.log", "run", "file run", "localhost"),
            ("/home/ana/logs/api.jsonl", "api", "file api", "localhost"),
            ("/home/ana/MyBot/logs/api.jsonl", "mybot", "folder MyBot", "localhost"),
            ("/var/log/syslog", "syslog", "known application: file syslog", "localhost"),
            ("/var/log/syslog.2.gz", "syslog", "known application: file syslog", "localhost"),
            ("/var/log/nginx/access.log", "nginx", "known application: folder nginx", "localhost"),
            ("/var/log/app-20261122.log", "app", "file app", "localhost"),
            ("/var/log/a.2026-11-22", "a", "file a", "localhost"),
            (
                "/tmp/x/GPT-SoVITS/train.log",
                "gpt-sovits",
                "known application: folder GPT-SoVITS",
                "localhost",
            ),
            ("/home/fish/MyBot/api.log", "mybot", "folder MyBot", "localhost"),
            ("/srv/bot/messages/api.log", "bot", "folder bot", "localhost"),
            ("/tmp/7/1.log", "1", "file 1", "localhost"),
        ] {
            check(path, job, rule, instance);
        }
    }

    #[test]
    fn a_configured_job_counts_first() {
        let labels = from_path("/a/cosyvoice_50000.log", Some("tts"), &[]);
        assert_eq!((labels.job.as_str(), labels.rule), ("tts", Rule::Configured));
        assert_eq!(labels.port, Some(50000));
    }
}

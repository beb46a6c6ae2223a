use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::FileState;

/// In a folder that is given as such, files with these endings are taken for logs.
const LOG_EXTENSIONS: [&str; 5] = ["log", "txt", "jsonl", "out", "err"];
/// A `**` goes no deeper, so that a link to `/` cannot keep the relay busy for ever.
const MAX_DEPTH: usize = 32;

/// One of the paths to follow, as it was given.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    given: String,
    path: PathBuf,
    /// Some when it has wildcards.
    glob: Option<Glob>,
}

#[derive(Clone, Debug)]
struct Glob {
    /// The part without wildcards, where the walk starts.
    base: PathBuf,
    matcher: GlobMatcher,
    depth: usize,
}

/// What a path stands for now.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Absolute paths, in order.
    pub files: Vec<PathBuf>,
    /// Why there is nothing, or not all, for a person: code and sentence.
    pub problem: Option<(&'static str, String)>,
}

impl Patterns {
    /// `given` relative to `folder`. A file of that very name goes before a pattern.
    pub(crate) fn new(given: &str, folder: &Path) -> Self {
        let path = absolute(Path::new(given), folder);
        let has_wildcards = given.contains(['*', '?', '[', '{']);
        let glob = (has_wildcards && !path.exists()).then(|| Glob::new(&path)).flatten();
        Self { given: given.to_owned(), path, glob }
    }

    /// Whether packed files were asked for in so many words.
    pub(crate) fn is_packed(&self) -> bool {
        is_gzip(Path::new(&self.given))
    }

    pub(crate) fn is_stdin(&self) -> bool {
        self.given == FileState::STDIN
    }

    /// What is to be watched, and whether with everything below it.
    pub(crate) fn folder(&self) -> (PathBuf, bool) {
        match &self.glob {
            Some(glob) => (glob.base.clone(), glob.depth > 1),
            None if self.path.is_dir() => (self.path.clone(), false),
            None => (self.path.parent().unwrap_or(&self.path).to_owned(), false),
        }
    }

    /// Whether a file of this name is meant.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        match &self.glob {
            Some(glob) => glob.matcher.is_match(path),
            None => self.path == path || path.parent() == Some(&self.path),
        }
    }

    /// The files it stands for now.
    pub(crate) fn find(&self) -> Found {
        match &self.glob {
            Some(glob) => self.find_glob(glob),
            None => self.find_path(),
        }
    }

    fn find_glob(&self, glob: &Glob) -> Found {
        let mut found = Found::default();
        let walk = WalkDir::new(&glob.base).follow_links(true).max_depth(glob.depth);
        for entry in walk.sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() && glob.matcher.is_match(entry.path()) => {
                    found.files.push(entry.into_path());
                }
                Ok(_) => {}
                Err(error) if is_denied(error.io_error()) => {
                    let path = error.path().unwrap_or(&glob.base).display();
                    found.problem = Some((
                        "unreadable_folder",
                        format!(
                            "cannot look into {path}: permission denied; run as a user that may read it"
                        ),
                    ));
                }
                // Gone while we looked, or a loop of links: neither hides a file of its own.
                Err(_) => {}
            }
        }
        if found.files.is_empty() && found.problem.is_none() {
            let sentence =
                format!("no file matches {:?} yet; files that appear are followed", self.given);
            found.problem = Some(("no_match", sentence));
        }
        found
    }

    fn find_path(&self) -> Found {
        let path = self.path.display();
        let (files, problem) = match std::fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_dir() => return self.find_folder(),
            Ok(metadata) if metadata.is_file() => (vec![self.path.clone()], None),
            Ok(_) => {
                let sentence = format!(
                    "{path} is neither a file nor a folder; pipe it into standard input instead: \
                     logpane - < {path}"
                );
                (vec![], Some(("not_a_file", sentence)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let sentence = format!("{path} does not exist; it is followed once it appears");
                (vec![], Some(("missing_file", sentence)))
            }
            Err(error) => {
                let sentence = format!("cannot look at {path}: {error}; check its permissions");
                (vec![], Some(("unreadable_file", sentence)))
            }
        };
        Found { files, problem }
    }

    fn find_folder(&self) -> Found {
        let path = self.path.display();
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) => {
                let sentence = format!("cannot look into {path}: {error}; check its permissions");
                return Found { files: vec![], problem: Some(("unreadable_folder", sentence)) };
            }
        };
        let is_log = |path: &PathBuf| {
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            LOG_EXTENSIONS.iter().any(|e| extension.eq_ignore_ascii_case(e)) && path.is_file()
        };
        let mut files: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(is_log).collect();
        files.sort();
        let problem = files.is_empty().then(|| {
            let sentence = format!(
                "the folder {path} has no *.log, *.txt, *.jsonl, *.out or *.err; name the files \
                 or give a pattern such as {path}/**/*.log"
            );
            ("no_match", sentence)
        });
        Found { files, problem }
    }
}

impl Glob {
    fn new(path: &Path) -> Option<Self> {
        let matcher = GlobBuilder::new(path.to_str()?).literal_separator(true).build().ok()?;
        let is_plain =
            |part: &Path| part.to_str().is_some_and(|part| !part.contains(['*', '?', '[', '{']));
        let parts: Vec<_> = path.components().collect();
        let num_plain = parts.iter().take_while(|part| is_plain(part.as_ref())).count();
        let base: PathBuf = parts.iter().take(num_plain).collect();
        let is_deep = path.to_str()?.contains("**") || path.to_str()?.contains('{');
        let depth = if is_deep { MAX_DEPTH } else { parts.len() - num_plain };
        Some(Self { base, matcher: matcher.compile_matcher(), depth })
    }
}

fn is_denied(error: Option<&io::Error>) -> bool {
    error.is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

/// Without `.` and `..`, and without asking the disk: the path may not exist yet.
fn absolute(path: &Path, folder: &Path) -> PathBuf {
    use std::path::Component;
    let mut clean = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub code: &'static str,
    pub sentence: String,
}

/// Looks at the start of a file: None when it can be followed.
pub(crate) fn refuse(path: &Path, file: &File) -> Option<Refusal> {
    let mut start = Vec::new();
    if let Err(error) = file.take(8 << 10).read_to_end(&mut start) {
        let sentence = format!("cannot read {}: {error}; check its permissions", path.display());
        return Some(Refusal { code: "unreadable_file", sentence });
    }
    is_binary(&start).then(|| {
        let sentence = format!(
            "{} is a binary file, expected text; it is left out (unpack it first if it is \
             compressed; what is packed with gzip is read when it is named, as in app.log.1.gz)",
            path.display()
        );
        Refusal { code: "binary_file", sentence }
    })
}

/// Whether a file of this name is packed with gzip, which is the one packing that is read.
pub(crate) fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz")
}

/// Whether a rotated file can be read as it is.
pub(crate) fn is_unpacked_text(path: &Path, file: &File) -> bool {
    const PACKED: [&str; 6] = ["gz", "bz2", "xz", "zst", "zip", "lz4"];
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    !PACKED.contains(&extension) && refuse(path, file).is_none()
}

/// Control bytes that no log has, beside NULs, which a log that was truncated under its writer
/// starts with.
pub(crate) fn is_binary(start: &[u8]) -> bool {
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return false;
    }
    let is_odd = |byte: &&u8| matches!(byte, 1..=6 | 14..=26 | 28..=31);
    let odd = start.iter().filter(is_odd).count();
    let written = start.iter().filter(|byte| **byte != 0).count();
    odd * 20 > written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_files_at_any_depth() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["a.log", "b.txt", "sub/c.log", "sub/deep/d.log", "sub/e.bin"] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x\n").unwrap();
        }
        for (pattern, expected) in [
            ("*.log", &["a.log"][..]),
            ("**/*.log", &["a.log", "sub/c.log", "sub/deep/d.log"]),
            ("*/*.log", &["sub/c.log"]),
            ("{a,b}.*", &["a.log", "b.txt"]),
            ("./sub/../a.log", &["a.log"]),
            (".", &["a.log", "b.txt"]),
            ("sub/[ce].*", &["sub/c.log", "sub/e.bin"]),
            ("none*", &[]),
        ] {
            let found = Patterns::new(pattern, dir.path()).find();
            let names: Vec<_> =
                found.files.iter().map(|f| f.strip_prefix(dir.path()).unwrap()).collect();
            assert_eq!(names, expected.iter().map(Path::new).collect::<Vec<_>>(), "{pattern}");
            assert_eq!(found.problem.is_some(), expected.is_empty(), "{pattern}");
        }
    }

    #[test]
    fn binary_files_are_told_from_odd_logs() {
        let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x10, 0x11, 0x12, 5, 6, 1];
        for (start, expected) in [
            (&b"2024-12-17 INFO x\n\x1b[31mred\x1b[m\r"[..], false),
            (b"", false),
            (b"\0\0\0\0\0\0\0\0INFO after a truncation", false),
            (b"\xff\xfeI\0N\0F\0O\0\x01\x02", false),
            (&[0xd6, 0xd0, 0xce, 0xc4, b'\n'], false),
            (&gzip, true),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\x03\0\x3e\0\x01", true),
        ] {
            assert_eq!(is_binary(start), expected, "{start:?}");
        }
    }
}

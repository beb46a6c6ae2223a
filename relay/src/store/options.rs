use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use encoding_rs::Encoding;
use jiff::tz::TimeZone;
use model::Labels;
use model::go_regex::Regex;
use promtail::config::StageConfig;
use yaml::Marked;

use crate::limits::DEFAULT_MAX_STREAMS;
use crate::store::{RetentionRule, Tidying};

/// The folder in the data folder for what `logpane run` wrote down and a relay is to read.
pub const SPOOLS: &str = "runs";

/// Where and for how long entries are kept.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The data folder; created when it is missing.
    pub dir: PathBuf,
    /// Entries go this long after Logpane took them, whatever their own stamps say. Whole chunks
    /// go at once, so up to a day later.
    pub retention: Duration,
    /// Streams with a time of their own: the first rule that is for a stream counts.
    pub retention_rules: Vec<RetentionRule>,
    /// When chunks and journal together are larger, the chunks taken first go. None: no limit.
    pub retention_bytes: Option<u64>,
    /// The zone of stamps that name none.
    pub zone: TimeZone,
    /// A push starts no stream beyond this many. A label that differs from line to line would
    /// otherwise take the memory of a stream for each line.
    pub max_streams: usize,
    /// Where the free space of the disk is learnt.
    pub space: FreeSpace,
    /// When chunks are merged and packed in the background.
    pub tidying: Tidying,
}

impl StoreOptions {
    /// The defaults on this folder: 7 days, no limit of bytes, the system's zone.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            retention: Duration::from_secs(7 * 86_400),
            retention_rules: Vec::new(),
            retention_bytes: None,
            zone: TimeZone::system(),
            max_streams: DEFAULT_MAX_STREAMS,
            space: FreeSpace::of_disk(),
            tidying: Tidying::default(),
        }
    }
}

/// Asks how many bytes are free where a path lies; None when that cannot be told.
#[derive(Clone)]
pub struct FreeSpace(Arc<Probe>);

type Probe = dyn Fn(&Path) -> Option<u64> + Send + Sync;

impl FreeSpace {
    pub fn new(probe: impl Fn(&Path) -> Option<u64> + Send + Sync + 'static) -> Self {
        Self(Arc::new(probe))
    }

    /// What the file system says.
    pub fn of_disk() -> Self {
        Self::new(|path| {
            let stat = rustix::fs::statvfs(path).ok()?;
            Some(stat.f_bavail.saturating_mul(stat.f_frsize))
        })
    }

    pub fn bytes_at(&self, path: &Path) -> Option<u64> {
        (self.0)(path)
    }
}

impl std::fmt::Debug for FreeSpace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FreeSpace")
    }
}

/// What to follow, and the labels that differ from what the paths say.
#[derive(Clone, Debug, Default)]
pub struct SourceOptions {
    /// Files, folders, globs (`**` too), and `-` for standard input. Relative to the current
    /// folder.
    pub paths: Vec<String>,
    /// `--job`: instead of what the path says.
    pub job: Option<String>,
    /// `--label`: set on every stream; a value here wins over every rule.
    pub labels: Vec<(String, String)>,
    /// The named groups of what it finds in a file's path become labels.
    pub path_labels: Option<Regex>,
    /// Files and globs that are not meant.
    pub exclude: Vec<String>,
    /// Files that are packed with gzip are meant, too, once nothing was written to them for so
    /// long: a short time may find one half written, a long one reads late. None: only those that a
    /// path names with `.gz`.
    pub unpacks: Option<Duration>,
    /// From a configuration file, which can be read again.
    pub is_configured: bool,
    /// None: what the lines are is detected.
    pub piped: Option<Piped>,
}

/// What becomes of lines that are longer than so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxLine {
    pub bytes: usize,
    /// They are cut there instead of being dropped.
    pub cuts: bool,
}

/// Lines go through stages, as they do in Promtail, instead of being detected.
#[derive(Clone, Debug, Default)]
pub struct Piped {
    /// Files of one job share what its stages remember.
    pub job: String,
    /// Of the lines before the stages, but for `filename`.
    pub labels: Labels,
    /// Checked already.
    pub stages: Arc<Vec<Marked<StageConfig>>>,
    /// None: lines of any length are kept.
    pub max_line: Option<MaxLine>,
    /// Its lines have no label `filename`.
    pub hides_filename: bool,
    /// None: UTF-8 and, where a line is not, GB18030.
    pub encoding: Option<&'static Encoding>,
    /// Where another program stopped reading, by path: a file that is new here is read on there.
    pub positions: Arc<BTreeMap<String, u64>>,
}

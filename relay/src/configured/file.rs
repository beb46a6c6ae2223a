use std::io;
use std::path::{Path, PathBuf};

use yaml::Problem;

use crate::configured::{OwnConfig, PromtailFile};
use crate::docker::DockerJob;
use crate::forward::Destination;
use crate::store::SourceOptions;
use crate::syslog::SyslogJob;
use crate::systemd::JournalJob;

/// A configuration file, to be read at the start and again when asked to.
#[derive(Clone, Debug)]
pub enum ConfigFile {
    /// `-config.file`
    Promtail(PromtailFile),
    /// `-c`
    Own(PathBuf),
}

/// What a file says about what to follow.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub sources: Vec<SourceOptions>,
    /// What is wrong with parts of the file, which are left out.
    pub problems: Vec<String>,
    /// What is right and means nothing here.
    pub notices: Vec<String>,
    /// Docker engines whose containers are followed.
    pub docker: Vec<DockerJob>,
    /// Journals that are followed.
    pub journals: Vec<JournalJob>,
    /// Ports that take syslog.
    pub syslogs: Vec<SyslogJob>,
    /// Where entries are sent on to.
    pub forwards: Vec<Destination>,
    /// Positions that another program left, to be marked as taken over.
    pub positions: Option<crate::configured::Positions>,
}

/// Why a file cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read the configuration ({error}): {}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{}", problems.join("\n"))]
    Wrong { problems: Vec<String> },
}

impl ConfigFile {
    pub fn path(&self) -> &Path {
        match self {
            Self::Promtail(file) => &file.path,
            Self::Own(path) => path,
        }
    }

    /// Reads what to follow. `data`: the data folder, which knows what was taken over before.
    pub fn load(&self, data: &Path) -> Result<Loaded, FileError> {
        match self {
            Self::Promtail(file) => file.load(Some(data)),
            Self::Own(path) => {
                let own = OwnConfig::read(path)?;
                let sources = own.sources(path)?;
                let wrong = |problem: Problem| FileError::Wrong {
                    problems: vec![problem.in_file(&path.display().to_string())],
                };
                let forwards = own.forwards().map_err(wrong)?;
                Ok(Loaded { sources, forwards, ..Loaded::default() })
            }
        }
    }
}

/// The text of a file.
pub(super) fn text_of(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|error| FileError::Read { path: path.to_owned(), error })
}

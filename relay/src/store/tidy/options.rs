use std::io;
use std::sync::Arc;
use std::time::Duration;

/// When chunks are merged and packed.
#[derive(Clone, Debug)]
pub struct Tidying {
    /// Looked for something to do so often. A short time costs a look at every chunk each, a long
    /// one leaves small chunks lying.
    pub every: Duration,
    /// A chunk is left alone for so long after it was sealed: a short time merges what queries
    /// have just been told of, a long one leaves more files.
    pub rest: Duration,
    /// A stream that has sealed nothing for so long is merged with what there is. A short time
    /// packs the same entries again and again, a long one leaves the last chunks small.
    pub settle: Duration,
    /// What was merged stays readable for so long, for queries that know it: a short time makes
    /// them begin again, a long one takes disk.
    pub grace: Duration,
    /// The list of chunks is written at most so often; what was sealed since is opened at the
    /// start.
    pub list_every: Duration,
    /// Asked before each step.
    pub steps: Steps,
}

impl Default for Tidying {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(5),
            rest: Duration::from_secs(60),
            settle: Duration::from_secs(600),
            grace: Duration::from_secs(600),
            list_every: Duration::from_secs(60),
            steps: Steps::default(),
        }
    }
}

/// A step of a merge that is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The old chunks are read and packed into one.
    Pack,
    /// It is written, without its name.
    Write,
    /// The names of the old ones are written beside it.
    Mark,
    /// It gets its name.
    Name,
    /// The index names it instead of the old ones.
    Publish,
    /// One of the old ones is removed.
    Remove,
    /// Their names are removed.
    Unmark,
}

/// What becomes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Go,
    /// It fails, as on a full disk.
    Fail(io::ErrorKind),
    /// Nothing more is done in this folder, as after a kill.
    Kill,
}

/// Decides about steps, so that a test can be what a disk or a power cut is elsewhere.
#[derive(Clone)]
pub struct Steps(Arc<Decide>);

type Decide = dyn Fn(Step) -> Fate + Send + Sync;

impl Steps {
    pub fn new(decide: impl Fn(Step) -> Fate + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }

    pub(super) fn fate(&self, step: Step) -> Fate {
        (self.0)(step)
    }
}

impl Default for Steps {
    /// All are done.
    fn default() -> Self {
        Self::new(|_| Fate::Go)
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Steps")
    }
}

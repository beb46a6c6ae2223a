use std::collections::BTreeSet;

use protocol::status::{Progress, Source, Status};

/// What the strip says about the files that are followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    pub num_files: u64,
    pub num_entries: u64,
    /// In order, each once.
    pub jobs: Vec<String>,
    /// Bytes taken of those there are, while files are still being read.
    pub reading: Option<(u64, u64)>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// Progress bars on unfinished lines, with the file they stand in.
    pub progress: Vec<(String, Progress)>,
}

impl Summary {
    pub fn of(status: &Status) -> Self {
        let jobs: BTreeSet<&str> = status
            .sources
            .iter()
            .map(|source| source.job.as_str())
            .filter(|job| !job.is_empty())
            .collect();
        let (taken, there) = status.sources.iter().fold((0, 0), |(taken, there), source| {
            (taken + source.offset.min(source.size), there + source.size)
        });
        // The last bytes of a file that grows are always on their way: that is no backlog.
        const ON_THEIR_WAY: u64 = 256 * 1024;
        let named = |source: &Source| source.path.clone();
        Self {
            num_files: u64::try_from(status.sources.len()).unwrap_or(0),
            num_entries: status.entries,
            jobs: jobs.into_iter().map(str::to_owned).collect(),
            reading: (taken + ON_THEIR_WAY < there).then_some((taken, there)),
            unreadable: status
                .sources
                .iter()
                .filter_map(|source| Some((named(source), source.last_error.clone()?)))
                .collect(),
            progress: status
                .sources
                .iter()
                .filter_map(|source| Some((named(source), source.progress.clone()?)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_files_jobs_and_what_is_still_to_be_read() {
        let source = |path: &str, job: &str, offset, size| Source {
            path: path.to_owned(),
            job: job.to_owned(),
            offset,
            size,
            ..Source::default()
        };
        let mut status = Status {
            sources: vec![
                source("/a", "x", 10, 10),
                source("/b", "x", 0, 5),
                source("/c", "", 0, 0),
            ],
            entries: 7,
            ..Status::default()
        };
        let summary = Summary::of(&status);
        assert_eq!((summary.num_files, summary.num_entries), (3, 7));
        assert_eq!(summary.jobs, ["x"]);
        assert_eq!(summary.reading, None);
        status.sources.push(source("/d", "y", 1_000, 1_000_000));
        status.sources[0].last_error = Some("permission denied".to_owned());
        let summary = Summary::of(&status);
        assert_eq!(summary.reading, Some((1_010, 1_000_015)));
        assert_eq!(summary.unreadable, [("/a".to_owned(), "permission denied".to_owned())]);
    }
}

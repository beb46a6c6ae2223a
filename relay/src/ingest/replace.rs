use super::thread::Ingest;
use crate::store::SourceOptions;

impl Ingest {
    /// Follows what the configuration says now instead of what it said before. Files that both
    /// name are read on where they were left.
    pub(super) fn follow_instead(&mut self, sources: Vec<SourceOptions>) {
        self.finish_all_piped();
        let (gone, kept): (Vec<_>, Vec<_>) =
            self.follow.sources.drain(..).partition(|source| source.options.is_configured);
        self.follow.sources = kept;
        let is_kept = |path: &std::path::Path| {
            let covers = |source: &super::follow::Followed| source.covers(path);
            self.follow.sources.iter().any(covers) || !gone.iter().any(covers)
        };
        let (tails, over): (Vec<_>, Vec<_>) = std::mem::take(&mut self.follow.tails)
            .into_iter()
            .partition(|tail| !self.follow.pipes.has(tail.key) && is_kept(&tail.path));
        self.follow.tails = tails;
        for tail in over {
            self.take_off_board(tail.key);
        }
        self.follow.pipes.clear();
        for options in sources {
            self.follow_more(options);
        }
        self.follow.names_changed = true;
    }
}

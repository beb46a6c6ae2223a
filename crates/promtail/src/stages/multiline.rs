use std::collections::HashMap;

use model::Labels;
use model::go_regex::Regex;
use yaml::Problem;

use super::build::{duration, search};
use crate::config;
use crate::pipeline::{Flow, Hold, Until};
use crate::{Entry, Origin};

const MAX_WAIT_NS: i64 = 3_000_000_000;
const MAX_LINES: u64 = 128;

/// `multiline`: lines from one that looks like a first line to the next such one are one entry.
pub(super) struct Multiline {
    firstline: Regex,
    max_wait_ns: i64,
    max_lines: u64,
    blocks: HashMap<Labels, Block>,
}

/// The lines of one stream since its last first line.
struct Block {
    /// What the entry takes its time, labels and values from; it also serves the lines that come
    /// when the block was let go and no new first line has come.
    start: Entry,
    text: Vec<u8>,
    num_lines: u64,
    origins: Vec<Origin>,
    last: i64,
}

impl Multiline {
    pub(super) fn new(config: &config::Multiline) -> Result<Self, Problem> {
        let max_wait_ns = config.max_wait_time.as_ref().map(duration).transpose()?;
        Ok(Self {
            firstline: search(&config.firstline)?,
            max_wait_ns: max_wait_ns.unwrap_or(MAX_WAIT_NS),
            max_lines: config.max_lines.unwrap_or(MAX_LINES).max(1),
            blocks: HashMap::new(),
        })
    }
}

impl Hold for Multiline {
    fn take(&mut self, mut entry: Entry, now: i64, flow: &mut Flow) {
        let is_first = self.firstline.is_match(&entry.line);
        let block = match self.blocks.get_mut(&entry.labels) {
            // Lines before the first first line go their way.
            None if !is_first => return flow.passed.push(entry),
            None => self.blocks.entry(entry.labels.clone()).or_insert_with(|| Block {
                start: entry.clone(),
                text: Vec::new(),
                num_lines: 0,
                origins: Vec::new(),
                last: now,
            }),
            Some(block) => block,
        };
        let origins = std::mem::take(&mut entry.origins);
        let line = std::mem::take(&mut entry.line);
        if is_first {
            block.let_go(flow);
            block.start = entry;
        }
        if block.num_lines > 0 {
            block.text.push(b'\n');
        }
        block.text.extend_from_slice(&line);
        block.origins.extend(origins);
        block.num_lines += 1;
        block.last = now;
        if block.num_lines >= self.max_lines {
            block.let_go(flow);
        }
    }

    fn release(&mut self, now: i64, until: Until, flow: &mut Flow) {
        for block in self.blocks.values_mut() {
            if until == Until::End || now.saturating_sub(block.last) >= self.max_wait_ns {
                block.let_go(flow);
            }
        }
    }

    fn due(&self) -> Option<i64> {
        let waiting = self.blocks.values().filter(|block| block.num_lines > 0);
        waiting.map(|block| block.last.saturating_add(self.max_wait_ns)).min()
    }
}

impl Block {
    fn let_go(&mut self, flow: &mut Flow) {
        if self.num_lines == 0 {
            return;
        }
        self.num_lines = 0;
        let line = std::mem::take(&mut self.text);
        let origins = std::mem::take(&mut self.origins);
        flow.passed.push(Entry { line, origins, ..self.start.clone() });
    }
}

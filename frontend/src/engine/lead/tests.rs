use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use chunk::{Options, RuzstdCodec, encode};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_util::FutureExt as _;
use logql::{Output, Params, QueryKind, Series};
use model::{Batch, Entry, Timestamp};
use protocol::index::{BlockRef, ChunkRef, HeadRef, Skipped};

use super::*;
use crate::engine::block::block_ref;
use crate::engine::driver::Shared;
use crate::engine::message::{Priority, Wants};
use crate::engine::source::SourceError;
use crate::engine::wire::Tally;

const SECOND: i64 = 1_000_000_000;

type OpenHead = (HeadRef, Labels, Vec<u8>);

/// A relay in memory. Answers at once, so that every future is ready when it is polled.
#[derive(Default)]
struct Relay {
    chunks: RefCell<BTreeMap<String, (Labels, Vec<u8>)>>,
    /// Heads by their id. Asking for one of another epoch says that it is gone.
    heads: RefCell<BTreeMap<String, OpenHead>>,
    /// What happens to the heads when the first is asked for.
    seal_on_read: std::cell::Cell<bool>,
    /// Chunks that become one when the first of something is asked for, and whether they can still
    /// be read then.
    merge_on_read: RefCell<Option<(Vec<String>, bool)>>,
    /// The old names of chunks that were merged.
    replaces: RefCell<BTreeMap<String, Vec<String>>>,
    /// Chunks that are in no index any more.
    retired: RefCell<BTreeMap<String, Vec<u8>>>,
    offline: std::cell::Cell<bool>,
    requests: RefCell<Vec<String>>,
}

impl Relay {
    fn chunk(&self, labels: &Labels, entries: &[(i64, u64, &str)]) -> String {
        let bytes = bytes_of(labels, entries);
        let id = chunk::ChunkId::of(&bytes).to_string();
        self.chunks.borrow_mut().insert(id.clone(), (labels.clone(), bytes));
        id
    }

    fn open_head(&self, labels: &Labels, entries: &[(i64, u64, &str)]) {
        let head = HeadRef {
            stream: 0,
            id: labels.to_string(),
            epoch: 1,
            count: u32::try_from(entries.len()).unwrap(),
            revision: 0,
            first: Timestamp(entries.first().unwrap().0 * SECOND),
            last: Timestamp(entries.last().unwrap().0 * SECOND),
        };
        let bytes = bytes_of(labels, entries);
        self.heads.borrow_mut().insert(head.id.clone(), (head, labels.clone(), bytes));
    }

    /// All heads become chunks.
    fn seal(&self) {
        for (_, labels, bytes) in std::mem::take(&mut *self.heads.borrow_mut()).into_values() {
            let id = chunk::ChunkId::of(&bytes).to_string();
            self.chunks.borrow_mut().insert(id, (labels, bytes));
        }
    }

    /// Chunks become one, when that is due.
    fn merge(&self) {
        let Some((olds, is_kept)) = self.merge_on_read.borrow_mut().take() else { return };
        let mut codec = RuzstdCodec::new();
        let mut batches = Vec::new();
        let mut chunks = self.chunks.borrow_mut();
        let mut of = Labels::new();
        for old in &olds {
            let (labels, bytes) = chunks.remove(old).unwrap();
            let chunk::Tail::Meta(meta) = chunk::read_meta(&bytes, bytes.len() as u64).unwrap()
            else {
                panic!("a whole chunk")
            };
            for block in &meta.blocks {
                let packed: Vec<_> = block.sections.iter().map(|s| s.of(&bytes).unwrap()).collect();
                let want = chunk::Want { columns: model::Columns::ALL, auto_fields: None };
                batches.push(chunk::decode_block(block.count, &packed, want, &mut codec).unwrap());
            }
            of = labels;
            if is_kept {
                self.retired.borrow_mut().insert(old.clone(), bytes);
            }
        }
        let merged = encode(&of, &chunk::merge(&batches), Options::default(), &mut codec).unwrap();
        let id = merged.id.to_string();
        self.replaces.borrow_mut().insert(id.clone(), olds);
        chunks.insert(id, (of, merged.bytes));
    }

    fn damage(&self, id: &str) {
        let mut chunks = self.chunks.borrow_mut();
        let (_, bytes) = chunks.get_mut(id).unwrap();
        bytes[10] ^= 0xff;
    }
}

impl Source for &Relay {
    async fn index(&self, ask: &Ask) -> Result<Index, SourceError> {
        if self.offline.get() {
            return Err(SourceError::Offline { detail: "test".into() });
        }
        let mut index = Index::default();
        let selected = |labels: &Labels| ask.matchers.iter().all(|m| m.matches(labels));
        for (id, (labels, bytes)) in self.chunks.borrow().iter() {
            let Ok(chunk::Tail::Meta(meta)) = chunk::read_meta(bytes, bytes.len() as u64) else {
                continue;
            };
            if selected(labels) {
                index.streams.push(labels.clone());
                let block = |(at, block)| block_ref(at, block, ask.columns);
                let blocks: Vec<BlockRef> = (0..).zip(&meta.blocks).map(block).collect();
                let overlaps = |b: &BlockRef| ask.range.overlaps(b.first.0, b.last.0);
                let blocks: Vec<BlockRef> = blocks.into_iter().filter(overlaps).collect();
                if blocks.is_empty() {
                    index.skipped = Skipped { entries: 0, ..index.skipped };
                    continue;
                }
                index.chunks.push(ChunkRef {
                    id: id.clone(),
                    stream: index.streams.len() - 1,
                    size: bytes.len() as u64,
                    blocks,
                    replaces: self.replaces.borrow().get(id).cloned().unwrap_or_default(),
                });
            }
        }
        for (head, labels, _) in self.heads.borrow().values() {
            if selected(labels) {
                index.streams.push(labels.clone());
                index.heads.push(HeadRef { stream: index.streams.len() - 1, ..head.clone() });
            }
        }
        Ok(index)
    }

    async fn chunk(&self, id: &str, range: Option<Range<u64>>) -> Result<Vec<u8>, SourceError> {
        self.requests.borrow_mut().push(id.to_owned());
        if !self.seal_on_read.get() {
            self.merge();
        }
        let (chunks, retired) = (self.chunks.borrow(), self.retired.borrow());
        let kept = chunks.get(id).map(|(_, bytes)| bytes).or_else(|| retired.get(id));
        let bytes = kept.ok_or(SourceError::Gone)?;
        let range = range.unwrap_or(0..bytes.len() as u64);
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        Ok(bytes.get(range).unwrap().to_vec())
    }

    async fn head(&self, head: &HeadRef) -> Result<Vec<u8>, SourceError> {
        self.requests.borrow_mut().push(head.id.clone());
        if self.seal_on_read.replace(false) {
            self.seal();
            self.merge();
        }
        let heads = self.heads.borrow();
        heads.get(&head.id).map(|(_, _, bytes)| bytes.clone()).ok_or(SourceError::Gone)
    }

    async fn pause(&self) {}

    fn now_ms(&self) -> f64 {
        0.0
    }
}

fn bytes_of(labels: &Labels, entries: &[(i64, u64, &str)]) -> Vec<u8> {
    let entry = |(seconds, arrival, line): &(i64, u64, &str)| Entry {
        timestamp: seconds * SECOND,
        arrival: *arrival,
        line: line.as_bytes().to_vec(),
        ..Entry::default()
    };
    let batch = Batch::from_entries(entries.iter().map(entry).collect());
    encode(labels, &batch, Options::default(), &mut RuzstdCodec::new()).unwrap().bytes
}

fn labels(level: &str) -> Labels {
    Labels::from([("job", "a"), ("level", level)])
}

/// Ten entries from each of these chunks, one a second, from that second on.
fn with_chunks(starts: &[i64]) -> Relay {
    let relay = Relay::default();
    for start in starts {
        let line = |i: i64| format!("line {} of {start}", start + i);
        let lines: Vec<String> = (0..10).map(line).collect();
        let entries: Vec<(i64, u64, &str)> = (0..10)
            .map(|i| (start + i, u64::try_from(start + i).unwrap(), lines[i as usize].as_str()))
            .collect();
        let level = if start % 20 == 0 { "info" } else { "error" };
        relay.chunk(&labels(level), &entries);
    }
    relay
}

#[derive(Debug, Default)]
struct Answer {
    rows: Vec<String>,
    output: Option<Output>,
    done: Option<Done>,
    failure: Option<Failure>,
}

impl Answer {
    fn coverage(&self) -> &Coverage {
        &self.done.as_ref().expect("the query is done").coverage
    }
}

/// A pool without browsers: worker 0 leads, the others answer at once.
struct Engine<'a> {
    relay: &'a Relay,
    shared: Vec<Rc<Shared>>,
    homes: RefCell<Homes>,
}

impl<'a> Engine<'a> {
    fn new(relay: &'a Relay, workers: usize) -> Self {
        let shared = (0..workers).map(|_| Rc::new(Shared::new(1 << 20))).collect();
        Self { relay, shared, homes: RefCell::default() }
    }

    fn ask(&self, text: &str, limit: usize, direction: Direction) -> Answer {
        self.ask_with(Wants::Result, text, limit, direction, |_| {})
    }

    /// How many entries each stage leaves.
    fn count(&self, text: &str) -> Vec<u64> {
        let answer = self.ask_with(Wants::Survivors, text, 1, Direction::Backward, |_| {});
        answer.done.expect("the query is done").survivors
    }

    fn ask_with(
        &self,
        wants: Wants,
        text: &str,
        limit: usize,
        direction: Direction,
        before: impl Fn(&UnboundedSender<Incoming>),
    ) -> Answer {
        let kind = QueryKind::Range { start: 0, end: 1000 * SECOND, step_ns: 1000 * SECOND };
        let params = Params { kind, limit, direction, max_series: 100, cursor: None };
        let query = QueryRequest {
            text: text.into(),
            params,
            base: String::new(),
            priority: Priority::Foreground,
            whole: false,
            wants,
        };
        let answer = RefCell::new(Answer::default());
        let (sender, inbox) = unbounded();
        before(&sender);
        let say = |message: FromWorker| match message {
            FromWorker::Event(event) => answer.borrow_mut().take(*event),
            FromWorker::Hand { worker, part, .. } => {
                let result = Incoming::Part(Box::new(self.help(worker, *part)));
                sender.unbounded_send(result).unwrap();
            }
            message => panic!("a lead does not say {message:?}"),
        };
        let workers = self.shared.len();
        let order = Order { id: 1, query, workers, homes: &self.homes, say: &say };
        let driver = Driver { source: self.relay, shared: Rc::clone(&self.shared[0]) };
        lead(&driver, order, inbox).now_or_never().expect("nothing to wait for");
        answer.into_inner()
    }

    fn help(&self, worker: usize, part: Part) -> PartResult {
        let part: Part = wire::decode(&wire::encode(&part).unwrap()).unwrap();
        let driver = Driver { source: self.relay, shared: Rc::clone(&self.shared[worker]) };
        let plan = planned(&part.query).unwrap();
        let sessions = Sessions::default();
        let evaluated = driver.evaluate(&plan, &sessions, &part.pieces).now_or_never().unwrap();
        let (state, tally) = match evaluated {
            Ok(Evaluated { state, tally }) => (Ok(wire::encode(&state).unwrap().into()), tally),
            Err(failure) => (Err(failure), Tally::default()),
        };
        PartResult { number: part.number, state, tally }
    }
}

impl Answer {
    fn take(&mut self, event: Event) {
        match event {
            Event::Rows { from, rows, total, .. } => {
                self.rows.truncate(from);
                self.rows.extend(rows.iter().map(|r| String::from_utf8_lossy(&r.row.line).into()));
                assert!(self.rows.len() <= total);
            }
            Event::Output { output, .. } => self.output = Some(output),
            Event::Done { done, .. } => self.done = Some(done),
            Event::Failed { failure, .. } => self.failure = Some(failure),
            Event::Progress { .. } => {}
            event => panic!("a lead does not say {event:?}"),
        }
    }

    /// The last sample of each series, in the order of their labels.
    fn values(&self) -> Vec<f64> {
        match &self.output {
            Some(Output::Matrix(series)) => {
                let last = |s: &Series| s.samples.last().map_or(f64::NAN, |(_, value)| *value);
                series.iter().map(last).collect()
            }
            other => panic!("not a matrix: {other:?}"),
        }
    }
}

const COUNT: &str = r#"sum by (level) (count_over_time({job="a"}[2000s]))"#;

#[test]
fn the_answer_does_not_depend_on_the_number_of_workers() {
    let relay = with_chunks(&[0, 10, 20, 30, 40, 50, 60, 70, 80]);
    relay.open_head(&labels("info"), &[(90, 90, "line 90 of 90"), (91, 91, "line 91 of 90")]);
    for workers in 1..=4 {
        let engine = Engine::new(&relay, workers);
        let rows = engine.ask(r#"{job="a"}"#, 1000, Direction::Backward);
        assert_eq!(rows.rows.len(), 92, "{:?}", rows.failure);
        assert_eq!(
            (rows.rows[0].as_str(), rows.rows[91].as_str()),
            ("line 91 of 90", "line 0 of 0")
        );
        let coverage = rows.coverage();
        assert_eq!((coverage.entries, coverage.matched, coverage.is_complete()), (92, 92, true));
        assert_eq!((coverage.chunks_done, coverage.chunks_total), (10, 10));
        assert_eq!(engine.ask(COUNT, 1, Direction::Backward).values(), [40.0, 52.0]);
        let ratio = format!("{COUNT} / {COUNT}");
        let ratio = engine.ask(&ratio, 1, Direction::Backward);
        assert_eq!((ratio.values(), ratio.coverage().entries), (vec![1.0, 1.0], 92));
    }
}

#[test]
fn refining_a_query_reads_nothing_again() {
    let relay = with_chunks(&[0, 10, 20, 30]);
    let engine = Engine::new(&relay, 2);
    let cold = engine.ask(r#"{job="a"}"#, 1000, Direction::Backward);
    assert!(cold.coverage().bytes_read > 0);
    let warm = engine.ask(r#"{job="a"} |= "line 1""#, 1000, Direction::Backward);
    assert_eq!(warm.rows.len(), 11);
    assert_eq!(warm.coverage().bytes_read, 0);
    assert!(warm.coverage().bytes_kept > 0);
}

#[test]
fn a_full_result_leaves_older_chunks_unread() {
    let relay = with_chunks(&[0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    let engine = Engine::new(&relay, 2);
    for (direction, first, stopped_at) in
        [(Direction::Backward, "line 99 of 90", 96), (Direction::Forward, "line 0 of 0", 3)]
    {
        relay.requests.borrow_mut().clear();
        let answer = engine.ask(r#"{job="a"}"#, 4, direction);
        assert_eq!((answer.rows.len(), answer.rows[0].as_str()), (4, first));
        assert_eq!(answer.coverage().stopped_at, Some(Timestamp(stopped_at * SECOND)));
        assert!(answer.coverage().is_complete());
        assert!(answer.coverage().chunks_done == answer.coverage().chunks_total);
    }
}

#[test]
fn a_head_that_is_sealed_meanwhile_counts_once() {
    for workers in 1..=2 {
        let relay = with_chunks(&[0, 10]);
        relay.open_head(&labels("info"), &[(20, 20, "x"), (21, 21, "y")]);
        relay.open_head(&labels("error"), &[(20, 22, "z")]);
        relay.seal_on_read.set(true);
        let engine = Engine::new(&relay, workers);
        let answer = engine.ask(COUNT, 1, Direction::Backward);
        assert_eq!(answer.values(), [11.0, 12.0]);
        assert_eq!((answer.coverage().entries, answer.coverage().is_complete()), (23, true));
        assert_eq!((answer.coverage().chunks_done, answer.coverage().chunks_total), (4, 4));
    }
}

/// Merges the chunks of a stream while a query reads them.
#[track_caller]
fn check_merge(merged: Range<usize>, is_kept: bool, has_head: bool) {
    for workers in 1..=2 {
        let relay = Relay::default();
        let lines = |n: i64| [(n, n as u64, "x"), (n + 1, n as u64 + 1, "y")];
        let ids: Vec<String> =
            [0, 10, 20].iter().map(|n| relay.chunk(&labels("info"), &lines(*n))).collect();
        if has_head {
            relay.open_head(&labels("info"), &lines(30));
            relay.seal_on_read.set(true);
        }
        *relay.merge_on_read.borrow_mut() = Some((ids[merged.clone()].to_vec(), is_kept));
        let answer = Engine::new(&relay, workers).ask(COUNT, 1, Direction::Backward);
        let expected = if has_head { 8.0 } else { 6.0 };
        assert_eq!(answer.values(), [expected], "{merged:?} {is_kept} {has_head}");
        assert!(answer.coverage().is_complete());
    }
}

#[test]
fn chunks_that_are_merged_meanwhile_count_once() {
    for merged in [0..3, 0..2, 1..3] {
        for is_kept in [true, false] {
            check_merge(merged.clone(), is_kept, false);
            check_merge(merged.clone(), is_kept, true);
        }
    }
}

#[test]
fn a_damaged_chunk_is_a_gap_and_the_rest_counts() {
    let relay = with_chunks(&[0, 10, 20]);
    let damaged = relay.chunk(&labels("warn"), &[(30, 30, "x"), (31, 31, "y")]);
    relay.damage(&damaged);
    let answer = Engine::new(&relay, 2).ask(COUNT, 1, Direction::Backward);
    assert_eq!(answer.values(), [10.0, 20.0]);
    match answer.coverage().gaps.as_slice() {
        [Gap::Unread { chunk, range, entries: 2, reason }] => {
            assert_eq!(
                (chunk, range.start.0, range.end.0),
                (&damaged, 30 * SECOND, 31 * SECOND + 1)
            );
            assert!(reason.contains("checksum"), "{reason}");
        }
        gaps => panic!("{gaps:?}"),
    }
}

#[test]
fn a_cancelled_query_says_so() {
    let relay = with_chunks(&[0, 10, 20]);
    let engine = Engine::new(&relay, 1);
    let answer = engine.ask_with(Wants::Result, COUNT, 1, Direction::Backward, |inbox| {
        inbox.unbounded_send(Incoming::Cancel).unwrap();
    });
    assert_eq!(answer.coverage().gaps, [Gap::Cancelled { done: 0, total: 3 }]);
}

#[test]
fn what_cannot_be_answered_fails_with_its_reason() {
    let relay = with_chunks(&[0]);
    let engine = Engine::new(&relay, 1);
    let wrong = engine.ask("{job=", 1, Direction::Backward);
    assert!(matches!(wrong.failure, Some(Failure::Query(_))), "{wrong:?}");
    relay.offline.set(true);
    let offline = engine.ask(COUNT, 1, Direction::Backward);
    assert_eq!(offline.failure, Some(Failure::Offline { detail: "test".into() }));
}

#[test]
fn a_query_that_outgrows_its_memory_ends_with_a_clear_word() {
    let relay = with_chunks(&[0, 10, 20, 30]);
    let engine = Engine::new(&relay, 1);
    engine.shared[0].set_budget(64);
    let many = Engine {
        relay: &relay,
        shared: vec![Rc::clone(&engine.shared[0]); 2],
        homes: RefCell::default(),
    };
    let answer = many.ask(r#"{job="a"}"#, 1000, Direction::Backward);
    assert_eq!(answer.failure, Some(Failure::Memory { budget_bytes: 64 }));
}

/// Each needs other columns and fields.
const DIFFERENT: [&str; 9] = [
    r#"{job="a"}"#,
    r#"{job="a"} |= "3""#,
    r#"{job="a"} | seed > 3"#,
    r#"{job="a"} | trace="t3""#,
    r#"sum by (seed) (count_over_time({job="a"}[2000s]))"#,
    r#"sum by (trace) (count_over_time({job="a"}[2000s]))"#,
    r#"sum(count_over_time({job="a"} |= "3" [2000s]))"#,
    r#"sum by (level) (bytes_over_time({job="a"}[2000s]))"#,
    r#"sum by (level) (sum_over_time({job="a"} | unwrap rtf [2000s]))"#,
];

#[test]
fn what_was_read_before_changes_no_answer() {
    let relay = Relay::default();
    let entry = |n: i64| Entry {
        timestamp: n * SECOND,
        arrival: u64::try_from(n).unwrap(),
        line: format!("line {n} seed={n} rtf=0.{n}").into_bytes(),
        metadata: [("trace".to_owned(), format!("t{n}"))].into_iter().collect(),
        auto: [("seed".to_owned(), n.to_string()), ("rtf".to_owned(), format!("0.{n}"))]
            .into_iter()
            .collect(),
        ..Entry::default()
    };
    let batch = Batch::from_entries((1..10).map(entry).collect());
    let of = labels("info");
    let bytes = encode(&of, &batch, Options::default(), &mut RuzstdCodec::new()).unwrap().bytes;
    let id = chunk::ChunkId::of(&bytes).to_string();
    relay.chunks.borrow_mut().insert(id, (of, bytes));

    let ask = |engine: &Engine<'_>, text: &str| {
        let answer = engine.ask(text, 100, Direction::Backward);
        assert_eq!((&answer.failure, &answer.coverage().gaps), (&None, &vec![]), "{text}");
        (answer.rows, answer.output.map(|output| format!("{output:?}")))
    };
    let alone = DIFFERENT.map(|text| ask(&Engine::new(&relay, 1), text));
    assert!(alone.iter().all(|(rows, output)| !rows.is_empty() || output.is_some()));
    for first in DIFFERENT {
        for second in DIFFERENT {
            let engine = Engine::new(&relay, 1);
            ask(&engine, first);
            ask(&engine, second);
            for (text, expected) in DIFFERENT.iter().zip(&alone) {
                assert_eq!(ask(&engine, text), *expected, "{first}, {second}, then {text}");
            }
        }
    }
}

#[test]
fn a_longer_word_is_counted_in_what_a_shorter_one_left() {
    let starts: Vec<i64> = (0..40).map(|n| n * 10).collect();
    let relay = with_chunks(&starts);
    let head = [(900, 900, "line 900 of 17"), (901, 901, "other"), (902, 902, "more")];
    relay.open_head(&labels("info"), &head);
    for workers in [1, 2] {
        // Room for what a text leaves, not for the blocks.
        let mut engine = Engine::new(&relay, workers);
        engine.shared = (0..workers).map(|_| Rc::new(Shared::new((16 << 10) / workers))).collect();
        // Where half of the lines hold a text and more, what it leaves is not kept: all chunks for
        // the first one, that of 170 for the second.
        for (text, expected, most_reads) in [
            (r#"{job="a"}"#, &[403][..], 41),
            (r#"{job="a"} |= "of""#, &[403, 401], 41),
            (r#"{job="a"} |= "of 17""#, &[403, 11], 41),
            (r#"{job="a"} |= "of 170""#, &[403, 10], 1),
            (r#"{job="a"} |= "of 1700""#, &[403, 0], 1),
            (r#"{job="a"} |= "of 1700!""#, &[403, 0], 0),
            (r#"{job="a"} |= "of 17" |= "5""#, &[403, 11, 1], 1),
            (r#"{job="a"} |= "of 17" != "5""#, &[403, 11, 10], 1),
            (r#"{job="a"} |= "of 18""#, &[403, 10], 41),
        ] {
            relay.requests.borrow_mut().clear();
            assert_eq!(engine.count(text), expected, "{text}");
            let num_reads = relay.requests.borrow().len();
            assert!(num_reads <= most_reads, "{text}: {num_reads}");
        }
    }
}

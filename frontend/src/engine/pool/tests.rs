use logql::{Direction, Params, QueryKind};

use super::*;
use crate::engine::message::{TailRows, Wants};
use crate::engine::wire::{Part, PartResult, Tally};

fn query(priority: Priority) -> QueryRequest {
    QueryRequest {
        text: "{job=\"a\"}".into(),
        params: Params {
            kind: QueryKind::Range { start: 0, end: 10, step_ns: 1 },
            limit: 10,
            direction: Direction::Backward,
            max_series: 10,
            cursor: None,
        },
        base: "http://localhost:3100/".into(),
        priority,
        whole: false,
        wants: Wants::Result,
    }
}

fn part() -> Box<Part> {
    Box::new(Part {
        number: 0,
        query: query(Priority::Foreground),
        sessions: None,
        pieces: Vec::new(),
    })
}

fn result() -> Box<PartResult> {
    Box::new(PartResult {
        number: 0,
        state: Ok(serde_bytes::ByteBuf::new()),
        tally: Tally::default(),
    })
}

/// A pool whose workers all listen.
fn pool(workers: usize) -> Pool {
    let mut pool = Pool::new(workers, Settings::default());
    for worker in 0..workers {
        pool.heard(worker, FromWorker::Ready);
    }
    pool
}

/// The effects in short: what happens to whom.
fn short(effects: &[Effect]) -> Vec<String> {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::Restart { worker } => format!("restart {worker}"),
            Effect::Breathe => "breathe".to_owned(),
            Effect::Emit(event) => match event {
                Event::Done { id, .. } => format!("done {id}"),
                Event::Failed { id, failure } => format!("failed {id}: {failure}"),
                Event::TailState { id, .. } => format!("state {id}"),
                event => format!("event {}", event.id()),
            },
            Effect::Send { worker, message } => match message {
                ToWorker::Configure { memory_bytes, .. } => {
                    format!("{worker}: {memory_bytes} bytes")
                }
                ToWorker::Lead { id, workers, .. } => format!("{worker}: lead {id} of {workers}"),
                ToWorker::Work { id, .. } => format!("{worker}: work {id}"),
                ToWorker::Merge { id, .. } => format!("{worker}: merge {id}"),
                ToWorker::Cancel { id } => format!("{worker}: cancel {id}"),
                ToWorker::Tail { id, tail } => format!("{worker}: tail {id} {:?}", tail.after),
                ToWorker::StopTail { id } => format!("{worker}: stop tail {id}"),
            },
        })
        .collect()
}

#[track_caller]
fn check(effects: &[Effect], expected: &[&str]) {
    assert_eq!(short(effects), expected);
}

fn done(id: Id) -> FromWorker {
    FromWorker::Event(Box::new(Event::Done { id, done: Done::default() }))
}

#[test]
fn a_worker_gets_its_messages_once_it_listens() {
    let mut pool = Pool::new(2, Settings { memory_bytes: 100, share: None });
    check(&pool.start(1, query(Priority::Foreground)), &[]);
    let ready = FromWorker::Ready;
    check(&pool.heard(0, ready.clone()), &["0: 50 bytes", "0: lead 1 of 2"]);
    check(&pool.heard(1, ready), &["1: 50 bytes"]);
}

#[test]
fn parts_go_to_the_worker_meant_and_results_to_the_lead() {
    let mut pool = pool(2);
    pool.start(1, query(Priority::Foreground));
    let hand = FromWorker::Hand { id: 1, worker: 1, part: part() };
    check(&pool.heard(0, hand.clone()), &["1: work 1"]);
    check(&pool.heard(1, FromWorker::Part { id: 1, result: result() }), &["0: merge 1"]);
    check(&pool.heard(0, hand.clone()), &["1: work 1"]);
    // The limit is reached before everyone has answered.
    check(&pool.heard(0, done(1)), &["done 1", "0: cancel 1", "1: cancel 1"]);
    check(&pool.heard(1, FromWorker::Part { id: 1, result: result() }), &[]);
    check(&pool.heard(0, hand), &[]);
}

#[test]
fn a_background_query_waits_for_the_foreground() {
    let mut pool = pool(1);
    check(&pool.start(1, query(Priority::Foreground)), &["0: lead 1 of 1"]);
    check(&pool.start(2, query(Priority::Background)), &[]);
    check(&pool.start(3, query(Priority::Background)), &[]);
    check(&pool.cancel(3), &["done 3"]);
    check(&pool.heard(0, done(1)), &["done 1", "0: cancel 1", "breathe"]);
    check(&pool.start_waiting(), &["0: lead 2 of 1"]);
    // Whatever was started in the meantime goes first.
    check(&pool.start(4, query(Priority::Foreground)), &["0: lead 4 of 1"]);
    check(&pool.start(5, query(Priority::Background)), &[]);
    check(&pool.start_waiting(), &[]);
    check(&pool.heard(0, done(2)), &["done 2", "0: cancel 2"]);
    check(&pool.heard(0, done(4)), &["done 4", "0: cancel 4", "breathe"]);
}

#[test]
fn a_background_query_leaves_a_core_to_the_page() {
    let mut pool = pool(4);
    check(&pool.start(1, query(Priority::Background)), &["0: lead 1 of 3"]);
    check(&pool.start(2, query(Priority::Foreground)), &["0: lead 2 of 4"]);
}

#[test]
fn a_cancelled_query_ends_with_what_the_lead_has() {
    let mut pool = pool(2);
    pool.start(1, query(Priority::Foreground));
    pool.heard(0, FromWorker::Hand { id: 1, worker: 1, part: part() });
    check(&pool.cancel(1), &["0: cancel 1", "1: cancel 1"]);
    check(&pool.heard(0, done(1)), &["done 1", "0: cancel 1", "1: cancel 1"]);
    check(&pool.cancel(1), &[]);
}

#[test]
fn a_dead_worker_fails_the_queries_it_worked_for_and_is_replaced() {
    let mut pool = pool(2);
    pool.start(1, query(Priority::Foreground));
    pool.start(2, query(Priority::Foreground));
    pool.heard(0, FromWorker::Hand { id: 2, worker: 1, part: part() });
    check(
        &pool.died(1, "out of memory".into()),
        &[
            "restart 1",
            "0: cancel 2",
            "failed 2: the query engine stopped unexpectedly: out of memory",
        ],
    );
    let ready = FromWorker::Ready;
    check(&pool.heard(1, ready), &["1: 268435456 bytes"]);
    check(
        &pool.heard(0, FromWorker::Panicked { detail: "x".into() }),
        &["restart 0", "failed 1: the query engine stopped unexpectedly: x"],
    );
}

#[test]
fn a_worker_that_never_starts_is_given_up() {
    let mut pool = Pool::new(2, Settings::default());
    check(&pool.died(1, "no".into()), &["restart 1"]);
    check(&pool.died(1, "no".into()), &[]);
    pool.heard(0, FromWorker::Ready);
    check(&pool.start(1, query(Priority::Foreground)), &["0: lead 1 of 1"]);
}

#[test]
fn a_tail_goes_on_where_it_was_when_its_worker_is_replaced() {
    let mut pool = pool(2);
    let tail = TailRequest { text: "{job=\"a\"}".into(), base: "http://x/".into(), after: Some(4) };
    check(&pool.tail(7, tail), &["1: tail 7 Some(4)"]);
    let rows = TailRows { after: Some(9), ..TailRows::default() };
    let event = FromWorker::Event(Box::new(Event::TailRows { id: 7, rows }));
    check(&pool.heard(1, event), &["event 7"]);
    check(&pool.died(1, "x".into()), &["restart 1", "state 7"]);
    let ready = FromWorker::Ready;
    check(&pool.heard(1, ready), &["1: 268435456 bytes", "1: tail 7 Some(9)"]);
    check(&pool.stop_tail(7), &["1: stop tail 7"]);
    check(&pool.stop_tail(7), &[]);
}

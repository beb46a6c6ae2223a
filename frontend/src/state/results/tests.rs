use logql::Row;
use model::{TimeRange, Timestamp};

use super::*;
use crate::engine::message::Listed;
use crate::state::Edges;

fn asked(text: &str) -> Rc<Asked> {
    Rc::new(Asked::new(text, TimeRange::new(0, 60_000_000_000), Edges::Exact).unwrap())
}

fn start(main: Id) -> ResultsAction {
    ResultsAction::Start { asked: asked("{a=\"b\"}"), main, histogram: Some(main + 1), newer: None }
}

fn event(event: Event) -> ResultsAction {
    ResultsAction::Event(event.id(), Box::new(event), 0.0)
}

fn rows(id: Id, from: usize, arrivals: &[u64]) -> ResultsAction {
    let rows: Vec<Row> =
        arrivals.iter().map(|&arrival| Row { arrival, ..Row::default() }).collect();
    let rows = rows.into_iter().map(Listed::from).collect::<Vec<_>>();
    event(Event::Rows { id, from, total: from + rows.len(), rows })
}

fn done(id: Id, stopped_at: Option<i64>) -> ResultsAction {
    let coverage = Coverage { stopped_at: stopped_at.map(Timestamp), ..Coverage::default() };
    event(Event::Done { id, done: Done { coverage, ..Done::default() } })
}

fn after(actions: Vec<ResultsAction>) -> Rc<Results> {
    actions.into_iter().fold(Rc::new(Results::default()), Reducible::reduce)
}

fn arrivals(results: &Results) -> Vec<u64> {
    results.shown_rows().iter().map(|entry| entry.arrival).collect()
}

#[test]
fn the_rows_before_stay_until_the_first_of_the_new_come() {
    let first = vec![start(1), rows(1, 0, &[1, 2]), done(1, None), start(3)];
    let waiting = after(first.clone());
    assert!(waiting.stale);
    assert_eq!(arrivals(&waiting), [1, 2]);
    let answered = after([first.clone(), vec![rows(3, 0, &[9])]].concat());
    assert!(!answered.stale);
    assert_eq!(arrivals(&answered), [9]);
    let empty = after([first, vec![done(3, None)]].concat());
    assert!(arrivals(&empty).is_empty());
}

#[test]
fn what_an_older_query_still_says_is_passed_over() {
    let state = after(vec![start(1), start(3), rows(1, 0, &[1]), done(1, None)]);
    assert_eq!(state.phase, Phase::Running);
    assert!(arrivals(&state).is_empty());
}

#[test]
fn older_rows_follow_those_that_are_there() {
    let page = vec![start(1), rows(1, 0, &[5, 4]), done(1, Some(40))];
    assert!(after(page.clone()).has_older());
    let more = [page, vec![ResultsAction::Older(7)]].concat();
    assert!(!after(more.clone()).has_older());
    let some = [more, vec![rows(7, 0, &[3]), rows(7, 1, &[2]), done(7, Some(20))]].concat();
    assert_eq!(arrivals(&after(some.clone())), [5, 4, 3, 2]);
    assert!(after(some.clone()).has_older());
    let all = after([some, vec![ResultsAction::Older(8), done(8, None)]].concat());
    assert!(!all.has_older());
    assert_eq!(all.num_matches(), Some(4));
}

#[test]
fn a_live_list_starts_with_the_lines_before_in_their_order() {
    let tail = |arrival| {
        let rows = crate::engine::message::TailRows {
            new: vec![Row { arrival, ..Row::default() }.into()],
            ..crate::engine::message::TailRows::default()
        };
        event(Event::TailRows { id: 9, rows })
    };
    let state = after(vec![
        ResultsAction::StartLive { asked: asked("{a=\"b\"}"), backlog: 1 },
        rows(1, 0, &[3, 2]),
        done(1, Some(0)),
        ResultsAction::Tail(9),
        tail(4),
    ]);
    assert_eq!(arrivals(&state), [2, 3, 4]);
    assert!(!state.has_older());
}

#[test]
fn escape_ends_what_runs() {
    assert_eq!(after(vec![start(1)]).running_ids(), [1, 2]);
    assert_eq!(after(vec![start(1), done(1, None)]).running_ids(), [2]);
    assert_eq!(after(vec![]).running_ids(), Vec::<Id>::new());
}

#[test]
fn a_row_that_was_cut_gets_its_texts_when_it_is_opened() {
    let id = RowId { timestamp: 0, arrival: 7 };
    let long = Row { arrival: 7, line: vec![b'x'; 50_000], ..Row::default() };
    let rows = |id, row: Listed| event(Event::Rows { id, from: 0, rows: vec![row], total: 1 });
    let opened = vec![
        start(1),
        rows(1, Listed::cut(long.clone())),
        done(1, None),
        ResultsAction::Whole(3, id),
    ];
    let shown = |results: &Results| {
        let entry = Rc::clone(results.shown_rows().get(0).unwrap());
        (entry.line.len(), entry.num_bytes(), entry.is_whole())
    };
    let waiting = after(opened.clone());
    assert_eq!(shown(&waiting), (16_384, 50_000, false));
    assert_eq!(waiting.whole.missing_of(id), None);
    let came = after([opened.clone(), vec![rows(3, long.into()), done(3, None)]].concat());
    assert_eq!(shown(&came), (50_000, 50_000, true));
    assert_eq!(came.whole.missing_of(id), None);
    let gone = after([opened.clone(), vec![done(3, None)]].concat());
    assert_eq!(gone.whole.missing_of(id), Some(&Missing::Gone));
    let failure = Failure::Offline { detail: String::new() };
    let failed = event(Event::Failed { id: 3, failure: failure.clone() });
    let failed = after([opened, vec![failed]].concat());
    assert_eq!(failed.whole.missing_of(id), Some(&Missing::Failed(failure)));
    assert_eq!(failed.phase, Phase::Done);
}

use std::collections::BTreeMap;

use detect::{SessionRole, SessionStart, TimeSource};
use model::{Boundary, Session, Sessions, Timestamp};
use serde::{Deserialize, Serialize};

/// A process announces itself within this time of the line that names what is started, before or
/// after it, since the two may stand in different files.
const NEAR_NS: i64 = 60_000_000_000;
/// Announcements kept for each job; a service that restarts every minute fills this in a day.
const MAX_ANNOUNCEMENTS: usize = 2_000;

/// What the files of each job said about starts. The sessions are worked out anew from all of it
/// whenever something is added, so that it does not matter which file is read first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionTable {
    jobs: BTreeMap<String, Vec<Announcement>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announcement {
    pub role: SessionRole,
    pub filename: String,
    /// Of the entry it was read from.
    pub arrival: u64,
    pub timestamp: i64,
    /// Whether the time is that of the line, or near it.
    pub is_timed: bool,
    pub fields: Vec<(String, String)>,
}

impl Announcement {
    pub(crate) fn new(filename: &str, arrival: u64, start: &SessionStart<'_>) -> Self {
        Self {
            role: start.role,
            filename: filename.to_owned(),
            arrival,
            timestamp: start.timestamp,
            is_timed: start.time != TimeSource::Arrival,
            fields: start.fields.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        }
    }
}

impl SessionTable {
    pub(crate) fn add(&mut self, job: &str, announcement: Announcement) {
        let announcements = self.jobs.entry(job.to_owned()).or_default();
        announcements.push(announcement);
        if announcements.len() > MAX_ANNOUNCEMENTS {
            let oldest = (0..announcements.len()).min_by_key(|at| announcements[*at].timestamp);
            oldest.map(|at| announcements.remove(at));
        }
    }

    /// The sessions of one job, in order of their start.
    pub(crate) fn of_job(&self, job: &str) -> Vec<Session> {
        self.jobs.get(job).map(|announcements| resolve(announcements)).unwrap_or_default()
    }

    pub(crate) fn all(&self) -> Sessions {
        let sessions = self.jobs.iter().map(|(job, said)| (job.clone(), resolve(said)));
        Sessions(sessions.filter(|(_, sessions)| !sessions.is_empty()).collect())
    }
}

/// A session opens where a line names what is started. A process that announces itself belongs to
/// the nearest of these within a minute, else it makes a session of its own; further lines add
/// to the session their file is in.
fn resolve(announcements: &[Announcement]) -> Vec<Session> {
    let of_role = |role| {
        let mut found: Vec<&Announcement> =
            announcements.iter().filter(|a| a.role == role).collect();
        found.sort_by_key(|a| (a.timestamp, a.arrival));
        found
    };
    let mut sessions: Vec<Session> =
        of_role(SessionRole::Opens).into_iter().map(session_from).collect();
    let mut strays: Vec<Session> = Vec::new();
    for process in of_role(SessionRole::Process) {
        let near = nearest(&mut sessions, process);
        let home = match near {
            Some(session) => Some(session),
            None => nearest(&mut strays, process),
        };
        match home {
            Some(session) => join(session, process),
            None if process.is_timed => strays.push(session_from(process)),
            None => {}
        }
    }
    sessions.append(&mut strays);
    sessions.sort_by_key(|session| session.start);
    for more in of_role(SessionRole::Describes) {
        if let Some(session) = home_of(&mut sessions, more) {
            add_fields(session, &more.fields);
        }
    }
    sessions
}

fn session_from(announcement: &Announcement) -> Session {
    let mut session = Session {
        start: Timestamp(announcement.timestamp),
        fields: Vec::new(),
        boundaries: Vec::new(),
    };
    join(&mut session, announcement);
    session
}

fn nearest<'a>(sessions: &'a mut [Session], process: &Announcement) -> Option<&'a mut Session> {
    let distance =
        |session: &Session| session.start.0.saturating_sub(process.timestamp).saturating_abs();
    let near = sessions.iter_mut().filter(|session| distance(session) <= NEAR_NS);
    near.min_by_key(|session| distance(session))
}

fn join(session: &mut Session, announcement: &Announcement) {
    add_fields(session, &announcement.fields);
    let boundary = session.boundaries.iter_mut().find(|b| b.filename == announcement.filename);
    match boundary {
        // The process says more than once that it is there; the first time counts.
        Some(boundary) => boundary.arrival = boundary.arrival.min(announcement.arrival),
        None => session.boundaries.push(Boundary {
            filename: announcement.filename.clone(),
            arrival: announcement.arrival,
        }),
    }
}

fn add_fields(session: &mut Session, fields: &[(String, String)]) {
    for (name, value) in fields {
        if session.field(name).is_none() {
            session.fields.push((name.clone(), value.clone()));
        }
    }
}

/// The session that an entry of the file belongs to, by the rule of [`Sessions::of`].
fn home_of<'a>(sessions: &'a mut [Session], entry: &Announcement) -> Option<&'a mut Session> {
    sessions.iter_mut().rev().find(|session| {
        match session.boundaries.iter().find(|b| b.filename == entry.filename) {
            Some(boundary) => boundary.arrival <= entry.arrival,
            None => session.start.0 <= entry.timestamp,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    fn said(
        role: SessionRole,
        filename: &str,
        secs: i64,
        arrival: u64,
        field: Option<(&str, &str)>,
    ) -> Announcement {
        Announcement {
            role,
            filename: filename.to_owned(),
            arrival,
            timestamp: secs * S,
            is_timed: true,
            fields: field.map(|(n, v)| (n.to_owned(), v.to_owned())).into_iter().collect(),
        }
    }

    #[track_caller]
    fn check(announcements: &[Announcement], expected: &[(i64, &str, &[&str])]) {
        for turn in 0..announcements.len() {
            // Whichever file is read first.
            let mut order = announcements.to_vec();
            order.rotate_left(turn);
            let mut table = SessionTable::default();
            order.into_iter().for_each(|a| table.add("job", a));
            let sessions = table.of_job("job");
            let found: Vec<(i64, String, Vec<String>)> = sessions
                .iter()
                .map(|s| {
                    let fields: Vec<_> = s.fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
                    let mut files: Vec<_> = s
                        .boundaries
                        .iter()
                        .map(|b| format!("{}@{}", b.filename, b.arrival))
                        .collect();
                    files.sort();
                    (s.start.0 / S, fields.join(" "), files)
                })
                .collect();
            let expected: Vec<(i64, String, Vec<String>)> = expected
                .iter()
                .map(|(start, fields, files)| {
                    (*start, (*fields).to_owned(), files.iter().map(|f| (*f).to_owned()).collect())
                })
                .collect();
            assert_eq!(found, expected, "turned by {turn}");
        }
    }

    #[test]
    fn starts_are_put_together_whatever_is_read_first() {
        use SessionRole::{Describes, Opens, Process};
        check(
            &[
                said(Opens, "startup", 0, 0, Some(("commit", "aaa"))),
                said(Opens, "startup", 1000, 1, Some(("commit", "bbb"))),
                said(Process, "app", 3, 10, None),
                said(Process, "app", 1003, 20, None),
            ],
            &[
                (0, "commit=aaa", &["app@10", "startup@0"]),
                (1000, "commit=bbb", &["app@20", "startup@1"]),
            ],
        );
        // Without a line that names it, a process makes a session; its second line does not.
        check(
            &[
                said(Process, "app", 100, 7, Some(("torch", "2.3"))),
                said(Process, "app", 110, 9, None),
                said(Describes, "app", 111, 11, Some(("device", "cuda:0"))),
                said(Process, "app", 500, 20, None),
            ],
            &[(100, "torch=2.3 device=cuda:0", &["app@7"]), (500, "", &["app@20"])],
        );
    }
}

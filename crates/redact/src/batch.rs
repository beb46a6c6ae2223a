use std::sync::Arc;

use model::{
    Batch, Boundary, FieldColumn, Fields, Labels, Lines, Places, Session, Sessions, SourceFile,
};

use crate::engine::KNOWN_MASK;
use crate::find::pem;
use crate::redactor::Pass;
use crate::spans::Hit;
use crate::{Family, Redactor, named};

impl Redactor {
    /// Looks at everything a stream's entries carry. Entries with the lines of one private key come
    /// in one batch or in order.
    pub fn scan(&mut self, labels: &Labels, batch: &Batch) {
        for (name, value) in labels.iter() {
            self.scan_value(name, value);
        }
        for file in batch.places.files() {
            self.scan_line(file.path.as_bytes());
        }
        for fields in [&batch.metadata, &batch.auto] {
            for column in fields.columns() {
                if self.concerns(column) {
                    (0..column.rows.len())
                        .for_each(|at| self.scan_value(&column.name, column.value(at)));
                }
            }
        }
        if let Some(lines) = &batch.lines {
            self.each_line(lines, |redactor, line, hits| {
                redactor.count(line, &hits, Pass::Scan);
            });
        }
    }

    /// Looks at what is known about runs.
    pub fn scan_sessions(&mut self, sessions: &Sessions) {
        for (job, session) in sessions.0.iter().flat_map(|(j, all)| all.iter().map(move |s| (j, s)))
        {
            self.scan_value("job", job);
            session.fields.iter().for_each(|(name, value)| self.scan_value(name, value));
            for boundary in &session.boundaries {
                self.scan_line(boundary.filename.as_bytes());
            }
        }
    }

    /// The batch without what the rules find in its lines, fields and places. Everything is made
    /// anew: what is encoded from it knows nothing of the original.
    pub fn rewrite_batch(&mut self, batch: &Batch) -> Batch {
        let mut rewritten = Batch {
            timestamps: batch.timestamps.clone(),
            arrivals: batch.arrivals.clone(),
            lengths: batch.lengths.clone(),
            metadata: self.rewrite_fields(&batch.metadata),
            auto: self.rewrite_fields(&batch.auto),
            places: self.rewrite_places(&batch.places),
            lines: None,
        };
        rewritten.lines = batch.lines.as_ref().map(|lines| {
            let mut out = Lines::default();
            out.bytes.reserve(lines.bytes.len());
            out.ends.reserve(lines.len());
            self.each_line(lines, |redactor, line, hits| {
                out.push(&redactor.apply(line, &hits));
            });
            out
        });
        rewritten
    }

    pub fn rewrite_labels(&mut self, labels: &Labels) -> Labels {
        let pairs = labels.iter();
        pairs.map(|(name, value)| (name, self.rewrite_value(name, value).into_owned())).collect()
    }

    pub fn rewrite_sessions(&mut self, sessions: &Sessions) -> Sessions {
        let mut out = Sessions::default();
        for (job, sessions) in &sessions.0 {
            let job = self.rewrite_value("job", job).into_owned();
            let all = sessions.iter().map(|session| self.rewrite_session(session)).collect();
            out.0.insert(job, all);
        }
        out
    }

    fn rewrite_session(&mut self, session: &Session) -> Session {
        let fields = session.fields.iter();
        let fields = fields
            .map(|(name, value)| (name.clone(), self.rewrite_value(name, value).into_owned()))
            .collect();
        let boundaries = session.boundaries.iter();
        let boundaries = boundaries
            .map(|b| Boundary {
                filename: self.rewrite_value("filename", &b.filename).into_owned(),
                arrival: b.arrival,
            })
            .collect();
        Session { start: session.start, fields, boundaries }
    }

    /// Device and inode tell a machine's files apart and mean nothing elsewhere.
    fn rewrite_places(&mut self, places: &Places) -> Places {
        let files: Vec<Arc<SourceFile>> = places
            .files()
            .iter()
            .map(|file| {
                let path = self.rewrite_text(&file.path).into_owned();
                Arc::new(SourceFile { path, device: 0, inode: 0 })
            })
            .collect();
        let mut out = Places::new();
        for row in 0..places.rows() {
            let Some((file, offset, len)) = places.part(row) else { continue };
            let at = places.files().iter().position(|known| Arc::ptr_eq(known, file));
            if let Some(file) = at.and_then(|at| files.get(at)) {
                out.push(row, file, offset, len);
            }
        }
        out
    }

    fn rewrite_fields(&mut self, fields: &Fields) -> Fields {
        let mut columns = Vec::with_capacity(fields.columns().len());
        for column in fields.columns() {
            if !self.concerns(column) {
                columns.push(column.clone());
                continue;
            }
            let (name, rows) = (column.name.clone(), column.rows.clone());
            let mut out = FieldColumn { name, rows, ..FieldColumn::default() };
            for at in 0..column.rows.len() {
                let value = self.rewrite_value(&column.name, column.value(at));
                out.values.push_str(&value);
                out.ends.push(u32::try_from(out.values.len()).unwrap_or(u32::MAX));
            }
            columns.push(out);
        }
        Fields::from_columns(columns)
    }

    /// Whether a value of the column can hold anything.
    fn concerns(&mut self, column: &FieldColumn) -> bool {
        self.refresh();
        let values = column.values.as_bytes();
        // Values stand side by side, so a word's end cannot be told in the column.
        self.known.may_be_in(values)
            || self.engine.mask(values) != 0
            || named::is_telling_name(&self.engine, &column.name)
    }

    /// Calls for every line in order, with what is to be replaced in it.
    fn each_line(&mut self, lines: &Lines, mut each: impl FnMut(&mut Self, &[u8], Vec<Hit>)) {
        self.refresh();
        let mut masks = self.engine.masks(lines);
        self.mark_known(lines, &mut masks);
        let key_rule = self.engine.rule("private-key");
        let mut open = false;
        for (row, mask) in masks.into_iter().enumerate() {
            let line = lines.get(row);
            let inside = (open || self.saw_private_key) && pem::is_inside(line, open);
            if let Some(rule) = key_rule.filter(|_| inside) {
                let start = line.len() - line.trim_ascii_start().len();
                let end = start + line.trim_ascii().len();
                each(self, line, vec![Hit { span: start..end, family: Family::Key, rule }]);
                continue;
            }
            open = false;
            if mask == 0 {
                each(self, line, Vec::new());
                continue;
            }
            if key_rule.is_some() && pem::opens(line) {
                open = true;
                self.saw_private_key = true;
            }
            let hits = self.hits(line, mask);
            each(self, line, hits);
        }
    }

    fn mark_known(&self, lines: &Lines, masks: &mut [u64]) {
        self.known.starts(&lines.bytes, |at| {
            if let Some(mask) = masks.get_mut(lines.row_at(at)) {
                *mask |= KNOWN_MASK;
            }
        });
    }
}

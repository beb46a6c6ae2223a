use std::borrow::Cow;

use super::scan::{Kind, Malformed, Scanner};
use crate::ast;
use crate::parse::{PathStep, json_path};
use crate::pipeline::{Entry, Failure};
use crate::stages::extract::set_picked;

/// `| json status="resp.status", ua="headers[\"User-Agent\"]"`: the values at these paths only. A
/// path that leads nowhere gives the empty text.
#[derive(Debug)]
pub(crate) struct PickedJson {
    picks: Vec<(String, Vec<PathStep>)>,
}

impl PickedJson {
    pub(crate) fn new(extractions: &[ast::Extraction]) -> Result<Self, String> {
        let picks = extractions
            .iter()
            .map(|e| Ok((e.name.clone(), json_path(&e.path)?)))
            .collect::<Result<_, String>>()?;
        Ok(Self { picks })
    }

    pub(crate) fn run(&self, entry: &mut Entry<'_>) {
        entry.with_line(|entry, line| {
            let mut values: Vec<Option<Cow<'_, str>>> = vec![None; self.picks.len()];
            let mut scanner = Scanner::new(line);
            let open: Vec<usize> = (0..self.picks.len()).collect();
            // Not even a space may stand before the document here.
            if !matches!(line.first(), Some(b'{' | b'[' | b'"')) {
                entry.fail(Failure::Json, "");
                return;
            }
            // What was found before a mistake in the document counts.
            _ = self.read(&mut scanner, &open, 0, &mut values);
            let found = self.picks.iter().zip(&values);
            set_picked(entry, found.map(|((label, _), value)| (label.as_str(), value.as_deref())));
        });
    }

    /// Reads a value that the paths in `open` lead into, `depth` parts of them being behind.
    fn read<'l>(
        &self,
        scanner: &mut Scanner<'l>,
        open: &[usize],
        depth: usize,
        values: &mut [Option<Cow<'l, str>>],
    ) -> Result<(), Malformed> {
        scanner.check_depth(depth)?;
        if open.iter().any(|pick| self.step(*pick, depth).is_none()) {
            return self.take(scanner, open, depth, values);
        }
        match scanner.kind()? {
            Kind::Object => {
                scanner.open_object()?;
                let mut first = true;
                while let Some(key) = scanner.key(&mut first)? {
                    let leads = |step: &PathStep| matches!(step, PathStep::Field(k) if *k == key);
                    self.enter(scanner, open, leads, depth, values)?;
                }
            }
            Kind::Array => {
                scanner.open_array()?;
                let mut first = true;
                let mut index = 0;
                while scanner.element(&mut first)? {
                    let leads = |step: &PathStep| *step == PathStep::Index(index);
                    self.enter(scanner, open, leads, depth, values)?;
                    index += 1;
                }
            }
            _ => {
                scanner.skip()?;
            }
        }
        Ok(())
    }

    /// Reads the next value for those of the paths in `open` whose next step leads into it.
    fn enter<'l>(
        &self,
        scanner: &mut Scanner<'l>,
        open: &[usize],
        leads: impl Fn(&PathStep) -> bool,
        depth: usize,
        values: &mut [Option<Cow<'l, str>>],
    ) -> Result<(), Malformed> {
        let into: Vec<usize> = open
            .iter()
            .copied()
            .filter(|pick| self.step(*pick, depth).is_some_and(&leads))
            .collect();
        if into.is_empty() {
            scanner.skip().map(drop)
        } else {
            self.read(scanner, &into, depth + 1, values)
        }
    }

    fn step(&self, pick: usize, depth: usize) -> Option<&PathStep> {
        self.picks.get(pick).and_then(|(_, path)| path.get(depth))
    }

    /// Takes the value for the paths that end here; those that lead on read it once more.
    fn take<'l>(
        &self,
        scanner: &mut Scanner<'l>,
        open: &[usize],
        depth: usize,
        values: &mut [Option<Cow<'l, str>>],
    ) -> Result<(), Malformed> {
        let kind = scanner.kind()?;
        let raw;
        let value: Cow<'l, str> = match kind {
            Kind::String => {
                raw = &b""[..];
                scanner.string()?
            }
            Kind::Null => {
                raw = scanner.skip()?;
                Cow::Borrowed("")
            }
            _ => {
                raw = scanner.skip()?;
                String::from_utf8_lossy(raw)
            }
        };
        let (ends, on): (Vec<usize>, Vec<usize>) = open
            .iter()
            .partition(|pick| self.picks.get(**pick).is_some_and(|(_, p)| p.len() == depth));
        for pick in ends {
            if let Some(slot) = values.get_mut(pick)
                && slot.is_none()
            {
                *slot = Some(value.clone());
            }
        }
        if on.is_empty() || raw.is_empty() {
            return Ok(());
        }
        self.read(&mut Scanner::new(raw), &on, depth, values)
    }
}

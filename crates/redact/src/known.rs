use std::collections::HashMap;
use std::fmt;

use aho_corasick::AhoCorasick;

use crate::Family;
use crate::spans::Hit;

/// Bytes of an original that are searched for; the rest is compared where they are found. A search
/// for thousands of whole prompts takes seconds to build.
const NEEDLE_BYTES: usize = 16;

/// Originals that are looked for wherever they stand, in ASCII of any case.
#[derive(Clone, Default)]
pub(crate) struct Known {
    search: Option<AhoCorasick>,
    /// By needle of the search, the originals that start with it, as places in the list.
    starting: Vec<Vec<usize>>,
    /// How many of the originals the search knows.
    len: usize,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("len", &self.len).finish_non_exhaustive()
    }
}

impl Known {
    /// Makes the search again, if more is known.
    pub fn refresh(&mut self, originals: &[(Family, Vec<u8>)]) {
        if originals.len() == self.len {
            return;
        }
        let mut needles: Vec<Vec<u8>> = Vec::new();
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        self.starting.clear();
        for (at, (_, original)) in originals.iter().enumerate() {
            let start = original.get(..original.len().min(NEEDLE_BYTES)).unwrap_or_default();
            let needle = start.to_ascii_lowercase();
            let place = *places.entry(needle.clone()).or_insert(needles.len());
            match self.starting.get_mut(place) {
                Some(starting) => starting.push(at),
                None => {
                    needles.push(needle);
                    self.starting.push(vec![at]);
                }
            }
        }
        self.search = AhoCorasick::builder().ascii_case_insensitive(true).build(&needles).ok();
        self.len = originals.len();
    }

    /// Whether any of them may be in the text, as a word or as part of one.
    pub fn may_be_in(&self, text: &[u8]) -> bool {
        self.search.as_ref().is_some_and(|search| search.is_match(text))
    }

    /// Tells where any of them may start.
    pub fn starts(&self, text: &[u8], mut start: impl FnMut(usize)) {
        if let Some(search) = &self.search {
            search.find_overlapping_iter(text).for_each(|found| start(found.start()));
        }
    }

    /// Where they are, counted for `rule`. They may overlap.
    pub fn hits(
        &self,
        line: &[u8],
        originals: &[(Family, Vec<u8>)],
        rule: usize,
        hits: &mut Vec<Hit>,
    ) {
        let Some(search) = &self.search else { return };
        let in_word = |at: Option<usize>| {
            at.and_then(|at| line.get(at)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
        };
        for found in search.find_overlapping_iter(line) {
            let starting = self.starting.get(found.pattern().as_usize()).into_iter().flatten();
            for (family, original) in starting.filter_map(|at| originals.get(*at)) {
                let span = found.start()..found.start() + original.len();
                let is_here =
                    line.get(span.clone()).is_some_and(|t| t.eq_ignore_ascii_case(original));
                // A part of a word is another name, but a key is one in any word.
                let is_part = in_word(span.start.checked_sub(1)) || in_word(Some(span.end));
                if is_here && (!is_part || matches!(family, Family::Key | Family::Text)) {
                    hits.push(Hit { span, family: *family, rule });
                }
            }
        }
    }
}

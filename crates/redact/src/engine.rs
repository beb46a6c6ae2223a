use aho_corasick::AhoCorasick;
use model::Lines;
use regex::bytes::Regex;

use crate::catalogue::CATALOGUE;
use crate::rule::{Accept, Anchor, Finder, Place};
use crate::spans::Hit;
use crate::{Family, Group, OwnRule, RuleError, RuleInfo, Selection};

/// The rules of the user share a bit.
const OWN_BIT: u32 = 62;
/// Something known is in the line.
pub(crate) const KNOWN_MASK: u64 = 1 << 63;

/// The rules that run, made ready. One search for the words of all of them tells which rules have
/// to look at which line; most lines are looked at by none.
#[derive(Clone)]
pub(crate) struct Engine {
    pub rules: Vec<Active>,
    words: AhoCorasick,
    /// By word, the rules it calls.
    word_masks: Vec<u64>,
    dots: u64,
    colons: u64,
    /// Rules that look at every line.
    always: u64,
}

/// A rule that runs.
#[derive(Clone)]
pub(crate) struct Active {
    pub id: String,
    pub group: Group,
    pub name_key: &'static str,
    bit: u32,
    finder: ActiveFinder,
}

#[derive(Clone)]
enum ActiveFinder {
    Pattern { regex: Regex, accept: Accept, family: Family },
    Code(fn(&[u8], &mut Vec<Place>)),
}

impl Engine {
    pub fn new(selection: &Selection) -> Result<Self, RuleError> {
        let (mut rules, mut words, mut word_masks) = (Vec::new(), Vec::new(), Vec::new());
        let (mut dots, mut colons, mut always) = (0, 0, 0);
        for (rule, chosen) in CATALOGUE.iter().zip(selection.chosen()?) {
            if !chosen {
                continue;
            }
            let bit = rules.len() as u32;
            match rule.anchor {
                Anchor::Words(list) => {
                    words.extend(list.iter().map(|word| (*word).to_owned()));
                    word_masks.extend(list.iter().map(|_| 1_u64 << bit));
                }
                Anchor::Dots => dots |= 1 << bit,
                Anchor::Colons => colons |= 1 << bit,
            }
            let RuleInfo { id, group, family, name_key, .. } = rule.info;
            let finder = match rule.finder {
                Finder::Code(find) => ActiveFinder::Code(find),
                Finder::Pattern { pattern, accept } => {
                    ActiveFinder::Pattern { regex: compile(pattern)?, accept, family }
                }
            };
            rules.push(Active { id: id.to_owned(), group, name_key, bit, finder });
        }
        for (number, own) in (1..).zip(&selection.own) {
            let pattern = match own {
                OwnRule::Text(text) => {
                    words.push(text.clone());
                    word_masks.push(1 << OWN_BIT);
                    regex::escape(text)
                }
                OwnRule::Regex(pattern) => {
                    always |= 1 << OWN_BIT;
                    pattern.clone()
                }
            };
            let regex = compile(&pattern)?;
            if regex.is_match(b"") {
                return Err(RuleError::Empty { rule: pattern });
            }
            let accept = |_: &[u8], _, group| Some(group);
            let finder = ActiveFinder::Pattern { regex, accept, family: Family::Private };
            let (id, name_key) = (format!("own-{number}"), "redact.own");
            rules.push(Active { id, group: Group::Own, name_key, bit: OWN_BIT, finder });
        }
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&words)
            .map_err(|e| RuleError::Regex { rule: "own".into(), problem: e.to_string() })?;
        Ok(Self { rules, words, word_masks, dots, colons, always })
    }

    /// The rule of this id, if it runs.
    pub fn rule(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == id)
    }

    /// The rules that have to look at a text.
    pub fn mask(&self, text: &[u8]) -> u64 {
        let mut mask = self.always;
        self.marks(text, &mut |_, bits| mask |= bits);
        mask
    }

    /// The same for every line of a batch, with one search over all of them.
    pub fn masks(&self, lines: &Lines) -> Vec<u64> {
        let mut masks = vec![self.always; lines.len()];
        // Each kind of mark comes in order, so its lines are found by walking along.
        let (mut row, mut last) = (0, 0);
        self.marks(&lines.bytes, &mut |at, bits| {
            if at < last {
                row = lines.row_at(at);
            }
            last = at;
            while lines.ends.get(row).is_some_and(|end| (*end as usize) < at) {
                row += 1;
            }
            if let Some(mask) = masks.get_mut(row) {
                *mask |= bits;
            }
        });
        masks
    }

    /// Tells where which rules have something to look at.
    fn marks(&self, text: &[u8], mark: &mut dyn FnMut(usize, u64)) {
        for found in self.words.find_overlapping_iter(text) {
            let mask = self.word_masks.get(found.pattern().as_usize()).copied().unwrap_or(0);
            mark(found.start(), mask);
        }
        if self.dots != 0 {
            for at in memchr::memchr_iter(b'.', text) {
                if has_number_between_dots(text, at) {
                    mark(at, self.dots);
                }
            }
        }
        if self.colons != 0 {
            for at in memchr::memchr_iter(b':', text) {
                if has_colon_again(text, at) {
                    mark(at, self.colons);
                }
            }
        }
    }

    /// Where the rules of `mask` find something.
    pub fn hits(&self, line: &[u8], mask: u64, hits: &mut Vec<Hit>) {
        let mut places = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            if mask & 1 << rule.bit == 0 {
                continue;
            }
            match &rule.finder {
                ActiveFinder::Code(find) => {
                    find(line, &mut places);
                    let found = places.drain(..);
                    hits.extend(found.map(|Place { span, family }| Hit { span, family, rule: at }));
                }
                ActiveFinder::Pattern { regex, accept, family } => {
                    pattern_hits(line, regex, *accept, |span| {
                        hits.push(Hit { span, family: *family, rule: at });
                    });
                }
            }
        }
    }
}

fn pattern_hits(
    line: &[u8],
    regex: &Regex,
    accept: Accept,
    mut hit: impl FnMut(std::ops::Range<usize>),
) {
    let mut from = 0;
    while let Some(found) = regex.captures_at(line, from) {
        let Some(whole) = found.get(0) else { break };
        let groups = found.len();
        let mut end = None;
        for group in found.iter().skip(usize::from(groups > 1)).flatten() {
            end = Some(group.end());
            if let Some(span) = accept(line, whole.range(), group.range()) {
                hit(span);
            }
        }
        // What follows a group may be what stands before the next one.
        from = end.unwrap_or(whole.end()).max(from + 1);
        if from > line.len() {
            break;
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, RuleError> {
    Regex::new(pattern)
        .map_err(|error| RuleError::Regex { rule: pattern.to_owned(), problem: error.to_string() })
}

fn digit(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_digit)
}

/// `.16.` with digits around: neither a float nor a time.
fn has_number_between_dots(text: &[u8], at: usize) -> bool {
    let len = (1..=3).take_while(|i| digit(text, at + i)).count();
    len > 0
        && text.get(at + len + 1) == Some(&b'.')
        && digit(text, at + len + 2)
        && at.checked_sub(1).is_some_and(|before| digit(text, before))
}

/// `::`, or two colons with up to four hexadecimal digits between them of which the second one has
/// such a group after it again, and a third colon: more than a time of day has.
fn has_colon_again(text: &[u8], at: usize) -> bool {
    if text.get(at + 1) == Some(&b':') {
        return true;
    }
    let mut next = at;
    for _ in 0..3 {
        let group = text.get(next + 1..).unwrap_or_default();
        let len = group.iter().take(5).take_while(|b| b.is_ascii_hexdigit()).count();
        next += len + 1;
        if len == 0 || len > 4 || text.get(next) != Some(&b':') {
            return false;
        }
    }
    true
}

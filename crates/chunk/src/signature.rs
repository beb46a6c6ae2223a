//! Which runs of four bytes occur in the lines of a block. Before packing:
//!
//! ```text
//! flags   u8: bit 0: runs of digits and dots only are not in it
//! log2    u8: the number of bits that follow
//! bits    bit `hash & (bits - 1)` of each run is set, lowest bit of a byte first
//! ```
//!
//! One hash and a sparse set that is packed afterwards: at the same size on disk that misses less
//! than several hashes into a dense set do. A literal is tested by all of its runs, so even short
//! words are told apart.

use std::ops::Range;

use model::Lines;

/// Bytes of a run. Words are found by their parts, so runs are taken at every byte.
const RUN: usize = 4;

/// Bits for each distinct run, at least: an eighth of the bits is set at most.
const BITS_PER_RUN: usize = 8;

/// Bytes of lines for each bit, at least: 6% of the lines before packing, however different the
/// runs are. A set that this fills by half tells nothing and is left out.
const BYTES_PER_BIT: usize = 2;

/// Bits at least, so that a block of a few lines has one too.
const MIN_BITS: usize = 1024;

const WITHOUT_NUMBERS: u8 = 1;

/// Digits and the dot: runs of them are counted apart, since measurements fill a block with so
/// many that they would be most of its runs and tell nothing.
const NUMERIC: usize = 11;
const NUMERIC_RUNS: usize = NUMERIC.pow(RUN as u32);

/// Whether a line of the block may satisfy `literals`: of each inner list one byte string must
/// occur in the line. False is certain, true is not. A literal of less than four bytes cannot be
/// told and counts as there. `signature` is the unpacked section; an empty one tells nothing.
pub fn may_contain(signature: &[u8], literals: &[Vec<Vec<u8>>]) -> bool {
    let Some(bits) = Bits::open(signature) else { return true };
    literals.iter().all(|any| any.iter().any(|literal| bits.may_contain(literal)))
}

/// The signature of the lines `rows`; empty when it would tell nothing.
pub(crate) fn write_signature(lines: &Lines, rows: Range<usize>) -> Vec<u8> {
    let num_bytes = lines.start(rows.end).saturating_sub(lines.start(rows.start));
    let log2 = (num_bytes / BYTES_PER_BIT).max(MIN_BITS).ilog2();
    // Runs of words, and behind them those of numbers: which of both a run is, is a place and no
    // branch, since nobody can foresee it.
    let mut both = vec![0_u8; 2 << (log2 - 3)];
    let mut before: &[u8] = b"";
    for row in rows {
        let line = lines.get(row);
        // Lines mostly start as the one before; what both have is there already.
        let same = common_prefix(before, line);
        before = line;
        mark(line.get(same.saturating_sub(RUN - 1)..).unwrap_or_default(), &mut both, log2);
    }
    let numbers = both.split_off(both.len() / 2);
    let mut bits = both;
    // More than a quarter of all possible numbers: they tell nothing about longer ones either.
    let seen = (0..NUMERIC_RUNS).filter(|place| has(&numbers, hash(numeric_run(*place))));
    let without_numbers = seen.count() * 4 > NUMERIC_RUNS;
    if !without_numbers {
        bits.iter_mut().zip(&numbers).for_each(|(bits, numbers)| *bits |= numbers);
    }

    let mut num_set: usize = bits.iter().map(|byte| byte.count_ones() as usize).sum();
    if num_set * 2 > bits.len() * 8 {
        return Vec::new();
    }
    // Halves while there is room: the hash of a run then loses its highest bit.
    while num_set * BITS_PER_RUN * 2 <= bits.len() * 8 && bits.len() > 8 {
        let upper = bits.split_off(bits.len() / 2);
        bits.iter_mut().zip(&upper).for_each(|(lower, upper)| *lower |= upper);
        num_set = bits.iter().map(|byte| byte.count_ones() as usize).sum();
    }
    let flags = if without_numbers { WITHOUT_NUMBERS } else { 0 };
    let mut signature = vec![flags, bits.len().ilog2() as u8 + 3];
    signature.append(&mut bits);
    signature
}

/// An opened signature.
struct Bits<'a> {
    without_numbers: bool,
    bits: &'a [u8],
}

impl<'a> Bits<'a> {
    fn open(signature: &'a [u8]) -> Option<Self> {
        let [flags, log2, bits @ ..] = signature else { return None };
        let whole = *flags <= WITHOUT_NUMBERS
            && bits.len().is_power_of_two()
            && bits.len().ilog2() + 3 == u32::from(*log2);
        whole.then_some(Self { without_numbers: *flags & WITHOUT_NUMBERS != 0, bits })
    }

    fn may_contain(&self, literal: &[u8]) -> bool {
        runs(literal)
            .all(|run| has(self.bits, hash(run.bytes)) || self.without_numbers && run.is_number)
    }
}

fn has(bits: &[u8], hash: u32) -> bool {
    let place = hash as usize & (bits.len() * 8 - 1);
    bits.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
}

/// Marks the runs of a text: those of words in the first half of `both`, those of numbers in the
/// second; each half has `1 << log2` bits.
fn mark(text: &[u8], both: &mut [u8], log2: u32) {
    let (start, rest) = text.split_at(text.len().min(RUN - 1));
    let (mut bytes, mut numeric) = (0_u32, 0_u32);
    let mut step = |byte: u8| {
        bytes = bytes << 8 | u32::from(byte);
        numeric = (numeric << 1 | u32::from(IS_NUMERIC[usize::from(byte)])) & 0b1111;
        (bytes, numeric == 0b1111)
    };
    start.iter().for_each(|byte| _ = step(*byte));
    for byte in rest {
        let (run, is_number) = step(*byte);
        let place = hash(run) & ((1 << log2) - 1) | u32::from(is_number) << log2;
        if let Some(byte) = both.get_mut((place / 8) as usize) {
            *byte |= 1 << (place % 8);
        }
    }
}

static IS_NUMERIC: [bool; 256] = {
    let mut is_numeric = [false; 256];
    is_numeric[b'.' as usize] = true;
    let mut digit = b'0';
    while digit <= b'9' {
        is_numeric[digit as usize] = true;
        digit += 1;
    }
    is_numeric
};

/// Bytes that both start with.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    const STEP: usize = 8;
    let steps = a.chunks_exact(STEP).zip(b.chunks_exact(STEP)).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(steps * STEP..), b.get(steps * STEP..));
    let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
    steps * STEP + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Four bytes that follow each other, the first highest.
struct Run {
    bytes: u32,
    /// Of digits and dots only.
    is_number: bool,
}

/// The runs of a text, one for each of its bytes but the last three.
fn runs(text: &[u8]) -> impl Iterator<Item = Run> {
    let (mut bytes, mut num_numeric) = (0_u32, 0);
    let each = text.iter().map(move |byte| {
        bytes = bytes << 8 | u32::from(*byte);
        num_numeric = if IS_NUMERIC[usize::from(*byte)] { num_numeric + 1 } else { 0 };
        Run { bytes, is_number: num_numeric >= RUN }
    });
    each.skip(RUN - 1)
}

/// The run at `place` among all runs of digits and dots.
fn numeric_run(place: usize) -> u32 {
    (0..RUN as u32).rev().fold(0, |run, power| {
        let digit = place / NUMERIC.pow(power) % NUMERIC;
        run << 8 | u32::from(b"0123456789.".get(digit).copied().unwrap_or_default())
    })
}

/// Every bit of the result depends on every bit of the run.
const fn hash(run: u32) -> u32 {
    let mut hash = (run ^ run >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(lines: &[String]) -> Vec<u8> {
        let mut all = Lines::default();
        lines.iter().for_each(|line| all.push(line.as_bytes()));
        write_signature(&all, 0..lines.len())
    }

    fn literals(all: &[&[&str]]) -> Vec<Vec<Vec<u8>>> {
        let owned = |any: &&[&str]| any.iter().map(|l| l.as_bytes().to_vec()).collect();
        all.iter().map(owned).collect()
    }

    #[test]
    fn what_occurs_is_never_skipped_and_what_does_not_mostly_is() {
        let few = signature(&[
            "2024-12-17 ERROR CUDA out of memory, rtf=0.731\n  File \"model.py\"".into(),
            "音频生成完成".into(),
            String::new(),
        ]);
        for (asked, expected) in [
            (literals(&[]), true),
            (literals(&[&["CUDA out of memory"]]), true),
            (literals(&[&["out of"]]), true),
            (literals(&[&["rtf=0.731"]]), true),
            (literals(&[&["\n  File"]]), true),
            (literals(&[&["生成"]]), true),
            (literals(&[&["ERR"]]), true),
            (literals(&[&[""]]), true),
            (literals(&[&["timeout", "memory"]]), true),
            (literals(&[&["timeout", "failed"]]), false),
            (literals(&[&["CUDA"], &["timeout"]]), false),
            (literals(&[&["cuda out of memory"]]), false),
            (literals(&[&["rtf=0.9"]]), false),
            (literals(&[&["0.9532"]]), false),
            (literals(&[&[]]), false),
        ] {
            assert_eq!(may_contain(&few, &asked), expected, "{asked:?}");
        }
    }

    #[test]
    fn numbers_that_are_everywhere_do_not_crowd_out_words() {
        let many: Vec<String> =
            (0..20_000).map(|i| format!("done rtf={}", i * 7_919 % 1_000_003)).collect();
        let many = signature(&many);
        assert_eq!(many.first(), Some(&WITHOUT_NUMBERS));
        for (asked, expected) in
            [("999999999", true), ("done rtf=7919", true), ("error", false), ("rtf=x", false)]
        {
            assert_eq!(may_contain(&many, &literals(&[&[asked]])), expected, "{asked}");
        }
    }

    #[test]
    fn a_signature_that_makes_no_sense_tells_nothing() {
        let asked = literals(&[&["timeout"]]);
        for bad in [&b""[..], b"\0", b"\0\x03", b"\0\x04\0", b"\xff\x03\0", b"\0\x05\0\0\0"] {
            assert!(may_contain(bad, &asked), "{bad:?}");
        }
        let noise: Vec<String> = (0..64_u64)
            .map(|i| {
                (0..64_u64)
                    .map(|j| char::from(33 + ((i * 64 + j) * (i + j + 7) % 89) as u8))
                    .collect()
            })
            .collect();
        assert!(may_contain(&signature(&noise), &asked));
    }
}

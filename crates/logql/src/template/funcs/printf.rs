//! `print`, `println`, `printf`

use super::{Body, check_len};
use crate::print::{is_printed, quote, quoted};
use crate::template::number;
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "print" => |a| Ok(Value::Text(print(a.values))),
        "println" => |a| {
            let texts: Vec<String> = a.values.iter().map(Value::to_text).collect();
            Ok(Value::Text(format!("{}\n", texts.join(" "))))
        },
        "printf" => |a| {
            a.expect_from(1)?;
            printf(a.text(0)?, a.values.get(1..).unwrap_or(&[])).map(Value::Text)
        },
        _ => return None,
    })
}

/// A space stands between two values of which neither is a text.
fn print(values: &[Value]) -> String {
    let mut out = String::new();
    let mut after_text = true;
    for value in values {
        let is_text = matches!(value, Value::Text(_));
        if !after_text && !is_text {
            out.push(' ');
        }
        value.print_inner(&mut out);
        after_text = is_text;
    }
    out
}

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Wider than this is no column of a log.
const MAX_COUNT: i64 = 10_000;
/// Go takes no wider ones of the values.
const GO_MAX_COUNT: u64 = 1_000_000;

type Chars<'f> = std::iter::Peekable<std::str::Chars<'f>>;

/// The values of a call, taken one after the other, or by number: `%[2]d`.
struct Arguments<'v> {
    values: &'v [Value],
    next: usize,
    by_number: bool,
    bad_number: bool,
    /// What is wrong with a width or precision that was taken of the values; stands before what
    /// has it.
    complaint: &'static str,
}

impl<'v> Arguments<'v> {
    fn take(&mut self) -> Option<&'v Value> {
        let value = self.values.get(self.next);
        self.next += 1;
        value
    }

    /// Reads `[2]`: the next value is the second.
    fn number(&mut self, chars: &mut Chars<'_>) {
        if chars.peek() != Some(&'[') {
            return;
        }
        let digits: String =
            chars.clone().skip(1).take_while(char::is_ascii_digit).take(6).collect();
        let mut after = chars.clone().skip(1 + digits.len());
        self.by_number = true;
        if after.next() == Some(']') {
            (0..digits.len() + 2).for_each(|_| _ = chars.next());
        }
        match digits.parse::<usize>() {
            Ok(number) if (1..=self.values.len()).contains(&number) => self.next = number - 1,
            _ => self.bad_number = true,
        }
    }
}

pub(super) fn printf(format: &str, values: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    let mut rest =
        Arguments { values, next: 0, by_number: false, bad_number: false, complaint: "" };
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        check_len(out.len())?;
        rest.bad_number = false;
        let flags = flags(&mut chars, &mut rest);
        out.push_str(std::mem::take(&mut rest.complaint));
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) if rest.bad_number => out.push_str(&format!("%!{verb}(BADINDEX)")),
            Some(verb) => match rest.take() {
                Some(value) => out.push_str(&verb_text(verb, flags, value)),
                None => out.push_str(&format!("%!{verb}(MISSING)")),
            },
        }
    }
    let extra: Vec<String> = values.iter().skip(rest.next).map(typed).collect();
    if !extra.is_empty() && !rest.by_number {
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    Ok(out)
}

fn flags(chars: &mut Chars<'_>, rest: &mut Arguments<'_>) -> Flags {
    let mut flags = Flags::default();
    while let Some(c) = chars.peek() {
        match c {
            '-' => flags.minus = true,
            '+' => flags.plus = true,
            '#' => flags.sharp = true,
            ' ' => flags.space = true,
            '0' => flags.zero = true,
            _ => break,
        }
        chars.next();
    }
    rest.number(chars);
    flags.width = match count(chars, rest) {
        Count::Of(width) => {
            flags.minus |= width < 0;
            usize::try_from(width.unsigned_abs()).ok()
        }
        Count::None => None,
        Count::Bad => {
            rest.complaint = "%!(BADWIDTH)";
            None
        }
    };
    if chars.peek() == Some(&'.') {
        chars.next();
        rest.number(chars);
        flags.precision = match count(chars, rest) {
            Count::Of(precision @ 0..) => usize::try_from(precision).ok(),
            Count::None => Some(0),
            Count::Of(_) | Count::Bad => {
                rest.complaint = match rest.complaint {
                    "" => "%!(BADPREC)",
                    _ => "%!(BADWIDTH)%!(BADPREC)",
                };
                None
            }
        };
    }
    rest.number(chars);
    flags
}

enum Count {
    None,
    /// A width below 0 aligns to the left, a precision below 0 is none.
    Of(i64),
    /// The value is no whole number, or far too large.
    Bad,
}

/// A width or precision: digits, or `*` for the next value.
fn count(chars: &mut Chars<'_>, rest: &mut Arguments<'_>) -> Count {
    if chars.peek() == Some(&'*') {
        chars.next();
        return match rest.values.get(rest.next) {
            None => Count::Bad,
            Some(value) => {
                rest.next += 1;
                match value {
                    Value::Int(count) if count.unsigned_abs() <= GO_MAX_COUNT => {
                        Count::Of((*count).clamp(-MAX_COUNT, MAX_COUNT))
                    }
                    _ => Count::Bad,
                }
            }
        };
    }
    let mut value: Option<i64> = None;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        value = Some((value.unwrap_or(0) * 10 + i64::from(digit)).min(MAX_COUNT));
        chars.next();
    }
    value.map_or(Count::None, Count::Of)
}

/// `string=abc`: how a value is shown where it fits no verb.
fn typed(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        value => format!("{}={}", value.type_name(), value.to_text()),
    }
}

fn verb_text(verb: char, mut flags: Flags, value: &Value) -> String {
    if verb == 'v' {
        // It asks for the names of fields, which nothing here has.
        flags.plus = false;
    }
    let text = match (verb, value) {
        ('v', Value::Text(text)) if flags.sharp => Some(quote(text)),
        ('v', Value::Text(text)) => Some(cut(text, flags.precision)),
        ('v' | 'd', Value::Int(number)) => return pad_integer(&number.to_string(), flags),
        ('v', Value::Float(number)) => return float('g', flags, *number),
        ('T', value) => Some(value.type_name().to_owned()),
        ('s', Value::Text(text)) => Some(cut(text, flags.precision)),
        ('s', Value::Time(_)) => Some(value.to_text()),
        // Each for itself.
        (_, Value::List(items)) => {
            let texts: Vec<String> =
                items.iter().map(|item| verb_text(verb, flags, item)).collect();
            return format!("[{}]", texts.join(" "));
        }
        (_, Value::Map(items)) => {
            let text = |text: &String| verb_text(verb, flags, &Value::Text(text.clone()));
            let texts: Vec<String> = items
                .iter()
                .map(|(key, item)| format!("{}:{}", text(key), verb_text(verb, flags, item)))
                .collect();
            return format!("map[{}]", texts.join(" "));
        }
        ('v', value) => Some(value.to_text()),
        ('q', Value::Text(text)) => Some(in_quotes(&cut(text, flags.precision), flags)),
        ('q', Value::Int(number)) => {
            Some(quoted(std::iter::once(character(*number)), '\'', flags.plus))
        }
        ('x' | 'X', Value::Text(text)) => Some(hex(text, verb, flags)),
        ('x' | 'X', Value::Float(number)) if number.is_finite() => {
            return pad_number(&hex_float(*number, verb, flags.precision), flags);
        }
        ('x' | 'X', Value::Float(number)) => return float(verb, flags, *number),
        ('t', Value::Bool(value)) => Some(value.to_string()),
        ('b' | 'o' | 'O' | 'x' | 'X', Value::Int(number)) => {
            return pad_integer(&radix(verb, flags, *number), flags);
        }
        ('c', Value::Int(number)) => Some(character(*number).to_string()),
        ('U', Value::Int(number)) => {
            let shown = Some(character(*number)).filter(|c| flags.sharp && is_printed(*c));
            let shown = shown.map_or_else(String::new, |c| format!(" '{c}'"));
            Some(format!("U+{number:04X}{shown}"))
        }
        ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Value::Float(number)) => {
            return float(verb, flags, *number);
        }
        _ => None,
    };
    match text {
        Some(text) => pad(&text, flags),
        None if *value == Value::Nil => format!("%!{verb}(<nil>)"),
        // Width and precision count for the value all the same.
        None => {
            format!("%!{verb}({}={})", value.type_name(), verb_text('v', flags, value))
        }
    }
}

fn character(number: i64) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// `%#q` asks for backticks where they can be had, `%+q` for ASCII.
fn in_quotes(text: &str, flags: Flags) -> String {
    let fits = |c: char| !matches!(c, '`' | '\u{7f}' | '\u{feff}') && (c >= ' ' || c == '\t');
    if flags.sharp && text.chars().all(fits) {
        return format!("`{text}`");
    }
    quoted(text.chars(), '"', flags.plus)
}

fn cut(text: &str, precision: Option<usize>) -> String {
    match precision {
        Some(len) => text.chars().take(len).collect(),
        None => text.to_owned(),
    }
}

/// Byte for byte; `% x` puts blanks between them, `%#x` a mark before all or each.
fn hex(text: &str, verb: char, flags: Flags) -> String {
    let len = flags.precision.unwrap_or(usize::MAX);
    let bytes = text.bytes().take(len).map(|byte| match verb {
        'X' => format!("{byte:02X}"),
        _ => format!("{byte:02x}"),
    });
    let bytes: Vec<String> = bytes.collect();
    let mark = if flags.sharp && !bytes.is_empty() { format!("0{verb}") } else { String::new() };
    if flags.space {
        return format!("{mark}{}", bytes.join(&format!(" {mark}")));
    }
    format!("{mark}{}", bytes.concat())
}

/// `0x1.8p+01`
fn hex_float(number: f64, verb: char, precision: Option<usize>) -> String {
    const DIGITS: usize = 13;
    let bits = number.to_bits();
    let (mut fraction, raw) = (bits & ((1 << 52) - 1), (bits >> 52) & 0x7ff);
    let mut exponent = i64::try_from(raw).unwrap_or(0) - 1023;
    let mut first = 1;
    if raw == 0 {
        first = u64::from(fraction != 0);
        exponent = 0;
        if fraction != 0 {
            let shift = fraction.leading_zeros() - 11;
            fraction = (fraction << shift) & ((1 << 52) - 1);
            exponent = -1022 - i64::from(shift);
        }
    }
    let mut digits = format!("{fraction:013x}");
    match precision {
        Some(len) if len < DIGITS => {
            let cut = u32::try_from(4 * (DIGITS - len)).unwrap_or(52);
            let whole = first << 52 | fraction;
            let (kept, rest) = (whole >> cut, whole & ((1 << cut) - 1));
            let half = 1 << (cut - 1);
            let kept = kept + u64::from(rest > half || (rest == half && kept & 1 == 1));
            let all = format!("{kept:x}");
            let (lead, tail) = all.split_at(all.len() - len);
            // Rounded up to two: the same digits, one power more.
            exponent += i64::from(lead == "2");
            digits = tail.to_owned();
        }
        Some(len) => digits.push_str(&"0".repeat(len - DIGITS)),
        None => digits.truncate(digits.trim_end_matches('0').len()),
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let point = if digits.is_empty() { "" } else { "." };
    let text = format!("{sign}0x{first}{point}{digits}p{}", number::exponent_text(exponent));
    if verb == 'X' { text.to_uppercase() } else { text }
}

fn radix(verb: char, flags: Flags, number: i64) -> String {
    let magnitude = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    match (verb, flags.sharp) {
        ('b', false) => format!("{sign}{magnitude:b}"),
        ('b', true) => format!("{sign}0b{magnitude:b}"),
        ('o', false) => format!("{sign}{magnitude:o}"),
        ('o', true) => format!("{sign}0{magnitude:o}"),
        ('O', _) => format!("{sign}0o{magnitude:o}"),
        ('x', false) => format!("{sign}{magnitude:x}"),
        ('x', true) => format!("{sign}0x{magnitude:x}"),
        (_, false) => format!("{sign}{magnitude:X}"),
        (_, true) => format!("{sign}0X{magnitude:X}"),
    }
}

fn float(verb: char, flags: Flags, number: f64) -> String {
    if !number.is_finite() {
        let text = number::special(number);
        // Go gives the infinities their sign and a NaN none, unless it is asked for.
        let shown = match (number.is_nan(), flags.plus, flags.space) {
            (true, true, _) => "+NaN",
            (true, false, true) => " NaN",
            (false, false, true) if number > 0.0 => " Inf",
            _ => &text,
        };
        return pad(shown, Flags { zero: false, ..flags });
    }
    let text = match (verb, flags.precision) {
        ('e' | 'E', precision) => {
            let text = format!("{number:.*e}", precision.unwrap_or(6));
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            format!("{mantissa}e{}", number::exponent_text(exponent.parse().unwrap_or(0)))
        }
        ('f' | 'F', precision) => format!("{number:.*}", precision.unwrap_or(6)),
        (_, None) => number::shortest(number),
        (_, Some(precision)) => significant(number, precision.max(1)),
    };
    let text = if verb.is_ascii_uppercase() { text.to_uppercase() } else { text };
    pad_number(&text, flags)
}

/// `number` with so many significant digits, zeros at the end left out.
fn significant(number: f64, precision: usize) -> String {
    let text = format!("{:.*e}", precision - 1, number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    let large = i64::try_from(precision).unwrap_or(i64::MAX);
    let exponent = exponent.parse().unwrap_or(0);
    number::general(digits, exponent, number.is_sign_negative(), large)
}

/// The precision of an integer is the least number of its digits; zeros before them are not asked
/// for twice.
fn pad_integer(text: &str, flags: Flags) -> String {
    let Some(precision) = flags.precision else { return pad_number(text, flags) };
    let flags = Flags { zero: false, ..flags };
    let at = text.len() - text.trim_start_matches(['-', '+']).len();
    let (sign, rest) = text.split_at(at);
    let marked = rest.starts_with("0x") || rest.starts_with("0X") || rest.starts_with("0b");
    let (mark, digits) = rest.split_at(if marked { 2 } else { 0 });
    if precision == 0 && digits == "0" {
        return pad("", flags);
    }
    let zeros = "0".repeat(precision.saturating_sub(digits.len()));
    pad_number(&format!("{sign}{mark}{zeros}{digits}"), flags)
}

fn pad_number(text: &str, flags: Flags) -> String {
    let signed = match (text.starts_with('-'), flags.plus, flags.space) {
        (false, true, _) => format!("+{text}"),
        (false, false, true) => format!(" {text}"),
        _ => text.to_owned(),
    };
    let width = flags.width.unwrap_or(0);
    let len = signed.chars().count();
    if !flags.zero || flags.minus || len >= width {
        return pad(&signed, Flags { zero: false, ..flags });
    }
    let (sign, digits) = signed.split_at(usize::from(signed.starts_with(['-', '+', ' '])));
    format!("{sign}{}{digits}", "0".repeat(width - len))
}

fn pad(text: &str, flags: Flags) -> String {
    let len = text.chars().count();
    let missing = flags.width.unwrap_or(0).saturating_sub(len);
    if flags.minus {
        format!("{text}{}", " ".repeat(missing))
    } else if flags.zero {
        format!("{}{text}", "0".repeat(missing))
    } else {
        format!("{}{text}", " ".repeat(missing))
    }
}

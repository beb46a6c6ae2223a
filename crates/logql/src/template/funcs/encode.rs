//! Base64, URLs, HTML and JavaScript.

use std::fmt::Write as _;

use super::{Args, Body};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "b64enc" => |a| one(a, |text| Ok(base64(text.as_bytes()))),
        // What is no base64 gives the reason as its text, and no error.
        "b64dec" => |a| one(a, |text| Ok(unbase64(text).unwrap_or_else(bad_base64))),
        "urlencode" | "urlquery" => |a| one(a, |text| Ok(url_encode(text))),
        "urldecode" => |a| one(a, url_decode),
        "html" => |a| one(a, |text| Ok(html(text))),
        "js" => |a| one(a, |text| Ok(js(text))),
        _ => return None,
    })
}

fn one(args: &Args<'_>, change: impl Fn(&str) -> Result<String, String>) -> Result<Value, String> {
    args.expect(1)?;
    let text = match args.get(0) {
        Value::Text(text) => change(text)?,
        other => change(&other.to_text())?,
    };
    Ok(Value::Text(text))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for at in 0..4 {
            if at > group.len() {
                out.push('=');
            } else {
                let index = (word >> (18 - 6 * at)) & 0x3f;
                out.push(char::from(ALPHABET[index as usize]));
            }
        }
    }
    out
}

fn bad_base64(at: usize) -> String {
    format!("illegal base64 data at input byte {at}")
}

/// An error is the byte that is wrong.
fn unbase64(text: &str) -> Result<String, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut word, mut num_bits) = (0_u32, 0);
    let mut num_digits = 0;
    let plain = text.trim_end_matches('=');
    for (at, byte) in plain.bytes().enumerate() {
        if matches!(byte, b'\n' | b'\r') {
            continue;
        }
        let digit = ALPHABET.iter().position(|a| *a == byte).ok_or(at)?;
        word = word << 6 | u32::try_from(digit).unwrap_or(0);
        num_bits += 6;
        num_digits += 1;
        if num_bits >= 8 {
            num_bits -= 8;
            out.push(u8::try_from(word >> num_bits & 0xff).unwrap_or(0));
        }
    }
    let padding = text.len() - plain.len();
    if !(num_digits + padding).is_multiple_of(4) || padding > 2 {
        return Err(text.len());
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            // Writing to a String cannot fail.
            byte => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

fn url_decode(text: &str) -> Result<String, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => out.push(b' '),
            b'%' => {
                let hex = rest.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                out.push(byte.ok_or_else(|| format!("{text:?} is not encoded for a URL"))?);
                rest = rest.get(2..).unwrap_or(b"");
            }
            byte => out.push(*byte),
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' => out.push_str("\\u003C"),
            '>' => out.push_str("\\u003E"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003D"),
            c if c < ' ' => _ = write!(out, "\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

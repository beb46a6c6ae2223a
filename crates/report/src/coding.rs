use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// How bytes stand as text in the page.
///
/// `Dense` takes seven bits of the data as one ASCII character: 8 bytes for 7, where base64 takes
/// 4 for 3. Eight characters cannot stand in a page, or not safely (the table `FORBIDDEN`); one of
/// them and the seven bits after it become one character of two bytes, `U+0080` + place in the
/// table × 128 + those bits, so that this costs nothing. The last group is filled with zeros; how
/// many bytes there are is told by the manifest. Line ends within the text mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coding {
    Base64,
    Dense,
}

/// The decoder of [`Coding::Dense`] for where no wasm runs yet: `logpaneDense(text, bytes)`.
pub const DENSE_JS: &str = include_str!("dense.js");

/// NUL is replaced by parsers, line ends by editors; `<` could open a tag; the others are eaten by
/// terminals and old editors.
const FORBIDDEN: [u8; 8] = [0x00, 0x08, 0x0a, 0x0d, 0x1a, 0x1b, b'<', 0x7f];
/// The first of the characters of two bytes.
const TWO_BYTES: u32 = 0x80;

impl Coding {
    /// Bytes that `len` bytes of data take in the page, at most.
    pub const fn len(self, len: u64) -> u64 {
        match self {
            Self::Base64 => len.div_ceil(3) * 4,
            Self::Dense => (len * 8).div_ceil(7) + 1,
        }
    }

    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Base64 => STANDARD.encode(bytes),
            Self::Dense => encode_dense(bytes),
        }
    }

    /// The bytes, if the text is exactly the coding of `len` of them, line ends aside.
    pub fn decode(self, text: &[u8], len: usize) -> Option<Vec<u8>> {
        // What a hostile manifest claims reserves nothing.
        if self.len(len as u64) < text.len() as u64 && !text.contains(&b'\n') || len > text.len() {
            return None;
        }
        match self {
            Self::Base64 => {
                let clean: Vec<u8>;
                let text = if memchr::memchr2(b'\n', b'\r', text).is_some() {
                    clean = text.iter().copied().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
                    &clean
                } else {
                    text
                };
                STANDARD.decode(text).ok().filter(|bytes| bytes.len() == len)
            }
            Self::Dense => decode_dense(text, len),
        }
    }
}

fn encode_dense(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(Coding::Dense.len(bytes.len() as u64) as usize);
    // The place in the table of a group that waits for the next one.
    let mut waiting: Option<u32> = None;
    let mut put = |group: u8| {
        let place = FORBIDDEN.iter().position(|b| *b == group);
        match (waiting.take(), place) {
            (Some(place), _) => {
                let code = TWO_BYTES + (place << 7 | u32::from(group));
                out.push(char::from_u32(code).unwrap_or('?'));
            }
            (None, Some(place)) => waiting = Some(place as u32),
            (None, None) => out.push(char::from(group)),
        }
    };
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 7 {
            bits -= 7;
            put((held >> bits & 0x7f) as u8);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        put((held << (7 - bits) & 0x7f) as u8);
    }
    if let Some(place) = waiting {
        out.push(char::from_u32(TWO_BYTES + (place << 7)).unwrap_or('?'));
    }
    out
}

fn decode_dense(text: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(len);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut put = |group: u32| {
        held = held << 7 | group;
        bits += 7;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    };
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        match *byte {
            b'\n' | b'\r' => {}
            byte @ 0..0x80 => put(u32::from(byte)),
            byte => {
                let next = *rest.next()?;
                if byte & 0xe0 != 0xc0 || next & 0xc0 != 0x80 {
                    return None;
                }
                let code = u32::from(byte & 0x1f) << 6 | u32::from(next & 0x3f);
                let code = code.checked_sub(TWO_BYTES)?;
                put(u32::from(*FORBIDDEN.get((code >> 7) as usize)?));
                put(code & 0x7f);
            }
        }
    }
    // The group that only filled up may make one byte of zeros more.
    if out.len() == len + 1 && out.last() == Some(&0) {
        out.pop();
    }
    (out.len() == len).then_some(out)
}

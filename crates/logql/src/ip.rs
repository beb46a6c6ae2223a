//! `ip("10.0.0.0/8")`: one address, a prefix or a range.

use std::net::IpAddr;

/// The addresses a pattern means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IpRange {
    first: IpAddr,
    last: IpAddr,
}

impl IpRange {
    /// `10.0.0.7`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, and the same of version 6.
    pub(crate) fn parse(pattern: &str) -> Result<Self, String> {
        let error = || {
            format!(
                "{pattern:?} is no address, prefix or range, expected for example 10.0.0.7, \
                 10.0.0.0/8 or 10.0.0.1-10.0.0.9"
            )
        };
        let pattern = pattern.trim();
        if let Some((address, bits)) = pattern.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| error())?;
            let bits: u32 = bits.parse().map_err(|_| error())?;
            return Self::prefix(address, bits).ok_or_else(error);
        }
        let (first, last) = match pattern.split_once('-') {
            Some((first, last)) => (first, last),
            None => (pattern, pattern),
        };
        let first: IpAddr = first.trim().parse().map_err(|_| error())?;
        let last: IpAddr = last.trim().parse().map_err(|_| error())?;
        if first.is_ipv4() != last.is_ipv4() || last < first {
            return Err(error());
        }
        Ok(Self { first, last })
    }

    fn prefix(address: IpAddr, bits: u32) -> Option<Self> {
        match address {
            IpAddr::V4(v4) => {
                let host = u32::MAX.checked_shr(bits).unwrap_or(0);
                let first = u32::from(v4) & !host;
                (bits <= 32).then(|| Self {
                    first: IpAddr::V4(first.into()),
                    last: IpAddr::V4((first | host).into()),
                })
            }
            IpAddr::V6(v6) => {
                let host = u128::MAX.checked_shr(bits).unwrap_or(0);
                let first = u128::from(v6) & !host;
                (bits <= 128).then(|| Self {
                    first: IpAddr::V6(first.into()),
                    last: IpAddr::V6((first | host).into()),
                })
            }
        }
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        // Addresses of the two versions are ordered, but never alike.
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }

    /// Whether an address of the range stands somewhere in `line`. As in Loki an address that
    /// begins in the last few bytes (`::1` on its own) is overlooked.
    pub(crate) fn occurs_in(&self, line: &[u8]) -> bool {
        let mut left = line.len();
        for word in line.split(|b| !(b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))) {
            let overlooked = left < 4 || left < 5 && word.contains(&b':');
            left = left.saturating_sub(word.len() + 1);
            let may_be = word.iter().any(|b| matches!(b, b':' | b'.'));
            if may_be && !overlooked && self.occurs_in_word(word) {
                return true;
            }
        }
        false
    }

    fn occurs_in_word(&self, word: &[u8]) -> bool {
        let parses = |bytes: &[u8]| {
            std::str::from_utf8(bytes)
                .ok()
                .and_then(|text| text.parse::<IpAddr>().ok())
                .is_some_and(|address| self.contains(address))
        };
        // `10.0.0.7:8080` is an address and a port, `::1.` the end of a sentence.
        parses(word)
            || parses(word.strip_suffix(b".").or(word.strip_suffix(b":")).unwrap_or(word))
            || self.first.is_ipv4()
                && word
                    .split(|b| !(b.is_ascii_digit() || *b == b'.'))
                    .any(|run| parses(run) || run.strip_suffix(b".").is_some_and(parses))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_a_line() {
        for (pattern, line, expected) in [
            ("10.0.0.7", "from 10.0.0.7:8080 to x", true),
            ("10.0.0.7", "from 110.0.0.7", false),
            ("10.0.0.0/8", "a=10.250.3.1,", true),
            ("10.0.0.1-10.0.0.9", "10.0.0.10", false),
            ("2001:db8::/32", "[2001:db8::17]:4922", true),
            ("::1", "::1 - -", true),
            ("::1", "::1", false),
            ("0.0.0.0/0", "no address", false),
            ("10.0.0.7", "saw 10.0.0.7.", true),
        ] {
            let range = IpRange::parse(pattern).unwrap();
            assert_eq!(range.occurs_in(line.as_bytes()), expected, "{pattern} in {line:?}");
        }
        for wrong in ["", "10.0.0", "10.0.0.0/33", "10.0.0.9-10.0.0.1", "10.0.0.1-::1"] {
            assert!(IpRange::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}

//! Terminal colours. Every escape sequence is taken out of the text; the colours among them
//! become styles, which the page shows as classes.

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// 0–15, the terminal's palette; richer colours are brought to the nearest.
    pub foreground: Option<u8>,
    pub background: Option<u8>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
}

impl Style {
    /// The classes of this style, empty for plain text.
    pub fn classes(self) -> String {
        let mut classes = String::new();
        let mut add = |class: &str| {
            if !classes.is_empty() {
                classes.push(' ');
            }
            classes.push_str(class);
        };
        if let Some(colour) = self.foreground {
            add(&format!("ansi-fg-{colour}"));
        }
        if let Some(colour) = self.background {
            add(&format!("ansi-bg-{colour}"));
        }
        for (on, class) in [
            (self.bold, "ansi-bold"),
            (self.dim, "ansi-dim"),
            (self.italic, "ansi-italic"),
            (self.underline, "ansi-underline"),
        ] {
            if on {
                add(class);
            }
        }
        classes
    }

    /// Applies the numbers of one `ESC [ … m`.
    fn apply(&mut self, parameters: &str) {
        let mut codes = parameters.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                30..=37 => self.foreground = u8::try_from(code - 30).ok(),
                38 => self.foreground = extended(&mut codes),
                39 => self.foreground = None,
                40..=47 => self.background = u8::try_from(code - 40).ok(),
                48 => self.background = extended(&mut codes),
                49 => self.background = None,
                90..=97 => self.foreground = u8::try_from(code - 90 + 8).ok(),
                100..=107 => self.background = u8::try_from(code - 100 + 8).ok(),
                _ => {}
            }
        }
    }
}

/// What follows 38 or 48: `5;n` of 256 colours, or `2;r;g;b`.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<u8> {
    match codes.next()? {
        5 => {
            let code = u8::try_from(codes.next()?).ok()?;
            Some(match code {
                0..=15 => code,
                16..=231 => {
                    let step = |of: u8| [0, 95, 135, 175, 215, 255][usize::from(of % 6)];
                    let cube = code - 16;
                    nearest(step(cube / 36), step(cube / 6), step(cube))
                }
                232..=255 => {
                    let grey = 8 + (code - 232) * 10;
                    nearest(grey, grey, grey)
                }
            })
        }
        2 => {
            let mut part = || codes.next().and_then(|part| u8::try_from(part).ok());
            Some(nearest(part()?, part()?, part()?))
        }
        _ => None,
    }
}

/// The colour of the palette of 16 that is most like this one.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    let most = red.max(green).max(blue);
    let least = red.min(green).min(blue);
    if most - least < 32 {
        return match most {
            0..64 => 0,
            64..140 => 8,
            140..215 => 7,
            215.. => 15,
        };
    }
    let strong = |part: u8| u8::from(u16::from(part) * 2 > u16::from(most));
    let hue = strong(red) | strong(green) << 1 | strong(blue) << 2;
    if most > 200 { hue + 8 } else { hue }
}

/// The text without escape sequences, and where in it each style begins. Other control characters
/// than tab and line feed are left out too.
pub fn strip(text: &str) -> (String, Vec<(usize, Style)>) {
    let mut plain = String::with_capacity(text.len());
    let mut styles: Vec<(usize, Style)> = Vec::new();
    let mut style = Style::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\u{1b}' => {
                let rest = text.get(at + 1..).unwrap_or("");
                let (len, parameters) = sequence(rest);
                if let Some(parameters) = parameters {
                    style.apply(parameters);
                    match styles.last_mut() {
                        Some(last) if last.0 == plain.len() => last.1 = style,
                        _ => styles.push((plain.len(), style)),
                    }
                }
                let end = at + 1 + len;
                while chars.peek().is_some_and(|(next, _)| *next < end) {
                    chars.next();
                }
            }
            '\t' | '\n' => plain.push(c),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    (plain, styles)
}

/// Length of the escape sequence that `rest` continues after its ESC, and the parameters if it
/// sets colours.
fn sequence(rest: &str) -> (usize, Option<&str>) {
    let bytes = rest.as_bytes();
    match bytes.first() {
        Some(b'[') => {
            let length = bytes
                .iter()
                .skip(1)
                .position(|b| (0x40..=0x7e).contains(b))
                .map_or(bytes.len(), |at| at + 2);
            let body = rest.get(1..length.saturating_sub(1)).unwrap_or("");
            let colours = rest.get(..length).is_some_and(|s| s.ends_with('m'))
                && body.bytes().all(|b| b.is_ascii_digit() || b == b';' || b == b':');
            (length, colours.then_some(body))
        }
        // An operating system command, such as a link or a title: up to BEL or ESC \.
        Some(b']') => {
            let end = rest
                .find('\u{7}')
                .map(|at| at + 1)
                .or_else(|| rest.find("\u{1b}\\").map(|at| at + 2))
                .unwrap_or(1);
            (end, None)
        }
        Some(b) if b.is_ascii() => (1, None),
        _ => (0, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text with each change of style written as `<classes>`.
    fn shown(text: &str) -> String {
        let (plain, styles) = strip(text);
        let mut shown = String::new();
        let mut at = 0;
        for (from, style) in styles {
            shown.push_str(&plain[at..from]);
            shown.push_str(&format!("<{}>", style.classes()));
            at = from;
        }
        shown + &plain[at..]
    }

    #[test]
    fn colours_become_classes() {
        for (text, expected) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m!", "<ansi-fg-1>red<>!"),
            ("\u{1b}[0;93mW\u{1b}[m.", "<ansi-fg-11>W<>."),
            ("\u{1b}[1;37;41mF", "<ansi-fg-7 ansi-bg-1 ansi-bold>F"),
            (
                "\u{1b}[1m\u{1b}[4mboth\u{1b}[22mone",
                "<ansi-bold ansi-underline>both<ansi-underline>one",
            ),
            ("\u{1b}[38;5;196mx", "<ansi-fg-9>x"),
            ("\u{1b}[38;5;244mx", "<ansi-fg-8>x"),
            ("\u{1b}[38;2;0;128;0mx", "<ansi-fg-2>x"),
            ("\u{1b}[48;5;21;3mx", "<ansi-bg-12 ansi-italic>x"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_colour_is_taken_out() {
        for (text, expected) in [
            ("a\u{1b}[2Kb\u{1b}[1;5Hc", "abc"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("bell\u{7} null\0 tab\t", "bell null tab\t"),
            ("cut \u{1b}", "cut "),
            ("cut \u{1b}[", "cut "),
            ("cut \u{1b}[31", "cut "),
            ("\u{1b}你", "你"),
            ("\u{1b}[3你m", ""),
            ("\u{1b}[?25lx", "x"),
        ] {
            assert_eq!(strip(text).0, expected, "{text:?}");
        }
    }
}

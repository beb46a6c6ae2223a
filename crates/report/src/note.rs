//! Text to paste where people ask for help, cut to what fits there.

use serde::{Deserialize, Serialize};

use crate::text::shown;

/// Where the text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// Markdown with HTML; long parts folded.
    GitHub,
    /// Markdown without folding or tables.
    Discord,
    /// Plain text.
    WeChat,
}

impl Target {
    pub const ALL: [Self; 3] = [Self::GitHub, Self::Discord, Self::WeChat];

    /// As the place calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::Discord => "Discord",
            Self::WeChat => "WeChat",
        }
    }

    /// Longest text, in UTF-16 units, the narrowest way to count that any of them may use.
    pub const fn limit(self) -> usize {
        match self {
            Self::GitHub => 65_536,
            Self::Discord | Self::WeChat => 2_000,
        }
    }
}

/// What a report for pasting says. Everything is text from logs and may hold anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    pub title: String,
    /// Environment, counts, when, how often: name and value.
    pub facts: Vec<(String, String)>,
    /// The grouped traceback, line by line; its last line names the error.
    pub trace: Vec<String>,
    /// Lines around it.
    pub context: Vec<String>,
    pub query: String,
    /// The name of the file that is attached, if there is one.
    pub attachment: Option<String>,
}

/// The words of the text, in the language of whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteWords {
    pub trace: String,
    pub context: String,
    pub query: String,
    pub attachment: String,
    /// Stands for lines that were cut; `{n}` is how many.
    pub cut: String,
}

/// One headed block of lines that may be cut.
struct Block<'a> {
    heading: &'a str,
    lines: Vec<String>,
    folded: bool,
    /// Where lines go first: the end of a context, the middle of a traceback.
    keep_last: bool,
}

impl Note {
    /// The text for `target`, never longer than [`Target::limit`]. Context is cut before the
    /// traceback, whole lines only, and where lines are missing it says how many.
    pub fn text(&self, target: Target, words: &NoteWords) -> String {
        let mut blocks = vec![
            self.block(&words.trace, &self.trace, false, true),
            self.block(&words.context, &self.context, true, false),
            Block {
                heading: &words.query,
                lines: self.query.lines().map(shown).collect(),
                folded: true,
                keep_last: false,
            },
        ];
        blocks.retain(|block| !block.lines.is_empty());
        let mut facts = self.facts.len();
        let mut keep: Vec<usize> = blocks.iter().map(|block| block.lines.len()).collect();
        loop {
            let text = self.render(target, words, facts, &blocks, &keep);
            if units(&text) <= target.limit() {
                return text;
            }
            // Context, then traceback, then query: halving comes near in a few steps, and a last
            // step takes lines one by one from the other side.
            let over =
                [&words.context, &words.trace, &words.query].into_iter().find_map(|heading| {
                    let at = blocks.iter().position(|block| block.heading == heading)?;
                    keep.get(at).is_some_and(|kept| *kept > 0).then_some(at)
                });
            match over.and_then(|at| keep.get_mut(at)) {
                Some(kept) => *kept -= (*kept / 8).max(1),
                None if facts > 0 => facts -= 1,
                None => return cut_to(&text, target.limit()),
            }
        }
    }

    fn block<'a>(
        &self,
        heading: &'a str,
        lines: &[String],
        folded: bool,
        keep_last: bool,
    ) -> Block<'a> {
        let lines = lines.iter().flat_map(|entry| entry.lines()).map(shown).collect();
        Block { heading, lines, folded, keep_last }
    }

    fn render(
        &self,
        target: Target,
        words: &NoteWords,
        facts: usize,
        blocks: &[Block<'_>],
        keep: &[usize],
    ) -> String {
        let one_line = |text: &str| shown(text).replace(['\n', '\t'], " ");
        let mut out = match target {
            Target::WeChat => format!("{}\n", one_line(&self.title)),
            Target::GitHub | Target::Discord => {
                format!("**{}**\n", escaped(&one_line(&self.title)))
            }
        };
        out.push('\n');
        for (name, value) in self.facts.iter().take(facts) {
            let (name, value) = (one_line(name), one_line(value));
            match target {
                Target::WeChat => out.push_str(&format!("{name}: {value}\n")),
                _ => out.push_str(&format!("- {}: {}\n", escaped(&name), code(&value))),
            }
        }
        for (block, kept) in blocks.iter().zip(keep) {
            let lines = cut_lines(block, *kept, &words.cut);
            match target {
                Target::WeChat => out.push_str(&format!("\n{}:\n{lines}\n", block.heading)),
                Target::Discord => {
                    let fence = fence(&lines);
                    out.push_str(&format!(
                        "\n{}\n{fence}\n{lines}\n{fence}\n",
                        escaped(block.heading)
                    ));
                }
                Target::GitHub => {
                    let fence = fence(&lines);
                    let heading = crate::html(block.heading);
                    let open = if block.folded { "" } else { " open" };
                    out.push_str(&format!(
                        "\n<details{open}><summary>{heading}</summary>\n\n{fence}\n{lines}\n{fence}\n\n</details>\n"
                    ));
                }
            }
        }
        if let Some(name) = &self.attachment {
            let name = one_line(name);
            let name = if target == Target::WeChat { name } else { code(&name) };
            out.push_str(&format!("\n{}: {name}\n", words.attachment));
        }
        out
    }
}

fn cut_lines(block: &Block<'_>, kept: usize, word: &str) -> String {
    let lines = &block.lines;
    if kept >= lines.len() {
        return lines.join("\n");
    }
    let cut = word.replace("{n}", &(lines.len() - kept).to_string());
    let last = if block.keep_last { kept.div_ceil(2) } else { 0 };
    let first = lines.iter().take(kept - last);
    let tail = lines.iter().skip(lines.len() - last);
    first.chain([&cut]).chain(tail).cloned().collect::<Vec<_>>().join("\n")
}

/// A fence that no line of the content can close.
fn fence(content: &str) -> String {
    "`".repeat(longest_ticks(content).max(2) + 1)
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text in code, whatever it holds.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_ticks(text) + 1);
    let space =
        if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Without a meaning in Markdown or HTML; `@` and `#` would call people and issues.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("@\u{2060}"),
            '#' => out.push_str("#\u{2060}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '>' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The longest start of whole lines that fits, else of whole characters: a title alone may be
/// longer than everything that fits.
fn cut_to(text: &str, limit: usize) -> String {
    let mut used = 0;
    let fits: String = text
        .chars()
        .take_while(|c| {
            used += c.len_utf16();
            used <= limit
        })
        .collect();
    match fits.rfind('\n') {
        Some(at) if at > 0 => fits.get(..at).unwrap_or_default().to_owned(),
        _ => fits,
    }
}

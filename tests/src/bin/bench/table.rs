use std::fmt;
use std::time::Duration;

/// What was measured beside what is to be reached.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    /// The median of several times, and the fastest and slowest.
    pub fn times(&mut self, what: &str, times: &[Duration], goal: &str) {
        let ms: Vec<u64> = times.iter().map(|time| time.as_millis() as u64).collect();
        let (least, most) = (ms.iter().min().unwrap_or(&0), ms.iter().max().unwrap_or(&0));
        let shown = format!("{} ms ({least}–{most}, {} runs)", median(&ms), ms.len());
        self.row(what, shown, goal);
    }

    pub fn size(&mut self, what: &str, bytes: u64, goal: &str) {
        self.row(what, megabytes(bytes), goal);
    }

    pub fn ratio(&mut self, what: &str, raw: u64, packed: u64, goal: &str) {
        let times = raw as f64 / packed.max(1) as f64;
        self.row(what, format!("{} (raw ÷ {times:.1})", megabytes(packed)), goal);
    }

    /// The median of several shares, each in thousandths, and the least and most.
    pub fn thousandths(&mut self, what: &str, shares: &[u64], goal: &str) {
        let shown = |share: u64| format!("{:.3}", share as f64 / 1000.0);
        let least = shown(shares.iter().min().copied().unwrap_or(0));
        let most = shown(shares.iter().max().copied().unwrap_or(0));
        let runs = shares.len();
        self.row(what, format!("{} ({least}–{most}, {runs} runs)", shown(median(shares))), goal);
    }

    fn row(&mut self, what: &str, shown: String, goal: &str) {
        eprintln!("{what}: {shown}");
        self.rows.push([what.to_owned(), shown, goal.to_owned()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["figure", "measured", "to reach"].map(str::to_owned);
        let rows = || std::iter::once(&head).chain(&self.rows);
        let width = |at: usize| {
            rows().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let (what, shown, goal) = (width(0), width(1), width(2));
        for (i, [a, b, c]) in rows().enumerate() {
            writeln!(f, "| {a:what$} | {b:shown$} | {c:goal$} |")?;
            if i == 0 {
                writeln!(
                    f,
                    "|{:-<w$}|{:-<x$}|{:-<y$}|",
                    "",
                    "",
                    "",
                    w = what + 2,
                    x = shown + 2,
                    y = goal + 2
                )?;
            }
        }
        Ok(())
    }
}

/// The middle one of an odd number of values.
pub fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// Of 1,000,000 bytes.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_line_up_and_times_show_their_median() {
        let mut table = Table::default();
        table.times("ready", &[30, 10, 20].map(Duration::from_millis), "≤ 100 ms");
        table.ratio("disk", 12_000_000, 2_000_000, "raw ÷ 5");
        let expected = "\
| figure | measured              | to reach |
|--------|-----------------------|----------|
| ready  | 20 ms (10–30, 3 runs) | ≤ 100 ms |
| disk   | 2.0 MB (raw ÷ 6.0)    | raw ÷ 5  |
";
        assert_eq!(table.to_string(), expected);
    }
}

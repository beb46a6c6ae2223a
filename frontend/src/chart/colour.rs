//! Which colour a series has: the name of a token, without its dashes.

use super::Plot;

/// More series than colours: they come round again.
const SERIES: usize = 10;

/// The colours that are like none of the levels', for series that stand beside levels.
const BESIDE_LEVELS: [usize; 3] = [3, 9, 8];

/// `series-3`, or `level-error` for a series that stands for a level.
pub fn colour(plot: &Plot, number: usize) -> String {
    let has_levels = plot.lines.iter().any(|line| line.level.is_some());
    match plot.lines.get(number).and_then(|line| line.level) {
        Some(level) => format!("level-{}", level.class()),
        None if has_levels => {
            let others = plot.lines.iter().take(number).filter(|line| line.level.is_none()).count();
            let colour = BESIDE_LEVELS.get(others % BESIDE_LEVELS.len()).copied().unwrap_or(1);
            format!("series-{colour}")
        }
        None => format!("series-{}", number % SERIES + 1),
    }
}

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use regex::Regex;

use super::*;
use crate::chart::plot::Line;
use crate::line::Level;

const TOKENS: &str = include_str!("../../../../static/style/tokens.css");
const LEVELS: [Level; 5] =
    [Level::Critical, Level::Error, Level::Warning, Level::Info, Level::Debug];

type Rgb = [f64; 3];

/// The tokens of one theme, each part from 0 to 1, linear.
fn theme(dark: bool) -> BTreeMap<String, Rgb> {
    let token = Regex::new(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);").unwrap();
    token
        .captures_iter(TOKENS)
        .map(|found| {
            let hex = &found[if dark { 3 } else { 2 }];
            let part = |at: usize| {
                let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            (found[1].to_owned(), [part(1), part(3), part(5)])
        })
        .collect()
}

/// As WCAG reckons it, from 1 to 21.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let light = |[r, g, b]: Rgb| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    let (a, b) = (light(a), light(b));
    a.max(b) / a.min(b)
}

/// How far apart two colours look: the distance in Oklab, in hundredths.
fn distance(a: Rgb, b: Rgb) -> f64 {
    let lab = |[r, g, b]: Rgb| {
        let l = (0.412_221 * r + 0.536_333 * g + 0.051_446 * b).cbrt();
        let m = (0.211_903 * r + 0.680_700 * g + 0.107_397 * b).cbrt();
        let s = (0.088_302 * r + 0.281_719 * g + 0.629_979 * b).cbrt();
        [
            0.210_454 * l + 0.793_618 * m - 0.004_072 * s,
            1.977_998 * l - 2.428_592 * m + 0.450_594 * s,
            0.025_904 * l + 0.782_772 * m - 0.808_676 * s,
        ]
    };
    let squares = lab(a).into_iter().zip(lab(b)).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt() * 100.0
}

fn plot(levels: &[Option<Level>]) -> Plot {
    let lines = levels.iter().map(|level| Line { level: *level, ..Line::default() }).collect();
    Plot { times: Vec::new(), lines }
}

/// Fails where two of a plot's series look alike, or one is hard to see.
fn check(plot: &Plot) {
    for dark in [false, true] {
        let tokens = theme(dark);
        let page = tokens["page"];
        let names: Vec<String> = (0..plot.lines.len()).map(|at| colour(plot, at)).collect();
        for (at, name) in names.iter().enumerate() {
            let seen = contrast(tokens[name], page);
            assert!(seen >= 3.0, "dark {dark}: {name} has a contrast of {seen:.1}");
            for other in &names[..at] {
                let apart = distance(tokens[name], tokens[other]);
                assert!(apart >= 5.0, "dark {dark}: {name} and {other} are {apart:.1} apart");
            }
        }
    }
}

#[test]
fn series_can_be_told_apart() {
    check(&plot(&[None; SERIES]));
    let mut mixed: Vec<Option<Level>> = vec![None; BESIDE_LEVELS.len()];
    mixed.extend(LEVELS.map(Some));
    check(&plot(&mixed));
}

#[test]
fn colours_come_round_again() {
    let levels = plot(&[None, Some(Level::Info), None, None, None]);
    let found: Vec<String> = (0..5).map(|at| colour(&levels, at)).collect();
    assert_eq!(found, ["series-3", "level-info", "series-9", "series-8", "series-3"]);
    assert_eq!(colour(&plot(&[None; 12]), 10), "series-1");
}

use logql::Output;

/// More series than this no chart shows and no page bears.
pub const SHOWN_SERIES: usize = 500;

/// Leaves the first series of a result, and says how many there were.
pub fn cut(output: &mut Output) -> Option<String> {
    let num = match output {
        Output::Matrix(series) => {
            let num = series.len();
            series.truncate(SHOWN_SERIES);
            num
        }
        Output::Vector(samples) => {
            let num = samples.len();
            samples.truncate(SHOWN_SERIES);
            num
        }
        Output::Rows(_) | Output::Scalar(_) => return None,
    };
    (num > SHOWN_SERIES).then(|| {
        format!(
            "the result has {num} series: the first {SHOWN_SERIES} are shown; group it by fewer \
             labels"
        )
    })
}

#[cfg(test)]
mod tests {
    use logql::{Sample, Series};

    use super::*;

    #[test]
    fn more_series_than_a_page_bears_are_left_out_and_counted() {
        for (num, left, warned) in [(3, 3, false), (500, 500, false), (501, 500, true)] {
            let mut output = Output::Matrix(vec![Series::default(); num]);
            assert_eq!(cut(&mut output).is_some(), warned);
            assert!(matches!(&output, Output::Matrix(series) if series.len() == left));
            let mut output = Output::Vector(vec![Sample::default(); num]);
            let said = cut(&mut output).unwrap_or_default();
            assert_eq!(said.starts_with(&format!("the result has {num} series")), warned, "{said}");
            assert!(matches!(&output, Output::Vector(samples) if samples.len() == left));
        }
        assert_eq!(cut(&mut Output::Scalar(1.0)), None);
    }
}

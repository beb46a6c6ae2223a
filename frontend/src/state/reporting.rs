//! The way from an answer to the page that makes a report of it.

use model::TimeRange;

use super::{Range, View};

/// Lines this far from the one that a context is of are in the report too.
const AROUND_NS: i64 = 30 * 60_000_000_000;

/// The page that makes a report of what `query` finds in `range`, shown as in `view`. Relative, so
/// that it is right below any path.
pub fn report_url(view: &View, query: &str, range: TimeRange) -> String {
    // A context shows what is around its line, whatever the range.
    let (start, end) = match &view.context {
        Some(context) => {
            let at = context.around.timestamp;
            (at.saturating_sub(AROUND_NS), at.saturating_add(AROUND_NS))
        }
        None => (range.start.0, range.end.0),
    };
    let view = View {
        query: query.to_owned(),
        range: Some(Range::Between { start, end }),
        live: false,
        context: None,
        fingerprint: None,
        ..view.clone()
    };
    format!("export.html#{}", view.encode())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Context, RowId};

    #[test]
    fn a_report_is_of_what_is_shown() {
        let around = RowId { timestamp: 3_600_000_000_000, arrival: 7 };
        let context = Context { around, query: "{job=\"b\"}".to_owned() };
        let view = |context| View { wrap: true, live: true, context, ..View::default() };
        for (context, range) in
            [(None, "from=5&to=9"), (Some(context), "from=1800000000000&to=5400000000000")]
        {
            let url = report_url(&view(context), "{job=\"a\"}", TimeRange::new(5, 9));
            assert_eq!(url, format!("export.html#v=1&q=%7Bjob=%22a%22%7D&{range}&wrap=1"));
        }
    }
}

use model::{Labels, Matcher};

use crate::ast::{Expr, StageKind};
use crate::line::LineFilter;
use crate::{QueryError, parse};

/// Whether a single line is meant by `{job="a"} |= "x" != "y"`, for those who have lines and no
/// query to run. Parsers and label filters are refused: they need more than the line.
///
/// ```
/// let test = logql::LineTest::new(r#"{job="a"} |= "x""#).unwrap();
/// assert!(test.matches(&model::Labels::from([("job", "a")]), b"x y"));
/// ```
#[derive(Debug)]
pub struct LineTest {
    selector: Vec<Matcher>,
    filters: Vec<LineFilter>,
}

/// Why a text is no test of a line.
#[derive(Debug, thiserror::Error)]
pub enum LineTestError {
    #[error("{}", .0.message)]
    Query(#[from] QueryError),
    #[error("expected a selector and line filters, as in {{job=\"a\"}} |= \"x\"")]
    Kind,
    #[error("{message}")]
    Filter { message: String },
}

impl LineTest {
    pub fn new(text: &str) -> Result<Self, LineTestError> {
        let Expr::Log(query) = parse(text)? else { return Err(LineTestError::Kind) };
        let filters = query.pipeline.iter().map(|stage| match &stage.kind {
            StageKind::LineFilter { op, values } => {
                LineFilter::new(*op, values).map_err(|message| LineTestError::Filter { message })
            }
            _ => Err(LineTestError::Kind),
        });
        Ok(Self { filters: filters.collect::<Result<_, _>>()?, selector: query.selector })
    }

    pub fn matches(&self, labels: &Labels, line: &[u8]) -> bool {
        self.selector.iter().all(|matcher| matcher.matches(labels))
            && self.filters.iter().all(|filter| filter.matches(line))
    }
}

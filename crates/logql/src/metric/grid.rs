use model::Labels;

/// What a part of a metric query evaluates to.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// The same number at every step, without labels: `5` in `x > 5`.
    Scalar(f64),
    Series(Vec<Grid>),
}

/// One series over the steps of the query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    pub(crate) labels: Labels,
    /// As many as there are steps; None where the series has no value.
    pub(crate) values: Vec<Option<f64>>,
}

impl Value {
    /// A number as a series without labels.
    pub(crate) fn into_series(self, num_steps: usize) -> Vec<Grid> {
        match self {
            Self::Series(grids) => grids,
            Self::Scalar(number) => {
                vec![Grid { labels: Labels::new(), values: vec![Some(number); num_steps] }]
            }
        }
    }
}

impl Grid {
    pub(crate) fn at(&self, step: usize) -> Option<f64> {
        self.values.get(step).copied().flatten()
    }

    pub(crate) fn has_values(&self) -> bool {
        self.values.iter().any(Option::is_some)
    }
}

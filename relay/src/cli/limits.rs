use std::time::Duration;

use clap::Args;

use crate::config::ConfigError;
use crate::limits::{
    DEFAULT_MAX_ENTRIES, DEFAULT_MAX_POINTS, DEFAULT_MAX_QUERY_LENGTH, DEFAULT_MAX_RESULT_BYTES,
    DEFAULT_MAX_SERIES, DEFAULT_MAX_STREAMS, DEFAULT_MAX_TAILS, DEFAULT_QUERY_TIMEOUT, Limits,
};

/// The limits of the Loki API as typed.
#[derive(Clone, Debug, Args)]
pub struct RawLimits {
    /// Most entries one query of the Loki API may ask for
    #[arg(
        long,
        env = "LOGPANE_MAX_ENTRIES",
        value_name = "N",
        default_value_t = DEFAULT_MAX_ENTRIES,
        hide_short_help = true
    )]
    pub max_entries: usize,
    /// Most series one metric query of the Loki API may give
    #[arg(
        long,
        env = "LOGPANE_MAX_SERIES",
        value_name = "N",
        default_value_t = DEFAULT_MAX_SERIES,
        hide_short_help = true
    )]
    pub max_series: usize,
    /// Most points of one series in an answer of the Loki API, up to 11000
    #[arg(
        long,
        env = "LOGPANE_MAX_POINTS",
        value_name = "N",
        default_value_t = DEFAULT_MAX_POINTS,
        hide_short_help = true
    )]
    pub max_points: usize,
    /// Longest time range one query of the Loki API may span; 0 for any
    #[arg(
        long,
        env = "LOGPANE_MAX_QUERY_LENGTH",
        value_name = "TIME",
        default_value = DEFAULT_MAX_QUERY_LENGTH,
        hide_short_help = true
    )]
    pub max_query_length: String,
    /// How long one query of the Loki API may take
    #[arg(
        long,
        env = "LOGPANE_QUERY_TIMEOUT",
        value_name = "TIME",
        default_value = DEFAULT_QUERY_TIMEOUT,
        hide_short_help = true
    )]
    pub query_timeout: String,
    /// Most live tails of the Loki API at once
    #[arg(
        long,
        env = "LOGPANE_MAX_TAILS",
        value_name = "N",
        default_value_t = DEFAULT_MAX_TAILS,
        hide_short_help = true
    )]
    pub max_tails: usize,
    /// Most streams at which clients may start one more by pushing
    #[arg(
        long,
        env = "LOGPANE_MAX_STREAMS",
        value_name = "N",
        default_value_t = DEFAULT_MAX_STREAMS,
        hide_short_help = true
    )]
    pub max_streams: usize,
    /// Most text the entries of one answer of the Loki API may hold
    #[arg(
        long,
        env = "LOGPANE_MAX_RESULT_BYTES",
        value_name = "SIZE",
        default_value = DEFAULT_MAX_RESULT_BYTES,
        hide_short_help = true
    )]
    pub max_result_bytes: String,
    /// Most series × points of one query of the Loki API, before it groups them
    #[arg(
        long,
        env = "LOGPANE_MAX_VALUES",
        value_name = "N",
        default_value_t = logql::Limits::default().max_values,
        hide_short_help = true
    )]
    pub max_values: usize,
    /// Most unwrapped numbers that one query of the Loki API may hold
    #[arg(
        long,
        env = "LOGPANE_MAX_SAMPLES",
        value_name = "N",
        default_value_t = logql::Limits::default().max_samples,
        hide_short_help = true
    )]
    pub max_samples: usize,
}

impl RawLimits {
    pub fn check(&self) -> Result<Limits, ConfigError> {
        for (flag, limit) in [
            ("max-entries", self.max_entries),
            ("max-series", self.max_series),
            ("max-points", self.max_points),
            ("max-tails", self.max_tails),
            ("max-streams", self.max_streams),
            ("max-values", self.max_values),
            ("max-samples", self.max_samples),
        ] {
            if limit == 0 {
                return Err(ConfigError::LimitZero { flag });
            }
        }
        if self.max_points > DEFAULT_MAX_POINTS {
            return Err(ConfigError::TooManyPoints { most: DEFAULT_MAX_POINTS });
        }
        let duration = |flag, text: &str| {
            let ns =
                model::parse_duration(text).map_err(|source| ConfigError::Unit { flag, source })?;
            Ok::<_, ConfigError>(Duration::from_nanos(u64::try_from(ns).unwrap_or(0)))
        };
        let query_timeout = duration("query-timeout", &self.query_timeout)?;
        if query_timeout.is_zero() {
            return Err(ConfigError::LimitZero { flag: "query-timeout" });
        }
        let max_query_length = duration("max-query-length", &self.max_query_length)?;
        let max_row_bytes = model::parse_bytes(&self.max_result_bytes)
            .map_err(|source| ConfigError::Unit { flag: "max-result-bytes", source })?;
        let max_row_bytes = usize::try_from(max_row_bytes).unwrap_or(usize::MAX);
        if max_row_bytes == 0 {
            return Err(ConfigError::LimitZero { flag: "max-result-bytes" });
        }
        Ok(Limits {
            max_entries: self.max_entries,
            max_series: self.max_series,
            max_points: self.max_points,
            max_query_length: (!max_query_length.is_zero()).then_some(max_query_length),
            query_timeout,
            max_tails: self.max_tails,
            max_streams: self.max_streams,
            engine: logql::Limits {
                max_values: self.max_values,
                max_samples: self.max_samples,
                max_row_bytes,
            },
        })
    }
}

impl Default for RawLimits {
    fn default() -> Self {
        Self {
            max_entries: DEFAULT_MAX_ENTRIES,
            max_series: DEFAULT_MAX_SERIES,
            max_points: DEFAULT_MAX_POINTS,
            max_query_length: DEFAULT_MAX_QUERY_LENGTH.to_owned(),
            query_timeout: DEFAULT_QUERY_TIMEOUT.to_owned(),
            max_tails: DEFAULT_MAX_TAILS,
            max_streams: DEFAULT_MAX_STREAMS,
            max_result_bytes: DEFAULT_MAX_RESULT_BYTES.to_owned(),
            max_values: logql::Limits::default().max_values,
            max_samples: logql::Limits::default().max_samples,
        }
    }
}

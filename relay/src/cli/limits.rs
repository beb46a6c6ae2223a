use std::time::Duration;

use clap::Args;

use crate::config::ConfigError;
use crate::configured::OwnLimits;
use crate::limits::{
    DEFAULT_MAX_ENTRIES, DEFAULT_MAX_POINTS, DEFAULT_MAX_QUERY_LENGTH, DEFAULT_MAX_RESULT_BYTES,
    DEFAULT_MAX_SERIES, DEFAULT_MAX_STREAMS, DEFAULT_MAX_TAILS, DEFAULT_QUERY_TIMEOUT, Limits,
};

/// The limits of the Loki API as typed.
#[derive(Clone, Debug, Default, Args)]
pub struct RawLimits {
    /// Most entries one query of the Loki API may ask for [default: 5000]
    #[arg(long, env = "LOGPANE_MAX_ENTRIES", value_name = "N", hide_short_help = true)]
    pub max_entries: Option<usize>,
    /// Most series one metric query of the Loki API may give [default: 500]
    #[arg(long, env = "LOGPANE_MAX_SERIES", value_name = "N", hide_short_help = true)]
    pub max_series: Option<usize>,
    /// Most points of one series in an answer of the Loki API, up to 11000 [default: 11000]
    #[arg(long, env = "LOGPANE_MAX_POINTS", value_name = "N", hide_short_help = true)]
    pub max_points: Option<usize>,
    /// Longest time range one query of the Loki API may span; 0 for any [default: 721h]
    #[arg(long, env = "LOGPANE_MAX_QUERY_LENGTH", value_name = "TIME", hide_short_help = true)]
    pub max_query_length: Option<String>,
    /// How long one query of the Loki API may take [default: 1m]
    #[arg(long, env = "LOGPANE_QUERY_TIMEOUT", value_name = "TIME", hide_short_help = true)]
    pub query_timeout: Option<String>,
    /// Most live tails of the Loki API at once [default: 10]
    #[arg(long, env = "LOGPANE_MAX_TAILS", value_name = "N", hide_short_help = true)]
    pub max_tails: Option<usize>,
    /// Most streams at which clients may start one more by pushing [default: 5000]
    #[arg(long, env = "LOGPANE_MAX_STREAMS", value_name = "N", hide_short_help = true)]
    pub max_streams: Option<usize>,
    /// Most text the entries of one answer of the Loki API may hold [default: 256MiB]
    #[arg(long, env = "LOGPANE_MAX_RESULT_BYTES", value_name = "SIZE", hide_short_help = true)]
    pub max_result_bytes: Option<String>,
    /// Most series × points of one query of the Loki API, before it groups them
    #[arg(long, env = "LOGPANE_MAX_VALUES", value_name = "N", hide_short_help = true)]
    pub max_values: Option<usize>,
    /// Most unwrapped numbers that one query of the Loki API may hold
    #[arg(long, env = "LOGPANE_MAX_SAMPLES", value_name = "N", hide_short_help = true)]
    pub max_samples: Option<usize>,
}

impl RawLimits {
    /// What was left out is what `file` says.
    pub fn or(self, file: OwnLimits) -> Self {
        Self {
            max_entries: self.max_entries.or(file.max_entries),
            max_series: self.max_series.or(file.max_series),
            max_points: self.max_points.or(file.max_points),
            max_query_length: self.max_query_length.or(file.max_query_length),
            query_timeout: self.query_timeout.or(file.query_timeout),
            max_tails: self.max_tails.or(file.max_tails),
            max_streams: self.max_streams.or(file.max_streams),
            max_result_bytes: self.max_result_bytes.or(file.max_result_bytes),
            max_values: self.max_values.or(file.max_values),
            max_samples: self.max_samples.or(file.max_samples),
        }
    }

    pub fn check(&self) -> Result<Limits, ConfigError> {
        let known = logql::Limits::default();
        let number = |flag, limit: Option<usize>, default| match limit.unwrap_or(default) {
            0 => Err(ConfigError::LimitZero { flag }),
            limit => Ok(limit),
        };
        let max_points = number("max-points", self.max_points, DEFAULT_MAX_POINTS)?;
        if max_points > DEFAULT_MAX_POINTS {
            return Err(ConfigError::TooManyPoints { most: DEFAULT_MAX_POINTS });
        }
        let duration = |flag, text: &Option<String>, default: &str| {
            let text = text.as_deref().unwrap_or(default);
            let ns =
                model::parse_duration(text).map_err(|source| ConfigError::Unit { flag, source })?;
            Ok::<_, ConfigError>(Duration::from_nanos(u64::try_from(ns).unwrap_or(0)))
        };
        let query_timeout = duration("query-timeout", &self.query_timeout, DEFAULT_QUERY_TIMEOUT)?;
        if query_timeout.is_zero() {
            return Err(ConfigError::LimitZero { flag: "query-timeout" });
        }
        let max_query_length =
            duration("max-query-length", &self.max_query_length, DEFAULT_MAX_QUERY_LENGTH)?;
        let bytes = self.max_result_bytes.as_deref().unwrap_or(DEFAULT_MAX_RESULT_BYTES);
        let max_row_bytes = model::parse_bytes(bytes)
            .map_err(|source| ConfigError::Unit { flag: "max-result-bytes", source })?;
        let max_row_bytes = usize::try_from(max_row_bytes).unwrap_or(usize::MAX);
        if max_row_bytes == 0 {
            return Err(ConfigError::LimitZero { flag: "max-result-bytes" });
        }
        Ok(Limits {
            max_entries: number("max-entries", self.max_entries, DEFAULT_MAX_ENTRIES)?,
            max_series: number("max-series", self.max_series, DEFAULT_MAX_SERIES)?,
            max_points,
            max_query_length: (!max_query_length.is_zero()).then_some(max_query_length),
            query_timeout,
            max_tails: number("max-tails", self.max_tails, DEFAULT_MAX_TAILS)?,
            max_streams: number("max-streams", self.max_streams, DEFAULT_MAX_STREAMS)?,
            engine: logql::Limits {
                max_values: number("max-values", self.max_values, known.max_values)?,
                max_samples: number("max-samples", self.max_samples, known.max_samples)?,
                max_row_bytes,
            },
        })
    }
}

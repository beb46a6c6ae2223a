use warp::Reply;
use warp::http::StatusCode;
use warp::http::header::{self, HeaderValue};
use warp::reply::Response;

use crate::push::PushError;
use crate::query::RunError;
use crate::store::StoreError;

/// Why a request has no answer. The body is plain text, as Loki's.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{message}")]
    BadRequest { message: String },
    #[error("user and password are needed")]
    Unauthorized,
    #[error("{message}")]
    Forbidden { message: String },
    #[error("404 page not found")]
    NotFound,
    #[error("{what} is not here (any more)")]
    Gone { what: String },
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("{message}")]
    PushTooLarge { message: String },
    #[error("{message}")]
    TooMany { message: String },
    #[error("{message}")]
    Unsupported { message: String },
    #[error("the range asked for is outside of the {size} bytes")]
    Range { size: u64 },
    #[error("starting: the journal is being read")]
    Starting,
    #[error("{message}")]
    Unavailable { message: String },
    #[error(
        "the query took longer than {} s: ask for a shorter time range or fewer streams, or raise \
         --query-timeout", limit.as_secs_f64()
    )]
    TimedOut { limit: std::time::Duration },
    #[error("{message}")]
    NotImplemented { message: String },
    #[error("{message}")]
    Internal { message: String },
}

impl ApiError {
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::BadRequest { message: message.into() }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound | Self::Gone { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } | Self::PushTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unsupported { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Range { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Starting | Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::TimedOut { .. } => StatusCode::GATEWAY_TIMEOUT,
            Self::NotImplemented { .. } => StatusCode::NOT_IMPLEMENTED,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Reply for ApiError {
    fn into_response(self) -> Response {
        let mut response =
            warp::reply::with_status(format!("{self}\n"), self.status()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::Unauthorized => {
                let realm = HeaderValue::from_static("Basic realm=\"Logpane\", charset=\"UTF-8\"");
                headers.insert(header::WWW_AUTHENTICATE, realm);
            }
            Self::Range { size } => {
                if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
                    headers.insert(header::CONTENT_RANGE, range);
                }
            }
            Self::Starting => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            error if error.is_full() => Self::Unavailable { message },
            StoreError::Closed { .. } => Self::Unavailable { message },
            StoreError::Gone { .. } => Self::Gone { what: "this chunk".to_owned() },
            StoreError::Labels { .. } | StoreError::Said { .. } => Self::BadRequest { message },
            error => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%message, cause, "the store failed");
                Self::Internal { message }
            }
        }
    }
}

impl From<PushError> for ApiError {
    fn from(error: PushError) -> Self {
        let message = error.to_string();
        match error {
            PushError::Malformed { .. } => Self::BadRequest { message },
            PushError::TooLarge { .. } => Self::PushTooLarge { message },
            PushError::Unsupported { .. } => Self::Unsupported { message },
        }
    }
}

impl From<RunError> for ApiError {
    fn from(error: RunError) -> Self {
        match error {
            // Loki's status: the query is right, it only does not fit these entries.
            RunError::Query(error) if error.is_of_data => Self::Internal { message: error.message },
            RunError::Query(error) => Self::bad_request(error.message),
            RunError::Store(error) => error.into(),
            RunError::Cancelled => Self::Unavailable { message: "the client left".to_owned() },
        }
    }
}

/// Why nothing of a body can be taken.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The body is not what it says it is.
    #[error("{message}")]
    Malformed { message: String },
    /// To be sent in smaller pieces.
    #[error("the body is too large: {what} may have {limit_bytes} bytes; send it in parts")]
    TooLarge { what: &'static str, limit_bytes: usize },
    /// The content encoding or the content type is none of ours.
    #[error("{message}")]
    Unsupported { message: String },
}

impl PushError {
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed { message: message.into() }
    }
}

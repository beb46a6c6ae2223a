use thiserror::Error;

/// Why a file does not open as a report.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    #[error("this is no Logpane report: the mark of one is missing in its first 4 KiB")]
    NotAReport,
    #[error("the report is cut off: its last line, which seals it, is missing after {bytes} bytes")]
    CutOff { bytes: usize },
    #[error(
        "the report has format {found}, this Logpane knows up to {known}: a newer one reads it"
    )]
    Newer { found: u32, known: u32 },
    #[error("the report was changed after it was written: {what} is not what was sealed")]
    Changed { what: String },
    #[error("the report is malformed: {what}")]
    Malformed { what: String },
}

/// Why a report cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    #[error("chunk {number} cannot be read: {problem}")]
    Chunk { number: usize, problem: String },
    #[error("the viewer's {part} holds {text:?}, which would end it in the middle of the page")]
    Ends { part: &'static str, text: &'static str },
    #[error("the viewer's {part} is not UTF-8")]
    Encoding { part: &'static str },
}

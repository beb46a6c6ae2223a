use super::value::{AnyValue, Attributes};

/// One log record, from protobuf or from JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record {
    /// Nanoseconds since 1970; 0 is none.
    pub time: u64,
    pub observed: u64,
    /// 1 to 24 in steps of four from trace to fatal; 0 is none.
    pub severity_number: i64,
    pub severity_text: String,
    pub body: AnyValue,
    pub attributes: Attributes,
    pub num_dropped: u64,
    pub flags: u64,
    /// Lower-case hex; empty is none.
    pub trace_id: String,
    pub span_id: String,
    pub event_name: String,
}

/// Where records come from: a resource, or an instrumentation scope within it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Origin {
    /// Of a scope only.
    pub name: String,
    pub version: String,
    pub attributes: Attributes,
    pub num_dropped: u64,
}

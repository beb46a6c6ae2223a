//! Where a worker's bytes come from: a relay, or the report that its page is.

use std::ops::Range;

use protocol::index::{HeadRef, Index};

use super::exported::ExportedSource;
use super::http::HttpSource;
use super::source::{Ask, Source, SourceError};
use super::turns::{now_ms, pause};

/// The source of one query.
#[derive(Debug)]
pub enum Origin {
    Relay(HttpSource),
    Report(ExportedSource),
}

impl Source for Origin {
    async fn index(&self, ask: &Ask) -> Result<Index, SourceError> {
        match self {
            Self::Relay(relay) => relay.index(ask).await,
            Self::Report(report) => report.index(ask).await,
        }
    }

    async fn chunk(&self, id: &str, range: Option<Range<u64>>) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Relay(relay) => relay.chunk(id, range).await,
            Self::Report(report) => report.chunk(id, range).await,
        }
    }

    async fn head(&self, head: &HeadRef) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Relay(relay) => relay.head(head).await,
            Self::Report(report) => report.head(head).await,
        }
    }

    async fn pause(&self) {
        pause().await;
    }

    fn now_ms(&self) -> f64 {
        now_ms()
    }
}

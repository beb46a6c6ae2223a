//! What crosses the wire between relay, viewer and clients: plain serde types, one file for each
//! conversation.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/status` | [`status::Status`] |
//! | `GET /api/sources` | [`sources::Sources`] |
//! | `POST /api/doctor` | [`doctor::Diagnosis`] of a [`doctor::Ask`] |
//! | `GET /api/alerts` | [`alerts::AlertsStatus`] |
//! | `GET /api/index?match={…}&start=NS&end=NS&literals=JSON` | [`index::Index`] |
//! | `GET /api/chunks/ID` (ranged, immutable) | bytes of a sealed chunk |
//! | `GET /api/heads/STREAM?epoch=E&count=N` | the open head as a chunk, whole; 404 when sealed meanwhile |
//! | `GET /api/place?match={…}&ts=NS&arrival=N` | [`place::FileRange`]; 404 for what was pushed |
//! | `GET /api/tail?match={…}&after=ARRIVAL` (WebSocket) | [`tail::TailFrame`] for each message |
//! | `GET`, `POST /api/shares`, `DELETE /api/shares/ID` | [`share`], for the owner |
//! | `GET /api/share`, `POST /api/share/ticket` | [`share`], for a holder |
//! | `/loki/api/v1/…` | [`loki`] |

pub mod alerts;
pub mod doctor;
pub mod forward;
pub mod index;
pub mod loki;
pub mod place;
pub mod share;
pub mod sources;
pub mod status;
pub mod tail;
pub mod views;

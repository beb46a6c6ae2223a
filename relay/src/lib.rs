//! The relay: follows files, stores their entries as chunks and serves them.

mod agent;
pub mod alert;
pub mod auth;
pub mod cli;
pub mod config;
pub mod configured;
pub mod demo;
pub mod docker;
pub mod doctor;
pub mod endpoint;
pub mod forward;
pub mod http;
mod ingest;
mod journal;
mod kept;
pub mod limits;
pub mod memory;
pub mod push;
pub mod query;
pub mod share;
mod source;
mod staged;
mod stopping;
pub mod store;
pub mod syslog;
pub mod systemd;
pub mod views;

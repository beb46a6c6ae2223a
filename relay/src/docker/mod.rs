//! `docker_sd_configs`: the logs of containers, found by asking the Docker engine which there are.
//!
//! Docker keeps what a container prints in a file of its own (`json-file`, the default), and that
//! file is followed like any other: with its identity and offset, so that nothing is lost or read
//! twice, which a stream over the engine's API could not promise.

mod client;
mod container;
mod watch;

pub use watch::DockerJob;
pub(crate) use watch::watch;

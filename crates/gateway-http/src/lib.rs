//! The gateway that runs policy documents, and its command line.

mod access_log;
mod admin;
mod ambient;
mod answer;
mod arrive;
mod backend;
mod cache;
mod call;
mod certificates;
pub mod cli;
mod config;
mod crew;
mod data;
mod edge;
mod errors;
mod explain;
mod gateway;
mod generated_keys;
mod handler;
mod identity;
mod lifecycle;
mod limits;
#[doc(hidden)]
pub mod measure;
mod memory;
mod messages;
mod metrics;
mod routing;
mod rules;
mod run;
mod server;
mod service;
mod shared;
mod shedding;
mod shutdown;
mod site;
mod slots;
mod subscriptions;
mod timer;
mod tls;
mod together;
mod trust;
mod unservable;
mod worker;

pub use gateway::{Gateway, Settings, StartError, check};
pub use generated_keys::GeneratedKey;

//! What happens to the gateway as a whole between its start and its end: changed files are taken over, memory is looked
//! at, and whoever asks is told how it stands.

pub(crate) mod files;
pub(crate) mod pressure;
pub(crate) mod recipe;
pub(crate) mod reload;
pub(crate) mod status;

//! Settings that are well written and that no gateway can begin with: `check` tells them at their place, so that nobody
//! learns of them only where the gateway is to run.

use std::path::Path;

use policy_parser::Diagnostic;

use crate::config::{Config, LogTarget};
use crate::rules::Rules;
use crate::{admin, tls};

/// What stands in the way.
pub(crate) fn unservable(config: &Config, folder: &Path) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |path: &[&str], why: String| found.push(config.place(path).error("TG8022", why));
    for (number, listener) in config.listeners.iter().enumerate() {
        if let Err(error) = tls::server(listener, folder) {
            tell(&["listener", &number.to_string(), "tls"], error.to_string());
        }
    }
    if let Err(error) = Rules::read(config, folder, None) {
        tell(&[], error.to_string());
    }
    if let Some(why) = admin::lacks_token(&config.admin) {
        tell(&["admin", "address"], why);
    }
    if config.access_log.to == LogTarget::File && config.access_log.file.is_none() {
        tell(&["access_log", "to"], "`to = \"file\"` needs `file`".to_owned());
    }
    found
}

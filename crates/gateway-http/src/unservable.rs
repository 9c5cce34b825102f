//! Settings that are well written and that no gateway can begin with: `check` tells them at their place, so that nobody
//! learns of them only where the gateway is to run.

use std::path::Path;

use policy_parser::Diagnostic;

use crate::access_log::LogError;
use crate::admin;
use crate::backend::egress::Egress;
use crate::config::{Config, LogTarget};
use crate::rules::Rules;
use crate::tls::{self, TlsError};
use crate::trust::Trust;

/// What stands in the way.
pub(crate) fn unservable(config: &Config, folder: &Path) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |path: &[&str], why: String| found.push(config.place(path).error("TG8022", why));
    for (number, listener) in config.listeners.iter().enumerate() {
        if let Err(error) = tls::server(listener, folder) {
            tell(&["listener", &number.to_string(), "tls"], error.to_string());
        }
    }
    for (path, why) in rules(config, folder) {
        tell(path, why);
    }
    if let Some(why) = admin::lacks_token(&config.admin) {
        tell(&["admin", "address"], why);
    }
    if config.access_log.to == LogTarget::File && config.access_log.file.is_none() {
        tell(&["access_log", "to"], LogError::NoFile.to_string());
    }
    found
}

/// What stands in the way of the settings that every thread is handed.
fn rules(config: &Config, folder: &Path) -> Vec<(&'static [&'static str], String)> {
    let mut found: Vec<(&'static [&'static str], String)> = Vec::new();
    let ca_file = config.backend.ca_file.as_ref().map(|file| folder.join(file));
    if let Err(error) = tls::authorities(ca_file.as_deref()) {
        found.push((&["backend", "ca_file"], error.to_string()));
    }
    if let Err(error) = Egress::new(&config.egress) {
        found.push((&["egress"], TlsError::Egress(error).to_string()));
    }
    if let Err(error) = Trust::read(&config.client_certificates, folder) {
        found.push((&["client_certificates"], error.to_string()));
    }
    if found.is_empty()
        && let Err(error) = Rules::read(config, folder, None)
    {
        found.push((&[], error.to_string()));
    }
    found
}

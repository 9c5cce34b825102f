//! The gateway's certificates: no export has them, so they are all in the settings.

use super::problems::Problems;
use crate::certificates::Certificates;
use crate::config::Config;

/// Reads them, and says what cannot be used.
pub(super) fn load(config: &Config, problems: &mut Problems) -> Certificates {
    let mut certificates = Certificates::default();
    for (name, settings) in &config.certificates {
        if let Err(fault) = certificates.add(name, settings, &config.folder) {
            let path = ["certificates", name.as_str()];
            let place = config.said(&[path[0], path[1], fault.key()]).unwrap_or_else(|| config.place(&path));
            problems.error("TG8083", &place, format!("certificate `{name}`: {fault}"));
        }
    }
    certificates
}

//! The gateway's certificates: no export has them, so they are all in the settings.

use std::path::Path;

use policy_vm::Environment;

use super::problems::Problems;
use crate::certificates::Certificates;
use crate::config::Config;

/// Reads them; documents are told which there are.
pub(super) fn load(
    config: &Config,
    root: &Path,
    problems: &mut Problems,
    environment: &mut Environment,
) -> Certificates {
    let mut certificates = Certificates::default();
    for (name, settings) in &config.certificates {
        if let Err(fault) = certificates.add(name, settings, root) {
            let source = config.source_of(name);
            problems.error("TG8036", &source, name, format!("certificate `{name}`: {fault}"));
        }
    }
    let names = certificates.iter().flat_map(|one| [one.name.clone(), one.thumbprint.clone()]);
    environment.certificates = Some(names.collect());
    certificates
}

//! The context document that expressions see: the default one, or the user's in its place.

use std::path::Path;

use anyhow::Context as _;
use policy_testkit::evaluate::{self, DEFAULT_CONTEXT};
use serde_json::Value as Json;

use crate::cli::output;

/// Parts whose members have names of the user's.
const OPEN: &[&str] =
    &["Arguments", "Body", "Certificates", "GraphQLArguments", "Headers", "MatchedParameters", "Parent", "Variables"];

/// The default document, or the given one in its place.
pub(super) fn document(file: Option<&Path>) -> anyhow::Result<Json> {
    let base = serde_json::from_str(DEFAULT_CONTEXT)?;
    let Some(file) = file else { return Ok(base) };
    let name = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{name}`"))?;
    let overrides: Json = serde_json::from_str(&text).with_context(|| format!("`{name}` is no JSON"))?;
    anyhow::ensure!(overrides.is_object(), "`{name}` is no context document: it must be an object");
    let mut unknown = Vec::new();
    compare(&base, &overrides, "", &mut unknown);
    if !unknown.is_empty() {
        let list = unknown.join("`, `");
        output::tell(&format!(
            "warning: `{name}`: no context has `{list}`; `tollgate eval --default-context` shows one\n"
        ));
    }
    Ok(evaluate::replace(&base, &overrides))
}

/// Members that the default document does not have have no effect: most are mistakes in writing.
fn compare(base: &Json, overrides: &Json, path: &str, unknown: &mut Vec<String>) {
    let (Some(base), Some(overrides)) = (base.as_object(), overrides.as_object()) else { return };
    for (name, value) in overrides {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match base.get(name) {
            None => unknown.push(path),
            Some(_) if OPEN.contains(&name.as_str()) => {}
            Some(known) => compare(known, value, &path, unknown),
        }
    }
}

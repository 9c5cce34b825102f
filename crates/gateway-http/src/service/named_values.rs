//! Named values: from the folder, with those that exports leave out from `tollgate.toml`, the environment or files.

use std::collections::HashMap;

use policy_parser::Diagnostic;
use policy_parser::diagnostic::quoted;
use policy_vm::NamedValue;

use super::lacking::{Line, Missing, variable};
use super::loader::{Loaded, Loader};
use super::resources::NamedValueInformation;
use crate::data::{Node, Place};

/// What one of the exporters writes in the place of a secret.
const REDACTED: &str = "*** REDACTED ***";

/// Why a text has no value: a sentence, or nothing where it is told elsewhere.
pub(super) type Unresolved = Option<String>;

pub(super) fn load(loader: &mut Loader<'_>) {
    let (mut used, mut vaults) = (Vec::new(), HashMap::new());
    for entry in loader.folder.resources("namedValues") {
        let loaded = loader.resource(&entry, &["namedValueInformation.json"], "namedValues");
        let Some(loaded): Option<Loaded<NamedValueInformation>> = loaded else { continue };
        let display = loaded.value.display_name.clone().unwrap_or_else(|| entry.name.clone());
        used.push(entry.name.clone());
        used.push(display.clone());
        let over = loader.over("namedValues", &entry.name);
        let vault_in_override = over.is_some_and(|item| item.at(&["properties", "keyVault"]).is_some());
        let secret = loaded.value.secret || loaded.value.key_vault.is_some();
        match value(loader, &entry.name, &display, &loaded, vault_in_override) {
            Ok(Some(value)) => {
                loader.environment.named_values.insert(display, NamedValue { value, secret });
            }
            Ok(None) => {
                let identifier = loaded.value.key_vault.as_ref().and_then(|vault| vault.secret_identifier.clone());
                let vault = identifier.and_then(|id| id.split_once("/secrets/").map(|(vault, _)| vault.to_owned()));
                let secret = vault_secret(&loaded.value).unwrap_or_default().to_owned();
                let first = vaults.entry(secret).or_insert_with(|| vault.clone());
                let is_taken = *first != vault;
                let missing = missing(loader, &display, &loaded, is_taken);
                loader.problems.missing_value(&display, missing);
            }
            Err(finding) => loader.problems.missing_value(&display, Missing { finding: *finding, line: None }),
        }
    }
    if loader.workspace.is_none() {
        add_configured(loader, &used);
    }
}

/// What the settings say, then what a Key Vault would, then secrets by name, then the file.
fn value(
    loader: &Loader<'_>,
    name: &str,
    display: &str,
    loaded: &Loaded<NamedValueInformation>,
    vault_in_override: bool,
) -> Result<Option<String>, Box<Diagnostic>> {
    let config = loader.config;
    let failed = |place: Place, error: String| {
        Box::new(place.error("TG8020", format!("named value {}: {error}", quoted(display))))
    };
    let vault = vault_secret(&loaded.value);
    let tables = [
        ("named_values", &config.named_values, Some(name)),
        ("named_values", &config.named_values, Some(display)),
        ("key_vault", &config.key_vault, vault),
    ];
    for (table, secrets, key) in tables {
        let Some((key, secret)) = key.and_then(|key| secrets.get_key_value(key)) else { continue };
        let resolved = secret.resolve(&config.folder);
        return resolved.map(Some).map_err(|error| failed(config.place(&[table, key]), error.to_string()));
    }
    for key in [Some(name), Some(display), vault].into_iter().flatten() {
        let found = config.secrets.find(key, &config.folder);
        match found.map_err(|error| failed(config.place(&["secrets", "folder"]), error))? {
            Some(value) => return Ok(Some(value)),
            None => continue,
        }
    }
    Ok(loaded.value.value.clone().filter(|value| value != REDACTED && !vault_in_override))
}

/// The name in `https://vault.example/secrets/{name}/{version}`.
fn vault_secret(information: &NamedValueInformation) -> Option<&str> {
    let identifier = information.key_vault.as_ref()?.secret_identifier.as_deref()?;
    let (_, name) = identifier.split_once("/secrets/")?;
    name.split('/').next().filter(|name| !name.is_empty())
}

/// Says what to write, and where.
fn missing(loader: &Loader<'_>, display: &str, loaded: &Loaded<NamedValueInformation>, is_taken: bool) -> Missing {
    let vault = vault_secret(&loaded.value);
    let place = loaded
        .properties
        .entry("keyVault")
        .map_or_else(|| loaded.place("displayName"), |entry| entry.key_place.clone());
    let headline = match vault {
        Some(secret) => format!("named value {} is secret {} of a Key Vault", quoted(display), quoted(secret)),
        None => format!("named value {} has no value: exports leave secrets out", quoted(display)),
    };
    // Two vaults may call two secrets the same.
    let by_vault = vault.filter(|_| !is_taken);
    let (table, key) = by_vault.map_or(("named_values", display), |secret| ("key_vault", secret));
    let line = Line::secret(table, key, &variable("VALUE", key));
    let mut finding = place.warning("TG8021", headline).with_note(line.note());
    if let Some(variable) = loader.config.secrets.variable(display) {
        finding.notes.push(format!("or set environment variable `{variable}`"));
    }
    Missing { finding, line: Some(line) }
}

/// Named values that only the settings have.
fn add_configured(loader: &mut Loader<'_>, used: &[String]) {
    for (name, secret) in &loader.config.named_values {
        if used.contains(name) {
            continue;
        }
        match secret.resolve(&loader.config.folder) {
            Ok(value) => {
                loader.environment.named_values.insert(name.clone(), NamedValue { value, secret: true });
            }
            Err(error) => {
                let place = loader.config.place(&["named_values", name]);
                let finding = place.error("TG8020", format!("named value {}: {error}", quoted(name)));
                loader.problems.missing_value(name, Missing { finding, line: None });
            }
        }
    }
}

/// Replaces `{{name}}` in a text that is not a policy.
pub(super) fn substitute(loader: &mut Loader<'_>, text: &str) -> Result<String, Unresolved> {
    replace(loader, text, |_| true)
}

/// The text as it may be shown, with the names of secrets in their places; nothing where there are none.
pub(super) fn masked(loader: &mut Loader<'_>, text: &str) -> Option<String> {
    let mut has_secret = false;
    let shown = replace(loader, text, |value| {
        has_secret |= value.secret;
        !value.secret
    });
    shown.ok().filter(|_| has_secret)
}

/// Everything in a resource that cannot be used is wanted, not only what came first.
pub(super) fn missing_are_used(loader: &mut Loader<'_>, node: &Node) {
    if let Some(text) = node.text() {
        for part in text.split("{{").skip(1) {
            let name = part.split_once("}}").map_or("", |(name, _)| name.trim());
            loader.problems.missing_is_used(name);
        }
    }
    let below = node.items().iter().chain(node.entries().iter().map(|entry| &entry.node));
    below.for_each(|node| missing_are_used(loader, node));
}

fn replace(
    loader: &mut Loader<'_>,
    text: &str,
    mut is_wanted: impl FnMut(&NamedValue) -> bool,
) -> Result<String, Unresolved> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").ok_or_else(|| Some("`{{` without `}}`".to_owned()))?;
        let name = name.trim();
        out.push_str(before);
        match loader.environment.named_values.get(name) {
            Some(value) if is_wanted(value) => out.push_str(&value.value),
            Some(_) => out.extend(["{{", name, "}}"]),
            None if loader.problems.is_missing(name) => {
                loader.problems.missing_is_used(name);
                return Err(None);
            }
            None => {
                let line = Line::secret("named_values", name, &variable("VALUE", name));
                let text = format!("there is no named value {}: {}", quoted(name), line.note());
                loader.problems.lines.push(line);
                return Err(Some(text));
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

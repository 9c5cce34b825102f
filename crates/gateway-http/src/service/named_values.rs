//! Named values: from the folder, with those that exports leave out from `tollgate.toml`.

use policy_vm::NamedValue;

use super::folder::Loader;
use super::resources::NamedValueInformation;

/// What one of the exporters writes in the place of a secret.
const REDACTED: &str = "*** REDACTED ***";

pub(super) fn load(loader: &mut Loader<'_>) {
    let mut given = loader.config.named_values.clone();
    for entry in loader.entries(loader.root, "namedValues") {
        let file = entry.path.join("namedValueInformation.json");
        let Some((source, information)) = loader.resource::<NamedValueInformation>(&file) else { continue };
        let display = information.display_name.unwrap_or_else(|| entry.name.clone());
        let secret = information.secret || information.key_vault.is_some();
        let configured = given.remove(&entry.name).or_else(|| given.remove(&display));
        let value = match configured.map(|value| value.resolve(loader.root)) {
            Some(Ok(value)) => Some(value),
            Some(Err(error)) => {
                let place = loader.config.source_of(&display);
                loader.problems.error("TG8020", &place, &display, format!("named value `{display}`: {error}"));
                continue;
            }
            None => information.value.filter(|value| value != REDACTED),
        };
        match value {
            Some(value) => {
                loader.environment.named_values.insert(display, NamedValue { value, secret });
            }
            None => {
                let text =
                    format!("named value `{display}` has no value: give it in `tollgate.toml` under `named_values`");
                loader.problems.warning("TG8021", &source, "", text);
            }
        }
    }
    for (name, value) in given {
        match value.resolve(loader.root) {
            Ok(value) => {
                loader.environment.named_values.insert(name, NamedValue { value, secret: true });
            }
            Err(error) => {
                let source = loader.config.source_of(&name);
                loader.problems.error("TG8020", &source, &name, format!("named value `{name}`: {error}"));
            }
        }
    }
}

/// Replaces `{{name}}` in a text that is not a policy.
pub(super) fn substitute(loader: &Loader<'_>, text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").ok_or_else(|| "`{{` without `}}`".to_owned())?;
        let value = loader.environment.named_values.get(name.trim());
        out.push_str(before);
        out.push_str(&value.ok_or_else(|| format!("no named value `{}`", name.trim()))?.value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

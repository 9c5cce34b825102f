//! The settings as they take effect, each with its key and where it comes from.

use serde_json::{Map, Value};

use super::Config;

/// One setting.
#[derive(Debug)]
pub(crate) struct Effective {
    /// `limits.headers`, `listener[0].address`.
    pub(crate) key: String,
    /// `null` where nothing is set and nothing is the default.
    pub(crate) value: Value,
    /// File and line, or an option of the command line; nothing for a default.
    pub(crate) origin: Option<String>,
}

/// All settings in the order of their declaration. What the command line took the place of is `given`: the beginnings of keys,
/// with the option.
pub(crate) fn effective(config: &Config, given: &[(&str, &str)]) -> Vec<Effective> {
    let mut all = Vec::new();
    let whole = Config { listeners: config.listening().to_vec(), ..config.clone() };
    if let Ok(Value::Object(table)) = serde_json::to_value(whole) {
        walk(config, &table, &mut Vec::new(), &mut all);
    }
    for setting in &mut all {
        if let Some((_, option)) = given.iter().find(|(start, _)| setting.key.starts_with(start)) {
            setting.origin = (!setting.value.is_null()).then(|| (*option).to_owned());
        }
    }
    all
}

fn walk(config: &Config, table: &Map<String, Value>, path: &mut Vec<String>, all: &mut Vec<Effective>) {
    for (key, value) in table {
        path.push(key.clone());
        match value {
            Value::Object(table) if !table.is_empty() => walk(config, table, path, all),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (number, item) in items.iter().enumerate() {
                    let Value::Object(table) = item else { continue };
                    path.push(number.to_string());
                    walk(config, table, path, all);
                    path.pop();
                }
            }
            _ => all.push(Effective { key: shown(path), value: value.clone(), origin: origin(config, path) }),
        }
        path.pop();
    }
}

/// The nearest of what the file says: a key of an inline table has the line of its table.
fn origin(config: &Config, path: &[String]) -> Option<String> {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    let place = config.said(&keys)?;
    let line = place.source.position(place.span.start).line;
    Some(format!("{}:{line}", place.source.name()))
}

fn shown(path: &[String]) -> String {
    let mut shown = String::new();
    for key in path {
        if key.bytes().all(|byte| byte.is_ascii_digit()) {
            shown.push_str(&format!("[{key}]"));
            continue;
        }
        if !shown.is_empty() {
            shown.push('.');
        }
        let is_bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        shown.push_str(&if is_bare { key.clone() } else { format!("{key:?}") });
    }
    shown
}

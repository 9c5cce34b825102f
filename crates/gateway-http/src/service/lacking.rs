//! What exports leave out, as `tollgate.toml` gives it: told with each finding, and as a whole for whoever begins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use policy_parser::Diagnostic;

/// A named value that an export left out. Whether that stands in the way depends on whether somebody uses it.
#[derive(Debug)]
pub(crate) struct Missing {
    pub(crate) finding: Diagnostic,
    /// What to write; nothing where the settings say where it comes from, and it is not there.
    pub(crate) line: Option<Line>,
}

/// A line of `tollgate.toml`.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    table: String,
    text: String,
}

impl Line {
    /// A line of a table.
    pub(crate) fn new(table: impl Into<String>, text: impl Into<String>) -> Self {
        Self { table: table.into(), text: text.into() }
    }

    /// A secret that an environment variable gives.
    pub(crate) fn secret(table: impl Into<String>, key: &str, variable: &str) -> Self {
        Self::new(table, format!("{} = {{ env = \"{variable}\" }}", toml_key(key)))
    }

    /// How a finding tells of it.
    pub(crate) fn note(&self) -> String {
        format!("write into `tollgate.toml` under `[{}]`: {}", self.table, self.text)
    }
}

/// Keys of subscriptions need not be given.
const MADE_UP: &str = "\
# Keys can be made up: in the place of all [subscriptions.…] write, above the first table,
# generate_keys = true
# subscriptions_file = \"keys.toml\"
";

/// All lines, each once, below their tables.
pub(crate) fn toml(lines: &[Line]) -> String {
    let mut tables: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in lines {
        tables.entry(&line.table).or_default().insert(&line.text);
    }
    let mut out = String::new();
    if tables.keys().any(|table| table.starts_with("subscriptions.")) {
        out.push_str(MADE_UP);
    }
    for (table, lines) in tables {
        let gap = if out.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{gap}[{table}]");
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// As a key stands in TOML.
pub(crate) fn toml_key(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    // Strings of JSON are strings of TOML.
    if is_bare { key.to_owned() } else { serde_json::Value::from(key).to_string() }
}

/// A name for an environment variable. It begins with no digit: shells would not set it.
pub(crate) fn variable(kind: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("{kind}_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_below_their_tables() {
        let lines = [
            Line::secret("named_values", "my key", &variable("VALUE", "my key")),
            Line::secret("key_vault", "erp", "ERP"),
            Line::secret("key_vault", "erp", "ERP"),
            Line::secret("named_values", "6ab", &variable("VALUE", "6ab")),
        ];
        let written = toml(&lines);
        assert_eq!(
            written,
            "[key_vault]\nerp = { env = \"ERP\" }\n\n[named_values]\n\"my key\" = { env = \"MY_KEY\" }\n\
             6ab = { env = \"VALUE_6AB\" }\n"
        );
        assert!(toml::from_str::<toml::Table>(&written).is_ok());
    }
}

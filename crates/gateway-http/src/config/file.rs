//! Reading `tollgate.toml` and the file of subscriptions that it may name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy_parser::{Diagnostic, Source};

use super::edge::Listener;
use super::secret::Secret;
use super::{Config, Subscription, edge};
use crate::data::{FileError, Node, Place, Value, parse_toml, read, read_text};

/// Everything that is wrong with the settings.
pub(crate) type Mistakes = Vec<Diagnostic>;

impl Config {
    /// Reads a file: what could be read of it, with every mistake at its place.
    pub(crate) fn parse(source: &Arc<Source>, mistakes: &mut Mistakes) -> Self {
        let node = parse_toml(source, mistakes);
        let mut config: Self = read(&node, "TG8002", mistakes).unwrap_or_default();
        config.files.push(node);
        config
    }

    /// Where the gateway listens.
    pub(crate) fn listening(&self) -> &[Listener] {
        if self.listeners.is_empty() { std::slice::from_ref(&edge::DEFAULT) } else { &self.listeners }
    }

    /// Reads the further file of subscriptions, if there is one.
    pub(crate) fn read_subscriptions(&mut self, mistakes: &mut Mistakes) {
        let Some(file) = &self.subscriptions_file else {
            if self.generate_keys {
                let text = "`generate_keys` needs `subscriptions_file`, where keys are kept";
                mistakes.push(self.place(&["generate_keys"]).error("TG8002", text));
            }
            return;
        };
        let path = self.folder.join(file);
        let text = match read_text(&path) {
            Ok(text) => text,
            // It is written when the first keys are generated.
            Err(FileError::Missing) if self.generate_keys => return,
            Err(error) => {
                let text = format!("`{}`: {error}", path.display());
                return mistakes.push(self.place(&["subscriptions_file"]).error("TG8001", text));
            }
        };
        let source = Source::hidden(path.display().to_string(), text);
        let node = parse_toml(&source, mistakes);
        let more: std::collections::BTreeMap<_, _> = read(&node, "TG8002", mistakes).unwrap_or_default();
        self.subscriptions.extend(more);
        // As it would stand in the first file, so that places are found by the same path.
        let place = node.place.clone();
        let entry = crate::data::Entry { key: "subscriptions".into(), key_place: place.clone(), node };
        self.files.push(Node { place, value: Value::Map(vec![entry]) });
    }

    /// Lays the overrides of this environment over the folder, because the command line says so.
    pub(crate) fn ask_for_environment(&mut self, name: String) {
        // Without a file of settings a finding about it would have no better place.
        if !self.files.is_empty() {
            let text = format!("service.environment = {}", serde_json::Value::from(name.as_str()));
            self.files.push(parse_toml(&Source::new("--environment", text), &mut Vec::new()));
        }
        self.service = super::service::Service { environment: Some(name), overrides: None };
    }

    /// What the settings say of a subscription, and its name there: the case of names does not count.
    pub(crate) fn subscription(&self, name: &str) -> Option<(&str, &Subscription)> {
        let same = || self.subscriptions.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let found = self.subscriptions.get_key_value(name).or_else(same);
        found.map(|(name, given)| (name.as_str(), given))
    }

    /// Where the settings say something, by the keys that lead there; the beginning of the file where they do not.
    pub(crate) fn place(&self, path: &[&str]) -> Place {
        self.said(path).unwrap_or_else(|| match self.files.first() {
            Some(file) => Place::start_of(&file.place.source),
            None => Place::start_of(&Source::new("tollgate.toml", "")),
        })
    }

    /// The same, or nothing.
    pub(crate) fn said(&self, path: &[&str]) -> Option<Place> {
        let (last, before) = path.split_last()?;
        self.files.iter().rev().find_map(|file| {
            let table = file.at(before)?;
            table.entry(last).map(|entry| entry.key_place.clone())
        })
    }

    /// Paths of files and folders that the settings may name: every text in them.
    pub(crate) fn named_paths(&self) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        let mut rest: Vec<&Node> = self.files.iter().collect();
        while let Some(node) = rest.pop() {
            rest.extend(node.items());
            rest.extend(node.entries().iter().map(|entry| &entry.node));
            paths.extend(node.text().filter(|text| !text.is_empty()).map(|text| self.folder.join(text)));
        }
        paths
    }

    /// Environment variables that are not set and have a default, which is public: it stands in a file.
    pub(crate) fn defaults_in_use(&self) -> Vec<&str> {
        self.named_secrets().filter_map(Secret::default_in_use).collect()
    }

    /// All secrets that are named one by one.
    fn named_secrets(&self) -> impl Iterator<Item = &Secret> {
        let keys = self.subscriptions.values();
        let keys = keys.flat_map(|subscription| [&subscription.primary_key, &subscription.secondary_key]);
        let secrets = self.named_values.values().chain(self.key_vault.values()).chain(keys.flatten());
        let identities = self.identities.iter().flat_map(|one| [&one.token, &one.application_secret]).flatten();
        let secrets = secrets.chain(identities);
        secrets.chain(self.certificates.values().filter_map(|one| one.password.as_ref())).chain(&self.admin.token)
    }

    /// The files that it names: when one of them changes, so may what is served.
    pub(crate) fn named_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<&Path> = self.named_secrets().filter_map(Secret::file).collect();
        files.extend(self.subscriptions_file.as_deref());
        files.extend(self.service.overrides.as_deref());
        files.extend(self.backend.ca_file.as_deref());
        files.extend(self.client_certificates.ca_file.as_deref());
        files.extend(self.client_certificates.crl_files.iter().map(PathBuf::as_path));
        for certificate in self.certificates.values() {
            files.extend([Some(certificate.file.as_path()), certificate.key.as_deref()].into_iter().flatten());
        }
        for tls in self.listeners.iter().filter_map(|listener| listener.tls.as_ref()) {
            files.extend([tls.certificate.as_path(), &tls.key]);
            files.extend(tls.client_ca.as_deref());
            files.extend(tls.hosts.iter().flat_map(|host| [host.certificate.as_path(), &host.key]));
        }
        files.into_iter().map(|file| self.folder.join(file)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn parsed(text: &str) -> (Config, Vec<String>) {
        let source = Source::new("tollgate.toml", text);
        let mut mistakes = Vec::new();
        let config = Config::parse(&source, &mut mistakes);
        let shown = |mistake: &Diagnostic| {
            let position = source.position(mistake.span.start);
            format!("{}:{} {}", position.line, position.column, mistake.headline)
        };
        (config, mistakes.iter().map(shown).collect())
    }

    #[track_caller]
    fn check(text: &str, place: &str, contains: &str) {
        let (_, found) = parsed(text);
        assert!(found.iter().any(|line| line.starts_with(place) && line.contains(contains)), "{found:?}");
    }

    #[test]
    fn mistakes_have_their_place() {
        check("[limits]\nheaders = 5\nheeders = 5\n", "3:1", "heeders");
        check("[timeouts]\nhead = \"10 bananas\"\n", "2:8", "10 bananas");
        check("[[listener]]\naddress = 5\n", "2:11", "");
        check("[gateway\n", "1:9", "");
    }

    #[test]
    fn all_mistakes_are_told_and_the_rest_is_read() {
        let text = "subscriptons_file = 5\n[limits]\nheeders = 5\nheaders = \"x\"\nbody = 7\n[named_values]\nx = 5\ny = \
                    \"v\"\n[timeouts]\nhead = 5\n";
        let (config, found) = parsed(text);
        assert_eq!(found.len(), 5, "{found:#?}");
        assert_eq!((config.limits.body, config.named_values.len()), (7, 1));
    }

    #[test]
    fn what_others_are_checked_against_is_watched() {
        let (config, found) = parsed(
            "[backend]\nca_file = \"backends.pem\"\n[client_certificates]\nca_file = \"clients.pem\"\ncrl_files = [\"a.crl\", \
             \"b.crl\"]\n",
        );
        assert_eq!(found, Vec::<String>::new());
        for file in ["backends.pem", "clients.pem", "a.crl", "b.crl"] {
            assert!(config.named_files().contains(&config.folder.join(file)), "{file}");
        }
    }

    #[test]
    fn a_whole_file_is_read() {
        let (config, found) = parsed(
            "subscriptions_file = \"keys.toml\"\n[[listener]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nhead = \"2s\"\nidle = \
             \"1m\"\n[subscriptions.mes]\nprimary_key = { env = \"MES_KEY\" }\n[named_values]\nx = \"plain\"\n",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(config.timeouts.head, Duration::from_secs(2));
        assert_eq!(config.timeouts.idle, Duration::from_secs(60));
        assert_eq!(config.listeners.len(), 1);
        let place = config.place(&["subscriptions", "mes", "primary_key"]);
        assert_eq!(place.source.position(place.span.start).line, 8);
    }
}

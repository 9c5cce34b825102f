//! `configuration.<environment>.yaml`: what is laid over a folder's files in one environment.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use policy_parser::Source;

use super::problems::Problems;
use crate::config::Config;
use crate::data::{FileError, Node, Place, Value, parse_yaml, read_text};

/// Sections of the file that are for what is read.
const SECTIONS: &[&str] = &[
    "apis",
    "backends",
    "groups",
    "namedValues",
    "operations",
    "policies",
    "policyFragments",
    "products",
    "subscriptions",
    "versionSets",
    "workspaces",
];

/// Those for what has no effect on calls, which is told of the folder, and what is for the tools.
const WITHOUT_EFFECT: &[&str] =
    &["$schema", "ARM_API_VERSION", "apimServiceName", "diagnostics", "gateways", "loggers", "releases", "tags"];

/// What apiops-cli does to every resource, for several environments in one service.
const ENVIRONMENT: &str = "environment";

/// Overrides of one folder or workspace, and which of them were asked for.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    root: Option<Node>,
    used: RefCell<HashSet<u32>>,
    /// Tokens that the environment has nothing for.
    unfilled: Vec<Unfilled>,
}

/// A token without a value.
#[derive(Debug)]
struct Unfilled {
    name: String,
    /// Where the text begins that it is in.
    at: u32,
    /// The key of that text.
    key: Option<Place>,
}

impl Overrides {
    /// Reads the file that the settings name.
    pub(super) fn load(root: &Path, config: &Config, problems: &mut Problems) -> Self {
        let Some((path, place)) = file(root, config, problems) else { return Self::default() };
        let text = match read_text(&path) {
            Ok(text) => text,
            Err(error) => {
                problems.error("TG8001", &place, format!("overrides `{}`: {error}", path.display()));
                return Self::default();
            }
        };
        let source = Source::hidden(path.display().to_string(), text);
        let mut node = parse_yaml(&source, &mut problems.found);
        let mut unfilled = Vec::new();
        if let Some(node) = &mut node {
            fill_tokens(node, None, &mut unfilled);
        }
        Self { root: node, used: RefCell::default(), unfilled }
    }

    /// All of the file.
    pub(super) fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// The item for a resource, in a section of the whole file or of an item.
    pub(super) fn item<'n>(&self, within: Option<&'n Node>, section: &str, name: &str) -> Option<&'n Node> {
        let items = within?.get(section)?.items();
        let found = items.iter().find(|item| item_name(item).is_some_and(|known| known.eq_ignore_ascii_case(name)))?;
        self.used.borrow_mut().insert(found.place.span.start);
        Some(found)
    }

    /// The policy that an item has in the place of the file's.
    pub(super) fn policy<'n>(&self, item: Option<&'n Node>) -> Option<&'n Node> {
        self.item(item, "policies", "policy")?.at(&["properties", "value"])
    }

    /// What comes before the paths of APIs, but for those whose path is overridden.
    pub(super) fn path_prefix(&self, over: Option<&Node>) -> Option<&str> {
        let environment = self.root.as_ref()?.get(ENVIRONMENT)?;
        let mut kinds = environment.get("appliesTo").map(Node::items).unwrap_or_default().iter().peekable();
        let is_for_apis = kinds.peek().is_none() || kinds.any(|kind| kind.scalar() == Some("Api"));
        let is_overridden = over.is_some_and(|item| item.at(&["properties", "path"]).is_some());
        environment.get("apiPathPrefix")?.scalar().filter(|_| is_for_apis && !is_overridden)
    }

    /// Items that fit nothing, which the publishing tools pass over.
    pub(super) fn tell_unused(&self, problems: &mut Problems) {
        let Some(root) = &self.root else { return };
        for entry in root.entries() {
            let key = &*entry.key;
            if key == ENVIRONMENT {
                tell_names(&entry.node, problems);
            } else if !SECTIONS.contains(&key) && !WITHOUT_EFFECT.contains(&key) {
                let text = format!("overrides have no section `{key}`: it has no effect");
                problems.warning("TG8081", &entry.key_place, text);
            }
        }
        self.unused(root, problems);
    }

    fn unused(&self, node: &Node, problems: &mut Problems) {
        for entry in node.entries().iter().filter(|entry| !WITHOUT_EFFECT.contains(&&*entry.key)) {
            if !SECTIONS.contains(&&*entry.key) {
                self.tell_unfilled(&entry.node, problems);
                continue;
            }
            for item in entry.node.items() {
                if self.used.borrow().contains(&item.place.span.start) {
                    self.unused(item, problems);
                } else if entry.key.as_ref() != "policies" {
                    let name = item_name(item).unwrap_or("?");
                    let text = format!("nothing in `{}` of the folder is called `{name}`: it has no effect", entry.key);
                    problems.warning("TG8081", &item.place_of("name"), text);
                }
            }
        }
    }
}

impl Overrides {
    /// Tokens of what has an effect; elsewhere a template may have as many as it likes.
    fn tell_unfilled(&self, node: &Node, problems: &mut Problems) {
        let here = self.unfilled.iter().filter(|unfilled| unfilled.at == node.place.span.start);
        for Unfilled { name, key, .. } in here.filter(|_| node.text().is_some()) {
            // Whatever else is wrong there is wrong because of it.
            problems.is_known_at(key.iter().chain([&node.place]));
            let headline = format!("token `{{#{name}#}}`: environment variable `{name}` is not set");
            problems.error("TG8082", &node.place, headline);
        }
        let below = node.items().iter().chain(node.entries().iter().map(|entry| &entry.node));
        below.for_each(|node| self.tell_unfilled(node, problems));
    }
}

/// Resources keep their names: nothing else is served that they would have to be told from.
fn tell_names(environment: &Node, problems: &mut Problems) {
    for entry in environment.entries().iter().filter(|entry| matches!(&*entry.key, "namePrefix" | "nameSuffix")) {
        let text = format!("`{}` has no effect: resources have the names that they have in the folder", entry.key);
        problems.warning("TG8084", &entry.key_place, text);
    }
}

fn item_name(item: &Node) -> Option<&str> {
    item.get("name").and_then(Node::scalar)
}

/// Where overrides of the settings' environment may lie beside the folder.
pub(crate) fn beside(root: &Path, config: &Config) -> Vec<PathBuf> {
    let Some(name) = config.service.environment.as_ref().filter(|_| config.service.overrides.is_none()) else {
        return Vec::new();
    };
    match root.file_name() {
        Some(_) => root.parent().map(|above| files_in(above, name)).unwrap_or_default(),
        None => files_in(&root.join(".."), name),
    }
}

fn files_in(folder: &Path, environment: &str) -> Vec<PathBuf> {
    ["yaml", "yml"].map(|ending| folder.join(format!("configuration.{environment}.{ending}"))).into()
}

/// The file, and where the settings ask for it.
fn file(root: &Path, config: &Config, problems: &mut Problems) -> Option<(PathBuf, Place)> {
    if let Some(file) = &config.service.overrides {
        return Some((config.folder.join(file), config.place(&["service", "overrides"])));
    }
    let name = config.service.environment.as_ref()?;
    let place = config.place(&["service", "environment"]);
    for path in files_in(root, name).into_iter().chain(beside(root, config)) {
        if !matches!(read_text(&path), Err(FileError::Missing)) {
            return Some((path, place));
        }
    }
    let text = format!("there is no `configuration.{name}.yaml` in the service folder or beside it");
    problems.error("TG8080", &place, text);
    None
}

/// Pipelines put variables in the place of `{#[NAME]#}` and `{#name#}`; here they come from the environment.
fn fill_tokens(node: &mut Node, key: Option<&Place>, unfilled: &mut Vec<Unfilled>) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| fill_tokens(item, None, unfilled)),
        Value::Map(entries) => {
            entries.iter_mut().for_each(|entry| fill_tokens(&mut entry.node, Some(&entry.key_place), unfilled));
        }
        Value::Text(text) | Value::Plain(text) if text.contains("{#") => {
            let (filled, unknown) = filled(text, |name| std::env::var(name).ok());
            let at = node.place.span.start;
            unfilled.extend(unknown.into_iter().map(|name| Unfilled { name, at, key: key.cloned() }));
            node.value = Value::Text(filled.into());
        }
        _ => {}
    }
}

fn filled(text: &str, lookup: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let (mut out, mut unknown, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once("{#") {
        out.push_str(before);
        let Some((token, behind)) = behind.split_once("#}") else {
            out.push_str("{#");
            rest = behind;
            break;
        };
        let name = token.trim().trim_start_matches('[').trim_end_matches(']');
        match lookup(name) {
            Some(value) => out.push_str(&value),
            None => unknown.push(name.to_owned()),
        }
        rest = behind;
    }
    out.push_str(rest);
    (out, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_filled_from_the_environment() {
        let lookup = |name: &str| (name == "HOST").then(|| "h.example".to_owned());
        assert_eq!(filled("https://{#[HOST]#}/{#HOST#}/{#", lookup).0, "https://h.example/h.example/{#");
        assert_eq!(filled("{#a#}{# b #}", lookup), (String::new(), vec!["a".to_owned(), "b".to_owned()]));
    }
}

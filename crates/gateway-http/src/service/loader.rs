//! What the parts of the loader work with: one service, or one of its workspaces.

use std::path::Path;
use std::sync::Arc;

use policy_parser::{Source, diagnostic};
use policy_vm::{Engine, Environment, Program, Scope};
use serde::de::DeserializeOwned;

use super::embedded::Embedded;
use super::overrides::Overrides;
use super::problems::Problems;
use super::tree::{Entry, Folder};
use crate::certificates::Certificates;
use crate::config::Config;
use crate::data::{Node, Place, merge, parse_json, read};

/// See the module.
pub(super) struct Loader<'a> {
    /// The folder of the service or of the workspace.
    pub(super) folder: &'a Folder,
    pub(super) engine: &'a Engine,
    pub(super) config: &'a Config,
    pub(super) problems: Problems,
    pub(super) environment: Environment,
    pub(super) overrides: &'a Overrides,
    /// The part of the overrides that is for this folder.
    pub(super) over: Option<&'a Node>,
    /// The gateway's certificates.
    pub(super) certificates: &'a Certificates,
    /// The workspace's name.
    pub(super) workspace: Option<String>,
    /// APIs and products, as `apis/a`, that cannot be used, which has been told: that they are missing is not another mistake.
    pub(super) broken: Vec<String>,
}

/// A resource's file.
#[derive(Debug)]
pub(super) struct Loaded<T> {
    /// What it says, with what is laid over it.
    pub(super) properties: Node,
    pub(super) value: T,
}

impl<T> Loaded<T> {
    /// Where a property is.
    pub(super) fn place(&self, key: &str) -> Place {
        self.properties.place_of(key)
    }
}

impl<'a> Loader<'a> {
    /// Is this resource there, though it cannot be used?
    pub(super) fn is_broken(&self, kind: &str, name: &str) -> bool {
        let id = format!("{kind}/{name}");
        self.broken.iter().any(|known| known.eq_ignore_ascii_case(&id))
    }

    /// The overrides of a resource.
    pub(super) fn over(&self, section: &str, name: &str) -> Option<&'a Node> {
        self.overrides.item(self.over, section, name)
    }

    /// Reads the file of a resource, the first of `names` that is there, with the overrides of `section` laid over it.
    pub(super) fn resource<T: DeserializeOwned>(
        &mut self,
        entry: &Entry<'_>,
        names: &[&str],
        section: &str,
    ) -> Option<Loaded<T>> {
        let over = self.over(section, &entry.name);
        self.resource_over(entry, names, over)
    }

    /// The same with these overrides.
    pub(super) fn resource_over<T: DeserializeOwned>(
        &mut self,
        entry: &Entry<'_>,
        names: &[&str],
        over: Option<&Node>,
    ) -> Option<Loaded<T>> {
        let Some(file) = names.iter().find_map(|name| entry.folder.file(name)) else {
            let name = names.first().copied().unwrap_or_default();
            let text = format!("{} has no `{name}`", diagnostic::quoted(&entry.name));
            self.problems.error("TG8050", &entry.folder.place(), text);
            // Without it nothing else of the resource is read.
            entry.folder.all_files(&mut |file| file.mark());
            return None;
        };
        file.mark();
        let loaded = self.read_resource(&file.path, over);
        if loaded.is_none() {
            entry.folder.all_files(&mut |file| file.mark());
        }
        loaded
    }

    fn read_resource<T: DeserializeOwned>(&mut self, path: &Path, over: Option<&Node>) -> Option<Loaded<T>> {
        let source = self.problems.read(path)?;
        let node = parse_json(&source, &mut self.problems.found)?;
        let Some(properties) = node.get("properties") else {
            let text = "`properties` is missing: a resource's file is `{ \"properties\": { … } }`";
            self.problems.error("TG8003", &node.opening(), text);
            return None;
        };
        let mut properties = properties.clone();
        if let Some(over) = over.and_then(|item| item.get("properties")) {
            merge(&mut properties, over);
        }
        let value = read(&properties, "TG8003", &mut self.problems.found)?;
        Some(Loaded { properties, value })
    }

    /// The text of a resource's policy: the overrides' or that of `policy.xml`.
    pub(super) fn policy_source(&mut self, folder: &Folder, over: Option<&Node>) -> Option<Arc<Source>> {
        let file = folder.file("policy.xml");
        if let Some(file) = file {
            file.mark();
        }
        if let Some(embedded) = self.overrides.policy(over).and_then(Embedded::new) {
            return Some(self.problems.embed(embedded));
        }
        self.problems.read(&file?.path)
    }

    /// Compiles a resource's policy, if it has one; the flag says whether it has.
    pub(super) fn policy(
        &mut self,
        folder: &Folder,
        over: Option<&Node>,
        scope: Scope,
    ) -> (bool, Option<Arc<Program>>) {
        match self.policy_source(folder, over) {
            Some(source) => (true, self.problems.compile(self.engine, &source, scope, &self.environment)),
            None => (false, None),
        }
    }
}

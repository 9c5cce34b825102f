//! A service folder as a whole, with its workspaces. All layouts in use are read, also mixed: kinds are told by their names
//! without regard to case and blanks, resources by their folder's name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use policy_vm::{Engine, Environment, Scope};

use super::loader::Loader;
use super::overrides::Overrides;
use super::problems::Problems;
use super::resources::WorkspaceInformation;
use super::tree::{Entry, Folder};
use super::{
    Backends, Hidden, Product, Service, apis, around, backends, certificates, default_global, fragments, groups,
    named_values, products, single, subscriptions, unread, version_sets,
};
use crate::certificates::Certificates;
use crate::config::Config;

/// What was loaded so far, of the service and its workspaces.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) apis: Vec<apis::LoadedApi>,
    pub(super) products: Vec<Product>,
    pub(super) backends: Backends,
    pub(super) holders: Vec<crate::subscriptions::Holder>,
    /// Subscriptions of the settings that a folder describes.
    pub(super) described: HashSet<String>,
    pub(super) hidden: Hidden,
}

/// Loads a folder. The service is there when no problem is an error.
pub(crate) fn load_folder(root: &Path, engine: &Engine, config: &Config) -> (Option<Service>, Problems) {
    let (service, problems, _) = load(root, engine, config);
    (service, problems)
}

/// Checks one file of a folder: what is found in it and in the settings when the folder is loaded.
pub(crate) fn load_file(file: &Path, root: &Path, engine: &Engine, config: &Config) -> Problems {
    let (_, problems, read) = load(root, engine, config);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let file_itself = real(file);
    let mut findings = problems.into_findings();
    let is_of_folder = read.contains(&file_itself);
    // Settings and overrides are of no kind that is read for itself, and no policies.
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let is_policy = !is_of_folder && !["json", "toml", "yaml", "yml"].contains(&ending);
    findings.retain(|finding| {
        let name = finding.source.name();
        (!is_policy && real(Path::new(name)) == file_itself)
            || name.ends_with("tollgate.toml")
            || name == "--environment"
    });
    let mut problems = Problems::of(findings);
    if is_policy && let Some(source) = problems.read(file) {
        let environment = environment(root, Some(file), engine, config).0;
        single::check_source(&mut problems, engine, &source, &environment);
    }
    problems
}

fn load(root: &Path, engine: &Engine, config: &Config) -> (Option<Service>, Problems, HashSet<PathBuf>) {
    let mut problems = Problems::default();
    let folder = Folder::walk(root, &mut problems);
    if around::tell_if_none(&folder, &mut problems) {
        return (None, problems, HashSet::new());
    }
    let overrides = Overrides::load(root, config, &mut problems);
    let mut parts = Parts::default();
    let certificates = certificates::load(config, &mut problems);
    let mut loader = Loader::new(&folder, engine, config, &overrides, &certificates, None, problems);
    loader.load_environment(&mut parts);
    let global = match loader.policy(&folder, overrides.root(), Scope::Global) {
        (true, program) => program,
        (false, _) => default_global(engine, &mut loader.problems),
    };
    loader.load_resources(&mut parts);
    let Loader { problems, .. } = loader;
    let mut problems = workspaces(&folder, engine, config, &overrides, &certificates, &mut parts, problems);
    let keys = subscriptions::keys(&mut parts, config, &mut problems);
    overrides.tell_unused(&mut problems);
    if parts.apis.is_empty() && problems.is_fine() {
        problems.found.push(folder.place().warning("TG8012", "there is no API here: every call is answered with 404"));
    }
    for path in config.named_paths() {
        folder.mark_at(&path);
    }
    unread::tell(&folder, &mut problems);
    let mut read = HashSet::new();
    folder.all_files(&mut |file| {
        if file.is_marked() {
            read.insert(file.path.canonicalize().unwrap_or_else(|_| file.path.clone()));
        }
    });
    if !problems.is_fine() {
        return (None, problems, read);
    }
    let Parts { apis, products, backends, hidden, .. } = parts;
    let service = global.map(|global| Service {
        routes: apis::routes(&apis),
        apis: apis.into_iter().map(|loaded| loaded.api).collect(),
        products,
        keys,
        global,
        backends,
        certificates,
        hidden,
        version: String::new(),
    });
    (service, problems, read)
}

/// Workspaces see neither the service's named values, fragments and backends nor each other's.
fn workspaces(
    folder: &Folder,
    engine: &Engine,
    config: &Config,
    overrides: &Overrides,
    certificates: &Certificates,
    parts: &mut Parts,
    mut problems: Problems,
) -> Problems {
    for entry in folder.resources("workspaces") {
        let over = overrides.item(overrides.root(), "workspaces", &entry.name);
        let name = Some(entry.name.clone());
        let mut loader = Loader::new(entry.folder, engine, config, overrides, certificates, name, problems);
        loader.over = over;
        loader.load_environment(parts);
        let (_, policy) = loader.policy(entry.folder, over, Scope::Workspace);
        let display_name = workspace_name(&mut loader, &entry).unwrap_or_else(|| entry.name.clone());
        let first = parts.apis.len();
        loader.load_resources(parts);
        for loaded in parts.apis.iter_mut().skip(first) {
            loaded.api.workspace_policy.clone_from(&policy);
            loaded.api.workspace_name.clone_from(&display_name);
        }
        Loader { problems, .. } = loader;
    }
    problems
}

/// The display name, where there is a description: not every extractor writes one.
fn workspace_name(loader: &mut Loader<'_>, entry: &Entry<'_>) -> Option<String> {
    const FILE: &str = "workspaceInformation.json";
    entry.folder.file(FILE)?;
    let over = loader.over;
    let loaded = loader.resource_over::<WorkspaceInformation>(entry, &[FILE], over)?;
    loaded.value.display_name
}

/// What the documents of a folder refer to: those of a workspace if `file` is in one.
pub(super) fn environment(
    root: &Path,
    file: Option<&Path>,
    engine: &Engine,
    config: &Config,
) -> (Environment, Problems) {
    let mut problems = Problems::default();
    let folder = Folder::walk(root, &mut problems);
    let overrides = Overrides::load(root, config, &mut problems);
    let certificates = certificates::load(config, &mut problems);
    let file = file.and_then(|file| file.canonicalize().ok());
    let is_around = |entry: &Entry<'_>| {
        let workspace = entry.folder.path.canonicalize().ok();
        file.as_ref().zip(workspace).is_some_and(|(file, workspace)| file.starts_with(workspace))
    };
    let mut loader = match folder.resources("workspaces").into_iter().find(is_around) {
        Some(entry) => {
            let over = overrides.item(overrides.root(), "workspaces", &entry.name);
            let name = Some(entry.name);
            let mut loader = Loader::new(entry.folder, engine, config, &overrides, &certificates, name, problems);
            loader.over = over;
            loader
        }
        None => Loader::new(&folder, engine, config, &overrides, &certificates, None, problems),
    };
    loader.load_environment(&mut Parts::default());
    (loader.environment, loader.problems)
}

impl<'a> Loader<'a> {
    fn new(
        folder: &'a Folder,
        engine: &'a Engine,
        config: &'a Config,
        overrides: &'a Overrides,
        certificates: &'a Certificates,
        workspace: Option<String>,
        problems: Problems,
    ) -> Self {
        let environment = Environment { certificates: Some(certificates.names()), ..Environment::default() };
        let over = overrides.root();
        Self {
            folder,
            engine,
            config,
            problems,
            environment,
            overrides,
            over,
            certificates,
            workspace,
            broken: Vec::new(),
        }
    }

    /// Loads what documents refer to, which is needed before the first of them can be compiled.
    fn load_environment(&mut self, parts: &mut Parts) {
        named_values::load(self);
        parts.hidden.add(&self.environment);
        fragments::load(self);
        let found = backends::load(self);
        self.environment.backends = Some(found.ids());
        backends::add(self, parts, found);
        // Also those that nothing includes.
        for fragment in self.environment.fragments.values() {
            self.problems.found.extend(self.engine.check_fragment(fragment, &self.environment));
        }
    }

    /// Loads what is called, and by whom.
    fn load_resources(&mut self, parts: &mut Parts) {
        let version_sets = version_sets::load(self);
        let groups = groups::load(self);
        apis::load(self, &version_sets, &mut parts.apis);
        products::load(self, &groups, &parts.apis, &mut parts.products);
        subscriptions::load(self, parts);
    }
}

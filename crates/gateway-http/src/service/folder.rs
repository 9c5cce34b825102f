//! A service folder as a whole. Both layouts in use are read, also mixed: kinds are told by their names without regard to
//! case and blanks, resources by their folder's name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy_parser::Source;
use policy_vm::{Engine, Environment, Program, Scope};

use super::problems::Problems;
use super::resources::{FragmentInformation, Resource};
use super::{
    Backends, Service, apis, backends, certificates, default_global, named_values, products, subscriptions,
    version_sets,
};
use crate::certificates::Certificates;
use crate::config::Config;

/// What the parts of the loader work with.
pub(super) struct Loader<'a> {
    pub(super) root: &'a Path,
    pub(super) engine: &'a Engine,
    pub(super) config: &'a Config,
    pub(super) problems: Problems,
    pub(super) environment: Environment,
}

/// One resource: its name and its folder.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// Loads a folder. The service is there when no problem is an error.
pub(crate) fn load_folder(root: &Path, engine: &Engine, config: &Config) -> (Option<Service>, Problems) {
    let (mut loader, backends, certificates) = Loader::new(root, engine, config);
    let global = match loader.policy(&root.join("policy.xml"), Scope::Global) {
        (true, program) => program,
        (false, _) => default_global(engine, &mut loader.problems),
    };
    let version_sets = version_sets::load(&mut loader);
    let apis = apis::load(&mut loader, &version_sets);
    let products = products::load(&mut loader, &apis);
    let keys = subscriptions::load(&mut loader, &apis, &products);
    if loader.entries(root, "workspaces").next().is_some() {
        let source = Source::new(root.join("workspaces").display().to_string(), "");
        loader.problems.warning("TG8010", &source, "", "workspaces are not served");
    }
    let problems = loader.problems;
    if !problems.is_fine() {
        return (None, problems);
    }
    let service = global.map(|global| Service {
        routes: apis::routes(&apis),
        apis: apis.into_iter().map(|loaded| loaded.api).collect(),
        products,
        keys,
        global,
        backends,
        certificates,
    });
    (service, problems)
}

/// What the documents of a folder refer to.
pub(super) fn environment(root: &Path, engine: &Engine, config: &Config) -> (Environment, Problems) {
    let (loader, ..) = Loader::new(root, engine, config);
    (loader.environment, loader.problems)
}

impl<'a> Loader<'a> {
    /// Has loaded what documents refer to, which is needed before the first of them can be compiled.
    fn new(root: &'a Path, engine: &'a Engine, config: &'a Config) -> (Self, Backends, Certificates) {
        let mut loader =
            Self { root, engine, config, problems: Problems::default(), environment: Environment::default() };
        named_values::load(&mut loader);
        load_fragments(&mut loader);
        let certificates = certificates::load(config, root, &mut loader.problems, &mut loader.environment);
        let backends = backends::load(&mut loader, &certificates);
        loader.environment.backends = Some(backends.iter().map(|backend| backend.id.clone()).collect());
        // Also those that nothing includes.
        for fragment in loader.environment.fragments.values() {
            loader.problems.found.extend(engine.check_fragment(fragment, &loader.environment));
        }
        (loader, backends, certificates)
    }
}

impl Loader<'_> {
    /// The resources of a kind below `folder`, in the order of their names.
    pub(super) fn entries(&self, folder: &Path, kind: &str) -> impl Iterator<Item = Entry> + use<> {
        let mut entries = Vec::new();
        for (name, path) in children(folder) {
            if same_kind(&name, kind) {
                entries.extend(children(&path).filter(|(_, path)| path.is_dir()).map(|(name, path)| Entry {
                    // Archives may have escaped the semicolon of a revision.
                    name: name.replace("%3B", ";").replace("%3b", ";"),
                    path,
                }));
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.into_iter()
    }

    /// Compiles a document, if the file is there; the flag says whether it is.
    pub(super) fn policy(&mut self, path: &Path, scope: Scope) -> (bool, Option<Arc<Program>>) {
        match self.problems.read(path) {
            Some(source) => (true, self.problems.compile(self.engine, &source, scope, &self.environment)),
            None => (false, None),
        }
    }

    /// Reads `{ "properties": … }` from a file of a resource's folder.
    pub(super) fn resource<T: serde::de::DeserializeOwned>(&mut self, path: &Path) -> Option<(Arc<Source>, T)> {
        let source = self.problems.read(path)?;
        let resource: Resource<T> = self.problems.json(&source)?;
        Some((source, resource.properties))
    }
}

fn children(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        (!name.starts_with('.')).then(|| (name, entry.path()))
    })
}

/// `named values`, `namedValues` and `Named Values` are one kind.
fn same_kind(name: &str, kind: &str) -> bool {
    let plain = name.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_lowercase());
    plain.eq(kind.chars().map(|c| c.to_ascii_lowercase()))
}

fn load_fragments(loader: &mut Loader<'_>) {
    for entry in loader.entries(loader.root, "policyFragments") {
        let source = match loader.problems.read(&entry.path.join("policy.xml")) {
            Some(source) => Some(source),
            None => loader
                .resource::<FragmentInformation>(&entry.path.join("policyFragmentInformation.json"))
                .and_then(|(file, fragment)| Some(Source::new(file.name(), fragment.value?))),
        };
        match source {
            Some(source) => {
                loader.environment.fragments.insert(entry.name, source);
            }
            None => {
                let source = Source::new(entry.path.display().to_string(), "");
                loader.problems.error("TG8011", &source, "", format!("fragment `{}` has no text", entry.name));
            }
        }
    }
}

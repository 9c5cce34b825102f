//! A document that is looked at on its own, and what says where it belongs.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use policy_vm::Scope;

use crate::service::{Surroundings, folder_around, scope_in};

/// Where a document belongs.
#[derive(Debug, clap::Args)]
pub(super) struct Belongs {
    /// The service folder whose named values, fragments and backends the document refers to.
    #[arg(long, value_name = "FOLDER")]
    pub(super) service: Option<PathBuf>,
    /// The scope the document is for; `api` where its place in a service folder does not say.
    #[arg(long, value_enum)]
    pub(super) scope: Option<DocumentScope>,
}

/// As the command line spells scopes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum DocumentScope {
    Global,
    Workspace,
    Product,
    Api,
    Operation,
}

impl From<DocumentScope> for Scope {
    fn from(scope: DocumentScope) -> Self {
        match scope {
            DocumentScope::Global => Self::Global,
            DocumentScope::Workspace => Self::Workspace,
            DocumentScope::Product => Self::Product,
            DocumentScope::Api => Self::Api,
            DocumentScope::Operation => Self::Operation,
        }
    }
}

/// Where a document belongs, as far as that is said and can be found out.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) service: Option<PathBuf>,
    file: Option<PathBuf>,
    scope: Scope,
}

impl Belongs {
    /// The place of the document in `file`, of one that is in no file otherwise.
    pub(super) fn place(&self, file: Option<&Path>) -> Place {
        let service = self.service.clone().or_else(|| folder_around(file?));
        let lies = service.as_deref().zip(file).map(|(root, file)| scope_in(root, file));
        let scope = self.scope.map(Scope::from).or(lies).unwrap_or(Scope::Api);
        Place { service, file: file.map(Path::to_owned), scope }
    }
}

impl Place {
    pub(super) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { service: self.service.as_deref(), file: self.file.as_deref(), scope: self.scope }
    }
}

//! Operations that only a specification describes: OpenAPI 3 and Swagger 2, as YAML or JSON, imported by the service's
//! rules. Nothing outside the file is fetched.

mod openapi;
mod operation_id;
mod samples;

use policy_parser::Diagnostic;
use policy_vm::exchange::SampleResponse;

pub(crate) use self::operation_id::normalised;
use crate::data::{Node, Place};

/// What a specification says.
#[derive(Debug, Default)]
pub(crate) struct Specification {
    pub(crate) title: Option<String>,
    /// The first HTTPS server, or the first.
    pub(crate) server: Option<String>,
    pub(crate) operations: Vec<Described>,
}

/// An operation as a specification describes it.
#[derive(Debug)]
pub(crate) struct Described {
    /// By the service's rules.
    pub(crate) id: String,
    /// As the specification has it.
    pub(crate) written_id: Option<String>,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) url_template: String,
    pub(crate) responses: Vec<SampleResponse>,
    pub(crate) place: Place,
}

impl Described {
    /// How well a folder of this name fits: the id of the specification best, then the one of the service's rules, then
    /// the display name, by which early extractors named folders.
    pub(crate) fn fit(&self, name: &str) -> Option<u8> {
        let names = [self.written_id.as_deref(), Some(&self.id), Some(&self.name)];
        let fit = names.iter().position(|known| known.is_some_and(|known| known.eq_ignore_ascii_case(name)))?;
        u8::try_from(fit).ok()
    }
}

/// How required query parameters are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequiredQuery {
    /// They become part of the template, and a call without them is for another operation.
    Template,
    /// They stay what they are.
    Query,
}

/// Reads a specification. `None` when it is of a form that is not read, which has been told.
pub(crate) fn import(node: &Node, query: RequiredQuery, found: &mut Vec<Diagnostic>) -> Option<Specification> {
    let version = |key: &str| node.get(key).and_then(Node::scalar).map(str::to_owned);
    match (version("openapi"), version("swagger")) {
        (Some(version), _) if version.starts_with("3.") => Some(openapi::import(node, false, query, found)),
        (_, Some(version)) if version.starts_with("2.") => Some(openapi::import(node, true, query, found)),
        (Some(version), _) | (None, Some(version)) => {
            let text = format!("version `{version}` of the specification is not read: OpenAPI 3 and Swagger 2 are");
            found.push(node.place_of("openapi").error("TG8041", text));
            None
        }
        (None, None) => {
            let text = "this is neither OpenAPI 3 nor Swagger 2: there is no `openapi` and no `swagger`";
            found.push(node.opening().error("TG8041", text));
            None
        }
    }
}

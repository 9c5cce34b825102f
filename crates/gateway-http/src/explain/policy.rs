//! The documents that run for a request, and what they become together.

use policy_vm::effective::{Effective, Piece};
use policy_vm::{Pipeline, Scope, Section};
use serde::Serialize;

use super::Outcome;
use crate::site::Site;

/// The effective policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    /// From broad to narrow.
    pub(crate) scopes: Vec<ScopeOf>,
    pub(crate) sections: Vec<Part>,
}

/// A scope of the request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScopeOf {
    pub(crate) scope: &'static str,
    /// Which product, API or operation.
    pub(crate) id: Option<String>,
    /// Its document.
    pub(crate) file: Option<String>,
    /// The sections in which its document takes part.
    pub(crate) sections: Vec<&'static str>,
}

/// A section.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part {
    pub(crate) section: &'static str,
    pub(crate) texts: Vec<Text>,
    /// The scope whose document has no `<base/>` here, so that broader ones do not take part.
    pub(crate) cut_by: Option<&'static str>,
}

/// A text of one document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Text {
    pub(crate) scope: &'static str,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) depth: usize,
    pub(crate) fragments: Vec<String>,
    /// Its lines without what they are all indented by.
    pub(crate) text: String,
}

impl Policy {
    pub(super) fn new(
        site: &Site,
        api: Option<usize>,
        operation: Option<usize>,
        product: Option<usize>,
        outcome: Outcome,
    ) -> Self {
        let of_api = api.and_then(|number| site.apis.get(number));
        let of_operation = of_api.zip(operation).and_then(|(api, number)| api.operations.get(number));
        let flow = site.flow(api, operation, product);
        let sections: &[Section] = match outcome {
            Outcome::Runs => &Section::ALL,
            Outcome::Preflight => &[Section::Inbound],
            Outcome::Refused | Outcome::Answered => &[Section::OnError],
        };
        let effective: Vec<(Section, Effective)> =
            sections.iter().map(|section| (*section, flow.pipeline.effective(*section))).collect();
        let ids = [
            (Scope::Global, None),
            (Scope::Workspace, api.and_then(|number| site.service.apis.get(number)?.workspace.clone())),
            (Scope::Product, product.and_then(|number| Some(site.products.get(number)?.id.clone()))),
            (Scope::Api, of_api.map(|api| api.api.id.clone())),
            (Scope::Operation, of_operation.map(|operation| operation.operation.id.clone())),
        ];
        let scopes = ids.into_iter().filter_map(|(scope, id)| {
            let file = file_of(&flow.pipeline, scope);
            let taking_part = effective.iter().filter(|(_, effective)| effective.reached.contains(&scope));
            (id.is_some() || file.is_some()).then(|| ScopeOf {
                scope: scope.name(),
                id,
                file,
                sections: taking_part.map(|(section, _)| section.name()).collect(),
            })
        });
        Self {
            scopes: scopes.collect(),
            sections: effective.iter().map(|(section, of)| Part::new(*section, of)).collect(),
        }
    }
}

fn file_of(pipeline: &Pipeline, scope: Scope) -> Option<String> {
    pipeline.programs().find(|program| program.scope() == scope).map(|program| program.source().name().to_owned())
}

impl Part {
    fn new(section: Section, effective: &Effective) -> Self {
        Self {
            section: section.name(),
            texts: effective.pieces.iter().map(Text::new).collect(),
            cut_by: effective.cut_by.map(Scope::name),
        }
    }
}

impl Text {
    fn new(piece: &Piece) -> Self {
        let text = piece.text();
        let skipped = text.len() - text.trim_start().len();
        let start = piece.span.start.saturating_add(u32::try_from(skipped).unwrap_or(0));
        let position = piece.source.position(start);
        Self {
            scope: piece.scope.name(),
            file: piece.source.name().to_owned(),
            line: position.line,
            depth: piece.depth,
            fragments: piece.fragments.iter().map(|file| file.name().to_owned()).collect(),
            text: dedent(text.trim(), position.column.saturating_sub(1) as usize),
        }
    }
}

/// Takes what the first line is indented by off the others, as far as they are.
fn dedent(text: &str, indent: usize) -> String {
    let mut lines = text.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        out.push('\n');
        out.push_str(line.get(blanks.min(indent)..).unwrap_or(line).trim_end());
    }
    out
}

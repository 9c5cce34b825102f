//! What is wrong with the blocks of well-formed cases: read here once before anything runs, so that all of it is told.

use super::{Case, DocumentKind, Malformed, Page};
use crate::compile::{fragments, sources};
use crate::expect;
use crate::message::RequestText;
use crate::script::Script;

/// Every block that cannot be read.
pub(super) fn of(page: &Page) -> Vec<Malformed> {
    let mut found = Vec::new();
    for case in &page.cases {
        found.extend(kinds(case));
        found.extend(sources(&page.path, case).err());
        found.extend(fragments(&page.path, case).err());
        found.extend(case.host.iter().filter_map(|fence| Script::parse(fence).err()));
        for step in &case.steps {
            found.extend(step.host.iter().filter_map(|fence| Script::parse(fence).err()));
            found.extend(RequestText::parse(&step.request).err());
            found.extend(step.backend.iter().filter_map(|fence| expect::backend_line(fence).err()));
            found.extend(step.response.iter().filter_map(|fence| expect::status_line(fence).err()));
            found.extend(step.variables.iter().filter_map(|fence| expect::variables(fence, &[]).err()));
            found.extend(step.last_error.iter().filter_map(|fence| expect::last_error(fence, None).err()));
        }
    }
    found
}

/// Documents in blocks of another kind. Where findings are expected, that may be what is tried.
fn kinds(case: &Case) -> impl Iterator<Item = Malformed> {
    let documents = case.documents.iter().filter(|document| document.file.is_none() && case.diagnostics.is_none());
    documents.filter_map(|document| {
        let text = document.fence.text.trim_start();
        let is_whole = text.starts_with("<policies");
        let message = match document.kind {
            DocumentKind::Section(..) if is_whole => "a whole document stands in a block `xml`, without a section",
            DocumentKind::Whole(_) if text.starts_with('<') && !is_whole && !text.starts_with("<!") => {
                "a whole document is `<policies>`: the policies of a section stand in `xml inbound` and the like"
            }
            _ => return None,
        };
        Some(Malformed::new(document.fence.line, message))
    })
}

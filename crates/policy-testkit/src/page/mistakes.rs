//! What is wrong with the blocks of well-formed cases: read here once before anything runs, so that all of it is told.

use super::{Malformed, Page};
use crate::compile::{fragments, sources};
use crate::expect;
use crate::message::{Parts, RequestText};
use crate::script::Script;

/// Every block that cannot be read.
pub(super) fn of(page: &Page) -> Vec<Malformed> {
    let mut found = Vec::new();
    for case in &page.cases {
        found.extend(sources(&page.path, case).err());
        found.extend(fragments(&page.path, case).err());
        found.extend(case.host.iter().filter_map(|fence| Script::parse(fence).err()));
        for step in &case.steps {
            found.extend(step.host.iter().filter_map(|fence| Script::parse(fence).err()));
            found.extend(RequestText::parse(&step.request).err());
            let messages = step.backend.iter().chain(&step.response);
            let messages = messages.filter(|fence| fence.content().trim() != expect::NONE);
            found.extend(messages.filter_map(|fence| Parts::of(fence).err()));
            found.extend(step.variables.iter().filter_map(|fence| expect::variables(fence, &[]).err()));
            found.extend(step.last_error.iter().filter_map(|fence| expect::last_error(fence, None).err()));
        }
    }
    found
}

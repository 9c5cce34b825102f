//! Elements that are no policies but stand in one: found by name wherever they may stand.

use policy_vm::spec::{Child, ElementSpec};
use policy_vm::specs;

/// An element with what it stands in.
#[derive(Debug)]
pub(super) struct Inner {
    /// Names from the policy down to the element's parent.
    pub(super) parents: Vec<&'static str>,
    pub(super) child: &'static Child,
}

/// Every place where an element of this name may stand.
pub(super) fn named(name: &str) -> Vec<Inner> {
    let mut found = all();
    found.retain(|inner| inner.child.spec.name == name);
    found
}

/// All elements inside of policies.
pub(super) fn all() -> Vec<Inner> {
    let mut found = Vec::new();
    specs().for_each(|spec| collect(spec, &[spec.name], &mut found));
    found
}

fn collect(spec: &ElementSpec, parents: &[&'static str], found: &mut Vec<Inner>) {
    for child in spec.children {
        found.push(Inner { parents: parents.to_vec(), child });
        collect(&child.spec, &[parents, &[child.spec.name]].concat(), found);
    }
}

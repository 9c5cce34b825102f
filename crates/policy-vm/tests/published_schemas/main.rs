//! Every specification beside the published schema of its element. What differs stands in `docs/schema-differences.md`
//! with its reason; a difference that is not there, and one that is there and gone, fail.
//!
//! The schemas are not part of this project: without them there is nothing to compare.

mod xsd;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use policy_vm::spec::{Accepts, Attribute, ElementSpec, Order, Policies, Text};
use policy_vm::{not_built, specs};
use xsd::{AttributeShape, ChildShape, Schemas, Shape};

/// Place and difference.
type Differences = BTreeSet<(String, String)>;

#[test]
fn differences_from_the_published_schemas_have_a_reason() {
    let Some(folder) = published() else {
        println!("the published schemas are not here: nothing is compared");
        return;
    };
    let found = compare(&Schemas::read(&folder));
    let listed = listed();
    let unlisted: Vec<String> = found
        .iter()
        .filter(|row| !listed.contains_key(*row))
        .map(|(at, what)| format!("| `{at}` | {what} | |"))
        .collect();
    let gone: Vec<_> = listed.keys().filter(|row| !found.contains(*row)).collect();
    assert!(unlisted.is_empty(), "{} differences are not listed:\n{}", unlisted.len(), unlisted.join("\n"));
    assert!(gone.is_empty(), "listed, but no difference: {gone:#?}");
    let silent: Vec<_> = listed.iter().filter(|(_, reason)| reason.is_empty()).collect();
    assert!(silent.is_empty(), "without a reason: {silent:#?}");
}

/// The folder of the schemas, beside the project or above it.
fn published() -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("shared/suites/policy-schemas")).find(|folder| folder.is_dir())
}

/// The table: place and difference with the reason.
fn listed() -> BTreeMap<(String, String), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema-differences.md");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [place, difference, reason] = cells[..] else { panic!("not three columns: {line}") };
        ((place.trim_matches('`').to_owned(), difference.to_owned()), reason.to_owned())
    };
    rows.map(row).collect()
}

fn compare(schemas: &Schemas) -> Differences {
    let mut found = Differences::new();
    let published = schemas.elements();
    let ours: BTreeSet<&str> = specs().map(|spec| spec.name).chain(not_built().iter().copied()).collect();
    for name in published.keys().filter(|name| **name != "policies" && !ours.contains(*name)) {
        note(&mut found, name, "not here");
    }
    for name in ours.iter().filter(|name| !published.contains_key(*name)) {
        note(&mut found, name, "only here");
    }
    for spec in specs() {
        let shape = published.get(spec.name).and_then(|file| schemas.shape(file, spec.name));
        if let Some(shape) = shape {
            element(&mut found, spec.name, spec, &shape, true);
        }
    }
    found
}

fn note(found: &mut Differences, place: &str, difference: impl Into<String>) {
    found.insert((place.to_owned(), difference.into()));
}

/// Every policy takes an `id`, which no specification lists.
fn element(found: &mut Differences, place: &str, spec: &ElementSpec, shape: &Shape, is_policy: bool) {
    for ours in spec.attributes {
        let place = format!("{place}/@{}", ours.name);
        match shape.attributes.get(ours.name) {
            Some(theirs) => attribute(found, &place, ours, theirs),
            None => note(found, &place, "only here"),
        }
    }
    for name in shape.attributes.keys() {
        if spec.attribute(name).is_none() && !(is_policy && name == "id") {
            note(found, &format!("{place}/@{name}"), "not here");
        }
    }
    children(found, place, spec, shape);
}

fn attribute(found: &mut Differences, place: &str, ours: &Attribute, theirs: &AttributeShape) {
    if ours.required != theirs.required {
        note(found, place, if ours.required { "required only here" } else { "not required here" });
    }
    let values: BTreeSet<String> = match ours.accepts {
        Accepts::OneOf(values) => values.iter().map(|value| (*value).to_owned()).collect(),
        _ => BTreeSet::new(),
    };
    if values != theirs.values {
        let more: Vec<_> = values.difference(&theirs.values).cloned().collect();
        let fewer: Vec<_> = theirs.values.difference(&values).cloned().collect();
        note(found, place, format!("values only here: {}; not here: {}", list(&more), list(&fewer)));
    }
    if theirs.expression.is_some_and(|theirs| theirs != ours.expression) {
        note(found, place, if ours.expression { "an expression only here" } else { "no expression here" });
    }
    if let Some(theirs) = &theirs.default
        && ours.default != Some(theirs)
    {
        note(found, place, format!("default `{}` here, `{theirs}` there", ours.default.unwrap_or("none")));
    }
}

fn list(values: &[String]) -> String {
    if values.is_empty() { "none".to_owned() } else { values.join(", ") }
}

fn children(found: &mut Differences, place: &str, spec: &ElementSpec, shape: &Shape) {
    let ours = our_children(spec);
    for (name, least, most, child) in &ours {
        let place = format!("{place}/{name}");
        match shape.children.iter().find(|theirs| theirs.name == *name) {
            Some(theirs) => {
                count(found, &place, (*least, *most), theirs);
                if let (Some(child), Some(shape)) = (child, &theirs.shape) {
                    element(found, &place, child, shape, false);
                }
            }
            None => note(found, &place, "only here"),
        }
    }
    for theirs in &shape.children {
        if !ours.iter().any(|(name, ..)| *name == theirs.name) {
            note(found, &format!("{place}/{}", theirs.name), "not here");
        }
    }
    let any = matches!(spec.policies, Policies::AllBut(_)) || spec.text == Text::Markup;
    if any != shape.any {
        note(found, place, if any { "any elements only here" } else { "not any elements here" });
    }
    order(found, place, spec, shape, &ours);
}

/// Name, least and greatest number, and specification of every child.
type OurChild<'s> = (&'s str, usize, usize, Option<&'s ElementSpec>);

fn our_children(spec: &ElementSpec) -> Vec<OurChild<'_>> {
    let listed = spec.children.iter().map(|child| (child.spec.name, child.least, child.most, Some(&child.spec)));
    let policies: &[&str] = match spec.policies {
        Policies::Only(names) => names,
        _ => &[],
    };
    listed.chain(policies.iter().map(|name| (*name, 0, usize::MAX, None))).collect()
}

fn count(found: &mut Differences, place: &str, ours: (usize, usize), theirs: &ChildShape) {
    let shown = |(least, most): (usize, usize)| match most {
        usize::MAX => format!("{least} or more"),
        most if most == least => least.to_string(),
        most => format!("{least} to {most}"),
    };
    let theirs = (theirs.least, theirs.most);
    if ours != theirs {
        note(found, place, format!("{} here, {} there", shown(ours), shown(theirs)));
    }
}

fn order(found: &mut Differences, place: &str, spec: &ElementSpec, shape: &Shape, ours: &[OurChild<'_>]) {
    let both = |name: &&str| ours.iter().any(|(ours, ..)| ours == name);
    let theirs: Vec<&str> = shape.children.iter().map(|child| child.name.as_str()).filter(both).collect();
    if theirs.len() < 2 {
        return;
    }
    let in_order = !spec.children.is_empty() && spec.order != Order::Free;
    let known = |name: &&str| theirs.contains(name);
    let ours: Vec<&str> = ours.iter().map(|(name, ..)| *name).filter(known).collect();
    match (in_order, shape.in_order) {
        (true, true) if ours != theirs => {
            note(found, place, format!("order {} here, {} there", ours.join(", "), theirs.join(", ")));
        }
        (true, false) => note(found, place, "an order only here"),
        (false, true) => note(found, place, "no order here"),
        _ => {}
    }
}

//! The library for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use policy_vm::library::reference::{self, Listed};
use policy_vm::library::{self, Def, DefId, MemberKind};

use super::{Topic, kind};

/// What is looked up, as lines.
pub(in crate::cli) fn topic(topic: &Topic) -> String {
    match topic {
        Topic::All => all(),
        Topic::Types(types) => types.iter().map(|id| one_type(*id)).collect::<Vec<_>>().join("\n"),
        Topic::Members(members) => members.iter().map(with_owner).collect(),
    }
}

fn all() -> String {
    let mut namespaces: BTreeMap<&str, Vec<&Def>> = BTreeMap::new();
    for (_, def) in library::get().defs() {
        let namespace = def.full_name().rsplit_once('.').map_or("", |(namespace, _)| namespace);
        namespaces.entry(namespace).or_default().push(def);
    }
    let mut text = String::new();
    for (namespace, mut defs) in namespaces {
        defs.sort_by_key(|def| (def.simple_name(), def.type_params.len()));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{namespace}");
        for def in defs {
            let params = def.type_params.join(", ");
            let params = if params.is_empty() { params } else { format!("<{params}>") };
            let _ = writeln!(text, "  {}{params}", def.simple_name());
        }
    }
    text
}

fn one_type(id: DefId) -> String {
    let def = library::get().def(id);
    let mut text = format!("{} {}", kind(def), reference::full_name(def));
    let above: Vec<&str> = def.decl.base.into_iter().chain(def.decl.interfaces.iter().copied()).collect();
    if !above.is_empty() {
        let _ = write!(text, " : {}", above.join(", "));
    }
    text.push('\n');
    if !def.decl.summary.is_empty() {
        let _ = writeln!(text, "  {}", def.decl.summary);
    }
    for (name, value) in def.decl.values {
        let _ = writeln!(text, "  {name} = {value}");
    }
    let own = reference::own_members(def);
    for (title, wanted) in GROUPS {
        let members: Vec<&Listed> = own.iter().filter(|listed| wanted(listed.signature.kind)).collect();
        group(title, &members, &mut text);
    }
    extensions(&reference::extensions_for(reference::open(id)), &mut text);
    text
}

/// Columns of a line of names.
const WIDTH: usize = 100;

/// By their names only: a sequence has hundreds.
fn extensions(found: &[Listed], text: &mut String) {
    let mut names: Vec<String> = found.iter().map(Listed::name).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return;
    }
    text.push_str("\n  extension methods\n   ");
    let mut column = 3;
    for name in names {
        if column + name.len() >= WIDTH {
            text.push_str("\n   ");
            column = 3;
        }
        column += name.len() + 1;
        let _ = write!(text, " {name}");
    }
    text.push('\n');
}

type Wanted = fn(MemberKind) -> bool;

const GROUPS: [(&str, Wanted); 4] = [
    ("constructors", |kind| kind == MemberKind::Constructor),
    ("properties", |kind| matches!(kind, MemberKind::Property | MemberKind::Indexer)),
    ("methods", |kind| kind == MemberKind::Method),
    ("operators", |kind| {
        matches!(kind, MemberKind::Operator | MemberKind::ImplicitConversion | MemberKind::ExplicitConversion)
    }),
];

fn group(title: &str, members: &[&Listed], text: &mut String) {
    if members.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n  {title}");
    for listed in members {
        let _ = writeln!(text, "  {} {}", mark(listed), listed.signature.text);
    }
}

fn mark(listed: &Listed) -> char {
    if listed.is_allowed() { ' ' } else { '-' }
}

fn with_owner(listed: &Listed) -> String {
    let note = if listed.is_allowed() { "" } else { "   (policies may not use it)" };
    format!("{}: {}{note}\n", reference::full_name(listed.owner), listed.signature.text)
}

//! The table of types and members in `docs/library.md`, from the signature tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use policy_vm::library::reference::{self, Listed};
use policy_vm::library::{self, Def, MemberKind, TypeDefKind};

/// All types by namespace, each with its members.
#[must_use]
pub fn library_tables() -> String {
    let mut namespaces: BTreeMap<&str, Vec<&'static Def>> = BTreeMap::new();
    for (_, def) in library::get().defs() {
        let namespace = def.full_name().rsplit_once('.').map_or("", |(namespace, _)| namespace);
        namespaces.entry(namespace).or_default().push(def);
    }
    let (types, members) = counts();
    let mut text = format!("{types} types with {members} members.\n");
    for (namespace, mut defs) in namespaces {
        defs.sort_by_key(|def| (def.simple_name(), def.type_params.len()));
        let _ = writeln!(text, "\n## {namespace}\n\n| type | members |\n|---|---|");
        for def in defs {
            let name = reference::full_name(def);
            let name = name.strip_prefix(namespace).unwrap_or(&name).trim_start_matches('.');
            let _ = writeln!(text, "| {} `{name}` | {} |", kind(def), members_of(def));
        }
    }
    text
}

fn counts() -> (usize, usize) {
    let defs = || library::get().defs().map(|(_, def)| def);
    (defs().count(), defs().map(|def| def.decl.members.len() + def.decl.values.len()).sum())
}

fn kind(def: &Def) -> &'static str {
    match def.decl.kind {
        TypeDefKind::Class => "class",
        TypeDefKind::StaticClass => "static class",
        TypeDefKind::Struct => "struct",
        TypeDefKind::Interface => "interface",
        TypeDefKind::Enum => "enum",
        TypeDefKind::Delegate => "delegate",
    }
}

/// Names in the order of declaration, with the number of overloads; those that policies may not use in italics.
fn members_of(def: &'static Def) -> String {
    if def.decl.kind == TypeDefKind::Enum {
        return def.decl.values.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    }
    if def.decl.kind == TypeDefKind::Delegate {
        return def.members().first().map(|invoke| format!("`{}`", invoke.text)).unwrap_or_default();
    }
    let mut names: Vec<(String, usize, bool)> = Vec::new();
    for listed in reference::own_members(def) {
        let (name, allowed) = (shown(&listed), listed.is_allowed());
        match names.iter_mut().find(|(known, _, _)| *known == name) {
            Some((_, count, _)) => *count += 1,
            None => names.push((name, 1, allowed)),
        }
    }
    let cell = |(name, count, allowed): (String, usize, bool)| {
        let count = if count > 1 { format!("×{count}") } else { String::new() };
        if allowed { format!("`{name}`{count}") } else { format!("*`{name}`*{count}") }
    };
    names.into_iter().map(cell).collect::<Vec<_>>().join(" ")
}

fn shown(listed: &Listed) -> String {
    match listed.signature.kind {
        MemberKind::Constructor => "new".to_owned(),
        MemberKind::Indexer => "this[]".to_owned(),
        // A bar would end the cell of the table.
        MemberKind::Operator => listed.signature.name.replace('|', "\\|"),
        _ => listed.name(),
    }
}

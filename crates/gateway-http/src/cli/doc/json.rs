//! The library for programs.

use policy_vm::library::reference::{self, Listed};
use policy_vm::library::{self, DefId, MemberKind};
use serde_json::{Value as Json, json};

use super::{Topic, kind};

/// `types` with their members, or `members` with their types.
pub(super) fn topic(topic: &Topic) -> Json {
    match topic {
        Topic::All => json!({"types": library::get().defs().map(|(id, _)| one_type(id)).collect::<Vec<_>>()}),
        Topic::Types(types) => json!({"types": types.iter().map(|id| one_type(*id)).collect::<Vec<_>>()}),
        Topic::Members(members) => json!({"members": members.iter().map(member).collect::<Vec<_>>()}),
    }
}

fn one_type(id: DefId) -> Json {
    let def = library::get().def(id);
    let values: Vec<Json> = def.decl.values.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let mut all = json!({
        "name": reference::full_name(def),
        "kind": kind(def),
        "base": def.decl.base,
        "interfaces": def.decl.interfaces,
        "members": reference::own_members(def).iter().map(member).collect::<Vec<_>>(),
    });
    if !values.is_empty() {
        all["values"] = values.into();
    }
    all
}

fn member(listed: &Listed) -> Json {
    let signature = listed.signature;
    let kind = match signature.kind {
        MemberKind::Method if signature.is_extension => "extension method",
        MemberKind::Method => "method",
        MemberKind::Constructor => "constructor",
        MemberKind::Property => "property",
        MemberKind::Indexer => "indexer",
        MemberKind::Operator => "operator",
        MemberKind::ImplicitConversion | MemberKind::ExplicitConversion => "conversion",
    };
    json!({
        "type": reference::full_name(listed.owner),
        "name": listed.name(),
        "kind": kind,
        "static": signature.is_static,
        "signature": signature.text,
        "allowed": listed.is_allowed(),
    })
}

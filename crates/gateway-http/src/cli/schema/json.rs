//! Specifications as JSON.

use policy_vm::not_built;
use policy_vm::program::Section;
use policy_vm::spec::{Accepts, Attribute, Child, ElementSpec, Group, Once, Order, Policies, Text};
use serde_json::{Map, Value as Json, json};

use super::inner::Inner;

/// Elements with what is true of all of them.
pub(super) fn schema(elements: &[&ElementSpec], inside: &[Inner]) -> Json {
    json!({
        "document": {"root": "policies", "sections": Section::ALL.map(Section::name)},
        "common_attributes": [{
            "name": "id", "required": false, "type": "text", "expression": false,
            "summary": "Identifies the policy in errors and traces.",
        }],
        "elements": elements.iter().map(|spec| policy(spec)).chain(inside.iter().map(inner)).collect::<Vec<_>>(),
        "not_supported": not_built(),
    })
}

fn policy(spec: &ElementSpec) -> Json {
    let mut members = element(spec);
    members.insert("own".to_owned(), spec.own.into());
    members.insert("sections".to_owned(), spec.sections.iter().map(|section| section.name()).collect());
    members.insert("scopes".to_owned(), spec.scopes.iter().map(|scope| scope.name()).collect());
    let once = match spec.once {
        Once::Never => Json::Null,
        Once::PerSection => json!({"per": "section"}),
        Once::PerDocument => json!({"per": "document"}),
    };
    members.insert("once".to_owned(), once);
    Json::Object(members)
}

/// A child with what it stands in.
fn inner(inner: &Inner) -> Json {
    let mut members = child(inner.child);
    if let Some(members) = members.as_object_mut() {
        members.insert("parents".to_owned(), inner.parents.iter().copied().collect());
    }
    members
}

/// What a policy and a child of one have in common.
fn element(spec: &ElementSpec) -> Map<String, Json> {
    let text = match spec.text {
        Text::None => "none",
        Text::Literal => "literal",
        Text::Expression => "expression",
        Text::Markup => "markup",
    };
    let order = match spec.order {
        Order::Fixed => "fixed",
        Order::Advised => "advised",
        Order::Free => "free",
    };
    let policies = match spec.policies {
        Policies::None => Json::Null,
        Policies::AllBut(names) => json!({"all_but": names}),
        Policies::Only(names) => json!({"only": names}),
    };
    let mut members = Map::from_iter([
        ("name".to_owned(), spec.name.into()),
        ("summary".to_owned(), spec.summary.into()),
        ("attributes".to_owned(), spec.attributes.iter().map(attribute).collect()),
        ("attribute_rules".to_owned(), spec.groups.iter().map(rule).collect()),
        ("text".to_owned(), text.into()),
        ("children".to_owned(), spec.children.iter().map(child).collect()),
        ("children_order".to_owned(), order.into()),
        ("policies".to_owned(), policies),
    ]);
    // What nearly no element has is there where it is so.
    if spec.holds != Accepts::Text {
        members.insert("text_type".to_owned(), ty(spec.holds).into());
    }
    if !spec.alternatives.is_empty() {
        members.insert("at_most_one_child".to_owned(), spec.alternatives.into());
    }
    if spec.needs_policy {
        members.insert("needs_policy".to_owned(), true.into());
    }
    members
}

const fn ty(accepts: Accepts) -> &'static str {
    match accepts {
        Accepts::Text => "text",
        Accepts::Name => "name",
        Accepts::Bool => "boolean",
        Accepts::Int(..) => "integer",
        Accepts::OneOf(_) => "enumeration",
        Accepts::Value => "value",
        Accepts::HeaderName => "header",
        Accepts::Method => "method",
    }
}

fn attribute(attribute: &Attribute) -> Json {
    let mut members = Map::from_iter([
        ("name".to_owned(), attribute.name.into()),
        ("required".to_owned(), attribute.required.into()),
        ("type".to_owned(), ty(attribute.accepts).into()),
    ]);
    match attribute.accepts {
        Accepts::Int(least, most) => {
            members.insert("minimum".to_owned(), least.into());
            members.insert("maximum".to_owned(), most.into());
        }
        Accepts::OneOf(values) => drop(members.insert("values".to_owned(), values.into())),
        Accepts::Text | Accepts::Name | Accepts::Bool | Accepts::Value | Accepts::HeaderName | Accepts::Method => {}
    }
    members.insert("expression".to_owned(), attribute.expression.into());
    if let Some(default) = attribute.default {
        members.insert("default".to_owned(), default.into());
    }
    if attribute.without_effect {
        members.insert("without_effect".to_owned(), true.into());
    }
    members.insert("summary".to_owned(), attribute.summary.into());
    Json::Object(members)
}

fn rule(group: &Group) -> Json {
    match group {
        Group::ExactlyOne(names) => json!({"exactly_one": names}),
        Group::AtLeastOne(names) => json!({"at_least_one": names}),
        Group::AtMostOne(names) => json!({"at_most_one": names}),
        Group::Excludes(name, others) => json!({"excludes": {"attribute": name, "others": others}}),
        Group::OnlyWith(name, others) => json!({"only_with": {"attribute": name, "others": others}}),
    }
}

fn child(child: &Child) -> Json {
    let mut members = element(&child.spec);
    members.insert("least".to_owned(), child.least.into());
    if child.most != usize::MAX {
        members.insert("most".to_owned(), child.most.into());
    }
    Json::Object(members)
}

//! Specifications for people.

use std::fmt::Write as _;

use policy_vm::spec::{Accepts, Attribute, Child, ElementSpec, Group, Once, Order, Policies, Scopes, Sections, Text};

use super::inner::Inner;

/// Elements one after the other, an empty line between two: policies, then what stands in them.
pub(super) fn elements(specs: &[&ElementSpec], inside: &[Inner]) -> String {
    let mut texts: Vec<String> = specs.iter().map(|spec| policy(spec)).collect();
    let mut below: Vec<(String, Vec<String>)> = Vec::new();
    for inner in inside {
        let mut text = String::new();
        child(&mut text, inner.child, 2);
        let place = inner.parents.join(" / ");
        match below.iter_mut().find(|(known, _)| *known == text) {
            Some((_, places)) => places.push(place),
            None => below.push((text, vec![place])),
        }
    }
    texts.extend(below.into_iter().map(|(text, places)| format!("{}\n{text}", places.join(", "))));
    texts.join("\n")
}

fn policy(spec: &ElementSpec) -> String {
    let mut out = format!("{}  {}\n", spec.name, spec.summary);
    // Writing to a string cannot fail.
    if spec.own {
        out.push_str("  a policy of Tollgate's own: the service does not have it\n");
    }
    let _ = writeln!(out, "  sections: {}", sections(spec.sections));
    let _ = writeln!(out, "  scopes: {}", scopes(spec.scopes));
    let once = match spec.once {
        Once::Never => "",
        Once::PerSection => "  once in a section\n",
        Once::PerDocument => "  once in a document\n",
    };
    out.push_str(once);
    content(&mut out, spec, 2);
    out
}

/// Attributes, text and children.
fn content(out: &mut String, spec: &ElementSpec, indent: usize) {
    let margin = " ".repeat(indent);
    let width = spec.attributes.iter().map(|attribute| attribute.name.len()).max().unwrap_or(0);
    for attribute in spec.attributes {
        let _ = writeln!(out, "{margin}@{:width$}  {}", attribute.name, described(attribute));
    }
    for group in spec.groups {
        let _ = writeln!(out, "{margin}rule: {}", rule(group));
    }
    let text = match spec.text {
        Text::None => None,
        Text::Literal => Some("literal"),
        Text::Expression => Some("literal or expression"),
        Text::Markup => Some("literal, expression, or elements taken as text"),
    };
    if let Some(text) = text {
        let holds = if spec.holds == Accepts::Text { String::new() } else { format!(", {}", accepted(spec.holds)) };
        let _ = writeln!(out, "{margin}text: {text}{holds}");
    }
    let policies = if spec.needs_policy { "policies, at least one" } else { "policies" };
    match spec.policies {
        Policies::None => {}
        Policies::AllBut([]) => drop(writeln!(out, "{margin}contains {policies}")),
        Policies::AllBut(names) => drop(writeln!(out, "{margin}contains {policies}, but not {}", names.join(", "))),
        Policies::Only(names) => drop(writeln!(out, "{margin}contains {policies}: {}", names.join(", "))),
    }
    if spec.children.len() > 1 {
        let order = match spec.order {
            Order::Fixed => "in this order",
            Order::Advised => "in this order; any other is a warning",
            Order::Free => "in any order",
        };
        let _ = writeln!(out, "{margin}children {order}:");
    }
    if !spec.alternatives.is_empty() {
        let _ = writeln!(out, "{margin}at most one of the children {}", spec.alternatives.join(", "));
    }
    spec.children.iter().for_each(|inner| child(out, inner, indent));
}

fn child(out: &mut String, child: &Child, indent: usize) {
    let margin = " ".repeat(indent);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{margin}<{}> {}  {}", child.spec.name, count(child), child.spec.summary);
    content(out, &child.spec, indent + 4);
}

fn accepted(accepts: Accepts) -> String {
    match accepts {
        Accepts::Text => "text".to_owned(),
        Accepts::Name => "text that is not empty".to_owned(),
        Accepts::Bool => "true or false".to_owned(),
        Accepts::Int(least, most) if most >= i64::from(i32::MAX) => format!("whole number from {least}"),
        Accepts::Int(least, most) => format!("whole number from {least} to {most}"),
        Accepts::OneOf(values) => values.join(" | "),
        Accepts::Value => "value of any type".to_owned(),
        Accepts::HeaderName => "name of a header".to_owned(),
        Accepts::Method => "method".to_owned(),
    }
}

fn described(attribute: &Attribute) -> String {
    let mut text = accepted(attribute.accepts);
    if attribute.required {
        text.push_str(", required");
    }
    if attribute.expression {
        text.push_str(", expression allowed");
    }
    if let Some(default) = attribute.default {
        let _ = write!(text, ", default `{default}`");
    }
    if attribute.without_effect {
        text.push_str(", without effect");
    }
    format!("{text}. {}", attribute.summary)
}

fn rule(group: &Group) -> String {
    match group {
        Group::ExactlyOne(names) => format!("exactly one of {}", names.join(", ")),
        Group::AtLeastOne(names) => format!("at least one of {}", names.join(", ")),
        Group::AtMostOne(names) => format!("at most one of {}", names.join(", ")),
        Group::Excludes(name, others) => format!("{name} excludes {}", others.join(", ")),
        Group::OnlyWith(name, others) => format!("only with {name}: {}", others.join(", ")),
    }
}

fn count(child: &Child) -> String {
    match (child.least, child.most) {
        (least, most) if least == most => format!("{least}"),
        (least, usize::MAX) => format!("{least} or more"),
        (least, most) => format!("{least} to {most}"),
    }
}

fn sections(sections: Sections) -> String {
    sections.iter().map(|section| section.name()).collect::<Vec<_>>().join(", ")
}

fn scopes(scopes: Scopes) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", ")
}

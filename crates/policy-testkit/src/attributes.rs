//! The tables of attributes on a policy's page: written from its specification, between two markers.

use std::fmt::Write as _;

use policy_vm::spec::{Accepts, Attribute, Child, ElementSpec, Group, Scopes, Sections, Text};

const START: &str = "<!-- attributes -->";
const END: &str = "<!-- /attributes -->";

/// A page's text with the tables as the specification has them; `None` when the page has no markers.
#[must_use]
pub fn with_attribute_tables(page: &str, spec: &ElementSpec) -> Option<String> {
    let (before, rest) = page.split_once(START)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}\n\n{}\n{END}{after}", attribute_tables(spec)))
}

/// Where a policy may stand, its attributes and its children, as Markdown.
#[must_use]
pub fn attribute_tables(spec: &ElementSpec) -> String {
    let mut text = String::new();
    let sections: Vec<&str> = spec.sections.iter().map(policy_vm::Section::name).collect();
    let scopes: Vec<&str> = spec.scopes.iter().map(policy_vm::Scope::name).collect();
    let all_sections = if spec.sections == Sections::ALL { "all".to_owned() } else { sections.join(", ") };
    let all_scopes = if spec.scopes == Scopes::ALL { "all".to_owned() } else { scopes.join(", ") };
    let _ = writeln!(text, "Sections: {all_sections}. Scopes: {all_scopes}.");
    element(&mut text, spec.name, spec);
    text
}

fn element(text: &mut String, path: &str, spec: &ElementSpec) {
    if !spec.attributes.is_empty() {
        let _ = writeln!(text, "\nAttributes of `{path}`:\n");
        text.push_str(
            "| attribute | required | default | expression | values | meaning |\n|---|---|---|---|---|---|\n",
        );
        spec.attributes.iter().for_each(|attribute| text.push_str(&row(attribute)));
    }
    for group in spec.groups {
        let _ = writeln!(text, "\n{}", rule(group));
    }
    if !spec.children.is_empty() {
        let _ = writeln!(text, "\nElements of `{path}`:\n");
        text.push_str("| element | how often | text | meaning |\n|---|---|---|---|\n");
        for child in spec.children {
            let (name, summary) = (child.spec.name, child.spec.summary);
            let name = if is_policy(name) { format!("[`{name}`]({name}.md)") } else { format!("`{name}`") };
            let _ = writeln!(text, "| {name} | {} | {} | {summary} |", times(child), content(&child.spec));
        }
    }
    if !spec.alternatives.is_empty() {
        let names = spec.alternatives.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "\nAt most one of the elements {names}.");
    }
    for child in spec.children.iter().filter(|child| !is_policy(child.spec.name)) {
        if !(child.spec.attributes.is_empty() && child.spec.children.is_empty()) {
            element(text, &format!("{path}/{}", child.spec.name), &child.spec);
        }
    }
}

/// A child that is a policy of its own has a page of its own.
fn is_policy(name: &str) -> bool {
    policy_vm::specs().any(|spec| spec.name == name)
}

fn row(attribute: &Attribute) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let default = attribute.default.map_or_else(String::new, |default| format!("`{default}`"));
    format!(
        "| `{}` | {} | {default} | {} | {} | {} |\n",
        attribute.name,
        yes(attribute.required),
        yes(attribute.expression),
        values(attribute.accepts),
        attribute.summary
    )
}

fn values(accepts: Accepts) -> String {
    match accepts {
        Accepts::Text | Accepts::Value => "any text".to_owned(),
        Accepts::Name => "text, not empty".to_owned(),
        Accepts::Bool => "`true`, `false`".to_owned(),
        Accepts::Int(least, most) if most >= i64::from(i32::MAX) => format!("whole number from {least}"),
        Accepts::Int(least, most) => format!("whole number from {least} to {most}"),
        Accepts::HeaderName => "name of a header".to_owned(),
        Accepts::Method => "method".to_owned(),
        Accepts::OneOf(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}

fn times(child: &Child) -> String {
    match (child.least, child.most) {
        (1, 1) => "once".to_owned(),
        (0, 1) => "at most once".to_owned(),
        (0, usize::MAX) => "any number".to_owned(),
        (1, usize::MAX) => "once or more".to_owned(),
        (least, most) => format!("{least} to {most}"),
    }
}

fn content(spec: &ElementSpec) -> String {
    let text = match spec.text {
        Text::None => "",
        Text::Literal => "literal",
        Text::Expression => "literal or expression",
        Text::Markup => "literal, expression or markup",
    };
    match spec.holds {
        Accepts::Text => text.to_owned(),
        Accepts::Name => format!("{text}, not empty"),
        holds => format!("{text}, {}", values(holds)),
    }
}

fn rule(group: &Group) -> String {
    let names = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match group {
        Group::ExactlyOne(all) => format!("Exactly one of {}.", names(all)),
        Group::AtLeastOne(all) => format!("At least one of {}.", names(all)),
        Group::AtMostOne(all) => format!("At most one of {}.", names(all)),
        Group::OnlyWith(one, others) => format!("Only with `{one}`: {}.", names(others)),
        Group::Excludes(one, others) => format!("`{one}` excludes {}.", names(others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: ElementSpec = ElementSpec::new("p", "Does.")
        .attributes(&[Attribute::optional("a", Accepts::Bool, "Whether.").expression().default("false")])
        .children(&[Child::repeated(ElementSpec::text_only("value", "One.", Text::Expression))])
        .sections(Sections::INBOUND);

    #[test]
    fn tables_stand_between_the_markers() {
        let page = "# p\n\n<!-- attributes -->\nold\n<!-- /attributes -->\n\nrest\n";
        let text = with_attribute_tables(page, &SPEC).unwrap();
        assert!(text.contains("Sections: inbound. Scopes: all.\n"), "{text}");
        assert!(text.contains("| `a` | no | `false` | yes | `true`, `false` | Whether. |\n"), "{text}");
        assert!(text.contains("| `value` | any number | literal or expression | One. |\n"), "{text}");
        assert!(text.ends_with("<!-- /attributes -->\n\nrest\n"), "{text}");
        assert_eq!(with_attribute_tables(&text, &SPEC).unwrap(), text);
        assert_eq!(with_attribute_tables("no markers", &SPEC), None);
    }
}

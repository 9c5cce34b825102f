//! A result for people. The canonical form is for comparing; here, texts are in quotes and parts stand in their place.

use std::fmt::Write as _;

use policy_testkit::evaluate::Evaluation;
use policy_vm::types::{self, TypeId};
use serde_json::{Map, Value as Json};

/// Columns of a value on one line.
const WIDTH: usize = 100;

/// Value, types and instructions, a line each.
pub(super) fn result(evaluation: &Evaluation, static_type: TypeId) -> String {
    let answer = &evaluation.answer;
    let ty = answer.get("type").and_then(Json::as_str);
    let mut lines = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(lines, "value         {}", value(ty, answer.get("value").unwrap_or(&Json::Null), 14));
    let _ = writeln!(lines, "static type   {}", types::display(static_type));
    if let Some(ty) = ty.filter(|ty| answer.get("static_type").and_then(Json::as_str) != Some(ty)) {
        let _ = writeln!(lines, "type          {ty}");
    }
    let _ = writeln!(lines, "instructions  {}", evaluation.instructions);
    lines
}

/// Why there is no value.
pub(super) fn failure(answer: &Map<String, Json>) -> String {
    let of = |name: &str| answer.get("error").and_then(|error| error.get(name)).and_then(Json::as_str);
    let message = of("message").unwrap_or_default();
    match (of("kind"), of("type")) {
        (_, Some(ty)) => format!("{ty}: {message}"),
        (Some("context"), None) => format!("the context document: {message}"),
        _ => message.to_owned(),
    }
}

/// A canonical value; `indent` is for the lines after the first.
fn value(ty: Option<&str>, value: &Json, indent: usize) -> String {
    match value {
        Json::String(text) if matches!(ty, Some("System.String" | "System.Char")) => {
            Json::from(text.as_str()).to_string()
        }
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let items = items.iter().map(|item| part(item, indent + 2)).collect::<Vec<_>>();
            bracketed("[", &items, "]", indent)
        }
        Json::Object(members) => {
            let named = |(name, member): (&String, &Json)| format!("{name} = {}", part(member, indent + 2));
            let members = members.iter().map(named).collect::<Vec<_>>();
            bracketed("{", &members, "}", indent)
        }
        other => other.to_string(),
    }
}

/// A part of a value: null, what has a type of its own, or the two halves of a pair.
fn part(part: &Json, indent: usize) -> String {
    match (part.get("type").and_then(Json::as_str), part.get("value")) {
        (Some(ty), Some(inner)) => value(Some(ty), inner, indent),
        _ => value(None, part, indent),
    }
}

fn bracketed(open: &str, items: &[String], close: &str, indent: usize) -> String {
    let length: usize = items.iter().map(|item| item.chars().count() + 2).sum();
    if length + indent <= WIDTH && items.iter().all(|item| !item.contains('\n')) {
        return format!("{open}{}{close}", items.join(", "));
    }
    let margin = " ".repeat(indent);
    let mut lines = format!("{open}\n");
    for item in items {
        let _ = writeln!(lines, "{margin}  {item},");
    }
    let _ = write!(lines, "{margin}{close}");
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &str) -> Json {
        json!({"type": "System.String", "value": value})
    }

    #[test]
    fn texts_are_quoted_and_parts_stand_in_their_place() {
        assert_eq!(value(Some("System.String"), &json!("a\n\"b\""), 0), r#""a\n\"b\"""#);
        assert_eq!(value(Some("System.Int32"), &json!("1"), 0), "1");
        assert_eq!(value(None, &Json::Null, 0), "null");
        let pairs = json!([[text("a"), {"type": "System.Int32", "value": "1"}], null]);
        assert_eq!(value(Some("List"), &pairs, 0), r#"[["a", 1], null]"#);
        assert_eq!(value(Some("Group"), &json!({"value": text("x")}), 0), r#"{value = "x"}"#);
    }

    #[test]
    fn what_is_too_long_takes_a_line_each() {
        let long = json!([text(&"x".repeat(60)), text(&"y".repeat(60))]);
        let shown = value(None, &long, 2);
        assert_eq!(shown.lines().count(), 4);
        assert!(shown.ends_with("\n  ]"), "{shown}");
    }
}

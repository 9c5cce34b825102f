//! Completion from the signature tables: what stands before the dot is compiled, and its type says what may follow.

use std::cell::RefCell;

use policy_testkit::evaluate::{self, Members};
use policy_vm::library::reference::{self, Listed};
use policy_vm::library::{self, MemberKind, TypeDefKind};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::as_expression;

/// Completes members, and lets a line go on while brackets are open.
pub(super) struct Assistant {
    members: Members,
    /// What was typed of an input that goes on.
    unfinished: RefCell<String>,
}

impl Assistant {
    pub(super) fn new(members: Members) -> Self {
        Self { members, unfinished: RefCell::default() }
    }

    /// What was typed last, where its brackets are still open.
    pub(super) fn take_unfinished(&self) -> String {
        self.unfinished.take()
    }

    /// Where the word to complete begins, and what it may be.
    fn completions(&self, before: &str) -> (usize, Vec<String>) {
        let word = before.len() - trailing(before, |c| c.is_alphanumeric() || c == '_').len();
        let (head, start) = (before.get(..word).unwrap_or_default(), before.get(word..).unwrap_or_default());
        let mut found = match head.strip_suffix("?.").or_else(|| head.strip_suffix('.')) {
            Some(head) => self.members_after(head),
            None => names(head),
        };
        found.retain(|name| name.starts_with(start) && name != start);
        found.sort();
        found.dedup();
        (word, found)
    }

    fn members_after(&self, head: &str) -> Vec<String> {
        let operands = operands(head);
        let nearest = operands.first().copied().unwrap_or_default();
        let compiled = operands.iter().find_map(|text| evaluate::compile(Members::All, &as_expression(text)).ok());
        let listed = match compiled {
            Some(expression) => reference::members_of(expression.ty),
            None => static_members(nearest),
        };
        let usable = |listed: &&Listed| self.members == Members::All || listed.is_allowed();
        let has_name = |kind| matches!(kind, MemberKind::Method | MemberKind::Property);
        let named = listed.iter().filter(usable).filter(|listed| has_name(listed.signature.kind));
        named.map(Listed::name).chain(values(nearest)).collect()
    }
}

/// Static members of the type that the text names.
fn static_members(name: &str) -> Vec<Listed> {
    let own = reference::types_named(name).into_iter().flat_map(|id| reference::own_members(library::get().def(id)));
    own.filter(|listed| listed.signature.is_static && !listed.signature.is_extension).collect()
}

/// The values of the enumeration that the text names.
fn values(name: &str) -> Vec<String> {
    let types = reference::types_named(name).into_iter().map(|id| library::get().def(id));
    let enumerations = types.filter(|def| def.decl.kind == TypeDefKind::Enum);
    enumerations.flat_map(|def| def.decl.values.iter().map(|(name, _)| (*name).to_owned())).collect()
}

/// What a name alone can be.
fn names(head: &str) -> Vec<String> {
    if let Some(command) = head.strip_prefix(':').filter(|rest| rest.is_empty()) {
        return ["disasm", "doc", "help", "quit", "set"].iter().map(|name| format!("{command}{name}")).collect();
    }
    let types = library::get().defs().filter(|(_, def)| def.decl.imported);
    let types = types.map(|(_, def)| def.display_name().to_owned());
    types.chain(["context", "new", "true", "false", "null"].map(str::to_owned)).collect()
}

/// The end of the text as far as every character is accepted.
fn trailing(text: &str, accept: impl Fn(char) -> bool) -> &str {
    let end = text.char_indices().rev().take_while(|(_, c)| accept(*c)).last();
    end.and_then(|(at, _)| text.get(at..)).unwrap_or_default()
}

/// How many operands are tried.
const MOST_TRIED: usize = 8;

/// What the text may end in, the shortest first: a name, a chain of members, `new T(…)`, and so on to whole expressions.
/// Brackets and texts are never cut in two.
fn operands(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted) = (0_usize, false);
    let mut found = Vec::new();
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        let inside = quoted || depth > 0;
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth == 0 => break,
            '(' | '[' | '{' => depth -= 1,
            _ if inside || c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '<' | '>') => {}
            _ => {
                found.extend(text.get(start..).map(str::trim_start));
                if found.len() == MOST_TRIED {
                    return found;
                }
            }
        }
        start = at;
    }
    found.extend(text.get(start..).map(str::trim_start));
    found.retain(|operand| !operand.is_empty());
    found.dedup();
    found
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..pos).unwrap_or_default();
        let (start, found) = match before.strip_prefix(":doc ") {
            Some(name) => {
                let (start, found) = self.completions(name);
                (start + before.len() - name.len(), found)
            }
            None => self.completions(before),
        };
        Ok((start, found.into_iter().map(|name| Pair { display: name.clone(), replacement: name }).collect()))
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let goes_on = is_open(context.input());
        self.unfinished.replace(if goes_on { context.input().to_owned() } else { String::new() });
        Ok(if goes_on { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// Are brackets open at its end, and no text?
fn is_open(input: &str) -> bool {
    let (mut depth, mut quoted) = (0_i32, false);
    let mut before = '\0';
    for c in input.chars() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        before = c;
    }
    depth > 0 && !quoted
}

impl Highlighter for Assistant {}
impl Hinter for Assistant {
    type Hint = String;
}
impl Helper for Assistant {}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(before: &str) -> Vec<String> {
        Assistant::new(Members::Allowed).completions(before).1
    }

    #[test]
    fn members_follow_from_the_type_before_the_dot() {
        assert_eq!(completed("context.Request.Met"), ["Method"]);
        assert_eq!(completed("1 + \"a.b(\".Substr"), ["Substring"]);
        assert_eq!(completed("new Uri(\"http://h\").Sche"), ["Scheme"]);
        assert_eq!(completed("context.Request.Body.As<JObject>()[\"a\"].SelectToken"), ["SelectTokens"]);
        assert_eq!(completed("new[] { 1 }.Select(x => x).FirstOrD"), ["FirstOrDefault"]);
        assert_eq!(completed("f(context.User?.Ema"), ["Email"]);
    }

    #[test]
    fn types_have_static_members_and_values() {
        assert_eq!(completed("Guid.NewG"), ["NewGuid"]);
        assert_eq!(completed("DayOfWeek.Mon"), ["Monday"]);
        assert_eq!(completed("string.IsNullOrE"), ["IsNullOrEmpty"]);
    }

    #[test]
    fn a_name_alone_is_a_type_or_the_context() {
        assert_eq!(completed("conte"), ["context"]);
        assert!(completed("new JO").contains(&"JObject".to_owned()));
        assert!(completed("nothing.").is_empty() && completed("(").len() > 100);
    }

    #[test]
    fn what_is_no_expression_completes_to_nothing_and_fails_nowhere() {
        for text in ["..", "\"", "\"x.", ")).", "ä.ö", "@(", "?.", "a[", "<>."] {
            let _ = completed(text);
        }
    }
}

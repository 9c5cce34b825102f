//! The part of XPath 1.0 that policies use in `SelectSingleNode` and `SelectNodes`: location paths over children,
//! descendants, attributes and parents, with predicates on position, existence and equality, `local-name()`, `and`, `or`.

use super::names;
use super::tree::{self, Kind, XmlObject, attribute_value, attributes, children};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::collections::ITEM;
use crate::value::Value;

/// A path: from the root or from the node at hand, step by step.
#[derive(Debug)]
struct Path {
    absolute: bool,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    /// True after `//`.
    deep: bool,
    test: Test,
    predicates: Vec<Predicate>,
}

#[derive(Debug)]
enum Test {
    /// Namespace (a prefix resolved, or none) and local name; `*` for any.
    Element(Option<String>, String),
    Attribute(Option<String>, String),
    Text,
    Node,
    Comment,
    This,
    Parent,
}

#[derive(Debug)]
enum Predicate {
    Position(usize),
    Last,
    Exists(Path),
    Equals(Operand, bool, String),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
}

#[derive(Debug)]
enum Operand {
    LocalName,
    Name,
    Path(Path),
}

/// The nodes that a path selects, in document order and each once.
pub(super) fn select(
    cx: &mut Cx<'_>,
    from: Value,
    text: &str,
    prefixes: &[(String, String)],
) -> Result<Vec<Value>, Throw> {
    cx.charge(text.len())?;
    let mut reader = Reader { text, at: 0, prefixes, depth: 0 };
    let paths = reader.union();
    let (Some(paths), true) = (paths, reader.at_end()) else { return Err(invalid(cx, text)) };
    let mut found = Vec::new();
    for path in &paths {
        for node in walk(cx, from, path)? {
            cx.charge(1)?;
            found.push(node);
        }
    }
    Ok(found)
}

/// There is no `XPathException` among the exceptions known here; its text is kept.
fn invalid(cx: &mut Cx<'_>, text: &str) -> Throw {
    cx.throw(Exc::Xml, format_args!("'{text}' has an invalid token."))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    prefixes: &'a [(String, String)],
    depth: u32,
}

const MAX_DEPTH: u32 = 16;

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn at_end(&mut self) -> bool {
        self.space();
        self.rest().is_empty()
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn word(&mut self) -> Option<String> {
        self.space();
        let end = self.rest().find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
        let word = self.rest().get(..end.unwrap_or(self.rest().len()))?.to_owned();
        if word.is_empty() || word.starts_with(['-', '.']) {
            return None;
        }
        self.at += word.len();
        Some(word)
    }

    fn union(&mut self) -> Option<Vec<Path>> {
        let mut paths = vec![self.path()?];
        while self.take("|") {
            paths.push(self.path()?);
        }
        Some(paths)
    }

    fn path(&mut self) -> Option<Path> {
        let mut deep = self.take("//");
        let absolute = deep || self.take("/");
        let mut steps = Vec::new();
        if absolute && !deep && self.at_end() {
            return Some(Path { absolute, steps });
        }
        loop {
            steps.push(self.step(deep)?);
            deep = self.take("//");
            if !deep && !self.take("/") {
                return Some(Path { absolute, steps });
            }
        }
    }

    fn step(&mut self, deep: bool) -> Option<Step> {
        let test = if self.take("..") {
            Test::Parent
        } else if self.take(".") {
            Test::This
        } else if self.take("@") || self.take("attribute::") {
            let (namespace, name) = self.name()?;
            Test::Attribute(namespace, name)
        } else if self.take("text()") {
            Test::Text
        } else if self.take("node()") {
            Test::Node
        } else if self.take("comment()") {
            Test::Comment
        } else {
            self.take("child::");
            let (namespace, name) = self.name()?;
            Test::Element(namespace, name)
        };
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.predicate()?);
            if !self.take("]") {
                return None;
            }
        }
        Some(Step { deep, test, predicates })
    }

    fn name(&mut self) -> Option<(Option<String>, String)> {
        if self.take("*") {
            return Some((None, "*".to_owned()));
        }
        let first = self.word()?;
        if !self.rest().starts_with(':') || self.rest().starts_with("::") {
            return Some((Some(String::new()), first));
        }
        self.at += 1;
        let uri = self.prefixes.iter().find(|(prefix, _)| *prefix == first)?.1.clone();
        let local = if self.take("*") { "*".to_owned() } else { self.word()? };
        Some((Some(uri), local))
    }

    fn predicate(&mut self) -> Option<Predicate> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.conjunction()?;
        while self.keyword("or") {
            left = Predicate::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn conjunction(&mut self) -> Option<Predicate> {
        let mut left = self.comparison()?;
        while self.keyword("and") {
            left = Predicate::And(Box::new(left), Box::new(self.comparison()?));
        }
        Some(left)
    }

    fn keyword(&mut self, word: &str) -> bool {
        self.space();
        let found = self.rest().strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t', '\n']));
        if found {
            self.at += word.len();
        }
        found
    }

    fn comparison(&mut self) -> Option<Predicate> {
        self.space();
        if self.take("(") {
            let inner = self.predicate()?;
            return self.take(")").then_some(inner);
        }
        if self.take("position()") {
            return if self.take("=") { self.number().map(Predicate::Position) } else { None };
        }
        if self.take("last()") {
            return Some(Predicate::Last);
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return self.number().map(Predicate::Position);
        }
        let operand = if self.take("local-name()") {
            Operand::LocalName
        } else if self.take("name()") {
            Operand::Name
        } else {
            Operand::Path(self.path()?)
        };
        let wanted = if self.take("!=") {
            false
        } else if self.take("=") {
            true
        } else {
            return match operand {
                Operand::Path(path) => Some(Predicate::Exists(path)),
                _ => None,
            };
        };
        Some(Predicate::Equals(operand, wanted, self.literal()?))
    }

    fn number(&mut self) -> Option<usize> {
        self.word()?.parse().ok()
    }

    fn literal(&mut self) -> Option<String> {
        self.space();
        let quote = self.rest().chars().next()?;
        if !matches!(quote, '"' | '\'') {
            return self.word();
        }
        let inner = self.rest().get(1..)?;
        let literal = inner.get(..inner.find(quote)?)?.to_owned();
        self.at += literal.len() + 2;
        Some(literal)
    }
}

fn root_of(cx: &Cx<'_>, mut node: Value) -> Value {
    loop {
        let parent = tree::parent(cx, node);
        if parent.is_null() {
            return node;
        }
        node = parent;
    }
}

fn walk(cx: &mut Cx<'_>, from: Value, path: &Path) -> Result<Vec<Value>, Throw> {
    let start = if path.absolute { root_of(cx, from) } else { from };
    let mut nodes = vec![start];
    for step in &path.steps {
        let mut next = Vec::new();
        for node in nodes {
            let origins = if step.deep { with_descendants(cx, node)? } else { vec![node] };
            for origin in origins {
                for found in apply(cx, origin, step)? {
                    // Only `//` and `..` can reach a node twice.
                    let repeats = (step.deep || matches!(step.test, Test::Parent)) && next.contains(&found);
                    cx.charge(1 + if step.deep { next.len() / 16 } else { 0 })?;
                    if !repeats {
                        cx.heap.charge(ITEM)?;
                        next.push(found);
                    }
                }
            }
        }
        nodes = next;
    }
    Ok(nodes)
}

fn with_descendants(cx: &mut Cx<'_>, node: Value) -> Result<Vec<Value>, Throw> {
    let mut all = vec![node];
    let mut stack = vec![(node, 0)];
    while let Some((at, place)) = stack.last_mut() {
        let Some(child) = children(cx.heap, *at).get(*place).copied() else {
            stack.pop();
            continue;
        };
        *place += 1;
        cx.charge(1)?;
        cx.heap.charge(ITEM)?;
        all.push(child);
        stack.push((child, 0));
    }
    Ok(all)
}

fn apply(cx: &mut Cx<'_>, origin: Value, step: &Step) -> Result<Vec<Value>, Throw> {
    let candidates = match step.test {
        Test::This => vec![origin],
        Test::Parent => vec![tree::parent(cx, origin)],
        Test::Attribute(..) => attributes(cx.heap, origin).to_vec(),
        _ => children(cx.heap, origin).to_vec(),
    };
    cx.charge(candidates.len() + 1)?;
    let mut found: Vec<Value> = candidates.into_iter().filter(|node| passes(cx, *node, &step.test)).collect();
    for predicate in &step.predicates {
        let count = found.len();
        let mut kept = Vec::new();
        for (at, node) in found.into_iter().enumerate() {
            if holds(cx, node, at + 1, count, predicate)? {
                kept.push(node);
            }
        }
        found = kept;
    }
    Ok(found)
}

fn passes(cx: &Cx<'_>, node: Value, test: &Test) -> bool {
    let Some(XmlObject { kind, .. }) = cx.heap.native::<XmlObject>(node) else { return false };
    let named = |name: Value, namespace: &Option<String>, wanted: &str| {
        let (local, uri) = names::parts(cx.heap, name);
        (wanted == "*" || cx.text(local).to_utf8() == wanted)
            && namespace.as_ref().is_none_or(|namespace| cx.text(uri).to_utf8() == *namespace)
    };
    match (test, kind) {
        (Test::Element(namespace, wanted), Kind::Element { name, .. }) => named(*name, namespace, wanted),
        (Test::Attribute(namespace, wanted), Kind::Attribute { name, .. }) => {
            cx.text(names::parts(cx.heap, *name).1).as_str() != Some(names::XMLNS) && named(*name, namespace, wanted)
        }
        (Test::Text, Kind::Text(_) | Kind::CData(_)) | (Test::Comment, Kind::Comment(_)) => true,
        (Test::Node | Test::This | Test::Parent, _) => true,
        _ => false,
    }
}

fn holds(cx: &mut Cx<'_>, node: Value, at: usize, count: usize, predicate: &Predicate) -> Result<bool, Throw> {
    cx.charge(1)?;
    Ok(match predicate {
        Predicate::Position(wanted) => at == *wanted,
        Predicate::Last => at == count,
        Predicate::Exists(path) => !walk(cx, node, path)?.is_empty(),
        Predicate::And(a, b) => holds(cx, node, at, count, a)? && holds(cx, node, at, count, b)?,
        Predicate::Or(a, b) => holds(cx, node, at, count, a)? || holds(cx, node, at, count, b)?,
        Predicate::Equals(Operand::LocalName, wanted, text) => {
            let (local, _) = names::parts(cx.heap, tree::name(cx.heap, node));
            (cx.text(local).to_utf8() == *text) == *wanted
        }
        Predicate::Equals(Operand::Name, wanted, text) => (super::dom::qualified_name(cx, node)? == *text) == *wanted,
        Predicate::Equals(Operand::Path(path), wanted, text) => {
            for found in walk(cx, node, path)? {
                if (string_value(cx, found)? == *text) == *wanted {
                    return Ok(true);
                }
            }
            false
        }
    })
}

/// The string value of a node.
pub(super) fn string_value(cx: &mut Cx<'_>, node: Value) -> Result<String, Throw> {
    let text = match tree::get(cx, node)?.kind {
        Kind::Attribute { .. } => attribute_value(cx.heap, node),
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) => text,
        Kind::Instruction { data, .. } => data,
        _ => tree::text_of(cx, node)?,
    };
    Ok(cx.text(text).to_utf8().into_owned())
}

//! Rendering: a template with values in the place of its names.

use std::rc::Rc;

use super::condition::Condition;
use super::context::{self, Part};
use super::expression::{Expression, Filtered, Step};
use super::parse::{Block, Node, Template};
use super::value::Value;
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::host::Message;
use crate::library::system::date_time;
use crate::library::system::number::format::default_double;
use crate::value::text::TextBuf;

/// How a message is seen by a template.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    /// The message whose body is `body`; none for a message that is only being made.
    pub(crate) body: Option<Message>,
    /// Elements that are `xsi:nil` are nil instead of an empty text.
    pub(crate) nil_is_null: bool,
    /// Texts of JSON that look like dates are dates.
    pub(crate) dates: bool,
}

/// How a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Normally,
    Break,
    Continue,
}

/// What a rendering works with.
pub(super) struct Rendering<'r, 'c> {
    pub(super) cx: &'r mut Cx<'c>,
    binding: Binding,
    body: Option<Value>,
    /// Maps of `context`, by part and name.
    kept: Vec<(Part, Box<str>, Value)>,
    /// The outermost first; `assign` writes there.
    pub(super) scopes: Vec<Scope>,
    out: String,
    counters: Vec<(Box<str>, i64)>,
    cycles: Vec<(String, usize)>,
    changed: Option<String>,
    /// A `break` on its way to the loop.
    pub(super) broken: bool,
}

/// Names with their values.
type Scope = Vec<(Box<str>, Value)>;

/// What an entry of a map of `context` takes, more or less.
const KEPT_ENTRY: usize = 128;

/// Numbers of a range.
const MAX_RANGE: i64 = 1_000_000;

impl Template {
    /// Renders the template.
    ///
    /// # Errors
    /// What a filter refuses, or an exhausted budget.
    pub(crate) fn render(&self, cx: &mut Cx<'_>, binding: Binding) -> Result<String, Throw> {
        let mut rendering = Rendering {
            cx,
            binding,
            body: None,
            kept: Vec::new(),
            scopes: vec![Scope::new()],
            out: String::new(),
            counters: Vec::new(),
            cycles: Vec::new(),
            changed: None,
            broken: false,
        };
        rendering.block(&self.block)?;
        Ok(rendering.out)
    }
}

impl Rendering<'_, '_> {
    /// Pays for steps.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Throw> {
        self.cx.charge(steps)
    }

    /// Pays for memory, which also takes time to fill.
    pub(super) fn pay(&mut self, bytes: usize) -> Result<(), Throw> {
        self.cx.charge(bytes / 16)?;
        Ok(self.cx.heap.charge(bytes)?)
    }

    /// An error of the template.
    pub(super) fn fail(&mut self, message: impl std::fmt::Display) -> Throw {
        self.cx.throw(Exc::InvalidOperation, format!("Liquid error: {message}"))
    }

    pub(super) fn write(&mut self, text: &str) -> Result<(), Throw> {
        self.pay(text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<Ended, Throw> {
        for node in block {
            match self.node(node)? {
                Ended::Normally => {}
                ended => return Ok(ended),
            }
        }
        Ok(Ended::Normally)
    }

    fn node(&mut self, node: &Node) -> Result<Ended, Throw> {
        self.charge(1)?;
        match node {
            Node::Text(text) => self.write(text)?,
            Node::Output(filtered) => {
                let value = self.filtered(filtered)?;
                let text = self.text(&value)?;
                self.write(&text)?;
            }
            Node::Assign(name, filtered) => {
                let value = self.filtered(filtered)?;
                self.assign(name, value);
            }
            Node::Capture(name, block) => {
                let (text, ended) = self.captured(block)?;
                self.assign(name, text.into());
                return Ok(ended);
            }
            Node::If(branches, otherwise) => {
                for (condition, block) in branches {
                    if self.holds(condition)? {
                        return self.block(block);
                    }
                }
                return self.block(otherwise);
            }
            Node::Case(subject, branches, otherwise) => return self.case(subject, branches, otherwise),
            Node::For(tag) => return tag.render(self),
            Node::Cycle(group, key, values) => self.cycle(group.as_ref(), key, values)?,
            Node::IfChanged(block) => {
                let (text, ended) = self.captured(block)?;
                if self.changed.as_ref() != Some(&text) {
                    self.write(&text)?;
                    self.changed = Some(text);
                }
                return Ok(ended);
            }
            Node::Increment(name) => {
                let before = self.count(name, 1);
                self.write(&before.to_string())?;
            }
            Node::Decrement(name) => {
                let before = self.count(name, -1);
                self.write(&(before - 1).to_string())?;
            }
            Node::Break => return Ok(Ended::Break),
            Node::Continue => return Ok(Ended::Continue),
        }
        Ok(Ended::Normally)
    }

    fn captured(&mut self, block: &Block) -> Result<(String, Ended), Throw> {
        let outer = std::mem::take(&mut self.out);
        let ended = self.block(block);
        let text = std::mem::replace(&mut self.out, outer);
        Ok((text, ended?))
    }

    fn case(
        &mut self,
        subject: &Expression,
        branches: &[(Vec<Expression>, Block)],
        otherwise: &Block,
    ) -> Result<Ended, Throw> {
        let subject = self.evaluate(subject)?;
        for (values, block) in branches {
            for value in values {
                if self.evaluate(value)?.equals(&subject) {
                    return self.block(block);
                }
            }
        }
        self.block(otherwise)
    }

    fn cycle(&mut self, group: Option<&Expression>, key: &str, values: &[Expression]) -> Result<(), Throw> {
        let key = match group {
            Some(group) => {
                let value = self.evaluate(group)?;
                self.text(&value)?
            }
            None => key.to_owned(),
        };
        self.charge(self.cycles.len())?;
        let at = self.cycles.iter().position(|(known, _)| *known == key).unwrap_or(self.cycles.len());
        if at == self.cycles.len() {
            self.pay(key.len())?;
            self.cycles.push((key, 0));
        }
        let Some((_, turn)) = self.cycles.get_mut(at) else { return Ok(()) };
        let now = *turn % values.len().max(1);
        *turn = now + 1;
        match values.get(now) {
            Some(value) => {
                let value = self.evaluate(value)?;
                let text = self.text(&value)?;
                self.write(&text)
            }
            None => Ok(()),
        }
    }

    /// Moves a counter on; what it was before.
    fn count(&mut self, name: &str, by: i64) -> i64 {
        match self.counters.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, number)) => {
                *number += by;
                *number - by
            }
            None => {
                self.counters.push((name.into(), by));
                0
            }
        }
    }

    fn assign(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.first_mut() {
            set(scope, name, value);
        }
    }

    /// A name of the innermost loop.
    pub(super) fn set_local(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            set(scope, name, value);
        }
    }

    fn holds(&mut self, condition: &Condition) -> Result<bool, Throw> {
        self.charge(1)?;
        Ok(match condition {
            Condition::True(expression) => self.evaluate(expression)?.is_true(),
            Condition::Compare(left, operator, right) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                let size = |value: &Value| match value {
                    Value::Text(text) => text.len() / 16,
                    Value::List(items) => items.len(),
                    _ => 1,
                };
                self.charge(size(&left) + size(&right))?;
                let text = self.text(&right)?;
                operator.holds(&left, &right, |_| text.clone())
            }
            Condition::And(left, right) => self.holds(left)? && self.holds(right)?,
            Condition::Or(left, right) => self.holds(left)? || self.holds(right)?,
            Condition::Not(condition) => !self.holds(condition)?,
        })
    }

    fn filtered(&mut self, filtered: &Filtered) -> Result<Value, Throw> {
        let mut value = self.evaluate(&filtered.expression)?;
        for (filter, arguments) in &filtered.filters {
            self.charge(1)?;
            let arguments: Vec<Value> =
                arguments.iter().map(|argument| self.evaluate(argument)).collect::<Result<_, _>>()?;
            value = (filter.run)(self, value, &arguments)?;
        }
        Ok(value)
    }

    pub(super) fn evaluate(&mut self, expression: &Expression) -> Result<Value, Throw> {
        match expression {
            Expression::Literal(literal) => Ok(literal.value()),
            Expression::Range(first, last) => self.range(first, last),
            Expression::Path { root, steps } => {
                self.charge(steps.len() + 1)?;
                let mut value = self.root(root)?;
                for step in steps {
                    let next = match step {
                        Step::Name(name) => self.member(&value, name)?,
                        Step::Index(index) => match self.evaluate(index)? {
                            Value::Int(index) => value.item(index),
                            index => {
                                let name = self.text(&index)?;
                                self.member(&value, &name)?
                            }
                        },
                    };
                    value = next;
                }
                Ok(value)
            }
        }
    }

    fn range(&mut self, first: &Expression, last: &Expression) -> Result<Value, Throw> {
        let (first, last) = (self.evaluate(first)?.int().unwrap_or(0), self.evaluate(last)?.int().unwrap_or(0));
        let count = last.saturating_sub(first).saturating_add(1).max(0);
        if count > MAX_RANGE {
            return Err(self.fail(format_args!("a range has at most {MAX_RANGE} numbers")));
        }
        self.pay(usize::try_from(count).unwrap_or(0).saturating_mul(size_of::<Value>()))?;
        Ok((first..=last).map(Value::Int).collect::<Vec<_>>().into())
    }

    fn root(&mut self, name: &str) -> Result<Value, Throw> {
        for scope in self.scopes.iter().rev() {
            if let Some((_, value)) = scope.iter().find(|(known, _)| **known == *name) {
                return Ok(value.clone());
            }
        }
        if let Some((_, number)) = self.counters.iter().find(|(known, _)| **known == *name) {
            return Ok(Value::Int(*number));
        }
        match name {
            "context" => Ok(Value::Context(Part::Context)),
            "body" => {
                if self.body.is_none() {
                    self.body = Some(context::body(self.cx, self.binding)?);
                }
                Ok(self.body.clone().unwrap_or(Value::Nil))
            }
            _ => Ok(Value::Nil),
        }
    }

    /// A part of `context`; headers and the like are read once for a rendering, however often they are asked for.
    fn context_member(&mut self, part: Part, name: &str) -> Result<Value, Throw> {
        let kept = self.kept.iter().find(|(of, known, _)| *of == part && known.eq_ignore_ascii_case(name));
        if let Some((_, _, value)) = kept {
            return Ok(value.clone());
        }
        let value = context::member(self.cx, part, name)?;
        if let (Value::Map(map), false) = (&value, part == Part::Variables) {
            self.pay(map.entries.len() * KEPT_ENTRY)?;
            self.kept.push((part, name.into(), value.clone()));
        }
        Ok(value)
    }

    /// A member of a value.
    pub(super) fn member(&mut self, value: &Value, name: &str) -> Result<Value, Throw> {
        match value {
            Value::Context(part) => self.context_member(*part, name),
            Value::Element(element) => {
                self.charge(element.children.len() / 4)?;
                Ok(value.member(name))
            }
            _ => Ok(value.member(name)),
        }
    }

    /// As it is put out.
    pub(super) fn text(&mut self, value: &Value) -> Result<String, Throw> {
        let mut out = String::new();
        self.push_text(value, &mut out, 0)?;
        Ok(out)
    }

    fn push_text(&mut self, value: &Value, out: &mut String, depth: usize) -> Result<(), Throw> {
        self.charge(1)?;
        if depth > MAX_TEXT_DEPTH {
            return Err(self.fail("the value is nested too deep"));
        }
        match value {
            Value::Nil | Value::Empty | Value::Context(_) => {
                if let Value::Context(part) = value {
                    out.push_str(&context::text(self.cx, *part));
                }
            }
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Int(number) => out.push_str(&number.to_string()),
            Value::Float(number) => default_double(*number, out),
            Value::Text(text) => {
                self.pay(text.len())?;
                out.push_str(text);
            }
            Value::Date(date) => {
                let mut buffer = TextBuf::new();
                date_time::format(self.cx, crate::value::Value::DateTime(*date), None, &mut buffer)?;
                out.push_str(&buffer.as_text().to_utf8());
            }
            Value::List(items) => {
                for item in items.iter() {
                    self.push_text(item, out, depth + 1)?;
                }
            }
            Value::Map(map) => {
                for (name, member) in &map.entries {
                    out.push('[');
                    out.push_str(name);
                    out.push_str(", ");
                    self.push_text(member, out, depth + 1)?;
                    out.push(']');
                }
            }
            Value::Element(element) => {
                for (_, child) in &element.children {
                    self.push_text(child, out, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// A text of the template's, paid for.
    pub(super) fn new_text(&mut self, text: String) -> Result<Value, Throw> {
        self.pay(text.len())?;
        Ok(Value::Text(Rc::from(text)))
    }
}

/// Values in values.
const MAX_TEXT_DEPTH: usize = 100;

fn set(scope: &mut Scope, name: &str, value: Value) {
    match scope.iter_mut().find(|(known, _)| **known == *name) {
        Some((_, old)) => *old = value,
        None => scope.push((name.into(), value)),
    }
}

//! Ways through a tree, all lazy: children, descendants, ancestors, siblings, attributes.

use super::names;
use super::tree::{self, X_ATTRIBUTE, X_ELEMENT, X_NODE, attributes, children, is_element};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::linq::query::{Source, lazy};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::sequence::Enumerator;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Elements,
    Nodes,
    Descendants,
    DescendantNodes,
    DescendantsAndSelf,
    DescendantNodesAndSelf,
    Ancestors,
    AncestorsAndSelf,
    ElementsAfterSelf,
    NodesAfterSelf,
    ElementsBeforeSelf,
    NodesBeforeSelf,
    Attributes,
}

impl Axis {
    fn item_type(self) -> TypeId {
        match self {
            Self::Attributes => X_ATTRIBUTE.id(),
            _ if self.all_nodes() => X_NODE.id(),
            _ => X_ELEMENT.id(),
        }
    }

    const fn all_nodes(self) -> bool {
        matches!(
            self,
            Self::Nodes
                | Self::DescendantNodes
                | Self::DescendantNodesAndSelf
                | Self::NodesAfterSelf
                | Self::NodesBeforeSelf
        )
    }

    const fn deep(self) -> bool {
        matches!(
            self,
            Self::Descendants | Self::DescendantNodes | Self::DescendantsAndSelf | Self::DescendantNodesAndSelf
        )
    }
}

/// A walk from one node.
#[derive(Clone, Debug)]
struct Walk {
    from: Value,
    axis: Axis,
    /// Only this name; null for all.
    name: Value,
    started: bool,
    /// Containers with the place of the next child, the innermost last; for ancestors the next one alone.
    stack: Vec<(Value, usize)>,
}

impl Walk {
    const fn new(from: Value, axis: Axis, name: Value) -> Self {
        Self { from, axis, name, started: false, stack: Vec::new() }
    }

    /// Prepares the stack; gives the node itself where the axis begins with it.
    fn start(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        self.started = true;
        match self.axis {
            Axis::DescendantsAndSelf | Axis::DescendantNodesAndSelf => {
                self.stack.push((self.from, 0));
                return Ok(Some(self.from));
            }
            Axis::Ancestors => self.stack.push((tree::parent(cx, self.from), 0)),
            Axis::ElementsAfterSelf | Axis::NodesAfterSelf => {
                if let Some((parent, place)) = tree::place(cx, self.from)? {
                    self.stack.push((parent, place + 1));
                }
            }
            Axis::ElementsBeforeSelf | Axis::NodesBeforeSelf => self.stack.push((tree::parent(cx, self.from), 0)),
            _ => self.stack.push((self.from, 0)),
        }
        Ok(None)
    }

    fn step(&mut self, cx: &mut Cx<'_>) -> Option<Value> {
        if matches!(self.axis, Axis::Ancestors | Axis::AncestorsAndSelf) {
            let (at, _) = self.stack.pop()?;
            self.stack.push((tree::parent(cx, at), 0));
            return is_element(cx.heap, at).then_some(at);
        }
        loop {
            let (at, place) = self.stack.last_mut()?;
            let items = match self.axis {
                Axis::Attributes => attributes(cx.heap, *at),
                _ => children(cx.heap, *at),
            };
            let Some(item) = items.get(*place).copied() else {
                self.stack.pop();
                continue;
            };
            *place += 1;
            if item == self.from && matches!(self.axis, Axis::ElementsBeforeSelf | Axis::NodesBeforeSelf) {
                self.stack.clear();
                return None;
            }
            if self.axis.deep() && is_element(cx.heap, item) {
                self.stack.push((item, 0));
            }
            return Some(item);
        }
    }

    fn wanted(&self, cx: &Cx<'_>, item: Value) -> bool {
        let kind = self.axis.all_nodes() || self.axis == Axis::Attributes || is_element(cx.heap, item);
        kind && (self.name.is_null() || names::same(cx.heap, tree::name(cx.heap, item), self.name))
    }
}

impl Enumerator for Walk {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if !self.started
            && let Some(this) = self.start(cx)?
            && self.wanted(cx, this)
        {
            return Ok(Some(this));
        }
        while let Some(item) = self.step(cx) {
            cx.charge(1)?;
            if self.wanted(cx, item) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

/// Where the optional name filter stands in the arguments.
pub(super) fn walk(cx: &mut Cx<'_>, args: &[Value], axis: Axis) -> Result<Value, Throw> {
    let from = crate::cx::arg(args, 0);
    match args.get(1) {
        None => lazy(cx, axis.item_type(), Walk::new(from, axis, Value::Null)),
        // A null name selects nothing.
        Some(Value::Null) => lazy(cx, axis.item_type(), Walk::new(Value::Null, axis, Value::Null)),
        Some(name) => lazy(cx, axis.item_type(), Walk::new(from, axis, *name)),
    }
}

/// The first item of a walk.
pub(super) fn first(cx: &mut Cx<'_>, from: Value, axis: Axis, name: Value) -> Result<Value, Throw> {
    Ok(Walk::new(from, axis, name).next(cx)?.unwrap_or(Value::Null))
}

/// The same walk from each node of a sequence.
#[derive(Clone, Debug)]
struct Walks {
    source: Source,
    axis: Axis,
    name: Value,
    current: Option<Walk>,
}

impl Enumerator for Walks {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        loop {
            if let Some(walk) = &mut self.current
                && let Some(item) = walk.next(cx)?
            {
                return Ok(Some(item));
            }
            let Some(from) = self.source.next(cx)? else { return Ok(None) };
            self.current = Some(Walk::new(from, self.axis, self.name));
        }
    }
}

/// An extension method over a sequence of nodes.
pub(super) fn walks(cx: &mut Cx<'_>, args: &[Value], axis: Axis) -> Result<Value, Throw> {
    let source = crate::cx::arg(args, 0);
    if source.is_null() {
        return Err(cx.argument_null("source"));
    }
    let name = crate::cx::arg(args, 1);
    let source = if args.len() > 1 && name.is_null() { cx.heap.new_array(TypeId::OBJECT, Vec::new())? } else { source };
    lazy(cx, axis.item_type(), Walks { source: Source::new(source), axis, name, current: None })
}

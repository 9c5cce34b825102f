//! What an XPath finds.

use super::axes::{self, along};
use super::syntax::{Axis, Expr, Operator, Relation, Step};
use super::{functions, number, string_value};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::collections::ITEM;
use crate::value::Value;

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) node: Value,
    /// From 1.
    pub(super) position: usize,
    pub(super) size: usize,
}

/// What an expression gives.
#[derive(Debug)]
pub(super) enum Found {
    /// In the order of the document.
    Nodes(Vec<Value>),
    Number(f64),
    Text(String),
    Bool(bool),
}

impl Found {
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Number(n) => *n != 0.0 && !n.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Bool(holds) => *holds,
        }
    }

    pub(super) fn number(self, cx: &mut Cx<'_>) -> Result<f64, Throw> {
        Ok(match self {
            Self::Number(n) => n,
            Self::Bool(holds) => f64::from(u8::from(holds)),
            other => number::of(&text_of(cx, other)?),
        })
    }
}

/// `string(…)`.
pub(super) fn text_of(cx: &mut Cx<'_>, found: Found) -> Result<String, Throw> {
    match found {
        Found::Text(text) => Ok(text),
        Found::Number(n) => Ok(number::text(n)),
        Found::Bool(holds) => Ok(holds.to_string()),
        Found::Nodes(nodes) => match nodes.first() {
            Some(node) => string_value(cx, *node),
            None => Ok(String::new()),
        },
    }
}

pub(super) fn evaluate(cx: &mut Cx<'_>, at: At, expr: &Expr) -> Result<Found, Throw> {
    cx.charge(1)?;
    Ok(match expr {
        Expr::Number(n) => Found::Number(*n),
        Expr::Literal(text) => Found::Text(text.clone()),
        Expr::Or(a, b) => Found::Bool(evaluate(cx, at, a)?.truth() || evaluate(cx, at, b)?.truth()),
        Expr::And(a, b) => Found::Bool(evaluate(cx, at, a)?.truth() && evaluate(cx, at, b)?.truth()),
        Expr::Compare(relation, a, b) => {
            let (a, b) = (evaluate(cx, at, a)?, evaluate(cx, at, b)?);
            Found::Bool(compare(cx, *relation, a, b)?)
        }
        Expr::Arithmetic(operator, a, b) => {
            let (a, b) = (evaluate(cx, at, a)?.number(cx)?, evaluate(cx, at, b)?.number(cx)?);
            Found::Number(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide => a / b,
                Operator::Remainder => a % b,
            })
        }
        Expr::Negative(of) => Found::Number(-evaluate(cx, at, of)?.number(cx)?),
        Expr::Union(a, b) => {
            let mut all = nodes(cx, at, a)?;
            all.extend(nodes(cx, at, b)?);
            Found::Nodes(axes::in_order(cx, all)?)
        }
        Expr::Call(function, args) => functions::call(cx, at, *function, args)?,
        Expr::Path { absolute, steps } => {
            let start = if *absolute { root_of(cx, at.node)? } else { at.node };
            Found::Nodes(walk(cx, vec![start], steps)?)
        }
        Expr::Filter { of, predicates, steps } => {
            let mut found = nodes(cx, at, of)?;
            for predicate in predicates {
                found = filtered(cx, found, predicate)?;
            }
            Found::Nodes(walk(cx, found, steps)?)
        }
    })
}

fn nodes(cx: &mut Cx<'_>, at: At, expr: &Expr) -> Result<Vec<Value>, Throw> {
    match evaluate(cx, at, expr)? {
        Found::Nodes(nodes) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

fn root_of(cx: &mut Cx<'_>, node: Value) -> Result<Value, Throw> {
    Ok(axes::ancestors(cx, node)?.last().copied().unwrap_or(node))
}

/// Step by step.
fn walk(cx: &mut Cx<'_>, mut nodes: Vec<Value>, steps: &[Step]) -> Result<Vec<Value>, Throw> {
    // None of the nodes is below another: then what is found below them is in order, and each found once.
    let mut flat = nodes.len() < 2;
    for step in steps {
        let mut next = Vec::new();
        let many = nodes.len() > 1;
        for node in nodes {
            let mut found = along(cx, node, step.axis, &step.test)?;
            for predicate in &step.predicates {
                found = filtered(cx, found, predicate)?;
            }
            if step.axis.is_reverse() {
                found.reverse();
            }
            cx.heap.charge(found.len() * ITEM)?;
            next.extend(found);
        }
        let downwards =
            matches!(step.axis, Axis::This | Axis::Child | Axis::Attribute | Axis::Descendant | Axis::DescendantOrSelf);
        if many && !(flat && downwards) {
            next = axes::in_order(cx, next)?;
        }
        flat = next.len() < 2 || flat && matches!(step.axis, Axis::This | Axis::Child | Axis::Attribute);
        nodes = next;
    }
    Ok(nodes)
}

/// Those for which a predicate holds; a number is a position.
fn filtered(cx: &mut Cx<'_>, nodes: Vec<Value>, predicate: &Expr) -> Result<Vec<Value>, Throw> {
    let size = nodes.len();
    if let Expr::Number(wanted) = predicate {
        let at = (1..=size).find(|at| *at as f64 == *wanted);
        cx.charge(at.unwrap_or(size))?;
        return Ok(at.and_then(|at| nodes.get(at - 1)).copied().into_iter().collect());
    }
    let mut kept = Vec::new();
    for (place, node) in nodes.into_iter().enumerate() {
        let holds = match evaluate(cx, At { node, position: place + 1, size }, predicate)? {
            Found::Number(n) => n == (place + 1) as f64,
            other => other.truth(),
        };
        if holds {
            kept.push(node);
        }
    }
    Ok(kept)
}

fn compare(cx: &mut Cx<'_>, relation: Relation, a: Found, b: Found) -> Result<bool, Throw> {
    match (a, b) {
        // Any pair of nodes will do.
        (Found::Nodes(a), Found::Nodes(b)) => {
            let mut texts = Vec::with_capacity(b.len());
            for node in b {
                texts.push(string_value(cx, node)?);
            }
            for node in a {
                let text = string_value(cx, node)?;
                cx.charge(texts.len())?;
                if texts.iter().any(|other| compare_texts(relation, &text, other)) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Found::Nodes(nodes), Found::Bool(holds)) => {
            Ok(compare_numbers(relation, f64::from(u8::from(!nodes.is_empty())), f64::from(u8::from(holds))))
        }
        (Found::Nodes(nodes), other) => {
            for node in nodes {
                let text = string_value(cx, node)?;
                let holds = match &other {
                    Found::Number(n) => compare_numbers(relation, number::of(&text), *n),
                    Found::Text(other) => compare_texts(relation, &text, other),
                    _ => false,
                };
                if holds {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (a, b @ Found::Nodes(_)) => compare(cx, relation.turned(), b, a),
        (a, b) if !matches!(relation, Relation::Equal | Relation::NotEqual) => {
            let (a, b) = (a.number(cx)?, b.number(cx)?);
            Ok(compare_numbers(relation, a, b))
        }
        (a, b) if matches!(a, Found::Bool(_)) || matches!(b, Found::Bool(_)) => {
            Ok((a.truth() == b.truth()) == (relation == Relation::Equal))
        }
        (Found::Text(a), Found::Text(b)) => Ok(compare_texts(relation, &a, &b)),
        (a, b) => {
            let (a, b) = (a.number(cx)?, b.number(cx)?);
            Ok(compare_numbers(relation, a, b))
        }
    }
}

fn compare_texts(relation: Relation, a: &str, b: &str) -> bool {
    match relation {
        Relation::Equal => a == b,
        Relation::NotEqual => a != b,
        _ => compare_numbers(relation, number::of(a), number::of(b)),
    }
}

#[expect(clippy::float_cmp, reason = "that is what is asked for")]
fn compare_numbers(relation: Relation, a: f64, b: f64) -> bool {
    match relation {
        Relation::Equal => a == b,
        Relation::NotEqual => a != b,
        Relation::Less => a < b,
        Relation::LessOrEqual => a <= b,
        Relation::Greater => a > b,
        Relation::GreaterOrEqual => a >= b,
    }
}

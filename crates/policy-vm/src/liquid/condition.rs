//! Conditions of `if`, `elsif` and `unless`.

use std::cmp::Ordering;

use super::expression::{Expression, Scanner};
use super::parse::Mistake;
use super::value::Value;

/// A condition. `and` and `or` have one rank, and the last one is decided first.
#[derive(Debug)]
pub(super) enum Condition {
    True(Expression),
    Compare(Expression, Operator, Expression),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

/// What two values are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Contains,
    StartsWith,
    EndsWith,
    HasKey,
    HasValue,
}

const MARKS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<>", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

const WORDS: &[(&str, Operator)] = &[
    ("contains", Operator::Contains),
    ("Contains", Operator::Contains),
    ("startswith", Operator::StartsWith),
    ("startsWith", Operator::StartsWith),
    ("StartsWith", Operator::StartsWith),
    ("endswith", Operator::EndsWith),
    ("endsWith", Operator::EndsWith),
    ("EndsWith", Operator::EndsWith),
    ("haskey", Operator::HasKey),
    ("hasKey", Operator::HasKey),
    ("HasKey", Operator::HasKey),
    ("hasvalue", Operator::HasValue),
    ("hasValue", Operator::HasValue),
    ("HasValue", Operator::HasValue),
];

/// Conditions joined in one tag.
const MOST: usize = 500;

impl Condition {
    /// Reads a condition, and nothing behind.
    pub(super) fn read(scanner: &mut Scanner<'_>) -> Result<Self, Mistake> {
        let mut conditions = vec![Self::single(scanner)?];
        let mut joints = Vec::new();
        while !scanner.is_done() {
            if scanner.eat_word("and") {
                joints.push(true);
            } else if scanner.eat_word("or") {
                joints.push(false);
            } else {
                return Err(scanner.mistake("`and`, `or` or the end of the condition is expected here"));
            }
            if joints.len() > MOST {
                return Err(scanner.mistake(format!("more than {MOST} conditions are joined")));
            }
            conditions.push(Self::single(scanner)?);
        }
        let last = conditions.pop().ok_or_else(|| scanner.mistake("a condition is missing"))?;
        Ok(conditions.into_iter().zip(joints).rev().fold(last, |right, (left, and)| {
            if and { Self::And(Box::new(left), Box::new(right)) } else { Self::Or(Box::new(left), Box::new(right)) }
        }))
    }

    fn single(scanner: &mut Scanner<'_>) -> Result<Self, Mistake> {
        let left = scanner.expression()?;
        let mark = MARKS.iter().find(|(mark, _)| scanner.eat(mark));
        match mark.or_else(|| WORDS.iter().find(|(word, _)| scanner.eat_word(word))) {
            Some((_, operator)) => Ok(Self::Compare(left, *operator, scanner.expression()?)),
            None => Ok(Self::True(left)),
        }
    }
}

impl Operator {
    /// Compares. What cannot be compared is neither less nor greater.
    pub(super) fn holds(self, left: &Value, right: &Value, text: impl Fn(&Value) -> String) -> bool {
        let order = || left.compare(right);
        match self {
            Self::Equal => left.equals(right),
            Self::NotEqual => !left.equals(right),
            Self::Less => order() == Some(Ordering::Less),
            Self::Greater => order() == Some(Ordering::Greater),
            Self::LessOrEqual => order().is_some_and(Ordering::is_le),
            Self::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
            Self::Contains => match left {
                Value::Text(left) => right.is_true() && left.contains(&text(right)),
                other => other.items().is_some_and(|items| items.iter().any(|item| item.equals(right))),
            },
            Self::StartsWith => match left {
                Value::Text(left) => left.starts_with(&text(right)),
                other => other.items().and_then(|items| Some(items.first()?.equals(right))).unwrap_or(false),
            },
            Self::EndsWith => match left {
                Value::Text(left) => left.ends_with(&text(right)),
                other => other.items().and_then(|items| Some(items.last()?.equals(right))).unwrap_or(false),
            },
            Self::HasKey => matches!(left, Value::Map(map) if map.get(&text(right)).is_some()),
            Self::HasValue => matches!(left, Value::Map(map) if map.entries.iter().any(|(_, v)| v.equals(right))),
        }
    }
}

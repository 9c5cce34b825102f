//! Values as templates see them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use super::context::Part;
use crate::value::DateTime;

/// A value. Copies are cheap: what is large is shared.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Date(DateTime),
    List(Rc<[Value]>),
    Map(Rc<Map>),
    /// An XML element that has child elements.
    Element(Rc<Element>),
    /// A part of `context`, whose members are made when they are asked for.
    Context(Part),
    /// `empty` and `blank`, which things are compared with.
    Empty,
}

/// Members by name, in their order.
#[derive(Debug, Default)]
pub(super) struct Map {
    pub(super) entries: Vec<(Rc<str>, Value)>,
    index: HashMap<Rc<str>, usize>,
    ignores_case: bool,
}

/// An XML element that has child elements.
#[derive(Debug)]
pub(super) struct Element {
    /// The child elements: their names, and they or their texts.
    pub(super) children: Vec<(Rc<str>, Value)>,
}

impl Map {
    /// Of several members of one name the last one counts.
    pub(super) fn new(entries: Vec<(Rc<str>, Value)>, ignores_case: bool) -> Self {
        let key = |name: &Rc<str>| if ignores_case { name.to_lowercase().into() } else { Rc::clone(name) };
        let index = entries.iter().enumerate().map(|(at, (name, _))| (key(name), at)).collect();
        Self { entries, index, ignores_case }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let at = if self.ignores_case { self.index.get(name.to_lowercase().as_str()) } else { self.index.get(name) };
        self.entries.get(*at?).map(|(_, value)| value)
    }
}

impl Element {
    /// The children of a name, whatever its case: one, or a list of several.
    fn member(&self, name: &str) -> Value {
        let mut found = self.children.iter().filter(|(child, _)| child.eq_ignore_ascii_case(name)).map(|(_, v)| v);
        match (found.next(), found.next()) {
            (None, _) => Value::Nil,
            (Some(only), None) => only.clone(),
            (Some(first), Some(second)) => [first, second].into_iter().chain(found).cloned().collect::<Vec<_>>().into(),
        }
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Value {
    /// Everything but `nil` and `false` is true.
    pub(super) const fn is_true(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    /// Nothing to see: nil, no text, no items.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nil | Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.entries.is_empty(),
            Self::Element(element) => element.children.is_empty(),
            _ => false,
        }
    }

    /// A member, or an element by its number; nil where there is none.
    pub(super) fn member(&self, name: &str) -> Self {
        let own = match self {
            Self::Map(map) => map.get(name).cloned(),
            Self::Element(element) => Some(element.member(name)).filter(Self::is_there),
            _ => None,
        };
        own.unwrap_or_else(|| match name {
            "size" | "Size" => self.size().map_or(Self::Nil, Self::Int),
            "first" | "First" => self.items().and_then(|items| items.first().cloned()).unwrap_or(Self::Nil),
            "last" | "Last" => self.items().and_then(|items| items.last().cloned()).unwrap_or(Self::Nil),
            _ => Self::Nil,
        })
    }

    const fn is_there(&self) -> bool {
        !matches!(self, Self::Nil)
    }

    /// The item of a number.
    pub(super) fn item(&self, index: i64) -> Self {
        let items = self.items().unwrap_or_default();
        usize::try_from(index).ok().and_then(|at| items.get(at).cloned()).unwrap_or(Self::Nil)
    }

    /// What a loop goes through; nothing for what is no collection.
    pub(super) fn items(&self) -> Option<Rc<[Self]>> {
        match self {
            Self::List(items) => Some(Rc::clone(items)),
            Self::Element(element) => Some(element.children.iter().map(|(_, child)| child.clone()).collect()),
            Self::Map(map) => {
                let pair =
                    |(name, value): &(Rc<str>, Self)| Self::from(vec![Self::Text(Rc::clone(name)), value.clone()]);
                Some(map.entries.iter().map(pair).collect())
            }
            _ => None,
        }
    }

    /// The number of items, or of UTF-16 units.
    pub(super) fn size(&self) -> Option<i64> {
        let size = match self {
            Self::Text(text) => text.encode_utf16().count(),
            other => other.items()?.len(),
        };
        i64::try_from(size).ok()
    }

    /// As a number.
    pub(super) fn number(&self) -> Option<Self> {
        match self {
            Self::Int(_) | Self::Float(_) => Some(self.clone()),
            Self::Text(text) => {
                let text = text.trim();
                let float = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Float);
                text.parse().ok().map(Self::Int).or_else(float)
            }
            _ => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "as .NET converts a long")]
    pub(super) const fn float(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn int(&self) -> Option<i64> {
        match self.number()? {
            Self::Int(number) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
            Self::Float(number) => Some(number as i64),
            _ => None,
        }
    }

    /// `==`.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Empty, other) | (other, Self::Empty) => other.is_empty(),
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b)),
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// The order of two values of one kind; numbers are one kind, and a text that is a number is compared with numbers.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            (Self::Date(a), Self::Date(b)) => Some(a.ticks().cmp(&b.ticks())),
            (Self::Int(_) | Self::Float(_), _) | (_, Self::Int(_) | Self::Float(_)) => {
                self.number()?.float()?.partial_cmp(&other.number()?.float()?)
            }
            _ => None,
        }
    }
}

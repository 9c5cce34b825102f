//! Literals and other short expressions, corner values among them.

use policy_vm::library::{self, TypeDefKind};
use policy_vm::types::{self, Type, TypeId};

use super::piece::{Part, Piece};
use super::type_names::{head, is_reference, kind, named, written};
use super::{Generator, values};

/// What is wrong wherever it stands.
pub(super) const SPOILT: [&str; 14] = [
    "nobody",
    "(1 + )",
    "null",
    "\"text\"",
    "1.5m",
    "default",
    "x => x",
    "new { }",
    "(string)5",
    "context.Nothing",
    "throw new Exception()",
    "void",
    "this",
    "2147483648",
];

impl Generator {
    /// A short expression of the type.
    pub(super) fn literal(&mut self, ty: TypeId) -> Piece {
        let text = self.literal_text(ty).unwrap_or_else(|| match written(ty) {
            Some(name) if is_reference(ty) => format!("({name})null"),
            Some(name) => format!("default({name})"),
            None => "null".to_owned(),
        });
        // A cast binds weaker than the dot that may follow.
        Piece::plain(ty, if text.starts_with('(') || text == "null" { format!("({text})") } else { text })
    }

    fn literal_text(&mut self, ty: TypeId) -> Option<String> {
        match types::get(ty) {
            Type::Nullable(inner) => {
                let name = written(ty)?;
                return Some(if self.dice.one_in(3) {
                    format!("({name})null")
                } else {
                    format!("({name}){}", self.literal(*inner).text())
                });
            }
            Type::Array { element, .. } => {
                let items: Vec<String> = (0..self.dice.below(4)).map(|_| self.literal(*element).text()).collect();
                return Some(format!("new {}[] {{ {} }}", written(*element)?, items.join(", ")));
            }
            _ => {}
        }
        let (name, args) = head(ty)?;
        match values::values(name) {
            [] => {}
            [only] => return Some((*only).to_owned()),
            several => return Some(self.dice.pick(several).to_owned()),
        }
        match name {
            "System.Object" => self.anything(),
            _ if kind(ty) == Some(TypeDefKind::Enum) => self.enumeration(ty),
            _ if kind(ty) == Some(TypeDefKind::Delegate) => Some(self.lambda(ty, 1).text()),
            _ => self.collection(name, args),
        }
    }

    /// A value of any type for `object`.
    fn anything(&mut self) -> Option<String> {
        if self.dice.one_in(6) {
            return Some("(object)null".to_owned());
        }
        let ty = self.simple_type();
        if ty == TypeId::OBJECT {
            Some("(object)1".to_owned())
        } else {
            Some(format!("(object){}", self.literal(ty).text()))
        }
    }

    fn enumeration(&mut self, ty: TypeId) -> Option<String> {
        let Type::Named { def, .. } = types::get(ty) else { return None };
        let decl = library::get().def(*def).decl;
        let name = written(ty)?;
        if decl.values.is_empty() || self.dice.one_in(12) {
            return Some(format!("({name}){}", self.dice.below(9)));
        }
        let mut one = || format!("{name}.{}", decl.values[self.dice.below(decl.values.len())].0);
        let first = one();
        Some(if decl.flags && first.len() % 3 == 0 { format!("({first} | {})", one()) } else { first })
    }

    /// Collections, and what only stands for one.
    fn collection(&mut self, name: &str, args: &[TypeId]) -> Option<String> {
        let list = |generator: &mut Self, of: TypeId| -> Vec<String> {
            (0..generator.dice.below(5)).map(|_| generator.literal(of).text()).collect()
        };
        match (name.rsplit('.').next()?, args) {
            ("IEnumerable" | "ICollection" | "IList" | "IReadOnlyCollection" | "IReadOnlyList", [of]) => {
                let items = list(self, *of).join(", ");
                let of = written(*of)?;
                Some(if self.dice.one_in(2) {
                    format!("new {of}[] {{ {items} }}")
                } else {
                    format!("new List<{of}> {{ {items} }}")
                })
            }
            (set @ ("List" | "HashSet"), [of]) => {
                Some(format!("new {set}<{}> {{ {} }}", written(*of)?, list(self, *of).join(", ")))
            }
            (queue @ ("Queue" | "Stack"), [of]) => {
                let items = list(self, *of).join(", ");
                let of = written(*of)?;
                Some(format!("new {queue}<{of}>(new {of}[] {{ {items} }})"))
            }
            ("Dictionary" | "IDictionary" | "IReadOnlyDictionary", [key, value]) => {
                let pair = |generator: &mut Self| {
                    format!("{{ {}, {} }}", generator.literal(*key).text(), generator.literal(*value).text())
                };
                let pairs: Vec<String> = (0..self.dice.below(3)).map(|_| pair(self)).collect();
                Some(format!("new Dictionary<{}, {}> {{ {} }}", written(*key)?, written(*value)?, pairs.join(", ")))
            }
            ("KeyValuePair", [key, value]) => {
                let (k, v) = (self.literal(*key).text(), self.literal(*value).text());
                Some(format!("new KeyValuePair<{}, {}>({k}, {v})", written(*key)?, written(*value)?))
            }
            ("IEqualityComparer" | "IComparer", [of]) if *of == TypeId::STRING => Some(
                self.dice
                    .pick(&["StringComparer.Ordinal", "StringComparer.OrdinalIgnoreCase", "(StringComparer)null"])
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// A text as its parameter's name asks for one: a pattern, a format, JSON.
    pub(super) fn text_for(&mut self, parameter: &str, ty: TypeId) -> Option<Piece> {
        if ty != named("string") || self.dice.one_in(4) {
            return None;
        }
        let texts = values::texts(parameter);
        if texts.is_empty() {
            return None;
        }
        let text = self.dice.pick(texts);
        Some(Piece::new(ty, vec![Part::text(text)]))
    }
}

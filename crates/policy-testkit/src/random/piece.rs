//! The tree of a generated expression: its text, and which parts of it can stand alone.

use std::collections::HashSet;

use policy_vm::types::TypeId;

/// An expression with its type and the expressions that it is made of.
#[derive(Debug, Clone)]
pub struct Piece {
    ty: TypeId,
    parts: Vec<Part>,
}

/// A part of an expression's text.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    Piece(Piece),
    /// The place where a local gets its name.
    Declares(u32),
    /// A place that reads or sets it.
    Uses(u32),
}

impl Part {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Piece {
    pub(super) fn new(ty: TypeId, parts: Vec<Part>) -> Self {
        Self { ty, parts }
    }

    pub(super) fn plain(ty: TypeId, text: impl Into<String>) -> Self {
        Self::new(ty, vec![Part::text(text)])
    }

    /// `form` with an expression in the place of each `{}`.
    pub(super) fn of<const N: usize>(ty: TypeId, form: &str, pieces: [Piece; N]) -> Self {
        let mut parts = Vec::new();
        let mut texts = form.split("{}");
        parts.extend(texts.next().map(Part::text));
        for (piece, text) in pieces.into_iter().zip(texts) {
            parts.push(Part::Piece(piece));
            parts.push(Part::text(text));
        }
        Self::new(ty, parts)
    }

    /// `@( … )` around an expression.
    pub(super) fn whole(inner: Piece) -> Self {
        Self::of(inner.ty, "@({})", [inner])
    }

    /// The C# text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Piece(piece) => piece.write(out),
                Part::Declares(number) | Part::Uses(number) => out.push_str(&format!("v{number}")),
            }
        }
    }

    /// The expressions inside that need nothing from outside, as `@( … )`, the shortest first.
    #[must_use]
    pub fn parts_alone(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found.sort_by_key(String::len);
        found.dedup();
        found
    }

    fn collect(&self, found: &mut Vec<String>) {
        for part in &self.parts {
            if let Part::Piece(piece) = part {
                if piece.is_closed() {
                    found.push(format!("@({})", piece.text()));
                }
                piece.collect(found);
            }
        }
    }

    fn is_closed(&self) -> bool {
        let (mut declared, mut used) = (HashSet::new(), HashSet::new());
        self.locals(&mut declared, &mut used);
        used.is_subset(&declared)
    }

    fn locals(&self, declared: &mut HashSet<u32>, used: &mut HashSet<u32>) {
        for part in &self.parts {
            match part {
                Part::Text(_) => {}
                Part::Piece(piece) => piece.locals(declared, used),
                Part::Declares(number) => drop(declared.insert(*number)),
                Part::Uses(number) => drop(used.insert(*number)),
            }
        }
    }
}

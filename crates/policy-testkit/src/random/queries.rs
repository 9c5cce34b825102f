//! Query expressions with all their clauses.

use policy_vm::types::{self, TypeId};

use super::piece::{Part, Piece};
use super::type_names::named;
use super::{Generator, Local};

impl Generator {
    /// `from x in xs … select …`, with clauses of any kind between.
    pub(super) fn long_query(&mut self, ty: TypeId, of: TypeId, depth: u32) -> Piece {
        let mut parts = vec![Part::text("(")];
        let before = self.scope.len();
        self.from(depth, &mut parts);
        for _ in 0..1 + self.dice.below(3) {
            match self.dice.below(5) {
                0 => self.from(1, &mut parts),
                1 => {
                    let condition = self.value(named("bool"), 1);
                    parts.extend([Part::text("where "), Part::Piece(condition), Part::text(" ")]);
                }
                2 => {
                    parts.extend([Part::text("orderby "), Part::Piece(self.value(named("int"), 1))]);
                    parts.extend([Part::text(" descending, "), Part::Piece(self.value(TypeId::STRING, 1))]);
                    parts.push(Part::text(" "));
                }
                3 => self.join(&mut parts),
                _ => {
                    let (number, kind) = (self.number(), self.simple_type());
                    let value = self.value(kind, 1);
                    parts.extend([Part::text("let "), Part::Declares(number), Part::text(" = ")]);
                    parts.extend([Part::Piece(value), Part::text(" ")]);
                    self.scope.push(Local { number, ty: kind, assignable: false });
                }
            }
        }
        if self.dice.one_in(3) {
            self.group(before, &mut parts);
        }
        parts.extend([Part::text("select "), Part::Piece(self.value(of, depth.min(2))), Part::text(")")]);
        self.scope.truncate(before);
        Piece::new(ty, parts)
    }

    fn from(&mut self, depth: u32, parts: &mut Vec<Part>) {
        let source = self.simple_type();
        let items = self.value(types::construct(TypeId::ENUMERABLE, &[source]), depth.min(2));
        let number = self.number();
        parts.extend([Part::text("from "), Part::Declares(number), Part::text(" in "), Part::Piece(items)]);
        parts.push(Part::text(" "));
        self.scope.push(Local { number, ty: source, assignable: false });
    }

    /// `join y in ys on a equals b`, at times `into`.
    fn join(&mut self, parts: &mut Vec<Part>) {
        let (source, key) = (self.simple_type(), named(self.dice.pick(&["int", "string"])));
        let sequence = types::construct(TypeId::ENUMERABLE, &[source]);
        let items = self.literal(sequence);
        let number = self.number();
        let left = self.value(key, 1);
        let outer = std::mem::take(&mut self.scope);
        self.scope.push(Local { number, ty: source, assignable: false });
        let right = self.value(key, 1);
        self.scope = outer;
        parts.extend([Part::text("join "), Part::Declares(number), Part::text(" in "), Part::Piece(items)]);
        parts.extend([Part::text(" on "), Part::Piece(left), Part::text(" equals "), Part::Piece(right)]);
        parts.push(Part::text(" "));
        if self.dice.one_in(3) {
            let group = self.number();
            parts.extend([Part::text("into "), Part::Declares(group), Part::text(" ")]);
            self.scope.push(Local { number: group, ty: sequence, assignable: false });
        } else {
            self.scope.push(Local { number, ty: source, assignable: false });
        }
    }

    /// `group x by k into g`: what was named before is gone.
    fn group(&mut self, before: usize, parts: &mut Vec<Part>) {
        let (element, key) = (self.simple_type(), named(self.dice.pick(&["int", "string", "bool"])));
        let (value, by) = (self.value(element, 1), self.value(key, 1));
        let (number, named_key) = (self.number(), self.number());
        parts.extend([Part::text("group "), Part::Piece(value), Part::text(" by "), Part::Piece(by)]);
        parts.extend([Part::text(" into "), Part::Declares(number), Part::text(" let "), Part::Declares(named_key)]);
        parts.extend([Part::text(" = "), Part::Uses(number), Part::text(".Key ")]);
        self.scope.truncate(before);
        self.scope.push(Local { number: named_key, ty: key, assignable: false });
    }
}

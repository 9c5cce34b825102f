//! Operators, casts, interpolation, patterns, queries: what the language itself gives.

use policy_vm::types::{self, Type, TypeId};

use super::piece::{Part, Piece};
use super::type_names::{head, is_reference, named, written};
use super::{Generator, Local};

const NUMBERS: [&str; 12] =
    ["int", "int", "int", "long", "double", "decimal", "byte", "short", "uint", "float", "ulong", "char"];

impl Generator {
    /// A form of the language that gives the type; `None` when there is none for it.
    pub(super) fn operator(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let below = depth.saturating_sub(1);
        if let Type::Nullable(inner) = types::get(ty) {
            return self.nullable(ty, *inner, below);
        }
        match head(ty)? {
            ("System.Boolean", _) => Some(self.truth(ty, below)),
            ("System.String", _) => Some(self.string(ty, below)),
            (
                "System.Int32" | "System.Int64" | "System.Double" | "System.Decimal" | "System.UInt32"
                | "System.UInt64" | "System.Single",
                _,
            ) => self.number_of(ty, below),
            ("System.Int16" | "System.UInt16" | "System.Byte" | "System.SByte" | "System.Char", _) => {
                if self.dice.one_in(3) { self.mixed(ty, below) } else { self.cast(ty, below) }
            }
            ("System.Collections.Generic.IEnumerable", [of]) if self.dice.one_in(2) => {
                Some(self.long_query(ty, *of, below))
            }
            ("System.Collections.Generic.IEnumerable", [of]) => Some(self.query(ty, *of, below)),
            _ if is_reference(ty) => self.conditional(ty, below),
            _ => None,
        }
    }

    fn number_of(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        if self.dice.one_in(3) {
            return self.cast(ty, depth);
        }
        if self.dice.one_in(3) {
            return self.mixed(ty, depth);
        }
        let integral = matches!(head(ty)?.0, "System.Int32" | "System.Int64" | "System.UInt32" | "System.UInt64");
        let operator = match self.dice.below(if integral { 13 } else { 6 }) {
            0 | 1 => "+",
            2 => "-",
            3 => "*",
            4 => "/",
            5 => "%",
            6 => "&",
            7 => "|",
            8 => "^",
            9 | 10 => {
                let (value, count) = (self.value(ty, depth), self.value(named("int"), depth.min(1)));
                let operator = self.dice.pick(&["<<", ">>"]);
                return Some(Piece::of(ty, &format!("({{}} {operator} {{}})"), [value, count]));
            }
            11 => return Some(Piece::of(ty, "(~{})", [self.value(ty, depth)])),
            _ => return Some(Piece::of(ty, "(-{})", [self.value(ty, depth)])),
        };
        let (left, right) = (self.value(ty, depth), self.value(ty, depth));
        let form = match self.dice.below(10) {
            0 => format!("checked({{}} {operator} {{}})"),
            1 => format!("unchecked({{}} {operator} {{}})"),
            _ => format!("({{}} {operator} {{}})"),
        };
        Some(Piece::of(ty, &form, [left, right]))
    }

    fn cast(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let from = named(self.dice.pick(&NUMBERS));
        let value = self.value(from, depth);
        let around = self.dice.pick(&["", "", "unchecked", "checked"]);
        Some(Piece::of(ty, &format!("{around}(({}){{}})", written(ty)?), [value]))
    }

    fn truth(&mut self, ty: TypeId, depth: u32) -> Piece {
        match self.dice.below(11) {
            10 => self.compared(ty, depth).unwrap_or_else(|| self.literal(ty)),
            0 | 1 => {
                let of = named(self.dice.pick(&NUMBERS));
                let (left, right) = (self.value(of, depth), self.value(of, depth));
                let operator = self.dice.pick(&["<", "<=", ">", ">=", "==", "!="]);
                Piece::of(ty, &format!("({{}} {operator} {{}})"), [left, right])
            }
            2 | 3 => {
                let of = named(self.dice.pick(&[
                    "string",
                    "DateTime",
                    "TimeSpan",
                    "int?",
                    "JToken",
                    "object",
                    "DayOfWeek",
                    "Guid",
                    "bool",
                ]));
                let (left, right) = (self.value(of, depth), self.value(of, depth));
                Piece::of(ty, &format!("({{}} {} {{}})", self.dice.pick(&["==", "!="])), [left, right])
            }
            4 | 5 => {
                let (left, right) = (self.value(ty, depth), self.value(ty, depth));
                Piece::of(ty, &format!("({{}} {} {{}})", self.dice.pick(&["&&", "||", "^", "&", "|"])), [left, right])
            }
            6 => Piece::of(ty, "(!{})", [self.value(ty, depth)]),
            7 => {
                let of = self.any_type();
                let value = self.value(of, depth);
                if is_reference(of) {
                    Piece::of(ty, "({} == null)", [value])
                } else {
                    Piece::of(ty, "{}.Equals(null)", [value])
                }
            }
            _ => self.pattern(ty, depth),
        }
    }

    /// `x is int v && …`
    fn pattern(&mut self, ty: TypeId, depth: u32) -> Piece {
        let of = self.simple_type();
        let name = written(of).unwrap_or_else(|| "object".to_owned());
        let value = self.value(TypeId::OBJECT, depth);
        if self.dice.one_in(3) {
            return Piece::of(ty, &format!("({{}} is {name})"), [value]);
        }
        let number = self.number();
        let before = self.scope.len();
        self.scope.push(Local { number, ty: of, assignable: false });
        let then = self.value(ty, depth.min(2));
        self.scope.truncate(before);
        let parts = vec![
            Part::text("("),
            Part::Piece(value),
            Part::text(format!(" is {name} ")),
            Part::Declares(number),
            Part::text(" && "),
            Part::Piece(then),
            Part::text(")"),
        ];
        Piece::new(ty, parts)
    }

    fn string(&mut self, ty: TypeId, depth: u32) -> Piece {
        match self.dice.below(6) {
            5 => self.formatted(ty, depth),
            0 => {
                let other = self.any_type();
                let (left, right) = (self.value(ty, depth), self.value(other, depth));
                let pieces = if self.dice.one_in(2) { [left, right] } else { [right, left] };
                Piece::of(ty, "({} + {})", pieces)
            }
            1 | 2 => self.interpolation(ty, depth),
            3 => {
                let other = self.any_type();
                Piece::of(ty, "{}.ToString()", [self.value(other, depth)])
            }
            _ => {
                let (left, right) = (self.value(ty, depth), self.value(ty, depth));
                Piece::of(ty, "({} + {})", [left, right])
            }
        }
    }

    fn interpolation(&mut self, ty: TypeId, depth: u32) -> Piece {
        let mut parts = vec![Part::text("$\"")];
        for _ in 0..=self.dice.below(2) {
            parts.push(Part::text(self.dice.pick(&["", "a", "{{x}} ", "\\t", "é: ", "-"])));
            let of = named(self.dice.pick(&[
                "string", "int", "double", "DateTime", "bool", "object", "TimeSpan", "decimal", "Guid", "char", "int?",
                "JToken",
            ]));
            parts.push(Part::text("{("));
            parts.push(Part::Piece(self.value(of, depth.min(2))));
            parts.push(Part::text(")"));
            if self.dice.one_in(4) {
                parts.push(Part::text(self.dice.pick(&[",5", ",-8", ",0"])));
            }
            if self.dice.one_in(4) {
                let (simple, date) = (&["F2", "G", "N1", "0.0", "D3"], &["o", "yyyy-MM-dd", "HH:mm", "d MMM", "c"]);
                let list =
                    if head(of).is_some_and(|(name, _)| name.starts_with("System.Date")) { date } else { simple };
                parts.push(Part::text(format!(":{}", self.dice.pick(list))));
            }
            parts.push(Part::text("}"));
        }
        parts.push(Part::text("\""));
        Piece::new(ty, parts)
    }

    fn nullable(&mut self, ty: TypeId, inner: TypeId, depth: u32) -> Option<Piece> {
        match self.dice.below(4) {
            0 => Some(Piece::of(ty, &format!("(({}){{}})", written(ty)?), [self.value(inner, depth)])),
            1 => {
                let (left, right) = (self.value(ty, depth), self.value(ty, depth));
                Some(Piece::of(ty, "({} ?? {})", [left, right]))
            }
            2 if inner == named("int") || inner == named("double") => {
                let (left, right) = (self.value(ty, depth), self.value(ty, depth));
                let operator = self.dice.pick(&["+", "-", "*", "/", "%"]);
                Some(Piece::of(ty, &format!("({{}} {operator} {{}})"), [left, right]))
            }
            2 if inner == named("bool") => {
                let (left, right) = (self.value(ty, depth), self.value(ty, depth));
                Some(Piece::of(ty, &format!("({{}} {} {{}})", self.dice.pick(&["&", "|", "=="])), [left, right]))
            }
            _ => {
                let condition = self.value(named("bool"), depth);
                let value = self.value(inner, depth);
                Some(Piece::of(ty, &format!("({{}} ? ({}){{}} : null)", written(ty)?), [condition, value]))
            }
        }
    }

    fn conditional(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let (left, right) = (self.value(ty, depth), self.value(ty, depth));
        Some(Piece::of(ty, "({} ?? {})", [left, right]))
    }

    /// `from x in xs where … orderby … select …`
    fn query(&mut self, ty: TypeId, of: TypeId, depth: u32) -> Piece {
        let source = self.simple_type();
        let sequence = types::construct(TypeId::ENUMERABLE, &[source]);
        let mut parts = vec![Part::text("(from ")];
        let number = self.number();
        parts.extend([Part::Declares(number), Part::text(" in "), Part::Piece(self.value(sequence, depth))]);
        let before = self.scope.len();
        self.scope.push(Local { number, ty: source, assignable: false });
        if self.dice.one_in(2) {
            parts.push(Part::text(" where "));
            parts.push(Part::Piece(self.value(named("bool"), depth.min(2))));
        }
        if self.dice.one_in(4) {
            let other = self.number();
            let kind = self.simple_type();
            let value = self.value(kind, depth.min(1));
            parts.extend([Part::text(" let "), Part::Declares(other), Part::text(" = "), Part::Piece(value)]);
            self.scope.push(Local { number: other, ty: kind, assignable: false });
        }
        if self.dice.one_in(3) {
            let key = named(self.dice.pick(&["int", "string", "double"]));
            parts.push(Part::text(" orderby "));
            parts.push(Part::Piece(self.value(key, depth.min(1))));
            parts.push(Part::text(self.dice.pick(&["", " descending"])));
        }
        parts.push(Part::text(" select "));
        parts.push(Part::Piece(self.value(of, depth.min(2))));
        parts.push(Part::text(")"));
        self.scope.truncate(before);
        Piece::new(ty, parts)
    }
}

//! Forms that any type can have, by language features that no member is needed for: tuples, statement lambdas, patterns,
//! chains of queries; and arithmetic of mixed types.

use policy_vm::types::{self, TypeId};

use super::piece::{Part, Piece};
use super::type_names::{is_reference, named, written};
use super::{Generator, Local};

/// Number types, as C# writes them.
pub(super) const NUMERIC: [&str; 12] =
    ["int", "int", "long", "uint", "ulong", "short", "ushort", "byte", "sbyte", "char", "double", "decimal"];

impl Generator {
    /// A form for the type, whatever it is; `None` when it has no name.
    pub(super) fn form(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let below = depth.saturating_sub(1);
        let name = written(ty)?;
        Some(match self.dice.below(8) {
            0 => {
                let other = self.simple_type();
                let (aside, value) = (self.value(other, below), self.value(ty, below));
                let form = self.dice.pick(&["({}, ({T}){}).Item2", "(a: {}, b: ({T}){}).b", "(x: {}, ({T}){}).Item2"]);
                Piece::of(ty, &form.replace("{T}", &name), [aside, value])
            }
            1 => self.immediate(ty, &name),
            2 => {
                let (value, otherwise) = (self.value(TypeId::OBJECT, below), self.value(ty, below));
                if is_reference(ty) && name.ends_with('?') {
                    return None;
                }
                let number = self.number();
                let parts = vec![
                    Part::text("("),
                    Part::Piece(value),
                    Part::text(format!(" is {name} ")),
                    Part::Declares(number),
                    Part::text(" ? "),
                    Part::Uses(number),
                    Part::text(" : "),
                    Part::Piece(otherwise),
                    Part::text(")"),
                ];
                Piece::new(ty, parts)
            }
            3 => {
                let (key, value) = (self.value(TypeId::STRING, below.min(1)), self.value(ty, below));
                Piece::of(
                    ty,
                    &format!("new Dictionary<string, {name}> {{ [\"k\"] = {{}} }}[{{}} ?? \"k\"]"),
                    [value, key],
                )
            }
            4 | 5 => self.chain(ty, &name, below),
            6 => {
                let value = self.value(ty, below);
                let of = self.simple_type();
                let aside = self.value(of, below.min(1));
                Piece::of(ty, &format!("new {{ A = {{}}, B = new {{ C = ({name}){{}} }} }}.B.C"), [aside, value])
            }
            _ => {
                let (first, second) = (self.value(ty, below), self.value(ty, below));
                let row = self.dice.below(3);
                Piece::of(ty, &format!("new {name}[,] {{ {{ {{}} }}, {{ {{}} }} }}[{row}, 0]"), [first, second])
            }
        })
    }

    /// A lambda with statements, called where it stands.
    fn immediate(&mut self, ty: TypeId, name: &str) -> Piece {
        let before = self.scope.len();
        let mut parts = vec![Part::text(format!("((Func<{name}>)(() => {{ "))];
        for _ in 0..=self.dice.below(2) {
            self.statement(ty, 1, &mut parts);
        }
        parts.extend([Part::text("return "), Part::Piece(self.value(ty, 1)), Part::text("; }))()")]);
        self.scope.truncate(before);
        Piece::new(ty, parts)
    }

    /// `new T[] { … }.Where(…).OrderBy(…).FirstOrDefault()`
    fn chain(&mut self, ty: TypeId, name: &str, depth: u32) -> Piece {
        let mut parts = vec![Part::text(format!("new {name}[] {{ "))];
        for n in 0..1 + self.dice.below(3) {
            parts.push(Part::text(if n == 0 { "" } else { ", " }));
            parts.push(Part::Piece(self.value(ty, depth.min(1))));
        }
        parts.push(Part::text(" }"));
        for _ in 0..1 + self.dice.below(3) {
            self.link(ty, &mut parts);
        }
        let last = [".First()", ".FirstOrDefault()", ".Last()", ".ElementAt(1)", ".Single()", ".ToList()[0]"];
        parts.push(Part::text(self.dice.pick(&last)));
        Piece::new(ty, parts)
    }

    /// One step of a chain that keeps the type of its elements.
    fn link(&mut self, ty: TypeId, parts: &mut Vec<Part>) {
        let plain =
            [".Skip(1)", ".Take(2)", ".Reverse()", ".Distinct()", ".ToArray()", ".Concat(Enumerable.Empty<{T}>())"];
        let key = match self.dice.below(6) {
            0 | 1 => {
                let name = written(ty).unwrap_or_default();
                parts.push(Part::text(self.dice.pick(&plain).replace("{T}", &name)));
                return;
            }
            2 => (".Where(", named("bool"), ")"),
            3 => (".OrderBy(", named(self.dice.pick(&["int", "string", "bool", "DateTime"])), ")"),
            4 => (".GroupBy(", named(self.dice.pick(&["int", "string", "bool"])), ").SelectMany(g => g)"),
            _ => (".Select(", ty, ")"),
        };
        let number = self.number();
        let before = self.scope.len();
        self.scope.push(Local { number, ty, assignable: false });
        let body = self.value(key.1, 1);
        self.scope.truncate(before);
        parts.extend([Part::text(key.0), Part::Declares(number), Part::text(" => ")]);
        // The element's own type: a body may have a narrower one.
        let cast = if key.1 == ty { written(ty).map(|name| format!("({name})")) } else { None };
        parts.extend([Part::text(cast.unwrap_or_default()), Part::Piece(body), Part::text(key.2)]);
    }

    /// `(T)(a op b)` with operands of any number types, at times nullable.
    pub(super) fn mixed(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let (left, right) = (self.operand(depth)?, self.operand(depth)?);
        let operator = self.dice.pick(&["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"]);
        let around = self.dice.pick(&["", "", "unchecked", "checked"]);
        Some(Piece::of(ty, &format!("{around}(({})({{}} {operator} {{}}))", written(ty)?), [left, right]))
    }

    /// `a < b` with operands of any number types, at times nullable.
    pub(super) fn compared(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let (left, right) = (self.operand(depth)?, self.operand(depth)?);
        let operator = self.dice.pick(&["<", "<=", ">", ">=", "==", "!="]);
        Some(Piece::of(ty, &format!("({{}} {operator} {{}})"), [left, right]))
    }

    fn operand(&mut self, depth: u32) -> Option<Piece> {
        let plain = named(self.dice.pick(&NUMERIC));
        Some(if self.dice.one_in(5) {
            let lifted = types::nullable_of(plain);
            let name = written(lifted)?;
            let value = self.value(plain, depth.min(1));
            if self.dice.one_in(4) {
                Piece::plain(lifted, format!("(({name})null)"))
            } else {
                Piece::of(lifted, &format!("(({name}){{}})"), [value])
            }
        } else {
            self.value(plain, depth)
        })
    }

    /// Texts by formats.
    pub(super) fn formatted(&mut self, ty: TypeId, depth: u32) -> Piece {
        let (of, format) = self.dice.pick(&FORMATS);
        let value = self.value(named(of), depth.min(2));
        match self.dice.below(4) {
            0 => Piece::of(ty, &format!("string.Format(@\"{{0:{format}}}\", {{}})"), [value]),
            1 => Piece::of(ty, &format!("{{}}.ToString(@\"{format}\")"), [value]),
            2 => {
                let width = self.dice.pick(&["", ",12", ",-12", ",1"]);
                let parts =
                    vec![Part::text("$@\"<{("), Part::Piece(value), Part::text(format!("){width}:{format}}}>\""))];
                Piece::new(ty, parts)
            }
            _ => {
                let (left, right) = (self.operand(1), self.operand(1));
                match (left, right) {
                    (Some(left), Some(right)) => {
                        let operator = self.dice.pick(&["+", "-", "*", "/", "%"]);
                        Piece::of(ty, &format!("(\"\" + ({{}} {operator} {{}}))"), [left, right])
                    }
                    _ => value,
                }
            }
        }
    }
}

/// Types with formats for them.
const FORMATS: [(&str, &str); 40] = [
    ("int", "D6"),
    ("int", "N0"),
    ("int", "x8"),
    ("int", "000;(000);zero"),
    ("int", "C"),
    ("int", "P0"),
    ("int", "E2"),
    ("int", "#,#"),
    ("long", "X"),
    ("long", "N2"),
    ("long", "G5"),
    ("long", "#,##0,"),
    ("byte", "X2"),
    ("sbyte", "X"),
    ("uint", "D12"),
    ("ulong", "N0"),
    ("double", "F0"),
    ("double", "F3"),
    ("double", "N1"),
    ("double", "G3"),
    ("double", "R"),
    ("double", "E4"),
    ("double", "0.###"),
    ("double", "0.00e+00"),
    ("double", "P2"),
    ("decimal", "F1"),
    ("decimal", "C2"),
    ("decimal", "N4"),
    ("decimal", "G"),
    ("decimal", "0.0%"),
    ("DateTime", "yyyy-MM-ddTHH:mm:ss.fffffffK"),
    ("DateTime", "ddd, dd MMM yyyy"),
    ("DateTime", "R"),
    ("DateTime", "s"),
    ("DateTime", "h:mm tt"),
    ("DateTimeOffset", "u"),
    ("DateTimeOffset", "yyyyMMdd zzz"),
    ("TimeSpan", "g"),
    ("TimeSpan", "hh\\:mm"),
    ("Guid", "N"),
];

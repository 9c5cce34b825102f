//! Random C# expressions, made from the signature tables: whatever member the library declares is called, with arguments
//! of the types that it wants. Most are well-typed; some are spoilt on purpose, and then the compiler has to say so. The
//! same seed gives the same expressions.
//!
//! [`against`] holds the engine and a real C# compiler and runtime against each other with them.

pub mod against;
mod blocks;
mod calls;
mod dice;
mod forms;
mod kept;
mod literals;
mod makers;
mod operators;
mod piece;
mod queries;
mod statements;
mod type_names;
mod values;

use policy_vm::types::TypeId;

use self::dice::Dice;
use self::piece::Part;
pub use self::piece::Piece;
use self::type_names::{is_reference, named};

/// How deep an expression is nested.
const DEPTH: u32 = 4;

/// Makes expressions.
#[derive(Debug)]
pub struct Generator {
    dice: Dice,
    /// Locals and parameters that may be read here.
    scope: Vec<Local>,
    /// Number of the next local.
    next: u32,
    /// True while the expression at hand may be spoilt.
    spoils: bool,
}

#[derive(Debug, Clone, Copy)]
struct Local {
    number: u32,
    ty: TypeId,
    /// False for what a lambda must not assign, and for loop variables.
    assignable: bool,
}

/// Types of whole expressions, and of what stands where anything may: the more often one is listed, the likelier it is.
const POOL: [&str; 60] = [
    "string",
    "string",
    "string",
    "string",
    "string",
    "string",
    "int",
    "int",
    "int",
    "int",
    "bool",
    "bool",
    "bool",
    "double",
    "double",
    "long",
    "decimal",
    "char",
    "byte",
    "short",
    "uint",
    "ulong",
    "float",
    "sbyte",
    "ushort",
    "DateTime",
    "DateTime",
    "DateTimeOffset",
    "TimeSpan",
    "TimeSpan",
    "Guid",
    "int?",
    "bool?",
    "double?",
    "DateTime?",
    "object",
    "string[]",
    "string[]",
    "int[]",
    "byte[]",
    "List<int>",
    "List<string>",
    "Dictionary<string, int>",
    "Dictionary<string, object>",
    "IEnumerable<string>",
    "IEnumerable<int>",
    "IEnumerable<char>",
    "JToken",
    "JToken",
    "JObject",
    "JObject",
    "JArray",
    "JValue",
    "XElement",
    "XDocument",
    "Uri",
    "StringBuilder",
    "System.Text.RegularExpressions.Match",
    "DayOfWeek",
    "char[]",
];

impl Generator {
    /// The generator of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), scope: Vec::new(), next: 0, spoils: false }
    }

    /// The next expression, `@( … )` or `@{ … }`.
    pub fn expression(&mut self) -> Piece {
        self.scope.clear();
        self.next = 0;
        self.spoils = self.dice.one_in(5);
        let ty = self.any_type();
        if self.dice.one_in(4) { self.block(ty) } else { Piece::whole(self.value(ty, DEPTH)) }
    }

    fn any_type(&mut self) -> TypeId {
        named(self.dice.pick(&POOL))
    }

    /// A type that is often the key, the element or the result of something.
    fn simple_type(&mut self) -> TypeId {
        named(self.dice.pick(&["string", "string", "int", "int", "bool", "double", "char", "long", "JToken", "object"]))
    }

    /// An expression of a type, or of one that converts to it.
    fn value(&mut self, ty: TypeId, depth: u32) -> Piece {
        let ty = if self.spoils && self.dice.one_in(25) { self.any_type() } else { ty };
        if self.spoils && self.dice.one_in(60) {
            return Piece::new(ty, vec![Part::text(self.dice.pick(&literals::SPOILT))]);
        }
        let known: Vec<Local> = self.scope.iter().filter(|local| local.ty == ty).copied().collect();
        if !known.is_empty() && self.dice.one_in(3) {
            let local = known[self.dice.below(known.len())];
            return Piece::new(ty, vec![Part::Uses(local.number)]);
        }
        if depth == 0 || self.dice.one_in(8) {
            return self.literal(ty);
        }
        match self.dice.below(11) {
            10 => self.form(ty, depth).unwrap_or_else(|| self.literal(ty)),
            0..=4 => self.made(ty, depth),
            5 | 6 => self.operator(ty, depth).or_else(|| self.made_of(ty, depth)).unwrap_or_else(|| self.literal(ty)),
            7 => self.structural(ty, depth).unwrap_or_else(|| self.made(ty, depth)),
            8 => self.made(ty, depth.saturating_sub(1)),
            _ => self.made_of(ty, depth).unwrap_or_else(|| self.literal(ty)),
        }
    }

    fn made(&mut self, ty: TypeId, depth: u32) -> Piece {
        match self.made_of(ty, depth) {
            Some(piece) => piece,
            None => self.structural(ty, depth).unwrap_or_else(|| self.literal(ty)),
        }
    }

    /// Forms that every type can have.
    fn structural(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let below = depth.saturating_sub(1);
        let bool_type = named("bool");
        Some(match self.dice.below(9) {
            0 | 1 => {
                let condition = self.value(bool_type, below);
                let (yes, no) = (self.value(ty, below), self.value(ty, below));
                Piece::of(ty, "({} ? {} : {})", [condition, yes, no])
            }
            2 if is_reference(ty) => {
                let (first, second) = (self.value(ty, below), self.value(ty, below));
                Piece::of(ty, "({} ?? {})", [first, second])
            }
            3 if is_reference(ty) => {
                let any = self.any_type();
                let value = self.value(any, below);
                Piece::of(ty, &format!("(((object){{}}) as {})", type_names::written(ty)?), [value])
            }
            4 => {
                let value = self.value(ty, below);
                Piece::of(ty, &format!("(({})(object){{}})", type_names::written(ty)?), [value])
            }
            5 => {
                let value = self.value(ty, below);
                Piece::of(ty, &format!("((Func<{}>)(() => {{}}))()", type_names::written(ty)?), [value])
            }
            6 => {
                let other = self.simple_type();
                let (value, aside) = (self.value(ty, below), self.value(other, below));
                Piece::of(ty, "new { first = {}, other = {} }.first", [value, aside])
            }
            7 => {
                let (value, aside) = (self.value(ty, below), self.value(ty, below));
                let index = self.dice.below(3);
                let array = format!("new {}[] {{ {{}}, {{}} }}[{index}]", type_names::written(ty)?);
                Piece::of(ty, &array, [value, aside])
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use policy_vm::eval;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_expressions_each_time() {
        let of = |seed| {
            let mut generator = Generator::new(seed);
            (0..200).map(|_| generator.expression().text()).collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn most_of_what_is_not_spoilt_compiles() {
        let mut generator = Generator::new(1);
        let (mut all, mut good) = (0, 0);
        while all < 1_000 {
            let text = generator.expression().text();
            if !generator.spoils {
                all += 1;
                good += usize::from(eval::compile_unrestricted(&text).is_ok());
            }
        }
        assert!(good > all * 3 / 4, "{good} of {all} compile");
    }
}

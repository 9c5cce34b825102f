//! Statements that jump, guard and mutate: loops with conditions, `switch` with `goto case`, `using`, `throw`, local
//! functions with blocks, deconstruction, elements as targets.

use policy_vm::types::TypeId;

use super::forms::NUMERIC;
use super::piece::Part;
use super::type_names::{named, written};
use super::{Generator, Local};

impl Generator {
    /// One of the less common statements.
    pub(super) fn special(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        match self.dice.below(12) {
            0 => self.repeated(result, depth, parts),
            1 => self.jumping_switch(result, depth, parts),
            2 => self.disposing(result, depth, parts),
            3 => self.thrown(result, depth, parts),
            4 => self.overflow_context(result, depth, parts),
            5 => self.constant(parts),
            6 | 7 => self.compound(parts),
            8 => self.block_function(parts),
            9 => self.deconstruction(parts),
            10 => self.element(parts),
            _ => self.label(parts),
        }
    }

    /// `while` and `do`, which end after some turns.
    fn repeated(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let number = self.number();
        let count = self.dice.below(4);
        let before = self.scope.len();
        parts.extend([Part::text("int "), Part::Declares(number), Part::text(" = 0; ")]);
        self.scope.push(Local { number, ty: named("int"), assignable: false });
        let first = self.dice.one_in(2);
        parts.push(Part::text(if first { "while (" } else { "do { " }));
        if first {
            parts.extend([Part::Uses(number), Part::text(format!("++ < {count}) "))]);
        }
        self.nested(result, depth, false, parts);
        if !first {
            parts.extend([Part::text("} while (++"), Part::Uses(number), Part::text(format!(" < {count}); "))]);
        }
        self.scope.truncate(before);
    }

    fn jumping_switch(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let (ty, labels) = self.dice.pick(&[
            ("int", ["1", "2", "int.MaxValue"]),
            ("string", ["\"a\"", "\"abc\"", "\"\""]),
            ("char", ["'a'", "'Z'", "'0'"]),
            ("long", ["1L", "0", "-5"]),
            ("bool", ["true", "false", "true && false"]),
        ]);
        parts.extend([Part::text("switch ("), Part::Piece(self.value(named(ty), 1)), Part::text(") { ")]);
        for label in labels.iter().take(2) {
            parts.push(Part::text(format!("case {label}: ")));
            self.nested(result, depth, false, parts);
            let jump = match self.dice.below(4) {
                0 => "goto default; ".to_owned(),
                1 if *label == labels[0] => format!("goto case {}; ", labels[1]),
                _ => "break; ".to_owned(),
            };
            parts.push(Part::text(jump));
        }
        parts.push(Part::text("default: "));
        self.nested(result, depth, false, parts);
        parts.push(Part::text("break; } "));
    }

    fn disposing(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let number = self.number();
        let source = self.value(TypeId::STRING, 1);
        parts.extend([Part::text("using (var "), Part::Declares(number), Part::text(" = new StringReader(")]);
        parts.extend([Part::Piece(source), Part::text(" ?? \"\")) { var ")]);
        let read = self.number();
        parts.extend([Part::Declares(read), Part::text(" = "), Part::Uses(number), Part::text(".")]);
        parts.push(Part::text(self.dice.pick(&["ReadToEnd(); ", "ReadLine(); ", "ReadToEnd().ToUpper(); "])));
        let before = self.scope.len();
        self.scope.push(Local { number: read, ty: TypeId::STRING, assignable: true });
        self.nested(result, depth, false, parts);
        self.scope.truncate(before);
        parts.push(Part::text("} "));
    }

    /// `try { … throw … } catch … when …`
    fn thrown(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let number = self.number();
        parts.push(Part::text("try { "));
        self.nested(result, depth, false, parts);
        let condition = self.value(named("bool"), 1);
        let thrown = self.dice.pick(&["Exception(\"a\")", "FormatException()", "ArgumentNullException(\"p\")"]);
        parts.extend([Part::text("if ("), Part::Piece(condition), Part::text(format!(") throw new {thrown}; }} "))]);
        let caught = self.dice.pick(&["Exception", "FormatException", "ArgumentException"]);
        parts.extend([Part::text(format!("catch ({caught} ")), Part::Declares(number), Part::text(") ")]);
        let before = self.scope.len();
        self.scope.push(Local { number, ty: named("Exception"), assignable: false });
        if self.dice.one_in(2) {
            let filter = self.value(named("bool"), 1);
            parts.extend([Part::text("when ("), Part::Piece(filter), Part::text(") ")]);
        }
        if self.dice.one_in(3) {
            parts.push(Part::text("{ throw; } "));
        } else {
            self.nested(result, depth, false, parts);
        }
        self.scope.truncate(before);
        if self.dice.one_in(3) {
            parts.push(Part::text("catch "));
            self.nested(result, depth, false, parts);
        }
        if self.dice.one_in(3) {
            parts.push(Part::text("finally "));
            self.nested(result, depth, false, parts);
        }
    }

    fn overflow_context(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        parts.push(Part::text(self.dice.pick(&["checked ", "unchecked "])));
        self.nested(result, depth, false, parts);
    }

    fn constant(&mut self, parts: &mut Vec<Part>) {
        let name = self.dice.pick(&["int", "string", "long", "double", "bool", "char", "byte", "decimal"]);
        let number = self.number();
        let value = self.literal(named(name));
        parts.extend([Part::text(format!("const {name} ")), Part::Declares(number), Part::text(" = ")]);
        parts.extend([Part::Piece(value), Part::text("; ")]);
        self.scope.push(Local { number, ty: named(name), assignable: false });
    }

    /// A local of a number type, and arithmetic on it.
    fn compound(&mut self, parts: &mut Vec<Part>) {
        let (name, other) = (self.dice.pick(&NUMERIC), self.dice.pick(&NUMERIC));
        let number = self.number();
        let first = self.value(named(name), 1);
        parts.extend([Part::text(format!("{name} ")), Part::Declares(number), Part::text(" = ")]);
        parts.extend([Part::Piece(first), Part::text("; ")]);
        let step = self.number();
        parts.extend([Part::text("var "), Part::Declares(step), Part::text(" = ")]);
        match self.dice.below(4) {
            0 => parts.extend([Part::Uses(number), Part::text("++; ")]),
            1 => parts.extend([Part::text("--"), Part::Uses(number), Part::text("; ")]),
            _ => {
                let operator = self.dice.pick(&["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="]);
                let value = self.value(named(other), 1);
                parts.extend([Part::text("("), Part::Uses(number), Part::text(format!(" {operator} "))]);
                parts.extend([Part::Piece(value), Part::text("); ")]);
            }
        }
        self.scope.push(Local { number, ty: named(name), assignable: true });
        self.scope.push(Local { number: step, ty: named(name), assignable: true });
    }

    /// A local function with statements, which may call itself.
    fn block_function(&mut self, parts: &mut Vec<Part>) {
        let ty = self.simple_type();
        let Some(returns) = written(ty) else { return };
        let (name, turns, other, got) = (self.number(), self.number(), self.number(), self.number());
        let before = self.scope.len();
        parts.extend([Part::text(format!("{returns} ")), Part::Declares(name), Part::text("(int ")]);
        parts.extend([
            Part::Declares(turns),
            Part::text(", string "),
            Part::Declares(other),
            Part::text(" = \"d\") { if ("),
        ]);
        parts.extend([Part::Uses(turns), Part::text(" > 0) return "), Part::Uses(name), Part::text("(")]);
        parts.extend([Part::Uses(turns), Part::text(" - 1, "), Part::Uses(other), Part::text(" + \"x\"); ")]);
        self.scope.push(Local { number: turns, ty: named("int"), assignable: true });
        self.scope.push(Local { number: other, ty: TypeId::STRING, assignable: true });
        self.statement(ty, 1, parts);
        parts.extend([Part::text("return "), Part::Piece(self.value(ty, 2)), Part::text("; } ")]);
        self.scope.truncate(before);
        let turns = self.dice.below(4);
        parts.extend([Part::text("var "), Part::Declares(got), Part::text(" = "), Part::Uses(name)]);
        parts.push(Part::text(format!("({turns}); ")));
        self.scope.push(Local { number: got, ty, assignable: true });
    }

    fn deconstruction(&mut self, parts: &mut Vec<Part>) {
        let (left, right) = (self.simple_type(), self.simple_type());
        let (Some(a), Some(b)) = (written(left), written(right)) else { return };
        let (x, y) = (self.number(), self.number());
        let (first, second) = (self.value(left, 1), self.value(right, 1));
        if self.dice.one_in(2) {
            parts.extend([Part::text("var ("), Part::Declares(x), Part::text(", "), Part::Declares(y)]);
        } else {
            parts.extend([Part::text(format!("({a} ")), Part::Declares(x)]);
            parts.extend([Part::text(format!(", {b} ")), Part::Declares(y)]);
        }
        parts.extend([Part::text(format!(") = (({a})")), Part::Piece(first), Part::text(format!(", ({b})"))]);
        parts.extend([Part::Piece(second), Part::text("); ")]);
        self.scope.push(Local { number: x, ty: left, assignable: true });
        self.scope.push(Local { number: y, ty: right, assignable: true });
    }

    /// Elements of arrays, lists, dictionaries and JSON objects as targets.
    fn element(&mut self, parts: &mut Vec<Part>) {
        let (ty, of, index) = self.dice.pick(&[
            ("int[]", "int", "0"),
            ("string[]", "string", "1"),
            ("List<int>", "int", "0"),
            ("Dictionary<string, int>", "int", "\"k\""),
            ("JObject", "JToken", "\"a\""),
            ("byte[]", "byte", "0"),
        ]);
        let number = self.number();
        let (target, value) = (self.value(named(ty), 1), self.value(named(of), 1));
        parts.extend([Part::text(format!("{ty} ")), Part::Declares(number), Part::text(" = ")]);
        parts.extend([Part::Piece(target), Part::text("; "), Part::Uses(number)]);
        let number_operator = self.dice.pick(&["=", "=", "+=", "*="]);
        let operator = if of == "int" { number_operator } else { "=" };
        parts.extend([Part::text(format!("[{index}] {operator} ")), Part::Piece(value), Part::text("; ")]);
        self.scope.push(Local { number, ty: named(ty), assignable: true });
    }

    fn label(&mut self, parts: &mut Vec<Part>) {
        let (counter, label) = (self.number(), self.number());
        let turns = self.dice.below(3);
        parts.extend([Part::text("int "), Part::Declares(counter), Part::text(" = 0; "), Part::Declares(label)]);
        parts.push(Part::text(": "));
        self.assignment(parts);
        parts.extend([Part::text("if (++"), Part::Uses(counter), Part::text(format!(" < {turns}) goto "))]);
        parts.extend([Part::Uses(label), Part::text("; ")]);
        self.scope.push(Local { number: counter, ty: named("int"), assignable: true });
    }
}

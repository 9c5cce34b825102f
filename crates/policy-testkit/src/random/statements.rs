//! Blocks: `@{ … return x; }`.

use policy_vm::types::{self, TypeId};

use super::piece::{Part, Piece};
use super::type_names::{named, written};
use super::{Generator, Local};

impl Generator {
    pub(super) fn block(&mut self, ty: TypeId) -> Piece {
        let mut parts = vec![Part::text("@{ ")];
        for _ in 0..=self.dice.below(4) {
            self.statement(ty, 2, &mut parts);
        }
        if !(self.spoils && self.dice.one_in(12)) {
            self.returns(ty, &mut parts);
        }
        parts.push(Part::text("}"));
        Piece::new(ty, parts)
    }

    fn returns(&mut self, ty: TypeId, parts: &mut Vec<Part>) {
        parts.extend([Part::text("return "), Part::Piece(self.value(ty, 3)), Part::text("; ")]);
    }

    /// One statement; what it declares is known to those that follow in the same block.
    pub(super) fn statement(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        if depth == 0 {
            return self.declaration(parts);
        }
        match self.dice.below(19) {
            0..=4 => self.declaration(parts),
            5 | 6 => self.assignment(parts),
            7 | 8 => self.choice(result, depth, parts),
            9 => self.for_each(result, depth, parts),
            10 => self.counting(result, depth, parts),
            11 => self.switch(result, depth, parts),
            12 => self.guarded(result, depth, parts),
            13 => self.function(parts),
            _ => self.special(result, depth, parts),
        }
    }

    /// Statements in braces, with a scope of their own.
    pub(super) fn nested(&mut self, result: TypeId, depth: u32, leaves: bool, parts: &mut Vec<Part>) {
        let before = self.scope.len();
        parts.push(Part::text("{ "));
        for _ in 0..=self.dice.below(2) {
            self.statement(result, depth.saturating_sub(1), parts);
        }
        if leaves {
            self.returns(result, parts);
        }
        parts.push(Part::text("} "));
        self.scope.truncate(before);
    }

    fn declaration(&mut self, parts: &mut Vec<Part>) {
        let ty = self.any_type();
        let number = self.number();
        let name = match written(ty) {
            Some(name) if self.dice.one_in(2) => name,
            _ => "var".to_owned(),
        };
        let unassigned = name != "var" && self.dice.one_in(12);
        parts.extend([Part::text(format!("{name} ")), Part::Declares(number)]);
        if unassigned {
            parts.push(Part::text("; "));
            if self.spoils {
                self.scope.push(Local { number, ty, assignable: true });
            }
            return;
        }
        // `var x = null` and `var x = a => b` have no type: a cast gives one.
        let cast =
            if name == "var" { written(ty).map(|name| format!("({name})")).unwrap_or_default() } else { String::new() };
        parts.extend([Part::text(format!(" = {cast}")), Part::Piece(self.value(ty, 2)), Part::text("; ")]);
        self.scope.push(Local { number, ty, assignable: true });
    }

    pub(super) fn assignment(&mut self, parts: &mut Vec<Part>) {
        let assignable: Vec<Local> =
            self.scope.iter().filter(|local| local.assignable || self.spoils).copied().collect();
        if assignable.is_empty() {
            return self.declaration(parts);
        }
        let local = self.dice.pick(&assignable);
        let arithmetic = [named("int"), named("long"), named("double"), named("decimal")].contains(&local.ty);
        let operator = match self.dice.below(4) {
            0 if arithmetic => self.dice.pick(&["+=", "-=", "*="]),
            0 if local.ty == TypeId::STRING => "+=",
            1 if arithmetic => {
                parts.extend([Part::Uses(local.number), Part::text(self.dice.pick(&["++; ", "--; "]))]);
                return;
            }
            _ => "=",
        };
        let value = self.value(local.ty, 2);
        parts.extend([
            Part::Uses(local.number),
            Part::text(format!(" {operator} ")),
            Part::Piece(value),
            Part::text("; "),
        ]);
    }

    fn choice(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let condition = self.value(named("bool"), 2);
        parts.extend([Part::text("if ("), Part::Piece(condition), Part::text(") ")]);
        let leaves = self.dice.one_in(3);
        self.nested(result, depth, leaves, parts);
        if self.dice.one_in(2) {
            parts.push(Part::text("else "));
            self.nested(result, depth, false, parts);
        }
    }

    fn for_each(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let of = self.simple_type();
        let items = self.value(types::construct(TypeId::ENUMERABLE, &[of]), 2);
        let number = self.number();
        let before = self.scope.len();
        parts.extend([
            Part::text("foreach (var "),
            Part::Declares(number),
            Part::text(" in "),
            Part::Piece(items),
            Part::text(") "),
        ]);
        self.scope.push(Local { number, ty: of, assignable: false });
        self.loop_body(result, depth, parts);
        self.scope.truncate(before);
    }

    fn counting(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let number = self.number();
        let count = self.dice.below(5);
        let before = self.scope.len();
        parts.extend([
            Part::text("for (int "),
            Part::Declares(number),
            Part::text(" = 0; "),
            Part::Uses(number),
            Part::text(format!(" < {count}; ")),
            Part::Uses(number),
            Part::text("++) "),
        ]);
        self.scope.push(Local { number, ty: named("int"), assignable: false });
        self.loop_body(result, depth, parts);
        self.scope.truncate(before);
    }

    fn loop_body(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        if !self.dice.one_in(4) {
            return self.nested(result, depth, false, parts);
        }
        let condition = self.value(named("bool"), 1);
        let jump = self.dice.pick(&["break", "continue"]);
        parts.extend([Part::text("{ if ("), Part::Piece(condition), Part::text(format!(") {jump}; "))]);
        self.nested(result, depth, false, parts);
        parts.push(Part::text("} "));
    }

    fn switch(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let ty = named(self.dice.pick(&["int", "string", "char", "object", "DayOfWeek"]));
        parts.extend([Part::text("switch ("), Part::Piece(self.value(ty, 2)), Part::text(") { ")]);
        let labels: &[&str] = match written(ty).as_deref() {
            Some("int") => &["0", "1", "2", "-1"],
            Some("string") => &["\"a\"", "\"\"", "null", "\"abc\""],
            Some("char") => &["'a'", "'0'", "','"],
            Some("DayOfWeek") => &["DayOfWeek.Monday", "DayOfWeek.Sunday", "(DayOfWeek)3"],
            _ => &["int _", "string _", "null", "bool b when b"],
        };
        let count = 1 + self.dice.below(labels.len());
        for (n, label) in labels.iter().take(count).enumerate() {
            parts.push(Part::text(format!("case {}: ", label.replace(" b", &format!(" b{}", self.next + n as u32)))));
            self.nested(result, depth, false, parts);
            parts.push(Part::text("break; "));
        }
        self.next += 8;
        if self.dice.one_in(2) {
            parts.push(Part::text("default: "));
            self.nested(result, depth, false, parts);
            parts.push(Part::text("break; "));
        }
        parts.push(Part::text("} "));
    }

    fn guarded(&mut self, result: TypeId, depth: u32, parts: &mut Vec<Part>) {
        parts.push(Part::text("try "));
        self.nested(result, depth, false, parts);
        let number = self.number();
        let exception =
            self.dice.pick(&["Exception", "FormatException", "InvalidOperationException", "ArgumentException"]);
        parts.extend([Part::text(format!("catch ({exception} ")), Part::Declares(number), Part::text(") ")]);
        let before = self.scope.len();
        self.scope.push(Local { number, ty: named("Exception"), assignable: false });
        self.nested(result, depth, false, parts);
        self.scope.truncate(before);
        if self.dice.one_in(3) {
            parts.push(Part::text("finally "));
            self.nested(result, depth, false, parts);
        }
    }

    /// A local function; it is called where a value of its type is wanted, by the declaration behind it.
    fn function(&mut self, parts: &mut Vec<Part>) {
        let (ty, of) = (self.simple_type(), self.simple_type());
        let (Some(returns), Some(takes)) = (written(ty), written(of)) else { return };
        let (name, parameter, result) = (self.number(), self.number(), self.number());
        let before = self.scope.len();
        self.scope.push(Local { number: parameter, ty: of, assignable: true });
        let body = self.value(ty, 2);
        self.scope.truncate(before);
        let argument = self.value(of, 2);
        parts.extend([Part::text(format!("{returns} ")), Part::Declares(name), Part::text(format!("({takes} "))]);
        parts.extend([Part::Declares(parameter), Part::text(") => "), Part::Piece(body), Part::text("; var ")]);
        parts.extend([Part::Declares(result), Part::text(" = "), Part::Uses(name), Part::text("(")]);
        parts.extend([Part::Piece(argument), Part::text("); ")]);
        self.scope.push(Local { number: result, ty, assignable: true });
    }
}

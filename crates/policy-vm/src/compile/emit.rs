//! From the bound tree to instructions: a walk with a stack of registers.
//!
//! Named variables have a register for the whole function. A variable that lambdas share lives in a cell, and its
//! register holds the cell. Temporaries are taken and given back in stack order.

mod assign;
mod branch;
mod operator;
mod statement;
mod tree;
mod try_catch;

pub(super) use tree::children;
use tree::{assigns, assigns_to, reads, writes_last};

use policy_parser::csharp::ast::StringLiteral;
use rustc_hash::FxHashMap;

use super::ExpressionSink;
use super::bound::nullable_inner;
use super::bound::{Callee, Const, Conversion, Expr, FnId, Function, Kind, LabelId, Local, LocalId, Target};
use crate::bytecode::{self, CallSite, Constant, Handler, MAX_REGISTERS, Op};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::text::Str;

/// The function needs more registers or instructions than there are numbers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooComplex;

type Emit<T = ()> = Result<T, TooComplex>;

/// A place to jump to, known later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label(usize);

/// Emits one expression's functions.
pub(super) struct Emitter<'a> {
    sink: &'a mut ExpressionSink,
    locals: &'a [Local],
    functions: &'a [Function],
    /// Where each of the expression's functions ends up in the program.
    numbers: FxHashMap<FnId, u16>,
    /// Functions met and still to be emitted.
    pending: Vec<FnId>,
    /// A `catch` of the expression has a condition.
    filters: bool,
    out: Output,
}

/// The function being emitted.
#[derive(Default)]
struct Output {
    /// The function's number in the program.
    number: u16,
    code: Vec<Op>,
    registers: FxHashMap<LocalId, u8>,
    next: usize,
    most: usize,
    labels: Vec<Option<u32>>,
    patches: Vec<(usize, Label)>,
    handlers: Vec<Handler>,
    leaves: Vec<statement::Leave>,
    /// Where what is returned waits for the `finally` blocks around it.
    returned: Option<u8>,
    /// How many `try` statements are around.
    tries: usize,
    caught: Vec<u8>,
    /// Statements that announced themselves as guards.
    guards: i32,
    /// Where `goto`s lead, with the number of statements that must be left on the way.
    gotos: FxHashMap<LabelId, (Label, usize)>,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(sink: &'a mut ExpressionSink, locals: &'a [Local], functions: &'a [Function]) -> Self {
        Self {
            sink,
            locals,
            functions,
            numbers: FxHashMap::default(),
            pending: Vec::new(),
            filters: try_catch::has_filters(functions),
            out: Output::default(),
        }
    }

    /// Emits the root function and all it leads to; gives its number.
    pub(super) fn root(mut self) -> Emit<u32> {
        let root = self.number(FnId(0))?;
        while let Some(id) = self.pending.pop() {
            self.function(id)?;
        }
        Ok(root.into())
    }

    fn number(&mut self, id: FnId) -> Emit<u16> {
        if let Some(number) = self.numbers.get(&id) {
            return Ok(*number);
        }
        let number = u16::try_from(self.sink.code.functions.len()).map_err(|_| TooComplex)?;
        self.sink.code.functions.push(bytecode::Function::default());
        self.numbers.insert(id, number);
        self.pending.push(id);
        Ok(number)
    }

    fn function(&mut self, id: FnId) -> Emit {
        let functions = self.functions;
        let Some(function) = functions.get(id.0 as usize) else { return Ok(()) };
        let number = self.number(id)?;
        self.out = Output { number, ..Output::default() };
        for local in function.params.iter().chain(&function.captures) {
            let register = self.take()?;
            self.out.registers.insert(*local, register);
        }
        for param in &function.params {
            if self.local(*param).is_some_and(|l| l.needs_cell() && !l.is_reference()) {
                let r = self.register(*param)?;
                self.push(Op::NewCell { d: r, a: r });
            }
        }
        for (i, local) in self.locals.iter().enumerate() {
            let local_id = LocalId(i as u32);
            let mine = local.owner == id && !local.name.is_empty() && local.constant.is_none();
            if mine && !self.out.registers.contains_key(&local_id) {
                let r = self.take()?;
                self.out.registers.insert(local_id, r);
                if local.needs_cell() {
                    self.push(Op::LoadNull { d: r });
                    self.push(Op::NewCell { d: r, a: r });
                }
            }
        }
        self.statements(&function.body)?;
        // The end can be reached only by functions without value.
        let r = self.take()?;
        self.push(Op::LoadNull { d: r });
        self.push(Op::Return { a: r });
        self.finish(number, function)
    }

    fn finish(&mut self, number: u16, function: &Function) -> Emit {
        let mut out = std::mem::take(&mut self.out);
        for (at, label) in std::mem::take(&mut out.patches) {
            let target = out.labels.get(label.0).copied().flatten().ok_or(TooComplex)?;
            if let Some(op) = out.code.get_mut(at) {
                set_target(op, target);
            }
        }
        let lent = bytecode::lent(&out.code, &self.sink.code.sites);
        if let Some(slot) = self.sink.code.functions.get_mut(usize::from(number)) {
            *slot = bytecode::Function {
                name: function.name.clone(),
                properties: bytecode::properties(&out.code),
                lent,
                code: out.code,
                registers: u16::try_from(out.most).map_err(|_| TooComplex)?,
                params: u8::try_from(function.params.len()).map_err(|_| TooComplex)?,
                handlers: out.handlers,
            };
        }
        Ok(())
    }

    fn local(&self, id: LocalId) -> Option<&'a Local> {
        self.locals.get(id.0 as usize)
    }

    fn push(&mut self, op: Op) {
        self.out.code.push(op);
    }

    fn here(&self) -> u32 {
        u32::try_from(self.out.code.len()).unwrap_or(u32::MAX)
    }

    /// Takes the next register.
    fn take(&mut self) -> Emit<u8> {
        let r = self.out.next;
        if r >= MAX_REGISTERS {
            return Err(TooComplex);
        }
        self.out.next += 1;
        self.out.most = self.out.most.max(self.out.next);
        u8::try_from(r).map_err(|_| TooComplex)
    }

    /// Gives back what was taken since `mark`.
    fn release(&mut self, mark: usize) {
        self.out.next = mark;
    }

    fn register(&mut self, id: LocalId) -> Emit<u8> {
        if let Some(r) = self.out.registers.get(&id) {
            return Ok(*r);
        }
        let r = self.take()?;
        self.out.registers.insert(id, r);
        Ok(r)
    }

    fn label(&mut self) -> Label {
        self.out.labels.push(None);
        Label(self.out.labels.len() - 1)
    }

    fn place(&mut self, label: Label) {
        let here = self.here();
        if let Some(slot) = self.out.labels.get_mut(label.0) {
            *slot = Some(here);
        }
    }

    fn jump(&mut self, op: Op, label: Label) {
        self.out.patches.push((self.out.code.len(), label));
        self.push(op);
    }

    fn type_index(&mut self, ty: TypeId) -> Emit<u16> {
        self.sink.type_index(crate::types::nameless(ty)).ok_or(TooComplex)
    }

    fn site(&mut self, callee: &Callee) -> Emit<u16> {
        let site = CallSite {
            run: callee.run,
            type_args: callee.type_args.clone().into(),
            signature: callee.signature,
            null_check: callee.null_check,
            place: callee.place,
        };
        self.sink.code.sites.push(site);
        u16::try_from(self.sink.code.sites.len() - 1).map_err(|_| TooComplex)
    }

    /// A register that holds the expression's value: a variable's own where that is safe.
    fn operand(&mut self, e: &Expr) -> Emit<u8> {
        if let (Kind::Local(id), None) = (&e.kind, &e.constant)
            && !self.local(*id).is_some_and(Local::needs_cell)
        {
            return self.register(*id);
        }
        if let (Kind::Convert { conversion: Conversion::None, operand }, None) = (&e.kind, &e.constant) {
            return self.operand(operand);
        }
        let r = self.take()?;
        self.expr(e, r)?;
        Ok(r)
    }

    /// Both operands of an operator, the left one safe from what evaluating the right one may assign.
    fn operands(&mut self, left: &Expr, right: &Expr) -> Emit<(u8, u8)> {
        let a = if assigns(right) {
            let r = self.take()?;
            self.expr(left, r)?;
            r
        } else {
            self.operand(left)?
        };
        let b = self.operand(right)?;
        Ok((a, b))
    }

    /// Evaluates into consecutive registers and gives the first.
    fn run_of(&mut self, list: &[Expr]) -> Emit<(u8, u8)> {
        let count = u8::try_from(list.len()).map_err(|_| TooComplex)?;
        let mut first = None;
        let mut registers = Vec::with_capacity(list.len());
        for _ in list {
            let r = self.take()?;
            first.get_or_insert(r);
            registers.push(r);
        }
        for (e, r) in list.iter().zip(registers) {
            self.expr(e, r)?;
        }
        Ok((first.unwrap_or(0), count))
    }

    /// Evaluates an expression into a register.
    fn expr(&mut self, e: &Expr, d: u8) -> Emit {
        if let Some(constant) = &e.constant {
            return self.constant(constant, e.ty, d);
        }
        let mark = self.out.next;
        self.kind(e, d)?;
        self.release(mark);
        Ok(())
    }

    fn kind(&mut self, e: &Expr, d: u8) -> Emit {
        match &e.kind {
            // A body bound for type arguments whose mistake is not one of the function.
            Kind::Error => return Err(TooComplex),
            Kind::Constant => self.push(Op::LoadNull { d }),
            Kind::Local(id) => {
                let a = self.register(*id)?;
                if self.local(*id).is_some_and(Local::needs_cell) {
                    self.push(Op::CellGet { d, a });
                } else if a != d {
                    self.push(Op::Move { d, a });
                }
            }
            Kind::CellOf { local, .. } => {
                let a = self.register(*local)?;
                self.push(Op::Move { d, a });
            }
            Kind::View(part) => self.push(Op::LoadView { d, part: *part }),
            Kind::Call { callee, args, outs } => self.call(callee, args, outs, d)?,
            Kind::CallFunction { function, args } => self.call_function(*function, args, d)?,
            Kind::AnonymousGet { object, index } => {
                let a = self.operand(object)?;
                self.push(Op::AnonymousGet { d, a, index: u8::try_from(*index).map_err(|_| TooComplex)? });
            }
            Kind::ArrayGet { array, index } => {
                let (a, b) = self.operands(array, index)?;
                self.push(Op::ArrayGet { d, a, b });
            }
            Kind::ArrayLength(array) => {
                let a = self.operand(array)?;
                self.push(Op::ArrayLength { d, a });
            }
            Kind::NewArray { element, length } => {
                let a = self.operand(length)?;
                let ty = self.type_index(*element)?;
                self.push(Op::NewArray { d, a, ty });
            }
            Kind::ArrayLiteral { element, items } => self.array(*element, items, d)?,
            Kind::NewAnonymous(values) => {
                let (a, n) = self.run_of(values)?;
                let ty = self.type_index(crate::types::nameless(nullable_inner(e.ty).unwrap_or(e.ty)))?;
                self.push(Op::NewAnonymous { d, a, n, ty });
            }
            Kind::Convert { conversion, operand } => self.convert(*conversion, operand, e.ty, d)?,
            Kind::Binary { op, num, checked, left, right } => self.binary(*op, *num, *checked, left, right, d)?,
            Kind::Chain { first, steps } => self.chain(first, steps, d)?,
            Kind::Negate { num, checked, operand } => {
                let a = self.operand(operand)?;
                self.push(Op::Negate { num: *num, checked: *checked, d, a });
            }
            Kind::Complement { num, operand } => {
                let a = self.operand(operand)?;
                self.push(Op::Complement { num: *num, d, a });
            }
            Kind::Not(operand) => {
                let a = self.operand(operand)?;
                self.push(Op::Not { d, a });
            }
            Kind::AndAlso(..) | Kind::OrElse(..) => self.logical(e, d)?,
            Kind::Coalesce(left, right) => {
                let end = self.label();
                self.expr(left, d)?;
                self.jump(Op::JumpIfNotNull { a: d, to: 0 }, end);
                self.expr(right, d)?;
                self.place(end);
            }
            Kind::Conditional(condition, a, b) => {
                let (otherwise, end) = (self.label(), self.label());
                self.branch(condition, false, otherwise)?;
                self.expr(a, d)?;
                self.jump(Op::Jump { to: 0 }, end);
                self.place(otherwise);
                self.expr(b, d)?;
                self.place(end);
            }
            Kind::Concat(parts) => self.concat(parts, d)?,
            Kind::Format { value, format, width } => {
                let a = self.operand(value)?;
                let b = self.take()?;
                match format {
                    Some(text) => {
                        let text = policy_parser::csharp::ast::StringLiteral::Text(text.clone());
                        self.constant(&Const::Text(text), TypeId::STRING, b)?;
                    }
                    None => self.push(Op::LoadNull { d: b }),
                }
                self.push(Op::Format { d, a, b, width: *width });
            }
            Kind::EqString { negated, left, right } => self.equal_texts(*negated, left, right, d)?,
            Kind::EqReference { negated, left, right } => {
                let (a, b) = self.operands(left, right)?;
                self.push(Op::EqReference { d, a, b });
                if *negated {
                    self.push(Op::Not { d, a: d });
                }
            }
            Kind::IsNull { negated, operand } => {
                let a = self.operand(operand)?;
                self.push(if *negated { Op::IsNotNull { d, a } } else { Op::IsNull { d, a } });
            }
            Kind::Is { operand, ty } => {
                let a = self.operand(operand)?;
                let ty = self.type_index(*ty)?;
                self.push(Op::IsInstance { d, a, ty });
            }
            Kind::As { operand, ty } => {
                let a = self.operand(operand)?;
                let ty = self.type_index(*ty)?;
                self.push(Op::AsInstance { d, a, ty });
            }
            Kind::NullConditional { receiver, slot, rest } => {
                let end = self.label();
                let r = self.register(*slot)?;
                self.expr(receiver, r)?;
                self.push(Op::LoadNull { d });
                self.jump(Op::JumpIfNull { a: r, to: 0 }, end);
                if self.local(*slot).is_some_and(Local::needs_cell) {
                    self.push(Op::NewCell { d: r, a: r });
                }
                self.expr(rest, d)?;
                self.place(end);
            }
            Kind::Assign { target, value } => self.assign(target, value, d)?,
            Kind::Sequence { effects, result } => {
                for (i, effect) in effects.iter().enumerate() {
                    let rest = effects.iter().skip(i + 1).chain(std::iter::once(&**result));
                    if !self.stands_for(effect, rest)? {
                        self.effect(effect)?;
                    }
                }
                self.expr(result, d)?;
            }
            Kind::Let { slot, value } => {
                self.let_local(*slot, value)?;
            }
            Kind::Closure { function } => self.closure(*function, e.ty, d)?,
            Kind::NativeClosure { callee, receiver } => {
                let a = self.take()?;
                match receiver {
                    Some(receiver) => {
                        self.expr(receiver, a)?;
                        if callee.null_check || !crate::types::is_value_type(receiver.ty) {
                            self.push(Op::NullCheck { a });
                        }
                    }
                    None => self.push(Op::LoadNull { d: a }),
                }
                let (site, ty) = (self.site(callee)?, self.type_index(e.ty)?);
                self.push(Op::NativeClosure { d, a, site, ty });
            }
            Kind::Throw(value) => {
                let a = self.operand(value)?;
                self.push(Op::Throw { a });
            }
            Kind::Default => {
                let ty = self.type_index(e.ty)?;
                self.push(Op::LoadDefault { d, ty });
            }
            Kind::Typeof(ty) => {
                let ty = self.type_index(*ty)?;
                self.push(Op::LoadType { d, ty });
            }
        }
        Ok(())
    }

    /// Evaluates for its effects. A temporary that a `Let` introduces stays until its enclosing expression ends.
    fn effect(&mut self, e: &Expr) -> Emit {
        if let Kind::Let { slot, value } = &e.kind {
            return self.let_local(*slot, value);
        }
        let mark = self.out.next;
        // `sum += i` for its effect alone leaves no copy behind: one instruction in five of a counting loop.
        let d = match &e.kind {
            Kind::Assign { target, value } if e.constant.is_none() => match &**target {
                Target::Local(id) if self.straight(*id, value) => self.register(*id)?,
                _ => self.take()?,
            },
            _ => self.take()?,
        };
        self.expr(e, d)?;
        self.release(mark);
        Ok(())
    }

    /// Whether a value may be computed in the register of the variable that it is assigned to. An exception must find the
    /// variable as it was, where something may look at it afterwards.
    fn straight(&self, id: LocalId, value: &Expr) -> bool {
        let seen = self.out.tries > 0 && !writes_last(value);
        !seen && !self.local(id).is_some_and(Local::needs_cell) && !assigns(value) && !reads(value, id)
    }

    /// What is kept of a variable that nothing in the rest of the sequence assigns needs no copy: both are one register.
    fn stands_for<'e>(&mut self, effect: &Expr, mut rest: impl Iterator<Item = &'e Expr>) -> Emit<bool> {
        let Kind::Let { slot, value } = &effect.kind else { return Ok(false) };
        let (Kind::Local(id), None) = (&value.kind, &value.constant) else { return Ok(false) };
        let is_cell = |id: LocalId| self.local(id).is_none_or(Local::needs_cell);
        let named = |id: LocalId| self.local(id).is_some_and(|local| !local.name.is_empty());
        if is_cell(*id) || is_cell(*slot) || named(*slot) || rest.any(|e| assigns_to(e, *id)) {
            return Ok(false);
        }
        let register = self.register(*id)?;
        self.out.registers.insert(*slot, register);
        Ok(true)
    }

    fn let_local(&mut self, slot: LocalId, value: &Expr) -> Emit {
        let r = self.register(slot)?;
        if self.local(slot).is_some_and(Local::needs_cell) {
            let mark = self.out.next;
            let a = self.operand(value)?;
            self.push(Op::NewCell { d: r, a });
            self.release(mark);
            return Ok(());
        }
        self.expr(value, r)
    }

    fn call(&mut self, callee: &Callee, args: &[Expr], outs: &[Option<Target>], d: u8) -> Emit {
        self.note_name(args);
        if let [Expr { kind: Kind::Call { callee: getter, args: receiver, .. }, .. }, rest @ ..] = args
            && let Some((_, run)) = getter.asked.iter().find(|(signature, _)| *signature == callee.signature)
        {
            let callee = Callee { run: *run, null_check: getter.null_check, place: None, ..callee.clone() };
            return self.call_past(&callee, receiver, rest, d);
        }
        let (a, n) = self.run_of(args)?;
        let site = self.site(callee)?;
        self.push(Op::Call { d, a, n, site });
        for (i, out) in outs.iter().enumerate() {
            let Some(target) = out else { continue };
            let mark = self.out.next;
            let value = self.take()?;
            self.push(Op::LoadOut { d: value, index: u8::try_from(i).map_err(|_| TooComplex)? });
            self.store(target, value)?;
            self.release(mark);
        }
        Ok(())
    }

    /// A name that is looked up in a part of the context is found out now.
    fn note_name(&mut self, args: &[Expr]) {
        if let [
            Expr { kind: Kind::View(part), .. },
            Expr { constant: Some(Const::Text(StringLiteral::Text(name))), .. },
            ..,
        ] = args
        {
            self.sink.name(name, *part);
        }
    }

    /// Calls a member of what another one would give on the arguments of that.
    fn call_past(&mut self, callee: &Callee, inner: &[Expr], rest: &[Expr], d: u8) -> Emit {
        self.note_name(inner);
        let (a, n) = self.run_of(inner)?;
        // The inner one fails before the other arguments are looked at.
        if callee.null_check && rest.iter().any(|e| e.constant.is_none()) {
            self.push(Op::NullCheck { a });
        }
        let (_, more) = self.run_of(rest)?;
        let site = self.site(callee)?;
        self.push(Op::Call { d, a, n: n + more, site });
        Ok(())
    }

    fn call_function(&mut self, id: FnId, args: &[Expr], d: u8) -> Emit {
        let functions = self.functions;
        let captures = functions.get(id.0 as usize).map(|f| f.captures.as_slice()).unwrap_or_default();
        let total = args.len() + captures.len();
        let mut registers = Vec::with_capacity(total);
        for _ in 0..total {
            registers.push(self.take()?);
        }
        let mut next = registers.iter().copied();
        for (arg, r) in args.iter().zip(next.by_ref()) {
            self.expr(arg, r)?;
        }
        for (capture, r) in captures.iter().zip(next) {
            let from = self.register(*capture)?;
            self.push(Op::Move { d: r, a: from });
        }
        let function = self.number(id)?;
        let n = u8::try_from(total).map_err(|_| TooComplex)?;
        self.push(Op::CallFunction { d, a: registers.first().copied().unwrap_or(0), n, function });
        Ok(())
    }

    fn closure(&mut self, id: FnId, ty: TypeId, d: u8) -> Emit {
        let functions = self.functions;
        let captures = functions.get(id.0 as usize).map(|f| f.captures.as_slice()).unwrap_or_default();
        let mut registers = Vec::with_capacity(captures.len());
        for _ in captures {
            registers.push(self.take()?);
        }
        for (capture, r) in captures.iter().zip(&registers) {
            let from = self.register(*capture)?;
            self.push(Op::Move { d: *r, a: from });
        }
        let function = self.number(id)?;
        let n = u8::try_from(captures.len()).map_err(|_| TooComplex)?;
        let ty = self.type_index(ty)?;
        self.push(Op::Closure { d, a: registers.first().copied().unwrap_or(0), n, function, ty });
        Ok(())
    }

    fn array(&mut self, element: TypeId, items: &[Expr], d: u8) -> Emit {
        let ty = self.type_index(element)?;
        let room = u16::try_from(items.len()).unwrap_or(u16::MAX);
        // Built aside: an element may read the variable that the array is assigned to.
        let a = self.take()?;
        self.push(Op::ArrayBegin { d: a, ty, room });
        for item in items {
            let mark = self.out.next;
            let b = self.operand(item)?;
            self.push(Op::ArrayPush { a, b });
            self.release(mark);
        }
        self.push(Op::Move { d, a });
        Ok(())
    }

    fn convert(&mut self, conversion: Conversion, operand: &Expr, ty: TypeId, d: u8) -> Emit {
        if matches!(conversion, Conversion::None) {
            return self.expr(operand, d);
        }
        let a = self.operand(operand)?;
        match conversion {
            Conversion::None => {}
            Conversion::Numeric { from, into, checked } => self.push(Op::Convert { from, into, checked, d, a }),
            Conversion::ToEnum => {
                let ty = self.type_index(nullable_inner(ty).unwrap_or(ty))?;
                self.push(Op::ToEnum { d, a, ty });
            }
            Conversion::FromEnum { wide } => self.push(Op::FromEnum { d, a, wide }),
            Conversion::Cast => {
                let ty = self.type_index(ty)?;
                self.push(Op::Cast { d, a, ty });
            }
            Conversion::Unwrap => self.push(Op::Unwrap { d, a }),
        }
        Ok(())
    }

    fn constant(&mut self, value: &Const, ty: TypeId, d: u8) -> Emit {
        let ty = nullable_inner(ty).unwrap_or(ty);
        let op = match value {
            Const::Null => Op::LoadNull { d },
            Const::Bool(value) => Op::LoadBool { d, value: *value },
            Const::Int(n) if ty == TypeId::INT32 => Op::LoadI32 { d, value: *n as i32 },
            Const::Int(n) => {
                let value = integer(*n, ty);
                Op::LoadK { d, value: self.sink.constant(Constant::Value(value)).ok_or(TooComplex)? }
            }
            Const::Float(n) => {
                let value = if ty == TypeId::SINGLE { Value::Single(*n as f32) } else { Value::Double(*n) };
                Op::LoadK { d, value: self.sink.constant(Constant::Value(value)).ok_or(TooComplex)? }
            }
            Const::Decimal(n) => Op::LoadK { d, value: self.sink.constant(Constant::Decimal(*n)).ok_or(TooComplex)? },
            Const::Text(text) => {
                let text: Str = self.sink.literal(text);
                Op::LoadK { d, value: self.sink.constant(Constant::Text(text)).ok_or(TooComplex)? }
            }
        };
        self.push(op);
        Ok(())
    }
}

fn integer(n: i128, ty: TypeId) -> Value {
    match ty {
        TypeId::CHAR => Value::Char(n as u16),
        TypeId::SBYTE => Value::SByte(n as i8),
        TypeId::BYTE => Value::Byte(n as u8),
        TypeId::INT16 => Value::Int16(n as i16),
        TypeId::UINT16 => Value::UInt16(n as u16),
        TypeId::UINT32 => Value::UInt32(n as u32),
        TypeId::INT64 => Value::Int64(n as i64),
        TypeId::UINT64 => Value::UInt64(n as u64),
        TypeId::DOUBLE => Value::Double(n as f64),
        TypeId::SINGLE => Value::Single(n as f32),
        ty if super::bound::is_enum(ty) => Value::Enum(ty, n as i64),
        _ => Value::Int32(n as i32),
    }
}

fn set_target(op: &mut Op, target: u32) {
    match op {
        Op::Jump { to }
        | Op::Loop { to }
        | Op::JumpIf { to, .. }
        | Op::JumpIfNot { to, .. }
        | Op::JumpIfNull { to, .. }
        | Op::JumpIfNotNull { to, .. }
        | Op::JumpLtI32 { to, .. }
        | Op::JumpGeI32 { to, .. }
        | Op::JumpEqI32 { to, .. }
        | Op::JumpNeI32 { to, .. }
        | Op::JumpLtI32K { to, .. }
        | Op::JumpGeI32K { to, .. }
        | Op::JumpEqI32K { to, .. }
        | Op::JumpNeI32K { to, .. }
        | Op::LoopLtI32 { to, .. }
        | Op::LoopLtI32K { to, .. }
        | Op::NextLtI32 { to, .. }
        | Op::NextLtI32K { to, .. }
        | Op::IterNext { to, .. } => *to = target,
        _ => {}
    }
}

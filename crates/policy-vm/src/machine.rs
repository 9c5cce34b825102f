//! The machine that runs compiled functions: a loop over instructions, frames on an explicit stack, unwinding by table.
//!
//! A call of a function of the program pushes a frame and stays in the loop. Only a library member that calls a delegate
//! (`Select`, `Any` …) enters the loop again; how deep that may nest is bounded by `Budget::depth`.

mod arithmetic;
mod convert;
mod registers;

pub(crate) use convert::to_i64 as integer;

use crate::bytecode::{CallSite, Code, Constant, Function, MAX_REGISTERS, Op};
use crate::cx::{Budget, Cx, fault};
use crate::exception::{Exc, Throw, Trap};
use crate::host::Ambient;
use crate::step::ExprId;
use crate::types::TypeId;
use crate::value::heap::{Array, Closure, ClosureCode, Object};
use crate::value::text::Str;
use crate::value::{Ref, Value, behaviour, cast, sequence};

/// Frames of the program's own functions that may be nested in one evaluation.
const MAX_FRAMES: usize = 10_000;

const WINDOW: usize = 256;

const _: () = assert!(MAX_REGISTERS < WINDOW, "a register's number is below the size of the window");

/// The registers of a frame, and some of the stack beyond: indexing it by a byte needs no check.
type Window = [Value; WINDOW];

struct Frame<'a> {
    function: &'a Function,
    base: usize,
    pc: usize,
    destination: u8,
}

/// Evaluates an expression of the program that `cx` was made for.
pub(crate) fn evaluate(cx: &mut Cx<'_>, expression: ExprId) -> Result<Value, Throw> {
    let Some(code) = cx.code else { return Err(fault("no program")) };
    let function = code.functions.get(expression.0 as usize).ok_or(fault("no such function"))?;
    run(cx, code, function)
}

/// Calls a delegate that holds a compiled function.
pub(crate) fn invoke(cx: &mut Cx<'_>, delegate: Value, args: &[Value]) -> Result<Value, Throw> {
    let Some(code) = cx.code else { return Err(fault("no program")) };
    let base = cx.top;
    let Some(Object::Closure(closure)) = cx.heap.get(delegate) else { return Err(fault("not a delegate")) };
    let ClosureCode::Function { program, function, captures } = &closure.code else {
        return Err(fault("not a function"));
    };
    // Delegates do not leave the expression that made them: the result types of expressions exclude them.
    if *program != cx.pool {
        return Err(fault("a delegate of another program"));
    }
    let function = code.functions.get(*function as usize).ok_or(fault("no such function"))?;
    let needed = base + WINDOW;
    if cx.stack.len() < needed {
        cx.stack.resize(needed, Value::Null);
    }
    let params = usize::from(function.params);
    for (register, value) in args.iter().take(params).chain(captures.iter()).enumerate() {
        if let Some(slot) = cx.stack.get_mut(base + register) {
            *slot = *value;
        }
    }
    cx.budget.depth = cx.budget.depth.checked_sub(1).ok_or(Throw::Trap(Trap::Depth))?;
    let type_args = cx.type_args;
    let result = run(cx, code, function);
    cx.budget.depth += 1;
    cx.type_args = type_args;
    cx.top = base;
    result
}

fn window(stack: &mut Vec<Value>, base: usize) -> Result<&mut Window, Throw> {
    if stack.len() < base + WINDOW {
        stack.resize(base + WINDOW, Value::Null);
    }
    match stack.get_mut(base..base + WINDOW).map(TryInto::try_into) {
        Some(Ok(window)) => Ok(window),
        _ => Err(fault("no registers")),
    }
}

macro_rules! reg {
    ($regs:ident, $r:expr) => {
        $regs[usize::from($r)]
    };
}

/// Reads a register as the primitive the compiler said it holds.
macro_rules! prim {
    ($regs:ident, $r:expr, $kind:ident) => {
        match reg!($regs, $r) {
            Value::$kind(value) => value,
            _ => return Err(fault(concat!("register does not hold ", stringify!($kind)))),
        }
    };
}

/// Runs a function whose parameters stand in the registers from `cx.top` on.
#[expect(clippy::too_many_lines, reason = "the dispatch loop is one match; each arm is short")]
fn run<'a>(cx: &mut Cx<'a>, code: &'a Code, entry: &'a Function) -> Result<Value, Throw> {
    let mut frames: Vec<Frame<'a>> = Vec::new();
    let mut function = entry;
    let mut base = cx.top;
    let mut pc = 0_usize;
    cx.top = base + usize::from(function.registers);
    let bottom = base;
    loop {
        // An exception leaves the inner loop by `break`; the regular end returns.
        let thrown: Throw = 'running: {
            let mut regs = window(cx.stack, base)?;
            macro_rules! attempt {
                ($result:expr) => {
                    match $result {
                        Ok(value) => value,
                        Err(throw) => break 'running throw,
                    }
                };
            }
            // What needs the surroundings gives the registers back first and takes them again afterwards.
            macro_rules! set {
                ($d:expr, $result:expr) => {{
                    let result: Result<Value, Throw> = $result;
                    regs = window(cx.stack, base)?;
                    reg!(regs, $d) = attempt!(result);
                }};
            }
            macro_rules! act {
                ($result:expr) => {{
                    let result = $result;
                    regs = window(cx.stack, base)?;
                    attempt!(result)
                }};
            }
            loop {
                let Some(op) = function.code.get(pc) else { return Err(fault("ran past the end")) };
                pc += 1;
                match *op {
                    Op::Move { d, a } => reg!(regs, d) = reg!(regs, a),
                    Op::LoadK { d, value } => match code.constants.get(usize::from(value)) {
                        Some(Constant::Value(value)) => reg!(regs, d) = *value,
                        Some(Constant::Text(text)) => reg!(regs, d) = Value::String(Str { space: cx.pool, ..*text }),
                        Some(Constant::Decimal(decimal)) => set!(d, object(cx, Object::Decimal(*decimal))),
                        None => return Err(fault("no such constant")),
                    },
                    Op::LoadI32 { d, value } => reg!(regs, d) = Value::Int32(value),
                    Op::LoadBool { d, value } => reg!(regs, d) = Value::Bool(value),
                    Op::LoadNull { d } => reg!(regs, d) = Value::Null,
                    Op::LoadView { d, part } => reg!(regs, d) = part.into(),
                    Op::LoadDefault { d, ty } => {
                        set!(d, behaviour::default_of(cx.heap, type_at(code, ty)));
                    }
                    Op::LoadType { d, ty } => {
                        set!(d, object(cx, Object::Type(type_at(code, ty))));
                    }

                    Op::Binary { op, num, d, a, b } => {
                        let (a, b) = (reg!(regs, a), reg!(regs, b));
                        set!(d, arithmetic::binary(cx, op, num, false, a, b));
                    }
                    Op::BinaryChecked { op, num, d, a, b } => {
                        let (a, b) = (reg!(regs, a), reg!(regs, b));
                        set!(d, arithmetic::binary(cx, op, num, true, a, b));
                    }
                    Op::Negate { num, checked, d, a } => {
                        let a = reg!(regs, a);
                        set!(d, arithmetic::negate(cx, num, checked, a));
                    }
                    Op::Complement { num, d, a } => {
                        let a = reg!(regs, a);
                        set!(d, arithmetic::complement(num, a));
                    }
                    Op::Convert { from, into, checked, d, a } => {
                        let a = reg!(regs, a);
                        set!(d, convert::numeric(cx, from, into, checked, a));
                    }
                    Op::ToEnum { d, a, ty } => {
                        let number = convert::to_i64(reg!(regs, a));
                        reg!(regs, d) = Value::Enum(type_at(code, ty), attempt!(number));
                    }
                    Op::FromEnum { d, a, wide } => {
                        let Value::Enum(_, number) = reg!(regs, a) else { return Err(fault("not an enum")) };
                        reg!(regs, d) = if wide { Value::Int64(number) } else { Value::Int32(number as i32) };
                    }

                    Op::EqString { d, a, b } => {
                        let (a, b) = (reg!(regs, a), reg!(regs, b));
                        set!(d, Ok(Value::Bool(string_equals(cx, a, b))));
                    }
                    Op::NeString { d, a, b } => {
                        let (a, b) = (reg!(regs, a), reg!(regs, b));
                        set!(d, Ok(Value::Bool(!string_equals(cx, a, b))));
                    }
                    Op::EqReference { d, a, b } => {
                        let (a, b) = (reg!(regs, a), reg!(regs, b));
                        set!(d, Ok(Value::Bool(behaviour::same_object(cx.heap, a, b))));
                    }
                    Op::Concat { d, a, n } => {
                        let (value, count) = (usize::from(a), usize::from(n));
                        set!(d, concat(cx, base + value, count));
                    }
                    Op::Format { d, a, b, width } => {
                        let (value, format) = (reg!(regs, a), reg!(regs, b));
                        set!(d, convert::format(cx, value, format, width));
                    }

                    Op::Jump { to } => pc = to as usize,
                    Op::JumpIf { a, to } => {
                        if prim!(regs, a, Bool) {
                            pc = to as usize;
                        }
                    }
                    Op::JumpIfNot { a, to } => {
                        if !prim!(regs, a, Bool) {
                            pc = to as usize;
                        }
                    }
                    Op::JumpIfNull { a, to } => {
                        if reg!(regs, a).is_null() {
                            pc = to as usize;
                        }
                    }
                    Op::JumpIfNotNull { a, to } => {
                        if !reg!(regs, a).is_null() {
                            pc = to as usize;
                        }
                    }
                    // All that touches nothing but registers; single jumps and loads are not worth the way there.
                    Op::AddI32 { .. }
                    | Op::SubI32 { .. }
                    | Op::MulI32 { .. }
                    | Op::AddI32K { .. }
                    | Op::MulI32K { .. }
                    | Op::DivI32K { .. }
                    | Op::RemI32K { .. }
                    | Op::AddI64 { .. }
                    | Op::SubI64 { .. }
                    | Op::MulI64 { .. }
                    | Op::AddF64 { .. }
                    | Op::SubF64 { .. }
                    | Op::MulF64 { .. }
                    | Op::Not { .. }
                    | Op::EqI32 { .. }
                    | Op::EqI32K { .. }
                    | Op::LtI32 { .. }
                    | Op::IsNull { .. }
                    | Op::IsNotNull { .. }
                    | Op::Loop { .. }
                    | Op::JumpLtI32 { .. }
                    | Op::JumpGeI32 { .. }
                    | Op::JumpEqI32 { .. }
                    | Op::JumpNeI32 { .. }
                    | Op::JumpLtI32K { .. }
                    | Op::JumpGeI32K { .. }
                    | Op::JumpEqI32K { .. }
                    | Op::JumpNeI32K { .. }
                    | Op::LoopLtI32 { .. }
                    | Op::LoopLtI32K { .. } => {
                        pc = attempt!(registers::run(&function.code, regs, pc - 1, &mut cx.budget, cx.ambient));
                    }

                    Op::Call { d, a, n, site } => {
                        let Some(site) = code.sites.get(usize::from(site)) else { return Err(fault("no such call")) };
                        if site.null_check && reg!(regs, a).is_null() {
                            break 'running cx.throw_default(Exc::NullReference);
                        }
                        let args = arguments(regs, a);
                        set!(d, call(cx, site, &args, base + usize::from(a), usize::from(n)));
                    }
                    Op::CallFunction { d, a, n, function: callee } => {
                        let Some(callee) = code.functions.get(usize::from(callee)) else {
                            return Err(fault("no such function"));
                        };
                        if frames.len() >= MAX_FRAMES {
                            break 'running Throw::Trap(Trap::Depth);
                        }
                        attempt!(cx.charge(callee.code.len()));
                        frames.push(Frame { function, base, pc, destination: d });
                        let from = base + usize::from(a);
                        let next = base + usize::from(function.registers);
                        window(cx.stack, next)?;
                        cx.stack.copy_within(from..from + usize::from(n), next);
                        (function, base, pc) = (callee, next, 0);
                        cx.top = base + usize::from(function.registers);
                        regs = window(cx.stack, base)?;
                    }
                    Op::LoadOut { d, index } => {
                        reg!(regs, d) = cx.outs.get(usize::from(index)).copied().unwrap_or(Value::Null);
                    }
                    Op::Closure { d, a, n, function: callee, ty } => {
                        let captures = regs[usize::from(a)..usize::from(a) + usize::from(n)].into();
                        let what = ClosureCode::Function { program: cx.pool, function: u32::from(callee), captures };
                        let closure = Closure { ty: type_at(code, ty), code: what };
                        set!(d, object(cx, Object::Closure(closure)));
                    }
                    Op::NativeClosure { d, a, site, ty } => {
                        let Some(site) = code.sites.get(usize::from(site)) else { return Err(fault("no such call")) };
                        let receiver = Some(reg!(regs, a)).filter(|v| !v.is_null());
                        let what = ClosureCode::Native { run: site.run, receiver };
                        let closure = Closure { ty: type_at(code, ty), code: what };
                        set!(d, object(cx, Object::Closure(closure)));
                    }
                    Op::Return { a } => {
                        let value = reg!(regs, a);
                        let Some(frame) = frames.pop() else {
                            cx.top = bottom;
                            return Ok(value);
                        };
                        (function, base, pc) = (frame.function, frame.base, frame.pc);
                        cx.top = base + usize::from(function.registers);
                        regs = window(cx.stack, base)?;
                        reg!(regs, frame.destination) = value;
                    }
                    Op::Throw { a } | Op::Rethrow { a } => match reg!(regs, a) {
                        Value::Object(handle) if matches!(cx.heap.object(handle), Object::Exception(_)) => {
                            break 'running Throw::Exception(handle);
                        }
                        _ => break 'running cx.throw_default(Exc::NullReference),
                    },
                    Op::NullCheck { a } => {
                        if reg!(regs, a).is_null() {
                            break 'running cx.throw_default(Exc::NullReference);
                        }
                    }

                    Op::Cast { d, a, ty } => {
                        let value = reg!(regs, a);
                        set!(d, cast::cast(cx, value, type_at(code, ty)));
                    }
                    Op::IsInstance { d, a, ty } => {
                        let value = reg!(regs, a);
                        set!(d, Ok(Value::Bool(cast::is_instance(cx.heap, value, type_at(code, ty)))));
                    }
                    Op::AsInstance { d, a, ty } => {
                        let value = reg!(regs, a);
                        let is = cast::is_instance(cx.heap, value, type_at(code, ty));
                        set!(d, Ok(if is { value } else { Value::Null }));
                    }
                    Op::Unwrap { d, a } => {
                        let value = reg!(regs, a);
                        if value.is_null() {
                            break 'running cx.throw(Exc::InvalidOperation, "Nullable object must have a value.");
                        }
                        reg!(regs, d) = value;
                    }

                    Op::NewArray { d, a, ty } => {
                        let length = reg!(regs, a);
                        set!(d, new_array(cx, length, type_at(code, ty)));
                    }
                    Op::ArrayBegin { d, ty, room } => {
                        set!(d, array_begin(cx, type_at(code, ty), usize::from(room)));
                    }
                    Op::ArrayPush { a, b } => {
                        let (a, b) = (reg!(regs, a), reg!(regs, b));
                        act!(array_push(cx, a, b));
                    }
                    Op::ArrayGet { d, a, b } => {
                        let (array, index) = (reg!(regs, a), reg!(regs, b));
                        set!(d, array_get(cx, array, index));
                    }
                    Op::ArraySet { a, b, value } => {
                        let (a, b, value) = (reg!(regs, a), reg!(regs, b), reg!(regs, value));
                        act!(array_set(cx, a, b, value));
                    }
                    Op::ArrayLength { d, a } => {
                        let array = reg!(regs, a);
                        set!(d, array_length(cx, array));
                    }
                    Op::NewAnonymous { d, a, n, ty } => {
                        let values = regs[usize::from(a)..usize::from(a) + usize::from(n)].into();
                        let made = Object::Anonymous { ty: type_at(code, ty), values };
                        set!(d, object(cx, made));
                    }
                    Op::AnonymousGet { d, a, index } => {
                        let value = reg!(regs, a);
                        set!(d, anonymous_get(cx, value, usize::from(index)));
                    }

                    Op::NewCell { d, a } => {
                        let cell = Object::Cell(reg!(regs, a));
                        set!(d, object(cx, cell));
                    }
                    Op::CellGet { d, a } => {
                        let cell = reg!(regs, a);
                        let Some(Object::Cell(value)) = cx.heap.get(cell) else { return Err(fault("not a cell")) };
                        let value = *value;
                        set!(d, Ok(value));
                    }
                    Op::CellSet { a, b } => {
                        let (cell, value) = (reg!(regs, a), reg!(regs, b));
                        let Some(Object::Cell(held)) = cx.heap.get_mut(cell) else { return Err(fault("not a cell")) };
                        *held = value;
                        regs = window(cx.stack, base)?;
                    }

                    Op::IterBegin { d, a } => {
                        let source = reg!(regs, a);
                        set!(d, sequence::iterate(cx, source).and_then(|iter| object(cx, Object::Iterator(iter))));
                    }
                    Op::IterNext { d, a, to } => {
                        let Value::Object(handle) = reg!(regs, a) else { return Err(fault("not an enumerator")) };
                        let next = iter_next(cx, handle);
                        regs = window(cx.stack, base)?;
                        match attempt!(next) {
                            Some(item) => reg!(regs, d) = item,
                            None => pc = to as usize,
                        }
                    }
                }
            }
        };
        // Unwinding: the innermost handler of the innermost frame that wants the exception.
        let Throw::Exception(exception) = thrown else { return Err(thrown) };
        loop {
            if let Some((target, register)) = handler(cx, function, pc, exception) {
                let regs = window(cx.stack, base)?;
                reg!(regs, register) = Value::Object(exception);
                pc = target;
                break;
            }
            let Some(frame) = frames.pop() else {
                cx.top = bottom;
                return Err(thrown);
            };
            (function, base, pc) = (frame.function, frame.base, frame.pc);
            cx.top = base + usize::from(function.registers);
        }
    }
}

fn type_at(code: &Code, index: u16) -> TypeId {
    code.types.get(usize::from(index)).copied().unwrap_or(TypeId::OBJECT)
}

const FEW: usize = 6;

/// A copy of fixed size is cheaper than one of the exact number of arguments.
#[inline]
fn arguments(regs: &Window, a: u8) -> [Value; FEW] {
    let from = usize::from(a).min(WINDOW - FEW);
    match regs[from..].first_chunk() {
        Some(args) => *args,
        None => [Value::Null; FEW],
    }
}

/// Calls a library member with `count` arguments, the first of which are in `args`; all of them stand at `from`.
#[inline]
fn call<'a>(
    cx: &mut Cx<'a>,
    site: &'a CallSite,
    args: &[Value; FEW],
    from: usize,
    count: usize,
) -> Result<Value, Throw> {
    cx.type_args = &site.type_args;
    if let Some(args) = args.get(..count) {
        return (site.run)(cx, args);
    }
    let args: Vec<Value> = cx.stack.get(from..from + count).unwrap_or_default().to_vec();
    (site.run)(cx, &args)
}

fn object(cx: &mut Cx<'_>, object: Object) -> Result<Value, Throw> {
    Ok(Value::Object(cx.heap.new_object(object)?))
}

fn anonymous_get(cx: &mut Cx<'_>, value: Value, index: usize) -> Result<Value, Throw> {
    if let Some(Object::Anonymous { values, .. }) = cx.heap.get(value) {
        return Ok(values.get(index).copied().unwrap_or(Value::Null));
    }
    Err(cx.throw_default(Exc::NullReference))
}

/// Counts the instructions of a loop's turn.
#[inline]
fn count_loop(budget: &mut Budget, ambient: &dyn Ambient, pc: usize, to: u32) -> Result<(), Throw> {
    budget.charge(pc.saturating_sub(to as usize), ambient)
}

fn handler(cx: &Cx<'_>, function: &Function, pc: usize, exception: Ref) -> Option<(usize, u8)> {
    let Object::Exception(object) = cx.heap.object(exception) else { return None };
    // `pc` is already past the instruction that threw.
    let at = u32::try_from(pc).ok()?.checked_sub(1)?;
    let fits = |h: &&crate::bytecode::Handler| h.start <= at && at < h.end && cast::is_assignable(object.ty, h.ty);
    function.handlers.iter().find(fits).map(|h| (h.target as usize, h.register))
}

fn string_equals(cx: &Cx<'_>, a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => cx.heap.text(a).equals(cx.heap.text(b)),
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

fn concat(cx: &mut Cx<'_>, from: usize, count: usize) -> Result<Value, Throw> {
    let mut few = [Str::EMPTY; 8];
    let mut many = Vec::new();
    let parts: &mut [Str] = if count <= few.len() {
        few.get_mut(..count).unwrap_or_default()
    } else {
        many.resize(count, Str::EMPTY);
        &mut many
    };
    for (i, part) in parts.iter_mut().enumerate() {
        let value = cx.stack.get(from + i).copied().unwrap_or(Value::Null);
        *part = match value {
            Value::String(s) => s,
            Value::Null => Str::EMPTY,
            other => behaviour::to_text(cx, other)?,
        };
    }
    Ok(Value::String(cx.heap.concat(parts)?))
}

fn iter_next(cx: &mut Cx<'_>, handle: Ref) -> Result<Option<Value>, Throw> {
    cx.charge(1)?;
    let Object::Iterator(mut iter) = cx.heap.take(handle) else { return Err(fault("not an enumerator")) };
    let next = iter.next(cx);
    cx.heap.put_back(handle, Object::Iterator(iter));
    next
}

fn new_array(cx: &mut Cx<'_>, length: Value, element: TypeId) -> Result<Value, Throw> {
    let length = convert::to_i64(length)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(cx.throw_default(Exc::Overflow));
    };
    if element == TypeId::BYTE {
        cx.heap.charge(length)?;
        return Ok(Value::Object(cx.heap.new_object(Object::Bytes(vec![0; length]))?));
    }
    cx.heap.charge(length.saturating_mul(size_of::<Value>()))?;
    let item = behaviour::default_of(cx.heap, element)?;
    let items = vec![item; length];
    Ok(Value::Object(cx.heap.new_object(Object::Array(Array { element, items }))?))
}

fn array_begin(cx: &mut Cx<'_>, element: TypeId, room: usize) -> Result<Value, Throw> {
    let object = if element == TypeId::BYTE {
        Object::Bytes(Vec::with_capacity(room))
    } else {
        Object::Array(Array { element, items: Vec::with_capacity(room) })
    };
    cx.heap.charge(room * size_of::<Value>())?;
    Ok(Value::Object(cx.heap.new_object(object)?))
}

fn array_push(cx: &mut Cx<'_>, array: Value, item: Value) -> Result<(), Throw> {
    match (cx.heap.get_mut(array), item) {
        (Some(Object::Bytes(bytes)), Value::Byte(byte)) => bytes.push(byte),
        (Some(Object::Array(array)), item) => array.items.push(item),
        _ => return Err(fault("not an array")),
    }
    Ok(())
}

fn array_get(cx: &mut Cx<'_>, array: Value, index: Value) -> Result<Value, Throw> {
    if array.is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    let at = usize::try_from(convert::to_i64(index)?).unwrap_or(usize::MAX);
    let item = match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.get(at).copied(),
        Some(Object::Bytes(bytes)) => bytes.get(at).map(|b| Value::Byte(*b)),
        _ => return Err(fault("not an array")),
    };
    item.ok_or_else(|| cx.throw_default(Exc::IndexOutOfRange))
}

fn array_set(cx: &mut Cx<'_>, array: Value, index: Value, item: Value) -> Result<(), Throw> {
    if array.is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    let at = usize::try_from(convert::to_i64(index)?).unwrap_or(usize::MAX);
    if let Some(Object::Array(target)) = cx.heap.get(array) {
        // An array may be seen as one of a base type; what is stored must still fit (`ArrayTypeMismatchException`).
        let element = target.element;
        let fits = element == TypeId::OBJECT || item.is_null() || cast::is_instance(cx.heap, item, element);
        if !fits {
            return Err(cx.throw_default(Exc::ArrayTypeMismatch));
        }
    }
    let slot = match cx.heap.get_mut(array) {
        Some(Object::Array(array)) => array.items.get_mut(at).map(|slot| *slot = item),
        Some(Object::Bytes(bytes)) => bytes.get_mut(at).map(|slot| {
            if let Value::Byte(byte) = item {
                *slot = byte;
            }
        }),
        _ => return Err(fault("not an array")),
    };
    slot.ok_or_else(|| cx.throw_default(Exc::IndexOutOfRange))
}

fn array_length(cx: &mut Cx<'_>, array: Value) -> Result<Value, Throw> {
    let length = match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.len(),
        Some(Object::Bytes(bytes)) => bytes.len(),
        _ => return Err(cx.throw_default(Exc::NullReference)),
    };
    Ok(Value::Int32(i32::try_from(length).unwrap_or(i32::MAX)))
}

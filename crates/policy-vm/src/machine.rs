//! The machine that runs compiled functions: a loop over instructions, frames on an explicit stack, unwinding by table.
//!
//! A call of a function of the program pushes a frame and stays in the loop. Only a library member that calls a delegate
//! (`Select`, `Any` …) enters the loop again; how deep that may nest is bounded by `Budget::depth`.

mod arithmetic;
mod convert;
mod registers;
mod surroundings;
mod unwind;

pub(crate) use convert::to_i64 as integer;
pub(crate) use unwind::{Unwinding, contained};

use crate::bytecode::{CallSite, Code, Constant, Function, MAX_REGISTERS, Op};
use crate::cx::{Budget, Cx, fault};
use crate::exception::{Exc, Throw, Trap};
use crate::host::Ambient;
use crate::step::ExprId;
use crate::value::Value;
use crate::value::heap::{ClosureCode, Heap, Object};
use crate::value::text::Str;

const WINDOW: usize = 256;

const _: () = assert!(MAX_REGISTERS < WINDOW, "a register's number is below the size of the window");

/// The registers of a frame, and some of the stack beyond: indexing it by a byte needs no check.
type Window = [Value; WINDOW];

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
    if function.properties > 0 { properties(cx, code, function) } else { run(cx, code, function, 0) }
}

/// Reads one property of the other, which needs neither registers nor a frame.
fn properties<'a>(cx: &mut Cx<'a>, code: &'a Code, function: &Function) -> Result<Value, Throw> {
    let mut value = Value::Null;
    for op in function.code.iter().take(function.properties + 1) {
        let site = match op {
            Op::LoadView { part, .. } => {
                value = (*part).into();
                continue;
            }
            Op::Call { site, .. } => code.sites.get(usize::from(*site)),
            _ => None,
        };
        let Some(site) = site else { return Err(fault("no such property")) };
        if site.null_check && value.is_null() {
            return Err(cx.throw_default(Exc::NullReference));
        }
        cx.type_args = &site.type_args;
        value = (site.run)(cx, &[value])?;
    }
    Ok(value)
}

/// Calls a delegate that holds a compiled function.
pub(crate) fn invoke(cx: &mut Cx<'_>, delegate: Value, args: &[Value]) -> Result<Value, Throw> {
    let Some(code) = cx.code else { return Err(fault("no program")) };
    let base = cx.top;
    make_room(cx, base)?;
    let Some(Object::Closure(closure)) = cx.heap.get(delegate) else { return Err(fault("not a delegate")) };
    let ClosureCode::Function { program, function, captures } = &closure.code else {
        return Err(fault("not a function"));
    };
    // Delegates do not leave the expression that made them: the result types of expressions exclude them.
    if *program != cx.pool {
        return Err(fault("a delegate of another program"));
    }
    let function = code.functions.get(*function as usize).ok_or(fault("no such function"))?;
    // Paid for as a call is: a list of a million items calls a million times.
    cx.budget.charge(function.code.len(), cx.ambient)?;
    let regs = window(cx.stack, base)?;
    if let ([value], 1, []) = (args, function.params, &**captures) {
        regs[0] = *value;
    } else {
        let params = usize::from(function.params);
        let values = args.iter().take(params).chain(captures.iter());
        regs.iter_mut().zip(values).for_each(|(slot, value)| *slot = *value);
    }
    let Some(depth) = cx.budget.depth.checked_sub(1) else { return Err(Trap::Depth.into()) };
    // Most lambdas need nothing but their registers: `x => x.Id % 3 == 0` is over before a frame would be made for it.
    let pc = registers::run(&function.code, regs, 0, &mut cx.budget, cx.ambient)?;
    if let Some(Op::Return { a }) = function.code.get(pc) {
        return Ok(reg!(regs, *a));
    }
    cx.budget.depth = depth;
    let (type_args, frames) = (cx.type_args, cx.budget.frames);
    let result = run(cx, code, function, pc);
    cx.budget.depth = depth + 1;
    cx.budget.frames = frames;
    cx.type_args = type_args;
    cx.top = base;
    result
}

/// The registers of a frame, once [`make_room`] was asked for them.
#[inline(always)]
fn window(stack: &mut [Value], base: usize) -> Result<&mut Window, Throw> {
    match stack.get_mut(base..).and_then(<[Value]>::first_chunk_mut) {
        Some(window) => Ok(window),
        None => Err(fault("no registers")),
    }
}

/// Sees to it that a frame at `base` has its registers.
#[inline]
fn make_room(cx: &mut Cx<'_>, base: usize) -> Result<(), Throw> {
    if cx.stack.len() < base + WINDOW {
        return grow(cx.stack, cx.heap, base + WINDOW);
    }
    Ok(())
}

/// Registers that each exchange has for nothing.
pub(crate) const REGISTERS_KEPT: usize = 4096;

#[cold]
#[inline(never)]
fn grow(stack: &mut Vec<Value>, heap: &mut Heap, size: usize) -> Result<(), Throw> {
    let paid = stack.len().max(REGISTERS_KEPT);
    heap.charge(size.saturating_sub(paid) * size_of::<Value>())?;
    stack.resize(size, Value::Null);
    Ok(())
}

/// Room for more frames, as long as there may be more.
#[cold]
#[inline(never)]
fn more_frames(frames: &mut Vec<Frame<'_>>, budget: &mut Budget) -> Result<(), Throw> {
    let more = u32::try_from(frames.len().max(4)).unwrap_or(u32::MAX).min(budget.frames);
    if more == 0 {
        return Err(Trap::Depth.into());
    }
    budget.frames -= more;
    frames.reserve_exact(more as usize);
    Ok(())
}

/// Runs a function from `pc` on. Its parameters stand in the registers from `cx.top` on.
///
/// What is here is what nearly every expression consists of. All else is in [`surroundings`] and [`registers`]: the fewer
/// arms this loop has, the more of it stays in the processor's registers, and the sooner it is begun and left.
fn run<'a>(cx: &mut Cx<'a>, code: &'a Code, entry: &'a Function, start: usize) -> Result<Value, Throw> {
    let mut frames: Vec<Frame<'a>> = Vec::new();
    let mut function = entry;
    let mut base = cx.top;
    let mut pc = start;
    cx.top = base + usize::from(function.registers);
    make_room(cx, base)?;
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
            loop {
                let Some(op) = function.code.get(pc) else { return Err(fault("ran past the end")) };
                pc += 1;
                match *op {
                    Op::Move { d, a } => reg!(regs, d) = reg!(regs, a),
                    Op::LoadK { d, value } => match code.constants.get(usize::from(value)) {
                        Some(Constant::Value(value)) => reg!(regs, d) = *value,
                        Some(Constant::Text(text)) => reg!(regs, d) = Value::String(Str { space: cx.pool, ..*text }),
                        Some(Constant::Decimal(decimal)) => {
                            reg!(regs, d) = attempt!(surroundings::object(cx.heap, Object::Decimal(*decimal)));
                        }
                        None => return Err(fault("no such constant")),
                    },
                    Op::LoadI32 { d, value } => reg!(regs, d) = Value::Int32(value),
                    Op::LoadBool { d, value } => reg!(regs, d) = Value::Bool(value),
                    Op::LoadNull { d } => reg!(regs, d) = Value::Null,
                    Op::LoadView { d, part } => reg!(regs, d) = part.into(),

                    Op::EqString { d, a, b } => {
                        reg!(regs, d) =
                            Value::Bool(string_equals(cx.heap, &mut cx.budget, reg!(regs, a), reg!(regs, b)));
                    }
                    Op::EqStringK { d, a, value, negated } => {
                        let Some(Constant::Text(text)) = code.constants.get(usize::from(value)) else {
                            return Err(fault("no such text"));
                        };
                        let equal = match reg!(regs, a) {
                            Value::String(s) => s.len == text.len && literal_equals(cx.heap, s, *text, cx.pool),
                            _ => false,
                        };
                        reg!(regs, d) = Value::Bool(equal != negated);
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
                    | Op::LoopLtI32K { .. }
                    | Op::NextLtI32 { .. }
                    | Op::NextLtI32K { .. } => {
                        pc = attempt!(registers::run(&function.code, regs, pc - 1, &mut cx.budget, cx.ambient));
                    }

                    Op::Call { d, a, n, site } => {
                        let Some(site) = code.sites.get(usize::from(site)) else { return Err(fault("no such call")) };
                        if site.null_check && reg!(regs, a).is_null() {
                            break 'running cx.throw_default(Exc::NullReference);
                        }
                        cx.type_args = &site.type_args;
                        let args = arguments(regs, a);
                        let result = match args.get(..usize::from(n)) {
                            Some(args) => (site.run)(cx, args),
                            None => call_with_many(cx, site, base + usize::from(a), usize::from(n)),
                        };
                        // What ran may have moved the stack.
                        regs = window(cx.stack, base)?;
                        reg!(regs, d) = attempt!(result);
                    }
                    Op::CallFunction { d, a, n, function: callee } => {
                        let Some(callee) = code.functions.get(usize::from(callee)) else {
                            return Err(fault("no such function"));
                        };
                        if frames.len() == frames.capacity() {
                            attempt!(more_frames(&mut frames, &mut cx.budget));
                        }
                        attempt!(cx.charge(callee.code.len()));
                        frames.push(Frame { function, base, pc, destination: d });
                        let from = base + usize::from(a);
                        let next = base + usize::from(function.registers);
                        attempt!(make_room(cx, next));
                        cx.stack.copy_within(from..from + usize::from(n), next);
                        (function, base, pc) = (callee, next, 0);
                        cx.top = base + usize::from(function.registers);
                        regs = window(cx.stack, base)?;
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
                    op => {
                        let next = surroundings::run(cx, code, base, op);
                        regs = window(cx.stack, base)?;
                        if let Some(to) = attempt!(next) {
                            pc = to as usize;
                        }
                    }
                }
            }
        };
        // Unwinding: the innermost handler of the innermost frame that wants the exception.
        let Throw::Exception(exception) = thrown else { return Err(thrown) };
        unwind::decide(cx, code, exception)?;
        loop {
            if let Some(handler) = unwind::handler(cx, function, base, pc, exception) {
                let regs = window(cx.stack, base)?;
                reg!(regs, handler.register) = Value::Object(exception);
                pc = handler.target as usize;
                break;
            }
            let Some(frame) = frames.pop() else {
                cx.top = bottom;
                cx.unwinding.leave_from(bottom);
                return Err(thrown);
            };
            (function, base, pc) = (frame.function, frame.base, frame.pc);
            cx.top = base + usize::from(function.registers);
        }
    }
}

const FEW: usize = 4;

/// A copy of fixed size is cheaper than one of the exact number of arguments.
#[inline]
fn arguments(regs: &Window, a: u8) -> [Value; FEW] {
    let from = usize::from(a).min(WINDOW - FEW);
    match regs[from..].first_chunk() {
        Some(args) => *args,
        None => [Value::Null; FEW],
    }
}

/// Calls a library member with more arguments than most have; they stand at `from`.
#[cold]
#[inline(never)]
fn call_with_many(cx: &mut Cx<'_>, site: &CallSite, from: usize, count: usize) -> Result<Value, Throw> {
    let args: Vec<Value> = cx.stack.get(from..from + count).unwrap_or_default().to_vec();
    (site.run)(cx, &args)
}

/// Counts the instructions of a loop's turn.
#[inline]
fn count_loop(budget: &mut Budget, ambient: &dyn Ambient, pc: usize, to: u32) -> Result<(), Throw> {
    budget.charge(pc.saturating_sub(to as usize), ambient)
}

#[inline(never)]
fn string_equals(heap: &Heap, budget: &mut Budget, a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) if a.len == b.len => {
            budget.compared(a.len());
            heap.text(a).equals(heap.text(b))
        }
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

/// Whether a string is a literal of a program.
#[inline(never)]
fn literal_equals(heap: &Heap, a: Str, literal: Str, pool: u16) -> bool {
    heap.text(a).equals(heap.text(Str { space: pool, ..literal }))
}

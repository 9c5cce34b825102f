//! Which handler an exception goes to.
//!
//! .NET goes over the stack twice: first it looks for the `catch` that takes the exception, and runs the conditions on the
//! way; then it runs the `finally` blocks in between. The frames are spread over several loops of the machine, one for each
//! library member that calls a delegate, so the first pass does not go over them but over a list of the `try` statements
//! that are entered. Only expressions in which a `catch` has a condition keep that list.

use crate::bytecode::{Code, Function, Handler};
use crate::cx::{Cx, fault};
use crate::exception::{Throw, Trap};
use crate::value::heap::Object;
use crate::value::{Ref, Value, cast};

/// A `try` that is entered.
#[derive(Clone, Copy)]
pub(super) struct Guard {
    /// Where the registers of its frame begin: no two frames begin at one place.
    pub(super) base: usize,
    /// How many guards of that frame it stands in.
    pub(super) level: u8,
    pub(super) function: u16,
    /// Which of the function's it is.
    pub(super) id: i32,
}

/// What the first pass found.
struct Decision {
    exception: Ref,
    /// The frame, its guard and the number of the `catch`; none when nobody wants it.
    taken: Option<(usize, i32, u16)>,
    /// Guards that are still entered.
    height: usize,
}

/// The state of both passes; none before the first `try` that keeps the list is entered, as in nearly all evaluations.
#[derive(Default)]
pub(crate) struct Unwinding(Option<Box<State>>);

#[derive(Default)]
struct State {
    guards: Vec<Guard>,
    /// Exceptions on their way: an exception thrown in a `finally` block joins the one it runs for.
    decided: Vec<Decision>,
    /// The guards below are out of sight: what runs now lets no exception out.
    floor: usize,
    /// The frame in which a condition runs: its handlers are not for it.
    filter: Option<usize>,
}

impl Unwinding {
    pub(super) fn enter(&mut self, guard: Guard) {
        self.0.get_or_insert_default().guards.push(guard);
    }

    pub(super) fn leave(&mut self) {
        if let Some(state) = &mut self.0 {
            state.guards.pop();
        }
    }

    /// Leaves the guards of all frames that begin at `bottom` or later.
    pub(super) fn leave_from(&mut self, bottom: usize) {
        if let Some(state) = &mut self.0 {
            state.leave_while(|guard| guard.base >= bottom);
        }
    }

    /// An exception that is thrown again looks for its `catch` anew.
    pub(super) fn forget(&mut self, exception: Ref) {
        if let Some(state) = &mut self.0 {
            state.forget(exception);
        }
    }
}

impl State {
    fn leave_while(&mut self, gone: impl Fn(&Guard) -> bool) {
        while self.guards.len() > self.floor && self.guards.last().is_some_and(&gone) {
            self.guards.pop();
        }
    }

    fn forget(&mut self, exception: Ref) {
        self.decided.retain(|decision| decision.exception != exception);
    }

    /// Goes on at a handler of the frame at `base`.
    fn land(&mut self, base: usize, handler: &Handler, exception: Ref) {
        self.leave_while(|guard| guard.base > base || guard.base == base && guard.level >= handler.level);
        let height = self.guards.len();
        if handler.clause.is_some() {
            self.forget(exception);
            // Whatever was on its way further in was replaced by this one.
            self.decided.retain(|decision| decision.height <= height);
        } else if let Some(decision) = self.decided.iter_mut().find(|decision| decision.exception == exception) {
            decision.height = height;
        }
    }
}

/// Runs what lets no exception out: it gives another one instead.
pub(crate) fn contained<'a, T>(cx: &mut Cx<'a>, run: impl FnOnce(&mut Cx<'a>) -> T) -> T {
    let hidden = |state: &mut Box<State>| std::mem::replace(&mut state.floor, state.guards.len());
    let floor = cx.unwinding.0.as_mut().map(hidden);
    let result = run(cx);
    if let Some(state) = &mut cx.unwinding.0 {
        state.floor = floor.unwrap_or_default();
    }
    result
}

/// The first pass: finds the `catch` that takes an exception, unless that is known already.
#[cold]
pub(super) fn decide<'a>(cx: &mut Cx<'a>, code: &'a Code, exception: Ref) -> Result<(), Throw> {
    if let Some(Object::Exception(object)) = cx.heap.object_mut(exception) {
        object.thrown = true;
    }
    let Some(state) = &cx.unwinding.0 else { return Ok(()) };
    let (floor, height) = (state.floor, state.guards.len());
    if height <= floor || state.decided.iter().any(|decision| decision.exception == exception) {
        return Ok(());
    }
    let Object::Exception(object) = cx.heap.object(exception) else { return Ok(()) };
    let ty = object.ty;
    let mut taken = None;
    for at in (floor..height).rev() {
        let Some(guard) = cx.unwinding.0.as_ref().and_then(|state| state.guards.get(at).copied()) else { break };
        let function = code.functions.get(usize::from(guard.function)).ok_or(fault("no such function"))?;
        taken = clause_for(cx, code, function, guard, ty, exception)?.map(|number| (guard.base, guard.id, number));
        if taken.is_some() {
            break;
        }
    }
    cx.unwinding.0.get_or_insert_default().decided.push(Decision { exception, taken, height });
    Ok(())
}

/// The first `catch` of a guard that takes an exception.
fn clause_for<'a>(
    cx: &mut Cx<'a>,
    code: &'a Code,
    function: &'a Function,
    guard: Guard,
    ty: crate::types::TypeId,
    exception: Ref,
) -> Result<Option<u16>, Throw> {
    let mut next = 0;
    for handler in &function.handlers {
        // A range with gaps has several handlers for each `catch`.
        let Some(clause) = handler.clause.filter(|c| c.guard == guard.id && c.number >= next) else { continue };
        next = clause.number + 1;
        if !cast::is_assignable(ty, handler.ty) {
            continue;
        }
        let accepted = match clause.filter {
            Some(at) => accepts(cx, code, function, guard.base, at as usize, (handler.register, exception))?,
            None => true,
        };
        if accepted {
            return Ok(Some(clause.number));
        }
    }
    Ok(None)
}

/// Runs the condition of a `catch`. Its frame has others above it, so it works on a copy of the registers at the top of the
/// stack. What it throws is lost, and says no.
fn accepts<'a>(
    cx: &mut Cx<'a>,
    code: &'a Code,
    function: &'a Function,
    frame: usize,
    at: usize,
    (register, exception): (u8, Ref),
) -> Result<bool, Throw> {
    let (top, count) = (cx.top, usize::from(function.registers));
    let Some(depth) = cx.budget.depth.checked_sub(1) else { return Err(Trap::Depth.into()) };
    cx.charge(function.code.len())?;
    super::make_room(cx, top)?;
    cx.stack.copy_within(frame..frame + count, top);
    if let Some(slot) = cx.stack.get_mut(top + usize::from(register)) {
        *slot = Value::Object(exception);
    }
    let (type_args, frames) = (cx.type_args, cx.budget.frames);
    cx.budget.depth = depth;
    let filter = cx.unwinding.0.get_or_insert_default().filter.replace(top);
    let result = contained(cx, |cx| super::run(cx, code, function, at));
    cx.unwinding.0.get_or_insert_default().filter = filter;
    cx.budget.depth = depth + 1;
    cx.budget.frames = frames;
    cx.type_args = type_args;
    cx.top = top;
    cx.stack.copy_within(top..top + count, frame);
    match result {
        Ok(value) => Ok(value == Value::Bool(true)),
        Err(Throw::Exception(lost)) => {
            cx.unwinding.forget(lost);
            Ok(false)
        }
        Err(trap) => Err(trap),
    }
}

/// The second pass: the innermost handler of a frame that is for the exception.
#[cold]
pub(super) fn handler<'a>(
    cx: &mut Cx<'_>,
    function: &'a Function,
    base: usize,
    pc: usize,
    exception: Ref,
) -> Option<&'a Handler> {
    let Object::Exception(object) = cx.heap.object(exception) else { return None };
    let state = cx.unwinding.0.as_ref();
    if state.is_some_and(|state| state.filter == Some(base)) {
        return None;
    }
    // `pc` is already past the instruction that threw.
    let at = u32::try_from(pc).ok()?.checked_sub(1)?;
    let taken = state.and_then(|state| state.decided.iter().find(|d| d.exception == exception)?.taken);
    let found = function.handlers.iter().find(|handler| {
        let wanted = match handler.clause {
            Some(clause) => taken == Some((base, clause.guard, clause.number)),
            None => cast::is_assignable(object.ty, handler.ty),
        };
        wanted && handler.start <= at && at < handler.end
    })?;
    if let Some(state) = &mut cx.unwinding.0 {
        state.land(base, found, exception);
    }
    Some(found)
}

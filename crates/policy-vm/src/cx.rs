//! What a native function works with: the heap, the call, time, randomness, and the way back into the machine.

use std::fmt::Display;

use crate::engine::Limits;
use crate::exception::{Exc, ExceptionObject, Throw, Trap};
use crate::exchange::Call;
use crate::host::Ambient;
use crate::library::{self, DefId};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::{ClosureCode, Heap, Object};
use crate::value::text::{Str, TextBuf, TextRef};

/// The surroundings of a running expression.
pub struct Cx<'a> {
    /// Texts and objects.
    pub heap: &'a mut Heap,
    /// Messages, variables, what is known of the caller.
    pub call: &'a mut Call,
    /// Time and randomness.
    pub ambient: &'a dyn Ambient,
    /// Registers of running functions.
    pub(crate) stack: &'a mut Vec<Value>,
    /// Where the registers of the next function begin.
    pub(crate) top: usize,
    /// The program whose expression runs.
    pub(crate) code: Option<&'a crate::bytecode::Code>,
    /// The number of that program's literals in the heap.
    pub(crate) pool: u16,
    /// What is left of the budgets.
    pub(crate) budget: Budget,
    /// Type arguments of the member being called: those of its type, then its own.
    pub(crate) type_args: &'a [TypeId],
    /// What the member being called gave to its `out` and `ref` arguments, in order.
    pub(crate) outs: [Value; MAX_OUTS],
    /// Exceptions on their way, and the `try` statements that may take them.
    pub(crate) unwinding: crate::machine::Unwinding,
}

/// No library member has more `out` and `ref` parameters.
pub const MAX_OUTS: usize = 4;

/// Instructions between two looks at the clock.
const BETWEEN_LOOKS: u64 = 1 << 16;

/// What an expression may use.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Instructions left.
    pub instructions: u64,
    /// Calls that may still be nested.
    pub depth: u32,
    /// Time it may take, in microseconds.
    pub micros: u64,
    /// When it must end, by [`Ambient::monotonic_micros`]. Unknown until the clock is first looked at: most expressions
    /// end long before, and never ask what time it is.
    pub deadline_micros: Option<u64>,
    /// Steps left to regular expressions.
    pub regex_steps: u64,
    /// Frames of the program's own functions that may still be nested, in all entries of the machine together.
    pub frames: u32,
}

/// What the expressions of an exchange may still use together: each alone is within its budget, and a loop of policies may
/// evaluate any number of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Allowance {
    instructions: u64,
    regex_steps: u64,
    /// Own time, in microseconds: that of expressions which looked at the clock, and of policies in long loops.
    micros: u64,
}

impl Allowance {
    /// What an exchange begins with.
    pub(crate) fn new(limits: &Limits) -> Self {
        let budgets = u64::from(limits.expressions);
        Self {
            instructions: limits.instructions.saturating_mul(budgets),
            regex_steps: limits.regex_steps.saturating_mul(budgets),
            micros: limits.run_micros,
        }
    }

    /// The budget of the next expression: that of one, as far as there is so much left.
    pub(crate) fn budget(&self, limits: &Limits) -> Budget {
        Budget {
            instructions: limits.instructions.min(self.instructions),
            depth: limits.depth,
            micros: limits.micros.min(self.micros),
            deadline_micros: None,
            regex_steps: limits.regex_steps.min(self.regex_steps),
            frames: MAX_FRAMES,
        }
    }

    /// Counts what an expression used of its budget.
    pub(crate) fn take(&mut self, before: &Budget, after: &Budget, ambient: &dyn Ambient) {
        self.instructions -= before.instructions.saturating_sub(after.instructions).min(self.instructions);
        self.regex_steps -= before.regex_steps.saturating_sub(after.regex_steps).min(self.regex_steps);
        if let Some(deadline) = after.deadline_micros {
            let began = deadline.saturating_sub(after.micros);
            self.take_time(ambient.monotonic_micros().saturating_sub(began));
        }
    }

    /// The own time that is left, in microseconds.
    pub(crate) const fn micros(&self) -> u64 {
        self.micros
    }

    /// Counts own time. When it is over, so is all else: what is tried again and again fails at once.
    #[cold]
    pub(crate) fn take_time(&mut self, micros: u64) {
        self.micros = self.micros.saturating_sub(micros);
        if self.micros == 0 {
            (self.instructions, self.regex_steps) = (0, 0);
        }
    }

    /// Lets an error handler evaluate something when all is used up.
    pub(crate) fn keep_free(&mut self, limits: &Limits) {
        self.instructions = self.instructions.max(limits.instructions);
        self.regex_steps = self.regex_steps.max(limits.regex_steps);
        self.micros = self.micros.max(limits.micros);
    }
}

/// Frames of the program's own functions that may be nested in one evaluation.
pub(crate) const MAX_FRAMES: u32 = 10_000;

/// Units that are compared within one instruction.
pub(crate) const AT_ONCE: usize = 64;

impl Budget {
    /// Counts `steps` instructions, and looks at the clock once in a while.
    #[inline]
    pub(crate) fn charge(&mut self, steps: usize, ambient: &dyn Ambient) -> Result<(), Throw> {
        let before = self.instructions;
        let Some(left) = before.checked_sub(steps as u64) else { return Err(Trap::Instructions.into()) };
        self.instructions = left;
        if before / BETWEEN_LOOKS != left / BETWEEN_LOOKS {
            return self.look_at_clock(ambient);
        }
        Ok(())
    }

    /// Counts the comparison of long texts. It stops nothing itself: what is used up stops the next that is counted, and
    /// all that a budget can compare in that way is over before anybody could look at a clock.
    #[inline]
    pub(crate) fn compared(&mut self, units: usize) {
        if units > AT_ONCE {
            self.instructions = self.instructions.saturating_sub(units as u64 / 16);
        }
    }

    #[cold]
    fn look_at_clock(&mut self, ambient: &dyn Ambient) -> Result<(), Throw> {
        let now = ambient.monotonic_micros();
        let end = *self.deadline_micros.get_or_insert(now.saturating_add(self.micros));
        if now > end { Err(Trap::Time.into()) } else { Ok(()) }
    }
}

impl Cx<'_> {
    /// Counts `steps` instructions of work done inside a native function; call it in loops over input.
    ///
    /// # Errors
    /// [`Trap::Instructions`] when the budget is exhausted, [`Trap::Time`] when the time is over.
    #[inline]
    pub fn charge(&mut self, steps: usize) -> Result<(), Throw> {
        self.budget.charge(steps, self.ambient)
    }

    /// The n-th type argument of the member being called: those of its type first, then its own.
    #[must_use]
    pub fn type_arg(&self, index: usize) -> TypeId {
        self.type_args.get(index).copied().unwrap_or(TypeId::OBJECT)
    }

    /// Sets the n-th `out` or `ref` argument, counted over those only.
    pub fn set_out(&mut self, index: usize, value: Value) {
        if let Some(slot) = self.outs.get_mut(index) {
            *slot = value;
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn text(&self, s: Str) -> TextRef<'_> {
        self.heap.text(s)
    }

    /// A new string value.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn string(&mut self, text: &str) -> Result<Value, Throw> {
        Ok(Value::String(self.heap.new_str(text)?))
    }

    /// A new string value from a buffer.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn string_buf(&mut self, buf: &TextBuf) -> Result<Value, Throw> {
        Ok(Value::String(self.heap.new_buf(buf)?))
    }

    /// A new exception of a type with a message.
    #[cold]
    pub fn throw(&mut self, exception: Exc, message: impl Display) -> Throw {
        self.throw_object(exception, message.to_string(), None)
    }

    /// A new exception of a type with its standard message.
    #[cold]
    pub fn throw_default(&mut self, exception: Exc) -> Throw {
        self.throw_object(exception, exception.describe().2.to_owned(), None)
    }

    /// `ArgumentNullException`: `Value cannot be null. (Parameter 'x')`.
    #[cold]
    pub fn argument_null(&mut self, parameter: &str) -> Throw {
        self.throw_argument(Exc::ArgumentNull, "Value cannot be null.", parameter)
    }

    /// An `ArgumentException` or one derived from it, with the parameter's name as .NET appends it.
    #[cold]
    pub fn throw_argument(&mut self, exception: Exc, message: &str, parameter: &str) -> Throw {
        self.throw_object(exception, format!("{message} (Parameter '{parameter}')"), Some(parameter.into()))
    }

    /// An `ArgumentException` or one derived from it with a whole message, the parameter's name included.
    pub fn throw_with_parameter(&mut self, exception: Exc, message: String, parameter: &str) -> Throw {
        self.throw_object(exception, message, Some(parameter.into()))
    }

    fn throw_object(&mut self, exception: Exc, message: String, parameter: Option<Box<str>>) -> Throw {
        let ty = exception_type(exception);
        let object =
            ExceptionObject { ty, message: message.into(), inner: Value::Null, parameter, thrown: true, set: None };
        match self.heap.new_object(Object::Exception(Box::new(object))) {
            Ok(handle) => Throw::Exception(handle),
            Err(trap) => Throw::Trap(trap),
        }
    }

    /// Calls a delegate.
    ///
    /// # Errors
    /// What it throws; `NullReferenceException` for null.
    pub fn invoke(&mut self, delegate: Value, args: &[Value]) -> Result<Value, Throw> {
        let Some(Object::Closure(closure)) = self.heap.get(delegate) else {
            return Err(self.throw_default(Exc::NullReference));
        };
        match &closure.code {
            &ClosureCode::Native { run, receiver: None } => {
                self.charge(1)?;
                run(self, args)
            }
            &ClosureCode::Native { run, receiver: Some(receiver) } => {
                self.charge(1)?;
                let mut all = vec![receiver];
                all.extend_from_slice(args);
                run(self, &all)
            }
            ClosureCode::Function { .. } => crate::machine::invoke(self, delegate, args),
            ClosureCode::List(all) => {
                let mut last = Value::Null;
                for one in all.clone() {
                    self.charge(1)?;
                    last = self.invoke(one, args)?;
                }
                Ok(last)
            }
        }
    }

    /// A string argument that must not be null.
    ///
    /// # Errors
    /// `ArgumentNullException` naming `parameter`.
    pub fn string_arg(&mut self, args: &[Value], index: usize, parameter: &str) -> Result<Str, Throw> {
        match args.get(index) {
            Some(Value::String(s)) => Ok(*s),
            Some(Value::Null) | None => Err(self.argument_null(parameter)),
            Some(_) => Err(fault("a string was expected")),
        }
    }

    /// An optional string argument.
    #[must_use]
    pub fn string_opt(&self, args: &[Value], index: usize) -> Option<Str> {
        match args.get(index) {
            Some(Value::String(s)) => Some(*s),
            _ => None,
        }
    }
}

/// The receiver or a string argument that the compiler made sure of.
///
/// # Errors
/// A fault of the machine when it is none.
pub fn as_str(args: &[Value], index: usize) -> Result<Str, Throw> {
    match args.get(index) {
        Some(Value::String(s)) => Ok(*s),
        _ => Err(fault("a string was expected")),
    }
}

/// An `int` argument.
///
/// # Errors
/// A fault of the machine when it is none.
pub fn as_i32(args: &[Value], index: usize) -> Result<i32, Throw> {
    match args.get(index) {
        Some(Value::Int32(n)) => Ok(*n),
        _ => Err(fault("an int was expected")),
    }
}

/// A `bool` argument.
///
/// # Errors
/// A fault of the machine when it is none.
pub fn as_bool(args: &[Value], index: usize) -> Result<bool, Throw> {
    match args.get(index) {
        Some(Value::Bool(b)) => Ok(*b),
        _ => Err(fault("a bool was expected")),
    }
}

/// The n-th argument, null when there is none.
#[must_use]
pub fn arg(args: &[Value], index: usize) -> Value {
    args.get(index).copied().unwrap_or(Value::Null)
}

/// A fault of the machine itself.
#[must_use]
pub const fn fault(what: &'static str) -> Throw {
    Throw::Trap(Trap::Fault(what))
}

/// The registered type of an exception.
#[must_use]
pub fn exception_type(exception: Exc) -> TypeId {
    library::get().find_full(exception.describe().0).map_or(TypeId::EXCEPTION, |DefId(id)| TypeId(id))
}

/// Support for the unit tests of native functions.
#[cfg(test)]
pub(crate) mod check {
    use super::*;

    struct Fixed;

    impl Ambient for Fixed {
        fn now_ticks(&self) -> i64 {
            638_505_760_891_234_567 // 2024-05-06T07:08:09.1234567Z
        }
        fn monotonic_micros(&self) -> u64 {
            0
        }
        fn random(&self, bytes: &mut [u8]) {
            bytes.fill(4);
        }
    }

    /// Runs `test` with a fresh heap and call, generous budgets and a fixed clock.
    pub(crate) fn with_cx<T>(type_args: &[TypeId], test: impl FnOnce(&mut Cx<'_>) -> T) -> T {
        let mut heap = Heap::new(64 << 20, 8 << 20);
        let mut call = Call::default();
        let mut stack = Vec::new();
        let budget = Budget {
            instructions: 10_000_000,
            depth: 200,
            micros: u64::MAX,
            deadline_micros: None,
            regex_steps: 10_000_000,
            frames: MAX_FRAMES,
        };
        let mut cx = Cx {
            heap: &mut heap,
            call: &mut call,
            ambient: &Fixed,
            stack: &mut stack,
            top: 0,
            code: None,
            pool: 0,
            budget,
            type_args,
            outs: [Value::Null; MAX_OUTS],
            unwinding: crate::machine::Unwinding::default(),
        };
        test(&mut cx)
    }

    /// Calls a native function with string, number or null arguments made by `args` and shows its result: the text of
    /// a value, or `Type: message` of the exception.
    pub(crate) fn call(run: library::NativeFn, args: impl FnOnce(&mut Cx<'_>) -> Vec<Value>) -> String {
        with_cx(&[], |cx| {
            let args = args(cx);
            match run(cx, &args) {
                Ok(value) => show(cx, value),
                Err(throw) => show_throw(cx, throw),
            }
        })
    }

    pub(crate) fn show(cx: &mut Cx<'_>, value: Value) -> String {
        match crate::value::behaviour::to_text(cx, value) {
            Ok(s) => cx.text(s).to_utf8().into_owned(),
            Err(throw) => show_throw(cx, throw),
        }
    }

    pub(crate) fn show_throw(cx: &Cx<'_>, throw: Throw) -> String {
        match throw {
            Throw::Exception(handle) => match cx.heap.object(handle) {
                Object::Exception(e) => format!("{}: {}", crate::types::net_name(e.ty), e.message),
                _ => "not an exception".to_owned(),
            },
            Throw::Trap(trap) => format!("trap: {trap}"),
        }
    }
}

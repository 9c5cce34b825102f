//! The instructions that expressions are compiled to, all from one table.
//!
//! A function works on up to 250 registers of its frame, each a [`Value`](crate::value::Value). The compiler knows every
//! type, so an instruction says what it works on and looks nothing up. Every instruction takes eight bytes; the machine's
//! loop is one `match` over them.

mod disassemble;

use std::fmt;

use crate::library::{FindText, NativeFn, Place};
use crate::types::TypeId;
use crate::value::text::Str;
use crate::value::{Part, View};

pub use disassemble::disassemble;

/// Registers a function may use; calls of native functions copy from them, so all must have a one-byte number.
pub const MAX_REGISTERS: usize = 250;

/// All of a program's functions and what their instructions refer to by number.
#[derive(Debug, Default)]
pub struct Code {
    /// The functions.
    pub functions: Vec<Function>,
    /// Calls of library members.
    pub sites: Vec<CallSite>,
    /// Types named by casts, tests and creations.
    pub types: Vec<TypeId>,
    /// Constants that are not small.
    pub constants: Vec<Constant>,
    /// Reading a variable that does not exist throws.
    pub strict_variables: bool,
}

/// A constant of a program.
#[derive(Debug, Clone, Copy)]
pub enum Constant {
    /// Needs no heap.
    Value(crate::value::Value),
    /// A literal of the program's own pool; the machine fills in the pool's number.
    Text(Str),
    /// `System.Decimal`, which lives in the heap.
    Decimal(rust_decimal::Decimal),
}

/// A compiled function: an expression, a block, a lambda or a local function.
#[derive(Debug, Default, Clone)]
pub struct Function {
    /// What it is, for listings.
    pub name: String,
    /// The instructions.
    pub code: Vec<Op>,
    /// Registers in use.
    pub registers: u16,
    /// Parameters: registers 0 and up. Captured values follow them.
    pub params: u8,
    /// Guarded ranges, innermost first.
    pub handlers: Vec<Handler>,
    /// How many properties it reads, one of the other, when it does nothing but that: see [`properties`].
    pub properties: usize,
    /// Where the text is that it gives, when it does nothing but read it: see [`lent`].
    pub lent: Option<(View, FindText)>,
}

/// The number of properties read by code that loads a part of the context, reads a property of it, perhaps one of what that
/// gave, and returns what came last (`context.Subscription.Id`): two of five expressions are such. 0 for any other code.
#[must_use]
pub fn properties(code: &[Op]) -> usize {
    let [Op::LoadView { d, .. }, rest @ ..] = code else { return 0 };
    let mut last = *d;
    for (count, op) in rest.iter().enumerate() {
        match *op {
            Op::Call { d, a, n: 1, .. } if a == last => last = d,
            Op::Return { a } if a == last => return count,
            _ => return 0,
        }
    }
    0
}

/// Where the text is that is all [`properties`] come to, in parts of the context that are known without running anything.
#[must_use]
pub fn lent(code: &[Op], sites: &[CallSite]) -> Option<(View, FindText)> {
    let (last, before) = code.get(..=properties(code))?.split_last()?;
    let place = |op: &Op| match op {
        Op::LoadView { part, .. } => Some(Place::Part(*part)),
        Op::Call { site, .. } => sites.get(usize::from(*site))?.place,
        _ => None,
    };
    let (Some(Place::Text(find)), Some(Place::Part(part))) = (place(last), place(before.last()?)) else { return None };
    Some((View { part, index: 0 }, find))
}

/// A range of instructions whose exceptions are caught.
#[derive(Debug, Clone, Copy)]
pub struct Handler {
    /// First instruction.
    pub start: u32,
    /// After the last instruction.
    pub end: u32,
    /// Where to go on.
    pub target: u32,
    /// Gets the exception.
    pub register: u8,
    /// Only exceptions of this type.
    pub ty: TypeId,
    /// How many guards of the function are entered around the range.
    pub level: u8,
    /// The `catch` that this is, in an expression where one has a condition: it wants only what was decided to be its own.
    pub clause: Option<Clause>,
}

/// A `catch` of a `try` that is a guard.
#[derive(Debug, Clone, Copy)]
pub struct Clause {
    /// The `try`, by the number that its [`Op::Guard`] has.
    pub guard: i32,
    /// Its place among those of the `try`.
    pub number: u16,
    /// Only exceptions of this type.
    pub ty: TypeId,
    /// Where its condition begins, which ends with a `Return`.
    pub filter: Option<u32>,
}

/// A call of a library member.
#[derive(Clone)]
pub struct CallSite {
    /// What runs.
    pub run: NativeFn,
    /// Type arguments of the member's type and of the member.
    pub type_args: Box<[TypeId]>,
    /// The member's signature, for listings.
    pub signature: &'static str,
    /// The receiver must not be null.
    pub null_check: bool,
    /// Where in the exchange the getter finds what it gives.
    pub place: Option<Place>,
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.signature)
    }
}

/// Arithmetic and comparison on the less frequent types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the C# operator of that name")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    And,
    Or,
    Xor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// The type both operands have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the C# type of that name")]
pub enum Num {
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
    Decimal,
    Bool,
    /// Two values of the same enumeration.
    Enum,
}

/// A numeric type, as source or target of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the C# type of that name")]
pub enum Prim {
    Char,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
    Decimal,
}

/// Defines [`Op`] and how it is listed. Kinds of operands: `reg` a register, `to` an instruction, `k` a constant,
/// `site` a call, `ty` a type, `func` a function, `n` a count, `imm` a number, `small` one of two bytes, `tag` anything with a Debug form.
macro_rules! instructions {
    ($($(#[doc = $doc:literal])+ $name:ident { $($field:ident : $kind:ident $(($ty:ty))?),* })*) => {
        /// An instruction.
        #[derive(Debug, Clone, Copy)]
        #[expect(missing_docs, reason = "operands are named by their role: d destination, a and b sources, to target")]
        pub enum Op {
            $($(#[doc = $doc])+ $name { $($field: instructions!(@type $kind $($ty)?)),* },)*
        }

        impl Op {
            /// Name and operands, for listings.
            pub(crate) fn parts(&self) -> (&'static str, Vec<Operand>) {
                match *self {
                    $(Self::$name { $($field),* } => {
                        (stringify!($name), vec![$(instructions!(@operand $kind $field)),*])
                    })*
                }
            }
        }
    };
    (@type reg) => { u8 };
    (@type n) => { u8 };
    (@type to) => { u32 };
    (@type k) => { u16 };
    (@type site) => { u16 };
    (@type ty) => { u16 };
    (@type func) => { u16 };
    (@type imm) => { i32 };
    (@type small) => { i16 };
    (@type tag $ty:ty) => { $ty };
    (@operand reg $f:ident) => { Operand::Register($f) };
    (@operand n $f:ident) => { Operand::Number(i64::from($f)) };
    (@operand imm $f:ident) => { Operand::Number(i64::from($f)) };
    (@operand small $f:ident) => { Operand::Number(i64::from($f)) };
    (@operand to $f:ident) => { Operand::Target($f) };
    (@operand k $f:ident) => { Operand::Constant($f) };
    (@operand site $f:ident) => { Operand::Site($f) };
    (@operand ty $f:ident) => { Operand::Type($f) };
    (@operand func $f:ident) => { Operand::Function($f) };
    (@operand tag $f:ident) => { Operand::Tag(format!("{:?}", $f)) };
}

/// An operand of an instruction, for listings.
pub(crate) enum Operand {
    Register(u8),
    Number(i64),
    Target(u32),
    Constant(u16),
    Site(u16),
    Type(u16),
    Function(u16),
    Tag(String),
}

instructions! {
    /// d = a
    Move { d: reg, a: reg }
    /// d = constant
    LoadK { d: reg, value: k }
    /// d = a small int
    LoadI32 { d: reg, value: imm }
    /// d = true or false
    LoadBool { d: reg, value: tag(bool) }
    /// d = null
    LoadNull { d: reg }
    /// d = a part of the context
    LoadView { d: reg, part: tag(Part) }
    /// d = default(T)
    LoadDefault { d: reg, ty: ty }
    /// d = typeof(T)
    LoadType { d: reg, ty: ty }

    /// d = a + b
    AddI32 { d: reg, a: reg, b: reg }
    /// d = a - b
    SubI32 { d: reg, a: reg, b: reg }
    /// d = a * b
    MulI32 { d: reg, a: reg, b: reg }
    /// d = a + number
    AddI32K { d: reg, a: reg, value: imm }
    /// d = a * number
    MulI32K { d: reg, a: reg, value: imm }
    /// d = a / number, neither 0 nor -1
    DivI32K { d: reg, a: reg, value: imm }
    /// d = a % number, neither 0 nor -1
    RemI32K { d: reg, a: reg, value: imm }
    /// d = a + b
    AddI64 { d: reg, a: reg, b: reg }
    /// d = a - b
    SubI64 { d: reg, a: reg, b: reg }
    /// d = a * b
    MulI64 { d: reg, a: reg, b: reg }
    /// d = a + b
    AddF64 { d: reg, a: reg, b: reg }
    /// d = a - b
    SubF64 { d: reg, a: reg, b: reg }
    /// d = a * b
    MulF64 { d: reg, a: reg, b: reg }
    /// d = a op b, wrapping
    Binary { op: tag(BinOp), num: tag(Num), d: reg, a: reg, b: reg }
    /// d = a op b, throwing on overflow
    BinaryChecked { op: tag(BinOp), num: tag(Num), d: reg, a: reg, b: reg }
    /// d = -a
    Negate { num: tag(Num), checked: tag(bool), d: reg, a: reg }
    /// d = ~a
    Complement { num: tag(Num), d: reg, a: reg }
    /// d = !a
    Not { d: reg, a: reg }
    /// d = (to)a
    Convert { from: tag(Prim), into: tag(Prim), checked: tag(bool), d: reg, a: reg }
    /// d = an enumeration's value
    ToEnum { d: reg, a: reg, ty: ty }
    /// d = the number of an enumeration's value, as an int or a long
    FromEnum { d: reg, a: reg, wide: tag(bool) }

    /// d = a == b
    EqI32 { d: reg, a: reg, b: reg }
    /// d = a == number
    EqI32K { d: reg, a: reg, value: imm }
    /// d = a < b
    LtI32 { d: reg, a: reg, b: reg }
    /// d = a == b on strings, nulls allowed
    EqString { d: reg, a: reg, b: reg }
    /// d = a != b on strings, nulls allowed
    NeString { d: reg, a: reg, b: reg }
    /// d = a equals the text `value`, or does not if negated
    EqStringK { d: reg, a: reg, value: k, negated: tag(bool) }
    /// d = the same object, or both null
    EqReference { d: reg, a: reg, b: reg }
    /// d = a is null
    IsNull { d: reg, a: reg }
    /// d = a is not null
    IsNotNull { d: reg, a: reg }
    /// d = the n values from a on, as one string
    Concat { d: reg, a: reg, n: n }
    /// d = a formatted (the format in b, or null), aligned to `width`
    Format { d: reg, a: reg, b: reg, width: imm }

    /// go to `to`
    Jump { to: to }
    /// go back to `to`, counting the instructions of the loop
    Loop { to: to }
    /// go to `to` if a
    JumpIf { a: reg, to: to }
    /// go to `to` if not a
    JumpIfNot { a: reg, to: to }
    /// go to `to` if a is null
    JumpIfNull { a: reg, to: to }
    /// go to `to` if a is not null
    JumpIfNotNull { a: reg, to: to }
    /// go to `to` if a < b
    JumpLtI32 { a: reg, b: reg, to: to }
    /// go to `to` if a >= b
    JumpGeI32 { a: reg, b: reg, to: to }
    /// go to `to` if a == b
    JumpEqI32 { a: reg, b: reg, to: to }
    /// go to `to` if a != b
    JumpNeI32 { a: reg, b: reg, to: to }
    /// go to `to` if a < number
    JumpLtI32K { a: reg, value: small, to: to }
    /// go to `to` if a >= number
    JumpGeI32K { a: reg, value: small, to: to }
    /// go to `to` if a == number
    JumpEqI32K { a: reg, value: small, to: to }
    /// go to `to` if a != number
    JumpNeI32K { a: reg, value: small, to: to }
    /// go back to `to` if a < b, counting the instructions of the loop
    LoopLtI32 { a: reg, b: reg, to: to }
    /// go back to `to` if a < number, counting the instructions of the loop
    LoopLtI32K { a: reg, value: small, to: to }
    /// a = a + 1, then as LoopLtI32
    NextLtI32 { a: reg, b: reg, to: to }
    /// a = a + 1, then as LoopLtI32K
    NextLtI32K { a: reg, value: small, to: to }

    /// d = a library member called with the n values from a on
    Call { d: reg, a: reg, n: n, site: site }
    /// d = a function of the program called with the n values from a on
    CallFunction { d: reg, a: reg, n: n, function: func }
    /// d = what the last call gave to its i-th out or ref argument
    LoadOut { d: reg, index: n }
    /// d = a delegate over a function with the n values from a on captured
    Closure { d: reg, a: reg, n: n, function: func, ty: ty }
    /// d = a delegate over a library member with receiver a (null: none)
    NativeClosure { d: reg, a: reg, site: site, ty: ty }
    /// end with a
    Return { a: reg }
    /// throw a
    Throw { a: reg }
    /// throw a caught exception again
    Rethrow { a: reg }
    /// go on unwinding for the exception a
    Resume { a: reg }
    /// enter the `try` number `id` of a function, inside `level` others
    Guard { level: n, function: func, id: imm }
    /// leave the `try` entered last
    Unguard { }
    /// throw because null where a value is needed
    NullCheck { a: reg }

    /// d = a as a T, or an InvalidCastException
    Cast { d: reg, a: reg, ty: ty }
    /// d = a is a T
    IsInstance { d: reg, a: reg, ty: ty }
    /// d = a as a T, or null
    AsInstance { d: reg, a: reg, ty: ty }
    /// d = a nullable's value, or an InvalidOperationException
    Unwrap { d: reg, a: reg }

    /// d = new T[a]
    NewArray { d: reg, a: reg, ty: ty }
    /// d = an empty array with room for `room` elements, to be filled with ArrayPush
    ArrayBegin { d: reg, ty: ty, room: k }
    /// append b to array a
    ArrayPush { a: reg, b: reg }
    /// d = a[b]
    ArrayGet { d: reg, a: reg, b: reg }
    /// a[b] = value
    ArraySet { a: reg, b: reg, value: reg }
    /// d = a.Length
    ArrayLength { d: reg, a: reg }
    /// d = an anonymous object of the n values from a on
    NewAnonymous { d: reg, a: reg, n: n, ty: ty }
    /// d = member `index` of anonymous object a
    AnonymousGet { d: reg, a: reg, index: n }

    /// d = a new variable cell holding a
    NewCell { d: reg, a: reg }
    /// d = what cell a holds
    CellGet { d: reg, a: reg }
    /// cell a holds b
    CellSet { a: reg, b: reg }

    /// d = an enumerator over a
    IterBegin { d: reg, a: reg }
    /// d = the next item of enumerator a, or go to `to`
    IterNext { d: reg, a: reg, to: to }
}

const _: () = assert!(size_of::<Op>() == 8, "an instruction takes eight bytes");

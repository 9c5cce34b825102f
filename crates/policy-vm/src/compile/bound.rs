//! The bound tree: every name resolved, every type known, every conversion explicit. The emitter only walks it.

use policy_parser::Span;
use policy_parser::csharp::ast::StringLiteral;
use rust_decimal::Decimal;

use crate::bytecode::{BinOp, Num, Prim};
use crate::library::{NativeFn, ParamMode, Signature};
use crate::types::{self, TypeId};
use crate::value::Part;

/// A variable of the program under construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LocalId(pub(super) u32);

/// Where a `goto` leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LabelId(pub(super) u32);

/// A function of the expression under construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FnId(pub(super) u32);

/// A constant's value; its type says how to read it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Const {
    Null,
    Bool(bool),
    /// Integers, characters, enumerations.
    Int(i128),
    /// `double` and `float`.
    Float(f64),
    Decimal(Decimal),
    Text(StringLiteral),
}

/// An expression with its type.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) ty: TypeId,
    pub(super) span: Span,
    /// Its value, when it is known now.
    pub(super) constant: Option<Const>,
}

impl Expr {
    pub(super) fn new(kind: Kind, ty: TypeId, span: Span) -> Self {
        Self { kind, ty, span, constant: None }
    }

    pub(super) fn constant(value: Const, ty: TypeId, span: Span) -> Self {
        Self { kind: Kind::Constant, ty, span, constant: Some(value) }
    }

    pub(super) fn error(span: Span) -> Self {
        Self::new(Kind::Error, types::error(), span)
    }

    pub(super) fn is_error(&self) -> bool {
        self.ty == types::error()
    }

    /// Wrong, or a constant that did not fit the type it was cast to, which was reported: it has the type all the same.
    pub(super) fn is_wrong_constant(&self) -> bool {
        self.is_error() || self.constant.is_none() && matches!(self.kind, Kind::Default) && prim_of(self.ty).is_some()
    }

    pub(super) fn is_null_literal(&self) -> bool {
        self.ty == types::null()
    }

    /// The same expression seen as another type, without anything happening at run time. A constant, and whatever else is
    /// made by its type, keeps that type inside: it is the one its value has at run time.
    pub(super) fn retyped(self, ty: TypeId) -> Self {
        let typed = matches!(
            self.kind,
            Kind::NewAnonymous(_)
                | Kind::Closure { .. }
                | Kind::NativeClosure { .. }
                | Kind::Default
                | Kind::Convert { .. }
        );
        if (self.constant.is_some() || typed) && self.ty != ty {
            let span = self.span;
            return Self::new(Kind::Convert { conversion: Conversion::None, operand: Box::new(self) }, ty, span);
        }
        Self { ty, ..self }
    }
}

/// A library member chosen by the binder.
#[derive(Debug, Clone)]
pub(super) struct Callee {
    pub(super) run: NativeFn,
    pub(super) type_args: Vec<TypeId>,
    pub(super) signature: &'static str,
    /// The first argument is the receiver and must not be null.
    pub(super) null_check: bool,
    /// What runs instead when a member of this signature is all that is asked of the result.
    pub(super) asked: &'static [(&'static str, NativeFn)],
    /// Where in the exchange the getter finds what it gives.
    pub(super) place: Option<crate::library::Place>,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Reported already.
    Error,
    /// `constant` says all.
    Constant,
    Local(LocalId),
    /// The cell of a variable that is given by reference; `out` when it need not have a value.
    CellOf {
        local: LocalId,
        out: bool,
    },
    View(Part),
    /// A library member; `outs` are where its `out` and `ref` arguments go, in order.
    Call {
        callee: Callee,
        args: Vec<Expr>,
        outs: Vec<Option<Target>>,
    },
    /// A local function.
    CallFunction {
        function: FnId,
        args: Vec<Expr>,
    },
    AnonymousGet {
        object: Box<Expr>,
        index: usize,
    },
    ArrayGet {
        array: Box<Expr>,
        index: Box<Expr>,
    },
    ArrayLength(Box<Expr>),
    NewArray {
        element: TypeId,
        length: Box<Expr>,
    },
    ArrayLiteral {
        element: TypeId,
        items: Vec<Expr>,
    },
    NewAnonymous(Vec<Expr>),
    Convert {
        conversion: Conversion,
        operand: Box<Expr>,
    },
    Binary {
        op: BinOp,
        num: Num,
        checked: bool,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `first op a op b …`, each operator on the result so far: a list for the same reason.
    Chain {
        first: Box<Expr>,
        steps: Vec<Step>,
    },
    Negate {
        num: Num,
        checked: bool,
        operand: Box<Expr>,
    },
    Complement {
        num: Num,
        operand: Box<Expr>,
    },
    Not(Box<Expr>),
    /// `a && b && …`: a list, so that a long condition is not a deep one.
    AndAlso(Vec<Expr>),
    /// `a || b || …`
    OrElse(Vec<Expr>),
    /// `left ?? right`, both of the result's type or its nullable form.
    Coalesce(Box<Expr>, Box<Expr>),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a + b + …` with at least one string.
    Concat(Vec<Expr>),
    /// A hole of an interpolated string with alignment or format.
    Format {
        value: Box<Expr>,
        format: Option<Box<str>>,
        width: i32,
    },
    EqString {
        negated: bool,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    EqReference {
        negated: bool,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    IsNull {
        negated: bool,
        operand: Box<Expr>,
    },
    Is {
        operand: Box<Expr>,
        ty: TypeId,
    },
    As {
        operand: Box<Expr>,
        ty: TypeId,
    },
    /// Null when `receiver` is, else `rest`, where `slot` holds the receiver.
    NullConditional {
        receiver: Box<Expr>,
        slot: LocalId,
        rest: Box<Expr>,
    },
    Assign {
        target: Box<Target>,
        value: Box<Expr>,
    },
    /// Evaluates `effects` in order, then gives `result`.
    Sequence {
        effects: Vec<Expr>,
        result: Box<Expr>,
    },
    /// `slot = value` of a variable that the compiler introduced.
    Let {
        slot: LocalId,
        value: Box<Expr>,
    },
    Closure {
        function: FnId,
    },
    NativeClosure {
        callee: Callee,
        receiver: Option<Box<Expr>>,
    },
    Throw(Box<Expr>),
    Default,
    Typeof(TypeId),
}

/// An operator of a chain with its right operand.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) op: BinOp,
    pub(super) num: Num,
    pub(super) checked: bool,
    pub(super) right: Expr,
}

/// What a value is converted by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Conversion {
    /// Nothing happens: identity, reference, boxing, nullable wrapping.
    None,
    Numeric {
        from: Prim,
        into: Prim,
        checked: bool,
    },
    ToEnum,
    FromEnum {
        wide: bool,
    },
    /// A reference cast or unboxing that may fail.
    Cast,
    /// A nullable's value.
    Unwrap,
}

/// What can be assigned to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Local(LocalId),
    /// A property or indexer: receiver, then indexes.
    Member {
        callee: Box<Callee>,
        args: Vec<Expr>,
    },
    Element {
        array: Box<Expr>,
        index: Box<Expr>,
    },
    /// An element of a tuple that stands in a place of its own; only the binder knows it, see [`Binder::put`].
    ///
    /// [`Binder::put`]: super::binder::Binder
    Part {
        /// To be evaluated before.
        first: Vec<Expr>,
        whole: Box<Target>,
        /// Reads the tuple.
        tuple: Box<Expr>,
        index: usize,
    },
    Discard,
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) enum Stmt {
    Expr(Expr),
    Let(LocalId, Option<Expr>),
    Block(Vec<Stmt>),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while`, `do` and `for`.
    Loop {
        condition: Option<Expr>,
        test_first: bool,
        step: Vec<Expr>,
        body: Box<Stmt>,
    },
    Foreach {
        item: LocalId,
        variable: LocalId,
        convert: Option<Expr>,
        source: Expr,
        body: Box<Stmt>,
    },
    Switch {
        value: Option<(LocalId, Expr)>,
        sections: Vec<(Vec<Expr>, Vec<Stmt>)>,
        default: Option<usize>,
        /// Some label takes the value for sure: neither `default` is ever taken, nor none of them.
        complete: bool,
    },
    Break,
    Continue,
    Label(LabelId),
    Goto(LabelId),
    Return(Option<Expr>),
    Throw(Option<Expr>),
    Try {
        body: Vec<Stmt>,
        catches: Vec<Catch>,
        finally: Option<Vec<Stmt>>,
    },
}

/// A `catch`.
#[derive(Debug, Clone)]
pub(super) struct Catch {
    pub(super) ty: TypeId,
    pub(super) variable: Option<LocalId>,
    pub(super) filter: Option<Expr>,
    pub(super) body: Vec<Stmt>,
}

/// A variable.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: Box<str>,
    pub(super) ty: TypeId,
    pub(super) owner: FnId,
    pub(super) constant: Option<Const>,
    /// Assigned to after its declaration.
    pub(super) written: bool,
    /// Used by a function other than its owner.
    pub(super) captured: bool,
    /// Used by a local function, which may run at any time: it shares the variable itself.
    pub(super) shared: bool,
    /// `foreach` and `using` variables, parameters of the range kind.
    pub(super) readonly: Option<&'static str>,
    /// Given to a `ref` or `out` parameter somewhere.
    pub(super) by_reference: bool,
    /// How it was given, for the parameters of local functions.
    pub(super) parameter: Option<ParamMode>,
}

impl Local {
    /// The variable is shared between functions through a cell.
    pub(super) fn needs_cell(&self) -> bool {
        self.by_reference || self.is_reference() || self.captured && (self.written || self.shared)
    }

    /// A `ref` or `out` parameter: what comes in is the cell.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self.parameter, Some(ParamMode::Ref | ParamMode::Out))
    }
}

/// A function: the expression itself, a lambda, or a local function.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) params: Vec<LocalId>,
    pub(super) returns: TypeId,
    pub(super) body: Vec<Stmt>,
    pub(super) parent: Option<FnId>,
    pub(super) is_local_function: bool,
    /// Variables of outer functions it uses, its own inner functions' uses included.
    pub(super) captures: Vec<LocalId>,
    /// Local functions it calls.
    pub(super) calls: Vec<FnId>,
    /// Its parameters as calls see them, for local functions.
    pub(super) signature: Vec<super::local_function::Param>,
    /// Where it ends, or its name: where it is to blame for what it does not do.
    pub(super) span: Span,
}

/// The primitive a numeric type is.
pub(super) fn prim_of(ty: TypeId) -> Option<Prim> {
    Some(match ty {
        TypeId::CHAR => Prim::Char,
        TypeId::SBYTE => Prim::I8,
        TypeId::BYTE => Prim::U8,
        TypeId::INT16 => Prim::I16,
        TypeId::UINT16 => Prim::U16,
        TypeId::INT32 => Prim::I32,
        TypeId::UINT32 => Prim::U32,
        TypeId::INT64 => Prim::I64,
        TypeId::UINT64 => Prim::U64,
        TypeId::SINGLE => Prim::F32,
        TypeId::DOUBLE => Prim::F64,
        TypeId::DECIMAL => Prim::Decimal,
        _ => return None,
    })
}

/// The type whose operators work on operands of this type.
pub(super) fn num_of(ty: TypeId) -> Option<Num> {
    Some(match ty {
        TypeId::INT32 => Num::I32,
        TypeId::UINT32 => Num::U32,
        TypeId::INT64 => Num::I64,
        TypeId::UINT64 => Num::U64,
        TypeId::SINGLE => Num::F32,
        TypeId::DOUBLE => Num::F64,
        TypeId::DECIMAL => Num::Decimal,
        TypeId::BOOL => Num::Bool,
        ty if is_enum(ty) => Num::Enum,
        _ => return None,
    })
}

/// True for enumeration types.
pub(super) fn is_enum(ty: TypeId) -> bool {
    match types::get(ty) {
        types::Type::Named { def, .. } => {
            crate::library::get().def(*def).decl.kind == crate::library::TypeDefKind::Enum
        }
        _ => false,
    }
}

/// `T` of `T?`.
pub(super) fn nullable_inner(ty: TypeId) -> Option<TypeId> {
    match types::get(ty) {
        types::Type::Nullable(inner) => Some(*inner),
        _ => None,
    }
}

/// A constructed or plain library type: its registration and arguments.
pub(super) fn named(ty: TypeId) -> Option<(&'static crate::library::Def, &'static [TypeId])> {
    match types::get(ty) {
        types::Type::Named { def, args } => Some((crate::library::get().def(*def), args)),
        _ => None,
    }
}

/// Parameters and result of a delegate type.
pub(super) fn delegate(ty: TypeId) -> Option<(Vec<TypeId>, TypeId)> {
    let (def, args) = named(ty)?;
    if def.decl.kind != crate::library::TypeDefKind::Delegate {
        return None;
    }
    let invoke: &Signature = def.members().first()?;
    let params = invoke.params.iter().map(|p| types::substitute(p.ty, args, &[])).collect();
    Some((params, types::substitute(invoke.returns, args, &[])))
}

//! The tree of a C# 7 expression or statement block. Every node carries its span in the expression's own text.
//!
//! The tree is syntax only: `a.b` is a [`ExprKind::Member`] whether `a` is a namespace, a type or a value.

mod query;
mod statement;

pub use query::{FromClause, Query, QueryBody, QueryClause, QueryEnd};
pub use statement::{
    Block, CatchClause, Constraint, ConstraintClause, ConstraintKind, Declarator, FunctionParam, LocalDeclaration,
    LocalFunction, Stmt, StmtKind, SwitchLabel, SwitchSection, UsingResource,
};

use crate::source::Span;

/// What stands between the brackets of `@( … )` or `@{ … }`.
#[derive(Clone, Debug)]
pub enum Root {
    /// `@(E)`.
    Expression(Expr),
    /// `@{ S }`, a method body.
    Block(Block),
}

/// A name and where it stands. A verbatim `@name` is stored without its `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name, escapes decoded.
    pub text: Box<str>,
    /// Where it stands.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A literal.
    Literal(Literal),
    /// `$"…{e,5:F2}…"`.
    Interpolated(Vec<InterpolationPart>),
    /// `name` or `name<T>`.
    Name(SimpleName),
    /// `string`, `int` … where an expression may stand (`string.Empty`).
    Predefined(PredefinedType),
    /// `global::System`.
    GlobalName(SimpleName),
    /// `target.name` or `target.name<T>`.
    Member {
        /// Before the dot.
        target: Box<Expr>,
        /// After the dot.
        name: SimpleName,
    },
    /// `target(args)`.
    Invoke {
        /// What is called.
        target: Box<Expr>,
        /// In order.
        args: Vec<Argument>,
    },
    /// `target[args]`.
    Index {
        /// What is indexed.
        target: Box<Expr>,
        /// In order.
        args: Vec<Argument>,
    },
    /// `target?.rest` and `target?[…]rest`: `rest` contains one [`ExprKind::MemberBinding`] or
    /// [`ExprKind::ElementBinding`] at its left end, which stands for `target`'s non-null value.
    ConditionalAccess {
        /// Left of `?`.
        target: Box<Expr>,
        /// All that is skipped when `target` is null.
        rest: Box<Expr>,
    },
    /// `.name` at the left end of a conditional access's rest.
    MemberBinding(SimpleName),
    /// `[args]` at the left end of a conditional access's rest.
    ElementBinding(Vec<Argument>),
    /// `new T(args) { … }`; without parentheses `args` is `None`.
    New {
        /// The type.
        ty: TypeSyntax,
        /// Constructor arguments.
        args: Option<Vec<Argument>>,
        /// The braces, if any.
        initializer: Option<Initializer>,
    },
    /// `new { a = 1, b.C, d }`.
    NewAnonymous(Vec<AnonymousMember>),
    /// `new T[n, m][] { … }`.
    NewArray {
        /// The element type left of the first bracket.
        element: TypeSyntax,
        /// The sizes in the first brackets; empty for `new T[] { … }`.
        sizes: Vec<Expr>,
        /// Number of dimensions of the first brackets.
        rank: u8,
        /// Ranks of the brackets that follow.
        further_ranks: Vec<u8>,
        /// The braces, if any.
        initializer: Option<ArrayInitializer>,
    },
    /// `new[] { … }`.
    NewImplicitArray {
        /// Number of dimensions.
        rank: u8,
        /// The braces.
        initializer: ArrayInitializer,
    },
    /// `{ 1, 2 }` as the initializer of a declared array variable.
    ArrayInitializer(ArrayInitializer),
    /// `(T)operand`.
    Cast {
        /// The type.
        ty: TypeSyntax,
        /// What is converted.
        operand: Box<Expr>,
    },
    /// `operand as T`.
    As {
        /// What is converted.
        operand: Box<Expr>,
        /// The type.
        ty: TypeSyntax,
    },
    /// `operand is …`.
    Is {
        /// What is tested.
        operand: Box<Expr>,
        /// The test.
        pattern: Pattern,
    },
    /// `( e )`.
    Parenthesized(Box<Expr>),
    /// `!x`, `-x`, `++x` …
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Its operand.
        operand: Box<Expr>,
    },
    /// `x++`, `x--`.
    Postfix {
        /// True for `++`.
        increment: bool,
        /// Its operand.
        operand: Box<Expr>,
    },
    /// `a + b`, `a && b`, `a ?? b` …, and `a * b + c`: operators are applied from left to right, each to all before it.
    /// A list, so that a sum of any length is no deeper than one of two terms.
    Binary {
        /// The leftmost operand.
        first: Box<Expr>,
        /// At least one.
        rest: Vec<Infix>,
    },
    /// `c ? a : b`.
    Conditional {
        /// Before `?`.
        condition: Box<Expr>,
        /// Between `?` and `:`.
        when_true: Box<Expr>,
        /// After `:`.
        when_false: Box<Expr>,
    },
    /// `a = b`, `a += b` …
    Assign {
        /// `None` for plain `=`.
        op: Option<BinaryOp>,
        /// Left side.
        target: Box<Expr>,
        /// Right side.
        value: Box<Expr>,
    },
    /// `x => e`, `(int a, b) => { … }`, `delegate (int a) { … }`.
    Lambda(Lambda),
    /// `from x in xs … select e`.
    Query(Box<Query>),
    /// `typeof(T)`.
    Typeof(TypeSyntax),
    /// `default(T)`.
    Default(TypeSyntax),
    /// `sizeof(T)`.
    Sizeof(TypeSyntax),
    /// `checked(e)` or `unchecked(e)`.
    Checked {
        /// True for `checked`.
        checked: bool,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `throw e` as an operand.
    Throw(Box<Expr>),
    /// `(a, b)`, `(x: 1, y: 2)`.
    Tuple(Vec<Argument>),
    /// `var x`, `int x` or `var (a, b)` as an `out` argument or on the left of a deconstruction.
    Declaration {
        /// The type, `var` included.
        ty: TypeSyntax,
        /// What is declared.
        designation: Designation,
    },
    /// A type where only an expression's syntax was expected (`int[]` in `nameof(int[])`); always refused later.
    Type(TypeSyntax),
    /// Something that could not be read; a diagnostic was reported for it.
    Error,
}

/// An infix operator with its right operand.
#[derive(Clone, Debug)]
pub struct Infix {
    /// The operator.
    pub op: BinaryOp,
    /// Where it stands.
    pub op_span: Span,
    /// The right operand.
    pub right: Expr,
}

/// A literal's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `'c'`, one UTF-16 unit.
    Char(u16),
    /// A string, as UTF-16 units where it is not valid Unicode text (a lone surrogate written as `\ud800`).
    String(StringLiteral),
    /// An integer of type `int`, `uint`, `long` or `ulong`, by its value and suffix.
    Integer {
        /// The value.
        value: u64,
        /// The type C# gives it.
        ty: IntegerType,
    },
    /// `1.5`, `1e3d`.
    Double(f64),
    /// `1.5f`.
    Single(f32),
    /// `1.50m`: digits without point, and how many of them are decimals.
    Decimal {
        /// All digits as one number; at most 96 bits.
        mantissa: u128,
        /// Number of decimals, 0 to 28.
        scale: u32,
    },
}

/// The text of a string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringLiteral {
    /// Valid Unicode.
    Text(Box<str>),
    /// Holds lone surrogates.
    Units(Box<[u16]>),
}

/// The type of an integer literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegerType {
    /// `int`.
    Int,
    /// `uint`.
    UInt,
    /// `long`.
    Long,
    /// `ulong`.
    ULong,
}

/// A piece of an interpolated string.
#[derive(Clone, Debug)]
pub enum InterpolationPart {
    /// Literal text, escapes and doubled braces decoded.
    Text(StringLiteral),
    /// `{value,alignment:format}`.
    Hole {
        /// The expression.
        value: Expr,
        /// After the comma.
        alignment: Option<Expr>,
        /// After the colon, as written.
        format: Option<Box<str>>,
    },
}

/// `name` or `name<T, U>`.
#[derive(Clone, Debug)]
pub struct SimpleName {
    /// The name.
    pub ident: Ident,
    /// Type arguments; `None` without angle brackets.
    pub type_args: Option<Vec<TypeSyntax>>,
}

/// A keyword that names a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PredefinedType {
    /// `bool`
    Bool,
    /// `byte`
    Byte,
    /// `sbyte`
    SByte,
    /// `short`
    Short,
    /// `ushort`
    UShort,
    /// `int`
    Int,
    /// `uint`
    UInt,
    /// `long`
    Long,
    /// `ulong`
    ULong,
    /// `char`
    Char,
    /// `float`
    Float,
    /// `double`
    Double,
    /// `decimal`
    Decimal,
    /// `string`
    String,
    /// `object`
    Object,
    /// `void`
    Void,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeSyntax {
    /// What it is.
    pub kind: TypeKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of types.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `int`, `string` …
    Predefined(PredefinedType),
    /// `A.B<T>.C`; `global::` is dropped. `var` and `dynamic` are names like any other.
    Named(Vec<SimpleName>),
    /// `T?`.
    Nullable(Box<TypeSyntax>),
    /// `T[]`, `T[,]`.
    Array {
        /// The element type.
        element: Box<TypeSyntax>,
        /// Number of dimensions.
        rank: u8,
    },
    /// `T*`, always refused later.
    Pointer(Box<TypeSyntax>),
    /// `(int a, string b)`.
    Tuple(Vec<(TypeSyntax, Option<Ident>)>),
    /// An omitted argument as in `typeof(List<>)`.
    Omitted,
    /// Something that could not be read.
    Error,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub struct Argument {
    /// `name:` before it.
    pub name: Option<Ident>,
    /// `ref`, `out` or nothing.
    pub mode: ArgumentMode,
    /// The value.
    pub value: Expr,
}

/// How an argument is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentMode {
    /// By value.
    Value,
    /// `ref`.
    Ref,
    /// `out`.
    Out,
    /// `in`.
    In,
}

/// The braces after `new T`.
#[derive(Clone, Debug)]
pub struct Initializer {
    /// What stands in them.
    pub kind: InitializerKind,
    /// The braces.
    pub span: Span,
}

/// Object or collection initializer.
#[derive(Clone, Debug)]
pub enum InitializerKind {
    /// `{ P = v, ["k"] = v, Q = { … } }`.
    Object(Vec<MemberInitializer>),
    /// `{ a, { k, v } }`: each element is the list of arguments of one `Add` call.
    Collection(Vec<Vec<Expr>>),
}

/// `P = v` in an object initializer.
#[derive(Clone, Debug)]
pub struct MemberInitializer {
    /// Left side.
    pub target: MemberInitializerTarget,
    /// Right side.
    pub value: InitializerValue,
    /// All of it.
    pub span: Span,
}

/// Left side of `P = v`.
#[derive(Clone, Debug)]
pub enum MemberInitializerTarget {
    /// `P`.
    Member(Ident),
    /// `["k"]`.
    Index(Vec<Argument>),
}

/// Right side of `P = v`.
#[derive(Clone, Debug)]
pub enum InitializerValue {
    /// An expression.
    Value(Expr),
    /// Nested braces.
    Nested(Initializer),
}

/// `{ 1, { 2, 3 } }`.
#[derive(Clone, Debug)]
pub struct ArrayInitializer {
    /// The elements; an element may be an [`ExprKind::ArrayInitializer`].
    pub elements: Vec<Expr>,
    /// The braces.
    pub span: Span,
}

/// A member of an anonymous object.
#[derive(Clone, Debug)]
pub struct AnonymousMember {
    /// `None` when the name is taken from the expression (`b.C` is named `C`).
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// The right side of `is`, and of `case`.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `is T`; a lone name may be a type or a constant, the binder decides.
    Type(TypeSyntax),
    /// `is T x`, `case T x`, `is var x`.
    Declaration {
        /// The type, `var` included.
        ty: TypeSyntax,
        /// The variable.
        designation: Designation,
    },
    /// `is 5`, `case "a"`.
    Constant(Box<Expr>),
}

/// What a declaration introduces.
#[derive(Clone, Debug)]
pub enum Designation {
    /// `x`.
    Variable(Ident),
    /// `_`.
    Discard(Span),
    /// `(a, b)`.
    Tuple(Vec<Designation>),
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `!`
    Not,
    /// `~`
    Complement,
    /// `++`
    Increment,
    /// `--`
    Decrement,
    /// `&`, always refused later.
    AddressOf,
    /// `*`, always refused later.
    Dereference,
    /// `await`, always refused later.
    Await,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `&&`
    AndAlso,
    /// `||`
    OrElse,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `??`
    Coalesce,
}

/// A lambda or an anonymous method.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// Parameters; `None` for `delegate { … }`.
    pub params: Option<Vec<LambdaParam>>,
    /// The body.
    pub body: LambdaBody,
    /// True for `async`, always refused later.
    pub is_async: bool,
    /// Where `=>` or `delegate` stands.
    pub arrow: Span,
}

/// A parameter of a lambda.
#[derive(Clone, Debug)]
pub struct LambdaParam {
    /// Its type, if written.
    pub ty: Option<TypeSyntax>,
    /// `ref`/`out`.
    pub mode: ArgumentMode,
    /// Its name.
    pub name: Ident,
}

/// A lambda's body.
#[derive(Clone, Debug)]
pub enum LambdaBody {
    /// `=> e`.
    Expression(Box<Expr>),
    /// `=> { … }`.
    Block(Block),
}

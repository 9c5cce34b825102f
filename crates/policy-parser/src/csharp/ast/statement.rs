//! Statements.

use super::{ArgumentMode, Designation, Expr, Ident, LambdaBody, Pattern, TypeSyntax};
use crate::source::Span;

/// `{ … }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// In order.
    pub statements: Vec<Stmt>,
    /// The braces.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `;`
    Empty,
    /// `{ … }`
    Block(Block),
    /// `int a = 1, b;`
    Local(LocalDeclaration),
    /// `e;`
    Expression(Expr),
    /// `if (c) s else s`
    If {
        /// The condition.
        condition: Expr,
        /// When true.
        then: Box<Stmt>,
        /// When false.
        otherwise: Option<Box<Stmt>>,
    },
    /// `while (c) s`
    While {
        /// The condition.
        condition: Expr,
        /// The body.
        body: Box<Stmt>,
    },
    /// `do s while (c);`
    DoWhile {
        /// The body.
        body: Box<Stmt>,
        /// The condition.
        condition: Expr,
    },
    /// `for (init; c; step) s`
    For {
        /// A declaration or expression statements.
        init: Vec<Stmt>,
        /// The condition.
        condition: Option<Expr>,
        /// After each turn.
        step: Vec<Expr>,
        /// The body.
        body: Box<Stmt>,
    },
    /// `foreach (T x in e) s`
    Foreach {
        /// The type, `var` included.
        ty: TypeSyntax,
        /// What is declared: a variable, or a tuple to deconstruct.
        designation: Designation,
        /// The sequence.
        source: Expr,
        /// The body.
        body: Box<Stmt>,
    },
    /// `switch (e) { … }`
    Switch {
        /// What is tested.
        value: Expr,
        /// In order.
        sections: Vec<SwitchSection>,
    },
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `return e;`
    Return(Option<Expr>),
    /// `throw e;`
    Throw(Option<Expr>),
    /// `try … catch … finally …`
    Try {
        /// The guarded block.
        body: Block,
        /// In order.
        catches: Vec<CatchClause>,
        /// `finally`.
        finally: Option<Block>,
    },
    /// `using (…) s`
    Using {
        /// What is disposed of.
        resource: UsingResource,
        /// The body.
        body: Box<Stmt>,
    },
    /// `lock (e) s`
    Lock {
        /// The object.
        value: Expr,
        /// The body.
        body: Box<Stmt>,
    },
    /// `checked { … }`, `unchecked { … }`
    Checked {
        /// True for `checked`.
        checked: bool,
        /// The block.
        body: Block,
    },
    /// `int f(int x) { … }`
    LocalFunction(Box<LocalFunction>),
    /// `name: s`
    Labeled {
        /// The label.
        label: Ident,
        /// The statement.
        body: Box<Stmt>,
    },
    /// `goto name;`
    Goto(Ident),
    /// `goto case e;` (`None`: `goto default;`)
    GotoCase(Option<Expr>),
    /// `yield return`, `yield break`, `fixed`, `unsafe` …: refused later, by the keyword it starts with.
    Unsupported(&'static str),
    /// Something that could not be read.
    Error,
}

/// `const T a = 1, b = 2`.
#[derive(Clone, Debug)]
pub struct LocalDeclaration {
    /// True for `const`.
    pub is_const: bool,
    /// The type, `var` included.
    pub ty: TypeSyntax,
    /// Names and values.
    pub declarators: Vec<Declarator>,
}

/// `a = 1`.
#[derive(Clone, Debug)]
pub struct Declarator {
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Option<Expr>,
}

/// The cases of a switch that share statements.
#[derive(Clone, Debug)]
pub struct SwitchSection {
    /// `case …:`, `default:`
    pub labels: Vec<SwitchLabel>,
    /// What follows.
    pub statements: Vec<Stmt>,
    /// All of it.
    pub span: Span,
}

/// A label of a switch section.
#[derive(Clone, Debug)]
pub enum SwitchLabel {
    /// `case p when g:`
    Case {
        /// The pattern.
        pattern: Pattern,
        /// The guard.
        guard: Option<Expr>,
        /// All of it.
        span: Span,
    },
    /// `default:`
    Default(Span),
}

/// `catch (T e) when (c) { … }`
#[derive(Clone, Debug)]
pub struct CatchClause {
    /// The exception type; `None` for a bare `catch`.
    pub ty: Option<TypeSyntax>,
    /// The variable.
    pub name: Option<Ident>,
    /// After `when`.
    pub filter: Option<Expr>,
    /// The block.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// The parentheses of `using (…)`.
#[derive(Clone, Debug)]
pub enum UsingResource {
    /// `var x = e`
    Declaration(LocalDeclaration),
    /// `e`
    Expression(Expr),
}

/// A local function.
#[derive(Clone, Debug)]
pub struct LocalFunction {
    /// The return type.
    pub return_type: TypeSyntax,
    /// Its name.
    pub name: Ident,
    /// Type parameters, usually none.
    pub type_params: Vec<Ident>,
    /// Parameters.
    pub params: Vec<FunctionParam>,
    /// The body.
    pub body: LambdaBody,
    /// True for `async`, always refused later.
    pub is_async: bool,
    /// What `where` asks of the type parameters.
    pub constraints: Vec<ConstraintClause>,
}

/// `where T : class, new()`.
#[derive(Clone, Debug)]
pub struct ConstraintClause {
    /// `where`
    pub keyword: Span,
    /// The type parameter.
    pub param: Ident,
    /// What is asked of it.
    pub constraints: Vec<Constraint>,
}

/// One of the demands on a type parameter.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Which.
    pub kind: ConstraintKind,
    /// Where it stands.
    pub span: Span,
}

/// The demands on a type parameter.
#[derive(Clone, Debug)]
pub enum ConstraintKind {
    /// `class`
    Class,
    /// `struct`
    Struct,
    /// `new()`
    New,
    /// A base class, an interface, or another type parameter.
    Type(TypeSyntax),
}

/// A parameter of a local function.
#[derive(Clone, Debug)]
pub struct FunctionParam {
    /// Its type.
    pub ty: TypeSyntax,
    /// `ref`/`out`.
    pub mode: ArgumentMode,
    /// True for `params`.
    pub is_params: bool,
    /// Its name.
    pub name: Ident,
    /// Its default.
    pub default: Option<Expr>,
    /// All of it.
    pub span: Span,
}

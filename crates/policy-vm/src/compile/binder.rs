//! The binder: turns the syntax of one expression into a bound tree, as the C# compiler would, and says what is wrong in
//! the C# compiler's words.
//!
//! Arguments that are lambdas are bound once for every delegate type that overload resolution tries; messages of tries
//! are thrown away. Everything the binder learns (variables, functions) is in vectors that only grow, so a try leaves
//! unused entries behind and nothing else.

use std::rc::Rc;

use policy_parser::Span;
use policy_parser::csharp::ast;
use rustc_hash::FxHashMap;

use super::ExpressionError;
use super::bound::{Const, Expr, FnId, Function, Kind, LabelId, Local, LocalId, Stmt};
use super::lambda::{Tried, Try};
use super::local_function::Generic;
use crate::types::{self, TypeId};
use crate::value::Part;

/// What a name in a scope stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Symbol {
    Local(LocalId),
    Function(FnId),
    /// A function with type parameters, by its place in [`Binder::generics`].
    Generic(usize),
}

/// What a generic function was bound to, by its type arguments.
type Instances = Vec<(Vec<TypeId>, FnId)>;

/// The labels of a statement list.
pub(super) type LabelScope = Vec<(Box<str>, LabelId)>;

/// A `switch` being bound: what its `goto case`s ask for.
#[derive(Debug)]
pub(super) struct SwitchScope {
    pub(super) ty: TypeId,
    /// The constant, none for `default`; where the jump goes; where it stands.
    pub(super) wanted: Vec<(Option<Const>, LabelId, Span)>,
}

/// Binds one expression.
pub(super) struct Binder {
    pub(super) errors: Vec<ExpressionError>,
    pub(super) locals: Vec<Local>,
    pub(super) functions: Vec<Function>,
    pub(super) scopes: Vec<Vec<(Box<str>, Symbol)>>,
    /// The function being bound.
    pub(super) function: FnId,
    /// What the function being bound returns; `None` while it is still to be found out.
    pub(super) returns: Returns,
    /// Inside `checked`.
    pub(super) checked: bool,
    /// Inside `unchecked`: constants may overflow.
    pub(super) unchecked: bool,
    /// Nesting of loops and switches: what `break` and `continue` may leave.
    pub(super) breakable: u32,
    pub(super) loops: u32,
    /// What is around that jumps cannot leave, outermost first.
    pub(super) walls: Vec<Wall>,
    /// Inside a `finally` block: how many lists with labels and how many switches are around the innermost.
    pub(super) in_finally: Option<(usize, usize)>,
    /// Labels of the lists being bound, outermost first.
    pub(super) labels: Vec<LabelScope>,
    pub(super) label_count: u32,
    pub(super) switches: Vec<SwitchScope>,
    /// There is a `switch` around the function being bound.
    pub(super) in_outer_switch: bool,
    /// Local functions with type parameters, with what they were bound to for which type arguments.
    pub(super) generics: Vec<(Rc<Generic>, Instances)>,
    /// Type parameters in scope.
    pub(super) type_names: Vec<(Box<str>, TypeId)>,
    /// Those of a signature that is being read for which `struct` is asked.
    pub(super) struct_parameters: Vec<Box<str>>,
    /// Inside a `catch`, where `throw;` is allowed.
    pub(super) in_catch: InCatch,
    /// Variables that stand for the non-null receivers of enclosing conditional accesses.
    pub(super) receivers: Vec<(LocalId, TypeId)>,
    /// Tries of lambdas nested in each other; bounds the time of hostile nesting.
    pub(super) tries: u32,
    /// How they ended.
    pub(super) tried: FxHashMap<Try, Rc<Tried>>,
    /// Expressions and statements bound so far, each as often as it was.
    pub(super) work: u32,
    /// Bodies of generic functions bound for type arguments, and how many of them are being bound.
    pub(super) instances: (u32, u32),
    /// Where queries declare their variables, which cannot be assigned to.
    pub(super) range_variables: Vec<Span>,
    /// The keys of joins, left and right of `equals`, with the variable of the right one.
    pub(super) joins: Vec<(Span, Span, Box<str>)>,
    /// The lambdas bound while candidates are tried, when somebody asks why none fits.
    pub(super) trials: Option<Vec<super::lambda::Trial>>,
    /// What the expression reads.
    pub(super) reads: super::Reads,
    /// Depth of the syntax tree being walked.
    pub(super) depth: u32,
    /// Names that the blocks being bound declare somewhere, for CS0841 and CS0136, with the number of scopes there.
    pub(super) later: Vec<(usize, Vec<Box<str>>)>,
    /// Every member may be used, whatever the allow-list says.
    pub(super) unrestricted: bool,
}

/// The edge of a block that a jump cannot leave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wall {
    /// Whether it is a lambda, and no `finally` block.
    pub(super) is_lambda: bool,
    /// Loops and switches around it, as [`Binder::breakable`] and [`Binder::loops`] count them.
    pub(super) breakable: u32,
    pub(super) loops: u32,
}

/// Where `throw;` stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum InCatch {
    #[default]
    No,
    Yes,
    /// In a `finally` block inside of a `catch`.
    InFinally,
}

/// What `return` does in the function being bound.
#[derive(Debug, Clone)]
pub(super) enum Returns {
    /// Converts to this type.
    Type(TypeId),
    /// Collects operands; the common type is found afterwards.
    Infer(Vec<Expr>),
}

/// What a variable of a query is.
pub(super) const RANGE_VARIABLE: &str = "range variable";

/// Greatest number of lambda bodies bound while trying overloads in one expression.
pub(super) const MAX_TRIES: u32 = 20_000;

/// Greatest number of expressions and statements that are bound in one expression. Only what is bound again for each try
/// around it comes near.
pub(super) const MAX_WORK: u32 = 500_000;

/// Greatest depth of a tree; beyond it the compiler says CS8078.
pub(super) const MAX_DEPTH: u32 = 250;

impl Binder {
    pub(super) fn new() -> Self {
        let root = Function {
            name: "expression".to_owned(),
            params: Vec::new(),
            returns: types::error(),
            body: Vec::new(),
            parent: None,
            is_local_function: false,
            captures: Vec::new(),
            calls: Vec::new(),
            signature: Vec::new(),
            span: Span::default(),
            body_span: Span::default(),
        };
        Self {
            errors: Vec::new(),
            locals: Vec::new(),
            functions: vec![root],
            scopes: vec![Vec::new()],
            function: FnId(0),
            returns: Returns::Infer(Vec::new()),
            checked: false,
            unchecked: false,
            breakable: 0,
            loops: 0,
            walls: Vec::new(),
            in_finally: None,
            labels: Vec::new(),
            label_count: 0,
            switches: Vec::new(),
            in_outer_switch: false,
            generics: Vec::new(),
            type_names: Vec::new(),
            struct_parameters: Vec::new(),
            in_catch: InCatch::No,
            receivers: Vec::new(),
            tries: 0,
            tried: FxHashMap::default(),
            work: 0,
            instances: (0, 0),
            range_variables: Vec::new(),
            joins: Vec::new(),
            trials: None,
            reads: super::Reads::default(),
            depth: 0,
            later: Vec::new(),
            unrestricted: false,
        }
    }

    /// Binds the whole expression; the root function's body and type are set.
    pub(super) fn root(&mut self, root: &ast::Root) {
        match root {
            ast::Root::Expression(expr) => {
                let value = self.value(expr);
                let value = self.natural(value);
                if value.ty == types::void() {
                    // The compiler wraps the expression into `return …;`.
                    self.error(
                        "CS0029",
                        super::expression::strip(expr).span,
                        "Cannot implicitly convert type 'void' to 'object'",
                    );
                }
                if let Some(f) = self.functions.first_mut() {
                    f.returns = value.ty;
                    f.body = vec![Stmt::Return(Some(value), expr.span)];
                }
            }
            ast::Root::Block(block) => {
                let (body, reachable) = self.block(block);
                if reachable {
                    // The compiler points at the method that it puts around the block.
                    let open = Span::new(0, 2);
                    self.error("CS0161", open, "not all code paths return a value");
                }
                let never =
                    matches!(&self.returns, Returns::Infer(operands) if operands.iter().all(Expr::is_null_literal));
                let (returns, body) = self.finish_returns(body, block.span);
                // What only throws, never ends, or gives nothing but null has no type and may stand anywhere that null may.
                let returns = if never && returns == TypeId::OBJECT { types::null() } else { returns };
                if let Some(f) = self.functions.first_mut() {
                    f.returns = returns;
                    f.body = body;
                }
            }
        }
    }

    /// Finds the common type of collected `return` operands and converts each to it.
    pub(super) fn finish_returns(&mut self, body: Vec<Stmt>, span: Span) -> (TypeId, Vec<Stmt>) {
        let Returns::Infer(operands) = std::mem::replace(&mut self.returns, Returns::Infer(Vec::new())) else {
            return (types::error(), body);
        };
        let ty = match self.common_type(&operands) {
            Some(ty) => ty,
            None if !operands.is_empty() && operands.iter().all(|e| e.ty == types::void()) => {
                return (types::void(), body);
            }
            None if self.function.0 > 0 && operands.iter().all(Expr::is_null_literal) => return (types::null(), body),
            None if operands.iter().all(Expr::is_null_literal) => TypeId::OBJECT,
            None => {
                if !operands.iter().any(Expr::is_error) && self.is_sound() {
                    self.error("NO_COMMON_TYPE", span, "the values returned have no common type");
                }
                return (types::error(), body);
            }
        };
        let body = body.into_iter().map(|stmt| self.convert_returns(stmt, ty)).collect();
        (ty, body)
    }

    fn convert_returns(&mut self, stmt: Stmt, ty: TypeId) -> Stmt {
        let list = |this: &mut Self, stmts: Vec<Stmt>| -> Vec<Stmt> {
            stmts.into_iter().map(|s| this.convert_returns(s, ty)).collect()
        };
        match stmt {
            Stmt::Return(Some(value), span) => Stmt::Return(Some(self.convert(value, ty)), span),
            Stmt::Block(body) => Stmt::Block(list(self, body)),
            Stmt::If(c, a, b) => {
                let a = Box::new(self.convert_returns(*a, ty));
                Stmt::If(c, a, b.map(|b| Box::new(self.convert_returns(*b, ty))))
            }
            Stmt::Loop { condition, test_first, step, body } => {
                let body = Box::new(self.convert_returns(*body, ty));
                Stmt::Loop { condition, test_first, step, body }
            }
            Stmt::Foreach { item, variable, convert, source, body } => {
                let body = Box::new(self.convert_returns(*body, ty));
                Stmt::Foreach { item, variable, convert, source, body }
            }
            Stmt::Switch { value, sections, default, complete } => {
                let sections = sections.into_iter().map(|(tests, body)| (tests, list(self, body))).collect();
                Stmt::Switch { value, sections, default, complete }
            }
            Stmt::Try { body, catches, finally } => {
                let body = list(self, body);
                let mut kept = Vec::new();
                for mut c in catches {
                    c.body = list(self, c.body);
                    kept.push(c);
                }
                Stmt::Try { body, catches: kept, finally }
            }
            other => other,
        }
    }

    // Messages.

    pub(super) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.errors.push(ExpressionError { code, message: message.into(), span, warning: false });
    }

    /// Something that works, and is probably not meant.
    pub(super) fn warn(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.errors.push(ExpressionError { code, message: message.into(), span, warning: true });
    }

    /// True when there was nothing but warnings.
    pub(super) fn is_sound(&self) -> bool {
        self.errors.iter().all(|e| e.warning)
    }

    /// Something inside was reported. What does not fit there is a value all the same.
    pub(super) fn is_wrong_within(&self, span: Span) -> bool {
        let constants = ["CS0020", "CS0031", "CS0220", "CS0221"];
        let inside = |e: &ExpressionError| span.start <= e.span.start && e.span.end <= span.end;
        self.errors.iter().any(|e| !e.warning && inside(e) && !constants.contains(&e.code))
    }

    /// Reports and gives an expression that is wrong already.
    pub(super) fn fail(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> Expr {
        self.error(code, span, message);
        Expr::error(span)
    }

    /// Does `work` without keeping its messages; true when there were none.
    pub(super) fn silently<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let kept = std::mem::take(&mut self.errors);
        let result = work(self);
        let clean = self.is_sound();
        self.errors = kept;
        (result, clean)
    }

    // Scopes.

    pub(super) fn scoped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        let result = work(self);
        self.scopes.pop();
        result
    }

    /// A new variable that no name leads to.
    pub(super) fn temporary(&mut self, ty: TypeId) -> LocalId {
        self.new_local("", ty)
    }

    pub(super) fn new_local(&mut self, name: &str, ty: TypeId) -> LocalId {
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push(Local {
            name: name.into(),
            ty,
            owner: self.function,
            constant: None,
            written: false,
            captured: false,
            shared: false,
            readonly: None,
            by_reference: false,
            parameter: None,
        });
        id
    }

    /// Declares a variable in the innermost scope.
    pub(super) fn declare(&mut self, name: &ast::Ident, ty: TypeId) -> LocalId {
        self.check_fresh(name);
        let id = self.new_local(&name.text, ty);
        if self.range_variables.contains(&name.span)
            && let Some(local) = self.local_mut(id)
        {
            local.readonly = Some(RANGE_VARIABLE);
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.text.clone(), Symbol::Local(id)));
        }
        id
    }

    /// "A local or parameter named 'x' cannot be declared in this scope": C# forbids shadowing within a method.
    pub(super) fn check_fresh(&mut self, name: &ast::Ident) {
        let innermost = self.scopes.last().is_some_and(|s| s.iter().any(|(n, _)| *n == name.text));
        if innermost {
            let text = &name.text;
            self.error(
                "CS0128",
                name.span,
                format!("A local variable or function named '{text}' is already defined in this scope"),
            );
        } else if self.find(&name.text).is_some() || self.declared_around(&name.text) || &*name.text == "context" {
            let text = &name.text;
            if self.range_variables.contains(&name.span) {
                let message = format!("The range variable '{text}' conflicts with a previous declaration of '{text}'");
                return self.error("CS1931", name.span, message);
            }
            self.error("CS0136", name.span, format!("A local or parameter named '{text}' cannot be declared in this scope because that name is used in an enclosing local scope to define a local or parameter"));
        }
    }

    /// A block around declares the name further down: its scope is all of the block.
    fn declared_around(&self, name: &str) -> bool {
        let here = self.scopes.len();
        self.later.iter().any(|(scopes, names)| *scopes < here && names.iter().any(|n| **n == *name))
    }

    pub(super) fn find(&self, name: &str) -> Option<Symbol> {
        self.scopes.iter().rev().find_map(|s| s.iter().rev().find(|(n, _)| &**n == name).map(|(_, symbol)| *symbol))
    }

    pub(super) fn local(&self, id: LocalId) -> Option<&Local> {
        self.locals.get(id.0 as usize)
    }

    pub(super) fn local_mut(&mut self, id: LocalId) -> Option<&mut Local> {
        self.locals.get_mut(id.0 as usize)
    }

    /// A function is another one or lies in it.
    pub(super) fn is_within(&self, function: FnId, outer: FnId) -> bool {
        let mut at = Some(function);
        while let Some(id) = at {
            if id == outer {
                return true;
            }
            at = self.functions.get(id.0 as usize).and_then(|f| f.parent);
        }
        false
    }

    pub(super) fn new_label(&mut self) -> LabelId {
        self.label_count += 1;
        LabelId(self.label_count)
    }

    /// Notes that the function being bound uses a variable; outer functions' variables become captured.
    pub(super) fn use_local(&mut self, id: LocalId, span: Span) {
        let Some(owner) = self.local(id).map(|l| l.owner) else { return };
        let mut at = self.function;
        let mut shared = false;
        while at != owner {
            let Some(function) = self.functions.get_mut(at.0 as usize) else { return };
            shared |= function.is_local_function;
            if !function.captures.contains(&id) {
                function.captures.push(id);
            }
            let Some(parent) = function.parent else { return };
            at = parent;
        }
        let reference = self.local(id).is_some_and(Local::is_reference);
        if reference && self.function != owner {
            let name = self.local(id).map(|l| l.name.clone()).unwrap_or_default();
            self.error("CS1628", span, format!("Cannot use ref, out, or in parameter '{name}' inside an anonymous method, lambda expression, query expression, or local function"));
        }
        if self.function != owner
            && let Some(local) = self.local_mut(id)
        {
            local.captured = true;
            local.shared |= shared;
        }
    }

    pub(super) fn local_expr(&mut self, id: LocalId, span: Span) -> Expr {
        self.use_local(id, span);
        let Some(local) = self.local(id) else { return Expr::error(span) };
        let (ty, constant) = (local.ty, local.constant.clone());
        match constant {
            Some(value) => Expr::constant(value, ty, span),
            None => Expr::new(Kind::Local(id), ty, span),
        }
    }

    /// A use of a compiler's own variable.
    pub(super) fn slot(&mut self, id: LocalId, span: Span) -> Expr {
        self.local_expr(id, span)
    }

    /// `context`.
    pub(super) fn context(&self, span: Span) -> Expr {
        Expr::new(Kind::View(Part::Context), crate::library::apim::type_of_part(Part::Context), span)
    }

    /// The type an expression has on its own: a nullable stays, `null` has none.
    pub(super) fn natural(&mut self, value: Expr) -> Expr {
        value
    }

    /// C#'s best common type: the one among the operands' types to which all convert.
    pub(super) fn common_type(&mut self, operands: &[Expr]) -> Option<TypeId> {
        let mut candidates: Vec<TypeId> = Vec::new();
        for e in operands {
            if e.is_error() {
                return Some(types::error());
            }
            if !e.is_null_literal() && e.ty != types::void() && !candidates.contains(&e.ty) {
                candidates.push(e.ty);
            }
        }
        // Types decide, not values: a constant that happens to fit a smaller type does not make it the common one.
        let typed = |e: &Expr| Expr::new(Kind::Default, e.ty, e.span);
        let fits = |e: &Expr, ty: TypeId| {
            if e.is_null_literal() { self.converts(e, ty) } else { self.converts(&typed(e), ty) }
        };
        let fitting: Vec<TypeId> =
            candidates.iter().copied().filter(|ty| operands.iter().all(|e| fits(e, *ty))).collect();
        match fitting.as_slice() {
            [] => None,
            [one] => Some(*one),
            // Several fit each other (`int` constants and `byte` variables): the first.
            [first, ..] => Some(*first),
        }
    }

    /// Guards recursion over the tree.
    pub(super) fn deeper<T>(
        &mut self,
        span: Span,
        otherwise: impl FnOnce() -> T,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.work = self.work.saturating_add(1);
        if self.depth >= MAX_DEPTH || self.work > MAX_WORK {
            if !self.errors.iter().any(|e| e.code == "CS8078") {
                self.error("CS8078", span, "An expression is too long or complex to compile");
            }
            return otherwise();
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

/// The text of a constant string.
pub(super) fn const_text(expr: &Expr) -> Option<&ast::StringLiteral> {
    match &expr.constant {
        Some(Const::Text(text)) => Some(text),
        _ => None,
    }
}

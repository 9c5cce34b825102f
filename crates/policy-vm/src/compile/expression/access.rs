//! Member access, calls and indexing.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ArgumentMode, ExprKind, SimpleName};

use super::{Entity, strip};
use crate::compile::binder::{Binder, RANGE_VARIABLE};
use crate::compile::bound::{Const, Expr, Kind, LocalId, Target, delegate, is_enum, named, nullable_inner};
use crate::compile::members::{self, Member};
use crate::compile::overload::{Arg, ArgKind, Chosen, Group, Receiver, Wanted};
use crate::library::{self, MemberKind};
use crate::types::{self, Type, TypeId};

impl Binder {
    pub(super) fn member<'a>(
        &mut self,
        left: Entity<'a>,
        name: &'a SimpleName,
        invoked: bool,
        span: Span,
    ) -> Entity<'a> {
        match left {
            Entity::Error(span) => Entity::Error(span),
            Entity::Namespace(namespace) => self.namespace_member(&namespace, name, span),
            Entity::Type(ty) => self.static_member(ty, name, span),
            Entity::Value(value) => self.instance_member(value, name, invoked, span),
            Entity::Group(group) => {
                self.method_as_value(&group);
                Entity::Error(span)
            }
            Entity::Function(_, function) | Entity::Generic(_, function) => {
                let name = &function.ident.text;
                self.error(
                    "CS0119",
                    function.ident.span,
                    format!("'{name}' is a method, which is not valid in the given context"),
                );
                Entity::Error(span)
            }
        }
    }

    /// CS0119: a method's name where only something with members can stand.
    pub(in crate::compile) fn method_as_value(&mut self, group: &Group<'_>) {
        let name = &group.name.ident;
        let (found, _) = self.group_candidates(group);
        let first = found.first().or_else(|| members::extensions(&name.text).first());
        let shown = first.map_or_else(|| name.text.to_string(), |member| self.signature_name(member));
        self.error("CS0119", name.span, format!("'{shown}' is a method, which is not valid in the given context"));
    }

    fn namespace_member<'a>(&mut self, namespace: &str, name: &'a SimpleName, span: Span) -> Entity<'a> {
        let full = format!("{namespace}.{}", name.ident.text);
        let arity = name.type_args.as_ref().map_or(0, Vec::len);
        if let Some(def) = crate::compile::names::full_type(&full, arity) {
            let args = name.type_args.as_deref().unwrap_or_default().iter().map(|t| self.type_of_syntax(t)).collect();
            return Entity::Type(types::intern(Type::Named { def, args }));
        }
        if let Some(known) = crate::compile::unavailable::full(&full) {
            self.error("TG0301", span, crate::compile::unavailable::refusal(known));
            return Entity::Error(span);
        }
        if library::get().is_namespace(&full) || crate::compile::unavailable::is_namespace(&full) {
            return Entity::Namespace(full);
        }
        let text = &name.ident.text;
        self.error("CS0234", span, format!("The type or namespace name '{text}' does not exist in the namespace '{namespace}' (are you missing an assembly reference?)"));
        Entity::Error(span)
    }

    fn static_member<'a>(&mut self, ty: TypeId, name: &'a SimpleName, span: Span) -> Entity<'a> {
        if ty == types::error() {
            return Entity::Error(span);
        }
        let text = &*name.ident.text;
        if is_enum(ty) {
            let value = named(ty).and_then(|(def, _)| def.decl.values.iter().find(|(n, _)| *n == text));
            if let Some((_, number)) = value {
                return Entity::Value(Expr::constant(Const::Int((*number).into()), ty, span));
            }
        }
        if let Some(member) = members::lookup(ty, text, &[MemberKind::Property]).first().copied() {
            self.check_allowed(&member, span);
            if !member.signature.is_static {
                let owner = types::display(ty);
                self.error(
                    "CS0120",
                    span,
                    format!(
                        "An object reference is required for the non-static field, method, or property '{owner}.{text}'"
                    ),
                );
                return Entity::Error(span);
            }
            return Entity::Value(self.static_value(&member, span));
        }
        let is_method = !members::lookup(ty, text, &[MemberKind::Method]).is_empty();
        if is_method {
            let receiver = Receiver::Type(ty);
            return Entity::Group(Group { name, receiver, span, is_element: false, clause: None });
        }
        let arity = name.type_args.as_ref().map_or(0, Vec::len);
        let inner = match types::get(ty) {
            Type::Named { def, .. } => crate::compile::names::nested_type(*def, text, arity),
            _ => None,
        };
        if let Some(def) = inner {
            return Entity::Type(types::intern(Type::Named { def, args: [].into() }));
        }
        let _ = self.no_static_member(ty, text, name.ident.span);
        Entity::Error(span)
    }

    fn static_value(&mut self, member: &Member, span: Span) -> Expr {
        use crate::library::Constant;
        use crate::value::Value;
        let ty = member.ty(member.signature.returns, &[]);
        let constant = match member.signature.constant {
            Some(Constant::Text(text)) => Some(Const::Text(ast::StringLiteral::Text(text.into()))),
            Some(Constant::Default) => Some(Const::Null),
            Some(Constant::Value(value)) => match value {
                Value::Bool(b) => Some(Const::Bool(b)),
                Value::Char(n) | Value::UInt16(n) => Some(Const::Int(n.into())),
                Value::SByte(n) => Some(Const::Int(n.into())),
                Value::Byte(n) => Some(Const::Int(n.into())),
                Value::Int16(n) => Some(Const::Int(n.into())),
                Value::Int32(n) => Some(Const::Int(n.into())),
                Value::UInt32(n) => Some(Const::Int(n.into())),
                Value::Int64(n) => Some(Const::Int(n.into())),
                Value::UInt64(n) => Some(Const::Int(n.into())),
                Value::Single(n) => Some(Const::Float(n.into())),
                Value::Double(n) => Some(Const::Float(n)),
                _ => None,
            },
            None if ty == TypeId::DECIMAL => {
                let largest = rust_decimal::Decimal::MAX;
                match member.signature.name {
                    "MaxValue" => Some(Const::Decimal(largest)),
                    "MinValue" => Some(Const::Decimal(-largest)),
                    "One" => Some(Const::Decimal(rust_decimal::Decimal::ONE)),
                    "MinusOne" => Some(Const::Decimal(rust_decimal::Decimal::NEGATIVE_ONE)),
                    "Zero" => Some(Const::Decimal(rust_decimal::Decimal::ZERO)),
                    _ => None,
                }
            }
            None => None,
        };
        match constant {
            Some(value) => Expr::constant(value, ty, span),
            None => self.get(member, Vec::new(), span),
        }
    }

    fn property_is_delegate(&mut self, value: &Expr, name: &str) -> bool {
        let found = members::lookup(value.ty, name, &[MemberKind::Property]);
        if let Some(ty) = super::tuple::element_type(value.ty, name) {
            return delegate(ty).is_some();
        }
        found.first().is_some_and(|m| delegate(m.ty(m.signature.returns, &[])).is_some())
            || matches!(types::get(value.ty), Type::Anonymous(list) if list.iter().any(|(n, t)| &**n == name && delegate(*t).is_some()))
    }

    /// `invoked`: "if the member is invoked, non-invocable members are removed from the set": `list.Count()` is LINQ's.
    fn instance_member<'a>(&mut self, value: Expr, name: &'a SimpleName, invoked: bool, span: Span) -> Entity<'a> {
        if value.is_error() {
            return Entity::Error(span);
        }
        let text = &*name.ident.text;
        if value.is_null_literal() {
            self.error("CS0023", span, "Operator '.' cannot be applied to operand of type '<null>'");
            return Entity::Error(span);
        }
        if value.ty == types::void() {
            let dot = Span::new(value.span.end, value.span.end.max(span.start) + 1);
            self.error("CS0023", dot, "Operator '.' cannot be applied to operand of type 'void'");
            return Entity::Error(span);
        }
        let property = !invoked || self.property_is_delegate(&value, text);
        if name.type_args.is_none()
            && property
            && let Some(found) = self.property(&value, text, span)
        {
            return Entity::Value(found);
        }
        if invoked
            && members::lookup(value.ty, text, &[MemberKind::Method]).is_empty()
            && members::extensions(text).is_empty()
            && self.silently(|this| this.property(&value, text, span)).0.is_some()
        {
            let _ = self.not_invocable(value.ty, &name.ident);
            return Entity::Error(span);
        }
        let has_method =
            !members::lookup(value.ty, text, &[MemberKind::Method]).is_empty() || !members::extensions(text).is_empty();
        if has_method {
            let receiver = Receiver::Value(Box::new(value));
            return Entity::Group(Group { name, receiver, span, is_element: false, clause: None });
        }
        // After `?` the compiler points at the dot.
        let at = if matches!(value.kind, Kind::Local(_)) && value.span == span { span } else { name.ident.span };
        let _ = self.no_member(value.ty, text, at);
        Entity::Error(span)
    }

    pub(super) fn invoke(&mut self, target: &ast::Expr, args: &[ast::Argument], span: Span) -> Expr {
        if let ExprKind::Name(name) = &target.kind
            && &*name.ident.text == "nameof"
            && self.find("nameof").is_none()
        {
            return self.name_of(args, span);
        }
        match self.invoked_entity(target) {
            Entity::Group(group) => {
                let args = self.arguments(args);
                self.call(&group, args, span)
            }
            Entity::Function(id, name) => {
                let args = self.arguments(args);
                self.call_function(id, name, args, span)
            }
            Entity::Generic(index, name) => {
                let args = self.arguments(args);
                self.call_generic(index, name, args, span)
            }
            Entity::Value(value) => self.invoke_delegate(value, &strip(target).kind, args, span),
            Entity::Error(_) => {
                // The arguments are looked at all the same: all errors at once.
                let _ = self.arguments(args);
                Expr::error(span)
            }
            Entity::Type(ty) => {
                let name = types::display(ty);
                self.fail("CS1955", span, format!("Non-invocable member '{name}' cannot be used like a method."))
            }
            Entity::Namespace(name) => {
                self.fail("CS0118", target.span, format!("'{name}' is a namespace but is used like a variable"))
            }
        }
    }

    fn not_invocable(&mut self, owner: TypeId, name: &ast::Ident) -> Expr {
        let (shown, text) = (types::display(owner), &name.text);
        self.fail("CS1955", name.span, format!("Non-invocable member '{shown}.{text}' cannot be used like a method."))
    }

    fn invoke_delegate(&mut self, value: Expr, target: &ExprKind, args: &[ast::Argument], span: Span) -> Expr {
        if value.is_error() {
            let _ = self.arguments(args);
            return value;
        }
        if delegate(value.ty).is_none() {
            let _ = self.arguments(args);
            return match value.kind {
                Kind::Local(_) => self.fail("CS0149", value.span, "Method name expected"),
                _ => match target {
                    ExprKind::Member { target, name } => match self.silently(|this| this.entity(target)).0 {
                        Entity::Value(receiver) => self.not_invocable(receiver.ty, &name.ident),
                        Entity::Type(ty) => self.not_invocable(ty, &name.ident),
                        _ => Expr::error(span),
                    },
                    _ => self.fail("CS0149", value.span, "Method name expected"),
                },
            };
        }
        let candidates = members::lookup(value.ty, "Invoke", &[MemberKind::Method]);
        let args = self.arguments(args);
        match self.choose(&candidates, None, &args) {
            Some(Ok(fit)) => {
                self.check_allowed(&fit.member, span);
                let mut chosen = self.finish(fit, args);
                let ty = chosen.member.ty(chosen.member.signature.returns, &[]);
                let callee = self.callee(&chosen.member, &[], Some(&value));
                let mut first = Vec::new();
                let value = if chosen.first.is_empty() { value } else { self.keep(value, &mut first) };
                first.append(&mut chosen.first);
                chosen.args.insert(0, value);
                let call = Expr::new(Kind::Call { callee, args: chosen.args, outs: chosen.outs }, ty, span);
                Chosen::after_first(first, call)
            }
            _ => {
                let what = Wanted {
                    name: "Invoke",
                    span,
                    explicit: None,
                    is_constructor: false,
                    receiver_first: false,
                    is_element: false,
                    clause: None,
                };
                self.no_fit(&candidates, &args, &what, span)
            }
        }
    }

    /// Calls a method of a group, or an extension method of its name.
    pub(in crate::compile) fn call(&mut self, group: &Group<'_>, args: Vec<Arg<'_>>, span: Span) -> Expr {
        if args.iter().any(|a| matches!(&a.kind, ArgKind::Value(v) if v.is_error())) {
            if matches!(&group.receiver, Receiver::Value(value) if value.is_error()) {
                return Expr::error(span);
            }
            self.look_into(&args);
            return Expr::error(span);
        }
        if let Receiver::Value(value) = &group.receiver
            && super::tuple::elements_of(value.ty).is_some()
        {
            self.check_tuple_member(span);
        }
        let explicit = self.explicit_args(group.name);
        if explicit.as_ref().is_some_and(|list| list.contains(&types::error())) {
            return Expr::error(span);
        }
        let (candidates, receiver) = self.group_candidates(group);
        match self.choose(&candidates, explicit.as_deref(), &args) {
            Some(Ok(fit)) => return self.finish_call(fit, args, receiver, span),
            Some(Err(pair)) => return self.ambiguous(pair, group.name.ident.span),
            None => {}
        }
        let name = &*group.name.ident.text;
        let mut what = Wanted {
            name,
            span: group.name.ident.span,
            explicit: explicit.clone(),
            is_constructor: false,
            receiver_first: false,
            is_element: group.is_element,
            clause: group.clause,
        };
        if let Some(value) = receiver {
            let found = members::extensions(name);
            let mut all = vec![Arg {
                name: None,
                mode: ArgumentMode::Value,
                span: value.span,
                kind: ArgKind::Value(value.clone()),
            }];
            all.extend(args.iter().cloned());
            let (near, outer) = found.split_at(found.partition_point(|member| member.level == 0));
            let chosen = self.choose(near, explicit.as_deref(), &all);
            match chosen.or_else(|| self.choose(outer, explicit.as_deref(), &all)) {
                Some(Ok(fit)) => return self.finish_call(fit, all, None, span),
                Some(Err(pair)) => return self.ambiguous(pair, group.name.ident.span),
                None => {}
            }
            let declared = members::lookup(value.ty, name, &[MemberKind::Method]);
            if let Some(Ok(fit)) = self.choose(&declared, explicit.as_deref(), &args)
                && fit.member.signature.is_static
            {
                let shown = self.signature_name(&fit.member);
                return self.fail("CS0176", group.span, format!("Member '{shown}' cannot be accessed with an instance reference; qualify it with a type name instead"));
            }
            if declared.is_empty() {
                what.receiver_first = true;
                return self.no_fit(if near.is_empty() { outer } else { near }, &all, &what, span);
            }
            return self.no_fit(&declared, &args, &what, span);
        }
        if let Receiver::Type(ty) = group.receiver {
            let all = members::lookup(ty, name, &[MemberKind::Method]);
            if let Some(Ok(fit)) = self.choose(&all, explicit.as_deref(), &args)
                && !fit.member.signature.is_static
            {
                let shown = self.signature_name(&fit.member);
                return self.fail(
                    "CS0120",
                    group.span,
                    format!("An object reference is required for the non-static field, method, or property '{shown}'"),
                );
            }
            return self.no_fit(&all, &args, &what, span);
        }
        self.no_fit(&candidates, &args, &what, span)
    }

    fn ambiguous(&mut self, (a, b): (Member, Member), span: Span) -> Expr {
        let (a, b) = (self.signature_name(&a), self.signature_name(&b));
        self.fail(
            "CS0121",
            span,
            format!("The call is ambiguous between the following methods or properties: '{a}' and '{b}'"),
        )
    }

    fn finish_call(
        &mut self,
        fit: crate::compile::overload::Fit,
        args: Vec<Arg<'_>>,
        receiver: Option<Expr>,
        span: Span,
    ) -> Expr {
        self.check_allowed(&fit.member, span);
        self.note_reads(&fit.member);
        let mut chosen = self.finish(fit, args);
        let ty = chosen.member.ty(chosen.member.signature.returns, &chosen.type_args);
        let callee = self.callee(&chosen.member, &chosen.type_args, receiver.as_ref());
        let mut first = Vec::new();
        if let Some(receiver) = receiver {
            let receiver = if chosen.first.is_empty() { receiver } else { self.keep(receiver, &mut first) };
            chosen.args.insert(0, receiver);
        }
        first.append(&mut chosen.first);
        if chosen.args.iter().chain(&first).any(Expr::is_error) {
            return Expr::error(span);
        }
        let call = Expr::new(Kind::Call { callee, args: chosen.args, outs: chosen.outs }, ty, span);
        Chosen::after_first(first, call)
    }

    /// Binds arguments as far as they can be without their parameters.
    pub(super) fn arguments<'a>(&mut self, args: &'a [ast::Argument]) -> Vec<Arg<'a>> {
        let mut names: Vec<&str> = Vec::new();
        let mut bound: Vec<Arg<'a>> = Vec::new();
        for arg in args {
            let mut made = self.argument(arg);
            if let Some(name) = &arg.name {
                let text = &*name.text;
                if names.contains(&text) {
                    let message = format!("Named argument '{text}' cannot be specified multiple times");
                    made.kind = ArgKind::Value(self.fail("CS1740", name.span, message));
                }
                names.push(text);
            }
            bound.push(made);
        }
        bound
    }

    /// An argument without `ref` or `out`.
    pub(super) fn plain_argument<'a>(&mut self, name: Option<&'a ast::Ident>, value: &'a ast::Expr) -> Arg<'a> {
        let span = value.span;
        let kind = match &strip(value).kind {
            ExprKind::Lambda(lambda) => ArgKind::Lambda(lambda),
            ExprKind::Name(_) | ExprKind::Member { .. } => match self.entity(value) {
                Entity::Group(group) => ArgKind::Group(Box::new(group)),
                Entity::Function(id, _) => ArgKind::Value(self.function_value(id, span)),
                other => ArgKind::Value(self.entity_value(other, span)),
            },
            ExprKind::Tuple(_) if self.lacks_type(value) => ArgKind::Tuple(value),
            // Nothing takes the result of a void call: which parameter does not, is told with the candidates.
            _ => ArgKind::Value(self.value(value)),
        };
        Arg { name, mode: ArgumentMode::Value, kind, span }
    }

    fn argument<'a>(&mut self, arg: &'a ast::Argument) -> Arg<'a> {
        let span = arg.value.span;
        let kind = match (&arg.mode, &strip(&arg.value).kind) {
            (ArgumentMode::Value, _) => return self.plain_argument(arg.name.as_ref(), &arg.value),
            (_, ExprKind::Declaration { ty, designation }) => {
                let declared = if Self::is_var(ty) { None } else { Some(self.type_of_syntax(ty)) };
                ArgKind::Declare(declared, designation)
            }
            (_, ExprKind::Name(name)) if &*name.ident.text == "_" && self.find("_").is_none() => {
                // `out _` discards whatever the parameter's type is.
                ArgKind::Declare(None, &DISCARD)
            }
            _ => self.variable_argument(&arg.value),
        };
        Arg { name: arg.name.as_ref(), mode: arg.mode, kind, span }
    }

    fn variable_argument<'a>(&mut self, expr: &'a ast::Expr) -> ArgKind<'a> {
        let span = expr.span;
        match self.target(expr, super::assign::NO_REFERENCE) {
            Some((Target::Member { callee, args }, ty)) if super::dimensions::is_element(&callee) => {
                let value = super::dimensions::matrix_get(args.clone(), ty, span);
                ArgKind::Variable(Box::new(Target::Member { callee, args }), Box::new(value))
            }
            Some((target @ (Target::Local(_) | Target::Element { .. }), ty)) => {
                let value = match &target {
                    Target::Local(id) => Expr::new(Kind::Local(*id), ty, span),
                    Target::Element { array, index, .. } => {
                        Expr::new(Kind::ArrayGet { array: array.clone(), index: index.clone() }, ty, span)
                    }
                    _ => Expr::error(span),
                };
                if let Target::Local(id) = target {
                    self.use_local(id, span);
                    if let Some(local) = self.local(id)
                        && local.readonly == Some(RANGE_VARIABLE)
                    {
                        let message =
                            format!("Cannot pass the range variable '{}' as an out or ref parameter", local.name);
                        self.error("CS1939", span, message);
                        return ArgKind::Value(Expr::error(span));
                    }
                }
                ArgKind::Variable(Box::new(target), Box::new(value))
            }
            Some(_) | None => ArgKind::Value(Expr::error(span)),
        }
    }

    /// `target[args]`.
    pub(super) fn index(&mut self, target: Expr, args: &[ast::Argument], span: Span) -> Expr {
        if let Type::Array { element, rank: rank @ 2.. } = types::get(target.ty) {
            return match self.matrix_place(target, *rank, args, span) {
                Some(all) => super::dimensions::matrix_get(all, *element, span),
                None => Expr::error(span),
            };
        }
        if let Type::Array { element, .. } = types::get(target.ty) {
            let Some(index) = self.array_index(args, span) else { return Expr::error(span) };
            return Expr::new(Kind::ArrayGet { array: Box::new(target), index: Box::new(index) }, *element, span);
        }
        match self.indexer(target, args, span) {
            Some((member, all)) => self.get(&member, all, span),
            None => Expr::error(span),
        }
    }

    /// The index of an array access: an `int`, or what converts to one or to `long`.
    pub(super) fn array_index(&mut self, args: &[ast::Argument], span: Span) -> Option<Expr> {
        let [arg] = args else {
            self.error("CS0022", span, "Wrong number of indices inside []; expected 1");
            return None;
        };
        let index = self.value(&arg.value);
        if index.is_error() {
            return None;
        }
        if arg.name.is_some() {
            self.error("CS1742", span, "An array access may not have a named argument specifier");
            return None;
        }
        let ty = [TypeId::INT32, TypeId::UINT32, TypeId::INT64, TypeId::UINT64]
            .into_iter()
            .find(|ty| self.converts(&index, *ty));
        Some(self.convert(index, ty.unwrap_or(TypeId::INT32))).filter(|e| !e.is_error())
    }

    /// The indexer that fits, and its receiver and arguments.
    pub(super) fn indexer(&mut self, target: Expr, args: &[ast::Argument], span: Span) -> Option<(Member, Vec<Expr>)> {
        let args = self.arguments(args);
        if target.is_error() || args.iter().any(|a| matches!(&a.kind, ArgKind::Value(v) if v.is_error())) {
            return None;
        }
        let candidates = members::indexers(target.ty);
        if candidates.is_empty() || nullable_inner(target.ty).is_some() {
            let ty = super::shown(&target);
            self.error("CS0021", span, format!("Cannot apply indexing with [] to an expression of type '{ty}'"));
            return None;
        }
        match self.choose(&candidates, None, &args) {
            Some(Ok(fit)) => {
                self.check_allowed(&fit.member, span);
                let chosen = self.finish(fit, args);
                let mut all = vec![target];
                all.extend(chosen.args);
                Some((chosen.member, all))
            }
            Some(Err(pair)) => {
                let _ = self.ambiguous(pair, span);
                None
            }
            None => {
                let what = Wanted {
                    name: "this",
                    span,
                    explicit: None,
                    is_constructor: false,
                    receiver_first: false,
                    is_element: false,
                    clause: None,
                };
                let _ = self.no_fit(&candidates, &args, &what, span);
                None
            }
        }
    }

    fn name_of(&mut self, args: &[ast::Argument], span: Span) -> Expr {
        let [arg] = args else {
            return self.fail("CS0103", span, "The name 'nameof' does not exist in the current context");
        };
        let name = match &arg.value.kind {
            ExprKind::Name(name) => &name.ident.text,
            ExprKind::Member { name, .. } => &name.ident.text,
            _ => return self.fail("CS8081", arg.value.span, "Expression does not have a name."),
        };
        let mut at = &arg.value;
        while let ExprKind::Member { target, .. } = &at.kind {
            at = target;
        }
        if !matches!(at.kind, ExprKind::Name(_) | ExprKind::Predefined(_) | ExprKind::GlobalName(_)) {
            return self.fail("CS8082", at.span, "Sub-expression cannot be used in an argument to nameof.");
        }
        let before = self.errors.len();
        let _ = self.named_entity(&arg.value);
        if self.errors.len() > before {
            return Expr::error(span);
        }
        Expr::constant(Const::Text(ast::StringLiteral::Text(name.clone())), TypeId::STRING, span)
    }

    /// What is named in a `nameof`, where members of objects may be named by their types.
    fn named_entity<'a>(&mut self, expr: &'a ast::Expr) -> Entity<'a> {
        let ExprKind::Member { target, name } = &expr.kind else { return self.entity(expr) };
        match self.named_entity(target) {
            Entity::Type(ty) => {
                let found = members::lookup(ty, &name.ident.text, &[MemberKind::Property]);
                match found.first().filter(|m| !m.signature.is_static) {
                    Some(member) => {
                        let ty = member.ty(member.signature.returns, &[]);
                        Entity::Value(Expr::new(Kind::Default, ty, expr.span))
                    }
                    None => self.member(Entity::Type(ty), name, false, expr.span),
                }
            }
            left => self.member(left, name, false, expr.span),
        }
    }

    /// Notes that a variable is assigned to, or reports why it must not be.
    pub(crate) fn write_local(&mut self, id: LocalId, span: Span) {
        self.use_local(id, span);
        let Some(local) = self.local_mut(id) else { return };
        local.written = true;
        let (constant, readonly, name, ty) = (local.constant.is_some(), local.readonly, local.name.clone(), local.ty);
        if constant {
            self.error("CS0131", span, "The left-hand side of an assignment must be a variable, property or indexer");
        } else if readonly == Some(RANGE_VARIABLE) {
            let message = format!("Range variable '{name}' cannot be assigned to -- it is read only");
            self.error("CS1947", span, message);
        } else if let Some(what) = readonly
            && ty != types::error()
        {
            self.error("CS1656", span, format!("Cannot assign to '{name}' because it is a '{what}'"));
        }
    }
}

static DISCARD: ast::Designation = ast::Designation::Discard(Span::new(0, 0));

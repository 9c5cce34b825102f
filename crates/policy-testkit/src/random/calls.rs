//! Uses of members: calls, properties, indexers, constructors, operators, with arguments as the signature wants them.

use policy_vm::library::{self, MemberKind, ParamMode, Parameter, Signature, TypeDefKind};
use policy_vm::types::{self, Type, TypeId};

use super::makers::{self, Maker};
use super::piece::{Part, Piece};
use super::type_names::{head, kind, written};
use super::{Generator, Local};

impl Generator {
    /// A use of some member that gives the type; `None` when there is none.
    pub(super) fn made_of(&mut self, ty: TypeId, depth: u32) -> Option<Piece> {
        let makers = makers::of(ty);
        if makers.is_empty() {
            return None;
        }
        // `First<T>()` gives anything: what gives just this type is worth more.
        let mut maker = &makers[self.dice.below(makers.len())];
        if matches!(types::get(maker.signature.returns), Type::MethodParam(_) | Type::TypeParam(_)) {
            maker = &makers[self.dice.below(makers.len())];
        }
        self.used(ty, maker, depth)
    }

    fn used(&mut self, ty: TypeId, maker: &Maker, depth: u32) -> Option<Piece> {
        let signature = maker.signature;
        let type_args: Vec<TypeId> =
            maker.type_args.iter().map(|arg| arg.unwrap_or_else(|| self.simple_type())).collect();
        let method_args: Vec<TypeId> =
            maker.method_args.iter().map(|arg| arg.unwrap_or_else(|| self.simple_type())).collect();
        if method_args.iter().chain(&type_args).any(|arg| written(*arg).is_none())
            || !satisfied(signature, &method_args)
        {
            return None;
        }
        let owner = types::intern(Type::Named { def: maker.def, args: type_args.clone().into() });
        let of = |param: &Parameter| types::substitute(param.ty, &type_args, &method_args);
        let below = depth.saturating_sub(1);
        if signature.params.iter().any(|param| has_wrong_nullable(of(param))) || has_wrong_nullable(owner) {
            return None;
        }
        let mut parts = Vec::new();
        let mut params: Vec<(&Parameter, TypeId)> = signature.params.iter().map(|param| (param, of(param))).collect();
        match signature.kind {
            MemberKind::Operator => return self.operator_of(ty, signature, &params, below),
            MemberKind::ImplicitConversion | MemberKind::ExplicitConversion => {
                let (_, from) = *params.first()?;
                let value = self.value(from, below);
                return Some(Piece::of(ty, &format!("(({}){{}})", written(ty)?), [value]));
            }
            MemberKind::Constructor => {
                parts.push(Part::text(format!("new {}", written(owner)?)));
            }
            _ if signature.is_extension && !self.dice.one_in(8) => {
                let (_, receiver) = params.remove(0);
                self.receiver(receiver, below, &mut parts)?;
            }
            _ if signature.is_static => parts.push(Part::text(format!("{}.", written(owner)?))),
            _ => self.receiver(owner, below, &mut parts)?,
        }
        match signature.kind {
            MemberKind::Indexer => {
                // The dot of the receiver is not wanted here.
                parts.pop();
                self.arguments("[", &params, "]", below, &mut parts);
            }
            MemberKind::Property => parts.push(Part::text(signature.name)),
            MemberKind::Constructor => {
                self.arguments("(", &params, ")", below, &mut parts);
                self.initializer(owner, below, &mut parts);
            }
            _ => {
                parts.push(Part::text(self.misspelt(signature.name)));
                self.type_arguments(signature, &method_args, &mut parts)?;
                self.arguments("(", &params, ")", below, &mut parts);
            }
        }
        Some(Piece::new(ty, parts))
    }

    fn misspelt(&mut self, name: &str) -> String {
        let mut name = name.to_owned();
        if self.spoils && self.dice.one_in(60) {
            name.push('s');
        }
        name
    }

    /// The receiver and its dot; `?.` at times.
    fn receiver(&mut self, ty: TypeId, depth: u32, parts: &mut Vec<Part>) -> Option<()> {
        written(ty)?;
        parts.push(Part::Piece(self.value(ty, depth)));
        let conditional = super::is_reference(ty) && self.dice.one_in(20);
        parts.push(Part::text(if conditional { "?." } else { "." }));
        Some(())
    }

    /// `<int>` where it cannot be inferred, and at times where it can.
    fn type_arguments(&mut self, signature: &Signature, args: &[TypeId], parts: &mut Vec<Part>) -> Option<()> {
        let inferred = |n: usize| signature.params.iter().any(|param| mentions(param.ty, n));
        if args.is_empty() || ((0..args.len()).all(inferred) && !self.dice.one_in(5)) {
            return Some(());
        }
        let args: Option<Vec<String>> = args.iter().map(|arg| written(*arg)).collect();
        parts.push(Part::text(format!("<{}>", args?.join(", "))));
        Some(())
    }

    fn arguments(
        &mut self,
        open: &str,
        params: &[(&Parameter, TypeId)],
        close: &str,
        depth: u32,
        parts: &mut Vec<Part>,
    ) {
        parts.push(Part::text(open));
        let by_name = self.dice.one_in(25);
        let mut first = true;
        for (param, ty) in params {
            if param.default.is_some() && !self.dice.one_in(3) {
                break;
            }
            if self.spoils && self.dice.one_in(50) {
                continue;
            }
            let count = if param.is_params && !self.dice.one_in(4) { self.dice.below(4) } else { 1 };
            let ty = match types::get(*ty) {
                Type::Array { element, .. } if count != 1 && param.is_params => *element,
                _ => *ty,
            };
            for _ in 0..count {
                parts.push(Part::text(if std::mem::take(&mut first) { "" } else { ", " }));
                if by_name && !param.is_params {
                    parts.push(Part::text(format!("{}: ", param.name)));
                }
                self.argument(param, ty, depth, parts);
            }
        }
        parts.push(Part::text(close));
    }

    fn argument(&mut self, param: &Parameter, ty: TypeId, depth: u32, parts: &mut Vec<Part>) {
        if param.mode == ParamMode::Out {
            let number = self.number();
            parts.extend([Part::text("out var "), Part::Declares(number)]);
            return;
        }
        let piece = match kind(ty) {
            Some(TypeDefKind::Delegate) => self.lambda(ty, depth),
            _ => self.text_for(param.name, ty).unwrap_or_else(|| self.value(ty, depth)),
        };
        parts.push(Part::Piece(piece));
    }

    /// A lambda for a delegate type.
    pub(super) fn lambda(&mut self, ty: TypeId, depth: u32) -> Piece {
        let Some((def, args)) = delegate(ty) else { return self.literal(ty) };
        let Some(invoke) = library::get().def(def).members().first() else { return self.literal(ty) };
        let before = self.scope.len();
        let mut parts = vec![Part::text("(")];
        for (n, param) in invoke.params.iter().enumerate() {
            let number = self.number();
            parts.extend([Part::text(if n == 0 { "" } else { ", " }), Part::Declares(number)]);
            let ty = types::substitute(param.ty, args, &[]);
            self.scope.push(Local { number, ty, assignable: false });
        }
        let returns = types::substitute(invoke.returns, args, &[]);
        let body = if returns == types::void() {
            let text = self.simple_type();
            Piece::of(ty, "{}.ToString()", [self.value(text, 1)])
        } else {
            self.value(returns, depth.min(2))
        };
        self.scope.truncate(before);
        parts.push(Part::text(if self.dice.one_in(8) && returns != types::void() {
            ") => { return "
        } else {
            ") => "
        }));
        let block = matches!(parts.last(), Some(Part::Text(text)) if text.ends_with("return "));
        parts.push(Part::Piece(body));
        if block {
            parts.push(Part::text("; }"));
        }
        Piece::new(ty, parts)
    }

    pub(super) fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// `{ a, b }` behind `new List<int>()` and the like.
    fn initializer(&mut self, ty: TypeId, depth: u32, parts: &mut Vec<Part>) {
        let items: &[TypeId] = match head(ty) {
            Some(("System.Collections.Generic.List" | "System.Collections.Generic.HashSet", args)) => args,
            Some(("System.Collections.Generic.Dictionary", args)) => args,
            _ => return,
        };
        let indexed = items.len() == 2 && self.dice.one_in(2);
        parts.push(Part::text(" { "));
        for n in 0..self.dice.below(4) {
            parts.push(Part::text(if n == 0 { "" } else { ", " }));
            match items {
                [key, value] => {
                    let (open, middle, close) = if indexed { ("[", "] = ", "") } else { ("{ ", ", ", " }") };
                    parts.push(Part::text(open));
                    parts.push(Part::Piece(self.value(*key, depth.min(1))));
                    parts.push(Part::text(middle));
                    parts.push(Part::Piece(self.value(*value, depth.min(1))));
                    parts.push(Part::text(close));
                }
                items => parts.extend(items.iter().map(|item| Part::Piece(self.value(*item, depth.min(1))))),
            }
        }
        parts.push(Part::text(" }"));
    }

    fn operator_of(
        &mut self,
        ty: TypeId,
        signature: &Signature,
        params: &[(&Parameter, TypeId)],
        depth: u32,
    ) -> Option<Piece> {
        match params {
            [(_, one)] => {
                let value = self.value(*one, depth);
                Some(Piece::of(ty, &format!("({}{{}})", signature.name), [value]))
            }
            [(_, left), (_, right)] => {
                let (left, right) = (self.value(*left, depth), self.value(*right, depth));
                Some(Piece::of(ty, &format!("({{}} {} {{}})", signature.name), [left, right]))
            }
            _ => None,
        }
    }
}

fn delegate(ty: TypeId) -> Option<(library::DefId, &'static [TypeId])> {
    match types::get(ty) {
        Type::Named { def, args } => Some((*def, args)),
        _ => None,
    }
}

/// True when the n-th type parameter of the method is in the type.
fn mentions(ty: TypeId, n: usize) -> bool {
    match types::get(ty) {
        Type::MethodParam(m) => usize::from(*m) == n,
        Type::Named { args, .. } => args.iter().any(|arg| mentions(*arg, n)),
        Type::Array { element, .. } => mentions(*element, n),
        Type::Nullable(inner) => mentions(*inner, n),
        _ => false,
    }
}

/// True when the type arguments are what `where` asks for; those of enumerations are asked for by name only.
fn satisfied(signature: &Signature, args: &[TypeId]) -> bool {
    let wants_enum = signature.type_params.contains(&"TEnum");
    signature.constraints.iter().all(|(n, bound)| args.get(*n).is_none_or(|arg| arg == bound))
        && (!wants_enum || args.iter().all(|arg| kind(*arg) == Some(TypeDefKind::Enum)))
}

/// `string?`, which a type parameter can make of `T?`.
fn has_wrong_nullable(ty: TypeId) -> bool {
    match types::get(ty) {
        Type::Nullable(inner) => !types::is_value_type(*inner) || matches!(types::get(*inner), Type::Nullable(_)),
        Type::Named { def, args } => {
            let nullable = library::get().def(*def).full_name() == "System.Nullable" && !args.is_empty();
            nullable || args.iter().any(|arg| has_wrong_nullable(*arg))
        }
        Type::Array { element, .. } => has_wrong_nullable(*element),
        _ => false,
    }
}

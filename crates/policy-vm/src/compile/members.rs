//! Finding members: properties, methods, indexers, extension methods, and whether policies may use them.

use std::sync::LazyLock;

use policy_parser::Span;
use policy_parser::suggest::closest;
use rustc_hash::FxHashMap;

use super::binder::Binder;
use super::bound::{Callee, Expr, Kind, Target, named, nullable_inner};
use super::subtype;
use crate::library::{self, Allow, Def, Intrinsic, MemberKind, Signature, TypeDefKind};
use crate::types::{self, Type, TypeId};

/// A member seen on a constructed type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) signature: &'static Signature,
    pub(super) def: &'static Def,
    /// The constructed type that declares it.
    pub(super) owner: TypeId,
    /// How far up the hierarchy it was found: members of derived types come first.
    pub(super) level: usize,
}

impl Member {
    pub(super) fn owner_args(&self) -> &'static [TypeId] {
        match types::get(self.owner) {
            Type::Named { args, .. } => args,
            // `T?` is `Nullable<T>`.
            Type::Nullable(inner) => std::slice::from_ref(inner),
            _ => &[],
        }
    }

    /// A type of the signature with the owner's arguments put in.
    pub(super) fn ty(&self, ty: TypeId, method_args: &[TypeId]) -> TypeId {
        types::substitute(ty, self.owner_args(), method_args)
    }
}

/// The types whose members a value of this type has, nearest first: a class with its bases, an interface with the
/// interfaces it extends. What a class implements for an interface alone is not among its own members.
pub(super) fn member_types(ty: TypeId) -> Vec<TypeId> {
    let is_interface = declared(ty).is_some_and(|def| def.decl.kind == TypeDefKind::Interface);
    let is_opaque = matches!(types::get(ty), Type::Opaque(_));
    let mut all = if is_interface || is_opaque { subtype::supertypes(ty).to_vec() } else { class_chain(ty).to_vec() };
    if !all.contains(&TypeId::OBJECT) {
        all.push(TypeId::OBJECT);
    }
    all
}

/// A type and its base classes, nearest first.
pub(super) fn class_chain(ty: TypeId) -> &'static [TypeId] {
    types::bases(ty, || {
        let mut chain = vec![ty];
        let mut at = ty;
        loop {
            let base = match types::get(at) {
                Type::Named { def, args } => library::get().def(*def).base().map(|b| types::substitute(b, args, &[])),
                Type::Array { .. } => Some(TypeId::ARRAY),
                Type::Nullable(_) | Type::Tuple(_) => Some(TypeId::VALUE_TYPE),
                _ => None,
            };
            let Some(base) = base else { return chain };
            chain.push(base);
            at = base;
        }
    })
}

fn declared(ty: TypeId) -> Option<&'static Def> {
    match types::get(ty) {
        Type::Named { def, .. } => Some(library::get().def(*def)),
        Type::Nullable(_) => Some(library::get().def(library::DefId(TypeId::NULLABLE.0))),
        _ => None,
    }
}

/// All members of a name that a type has, nearest first.
pub(super) fn lookup(ty: TypeId, name: &str, kinds: &[MemberKind]) -> Vec<Member> {
    let mut found = Vec::new();
    for (level, owner) in member_types(ty).into_iter().enumerate() {
        let Some(def) = declared(owner) else { continue };
        for signature in def.members_named(name) {
            // Extension methods are declared by static classes, which no receiver has: here they are called by name.
            if kinds.contains(&signature.kind) {
                found.push(Member { signature, def, owner, level });
            }
        }
    }
    found
}

/// Where extension methods stand that are looked at only when no other fits, as those of an outer namespace are in C#.
const OUTER: &str = "ApiManagement.Fallback.";

/// Extension methods by name; those of an outer namespace have level 1 and come last.
pub(super) fn extensions(name: &str) -> &'static [Member] {
    static BY_NAME: LazyLock<FxHashMap<&'static str, Vec<Member>>> = LazyLock::new(|| {
        let mut all: FxHashMap<&'static str, Vec<Member>> = FxHashMap::default();
        let in_scope = |def: &Def| def.decl.imported || def.full_name().starts_with(OUTER);
        for (id, def) in library::get().defs().filter(|(_, def)| in_scope(def)) {
            for signature in def.members().iter().filter(|s| s.is_extension) {
                let level = def.full_name().starts_with(OUTER).into();
                let member = Member { signature, def, owner: TypeId(id.0), level };
                all.entry(signature.name).or_default().push(member);
            }
        }
        all.values_mut().for_each(|found| found.sort_by_key(|member| member.level));
        all
    });
    BY_NAME.get(name).map(Vec::as_slice).unwrap_or_default()
}

impl Binder {
    /// Reports a member that the allow-list excludes (`expressions.md` section 4).
    pub(super) fn check_allowed(&mut self, member: &Member, span: Span) {
        let Some(name) = member.signature.listed_name() else { return };
        if self.unrestricted {
            return;
        }
        let ty = member.def.full_name();
        if matches!(member.def.decl.allow, Allow::None) {
            // Exceptions' members are declared by `System.Exception`; a constructor is a use of the type itself.
            self.error("TG0301", span, format!("Usage of type '{ty}' is not supported within expressions"));
            return;
        }
        if !member.def.decl.allows(name) {
            self.error(
                "TG0302",
                span,
                format!("Usage of member '{name}' of type '{ty}' is not supported within expressions"),
            );
        }
    }

    /// `receiver.name` as a property, if there is one.
    pub(super) fn property(&mut self, receiver: &Expr, name: &str, span: Span) -> Option<Expr> {
        if let Type::Anonymous(members) = types::get(receiver.ty) {
            let index = members.iter().position(|(n, _)| &**n == name)?;
            let ty = members.get(index)?.1;
            return Some(Expr::new(Kind::AnonymousGet { object: Box::new(receiver.clone()), index }, ty, span));
        }
        if let Some(element) = self.tuple_element(receiver, name, span) {
            return Some(element);
        }
        if matches!(types::get(receiver.ty), Type::Array { rank: 1, .. }) && name == "Length" {
            return Some(Expr::new(Kind::ArrayLength(Box::new(receiver.clone())), TypeId::INT32, span));
        }
        if let Some(inner) = nullable_inner(receiver.ty) {
            match name {
                "HasValue" => {
                    return Some(Expr::new(
                        Kind::IsNull { negated: true, operand: Box::new(receiver.clone()) },
                        TypeId::BOOL,
                        span,
                    ));
                }
                "Value" => {
                    let conversion = super::bound::Conversion::Unwrap;
                    return Some(Expr::new(
                        Kind::Convert { conversion, operand: Box::new(receiver.clone()) },
                        inner,
                        span,
                    ));
                }
                _ => {}
            }
        }
        let member = *lookup(receiver.ty, name, &[MemberKind::Property]).first()?;
        self.check_allowed(&member, span);
        if member.signature.is_static {
            let ty = types::display(receiver.ty);
            self.error("CS0176", span, format!("Member '{ty}.{name}' cannot be accessed with an instance reference; qualify it with a type name instead"));
            return Some(Expr::error(span));
        }
        Some(self.get(&member, vec![receiver.clone()], span))
    }

    /// The getter of a property or indexer called with receiver and indexes.
    pub(super) fn get(&mut self, member: &Member, args: Vec<Expr>, span: Span) -> Expr {
        let ty = member.ty(member.signature.returns, &[]);
        self.note_reads(member);
        if let Intrinsic::View(part) = member.signature.intrinsic
            && args.iter().all(|a| matches!(a.kind, Kind::View(_)))
        {
            return Expr::new(Kind::View(part), ty, span);
        }
        let callee = self.callee(member, &[], args.first());
        Expr::new(Kind::Call { callee, args, outs: Vec::new() }, ty, span)
    }

    /// What a call of a member is made of.
    pub(super) fn callee(&self, member: &Member, method_args: &[TypeId], receiver: Option<&Expr>) -> Callee {
        let mut type_args = member.owner_args().to_vec();
        type_args.extend_from_slice(method_args);
        let instance = !member.signature.is_static && member.signature.kind != MemberKind::Constructor;
        let never_null = |e: &Expr| types::is_value_type(e.ty) || matches!(e.kind, Kind::View(_));
        let null_check = instance && receiver.is_some_and(|e| !never_null(e));
        Callee {
            run: member.signature.run,
            type_args,
            signature: member.signature.text,
            null_check,
            asked: member.signature.asked,
            place: member.signature.place,
        }
    }

    /// A property or indexer as the target of an assignment.
    pub(super) fn set_target(&mut self, member: &Member, args: Vec<Expr>, span: Span) -> Option<Target> {
        let Some(set) = member.signature.set else {
            let owner = types::display(member.owner);
            let name = if member.signature.kind == MemberKind::Indexer {
                format!("{owner}.this[{}]", self.param_types(member))
            } else {
                format!("{owner}.{}", member.signature.name)
            };
            self.error(
                "CS0200",
                span,
                format!("Property or indexer '{name}' cannot be assigned to -- it is read only"),
            );
            return None;
        };
        let mut callee = self.callee(member, &[], args.first());
        callee.run = set;
        Some(Target::Member { callee: Box::new(callee), args })
    }

    pub(super) fn param_types(&self, member: &Member) -> String {
        let list: Vec<_> = member.signature.params.iter().map(|p| types::display(member.ty(p.ty, &[]))).collect();
        list.join(", ")
    }

    /// Notes what using a member means for the host.
    pub(super) fn note_reads(&mut self, member: &Member) {
        use crate::value::Part;
        match member.signature.intrinsic {
            Intrinsic::ReadsBody => {
                self.reads.request_body = true;
                self.reads.response_body = true;
            }
            Intrinsic::View(Part::Request | Part::RequestHeaders | Part::RequestUrl | Part::RequestUrlQuery) => {
                self.reads.request = true
            }
            _ => {}
        }
        if member.signature.name == "Response" && member.def.simple_name() == "IContext" {
            self.reads.response = true;
        }
        if member.signature.name == "Certificate" && member.def.simple_name() == "IRequest" {
            self.reads.certificate = true;
        }
    }

    /// CS1061, with what was probably meant.
    pub(super) fn no_member(&mut self, ty: TypeId, name: &str, span: Span) -> Expr {
        let shown = types::display(ty);
        let message = format!(
            "'{shown}' does not contain a definition for '{name}' and no accessible extension method '{name}' accepting a first argument of type '{shown}' could be found (are you missing a using directive or an assembly reference?)"
        );
        let names = member_names(ty, false);
        let message = match closest(name, names.iter().copied()) {
            Some(near) => format!("{message}; did you mean '{near}'?"),
            None => message,
        };
        self.fail("CS1061", span, message)
    }

    /// CS0117, with what was probably meant.
    pub(super) fn no_static_member(&mut self, ty: TypeId, name: &str, span: Span) -> Expr {
        let shown = types::display(ty);
        let message = format!("'{shown}' does not contain a definition for '{name}'");
        let names = member_names(ty, true);
        let message = match closest(name, names.iter().copied()) {
            Some(near) => format!("{message}; did you mean '{near}'?"),
            None => message,
        };
        self.fail("CS0117", span, message)
    }
}

fn member_names(ty: TypeId, is_static: bool) -> Vec<&'static str> {
    let mut names = Vec::new();
    for owner in member_types(ty) {
        let Some(def) = declared(owner) else { continue };
        if def.decl.kind == TypeDefKind::Enum {
            names.extend(def.decl.values.iter().map(|(n, _)| *n));
        }
        names.extend(def.members().iter().filter(|s| s.is_static == is_static && !s.name.is_empty()).map(|s| s.name));
    }
    names
}

/// The indexers of a type.
pub(super) fn indexers(ty: TypeId) -> Vec<Member> {
    let mut found = Vec::new();
    for (level, owner) in member_types(ty).into_iter().enumerate() {
        let Some(def) = declared(owner) else { continue };
        let of = def.members().iter().filter(|s| s.kind == MemberKind::Indexer);
        found.extend(of.map(|signature| Member { signature, def, owner, level }));
    }
    found
}

/// The constructors of a type.
pub(super) fn constructors(ty: TypeId) -> Vec<Member> {
    let Some(def) = declared(ty) else { return Vec::new() };
    let of = def.members().iter().filter(|s| s.kind == MemberKind::Constructor);
    of.map(|signature| Member { signature, def, owner: ty, level: 0 }).collect()
}

/// The operators of a token that a type declares or inherits.
pub(super) fn operators(ty: TypeId, token: &str, operands: usize) -> Vec<Member> {
    let mut found = Vec::new();
    let mut at = Some(nullable_inner(ty).unwrap_or(ty));
    while let Some(ty) = at {
        let Some((def, args)) = named(ty) else { break };
        for signature in def.members_named(token) {
            if signature.kind == MemberKind::Operator && signature.params.len() == operands {
                found.push(Member { signature, def, owner: ty, level: 0 });
            }
        }
        if !found.is_empty() {
            break;
        }
        at = def.base().map(|b| types::substitute(b, args, &[]));
    }
    found
}

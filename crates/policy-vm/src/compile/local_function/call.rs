//! Calls of local functions: their arguments, and the variables that are given by reference.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ArgumentMode};

use super::{Param, shown_signature};
use crate::compile::binder::Binder;
use crate::compile::bound::{Callee, Expr, FnId, Kind, LocalId, Target};
use crate::compile::expression::dimensions;
use crate::compile::overload::{self, Arg, ArgKind, Chosen, Slot, map};
use crate::compile::subtype;
use crate::library::ParamMode;
use crate::types::{self, TypeId};
use crate::value::element;

impl Binder {
    /// Calls a local function.
    pub(in crate::compile) fn call_function(
        &mut self,
        id: FnId,
        name: &ast::SimpleName,
        args: Vec<Arg<'_>>,
        span: Span,
    ) -> Expr {
        let Some(function) = self.functions.get(id.0 as usize) else { return Expr::error(span) };
        let (params, returns) = (function.signature.clone(), function.returns);
        let shown = shown_signature(&name.ident.text, &[], &params);
        if name.type_args.is_some() {
            return self.fail(
                "CS0308",
                span,
                format!("The non-generic method '{shown}' cannot be used with type arguments"),
            );
        }
        let Some((slots, expanded)) = self.fit_arguments(&params, &args, &name.ident, &shown) else {
            return Expr::error(span);
        };
        self.finish_function_call(id, &params, returns, args, &slots, expanded, span)
    }

    /// Assigns the arguments to parameters, and says what is wrong with them.
    fn fit_arguments(
        &mut self,
        params: &[Param],
        args: &[Arg<'_>],
        name: &ast::Ident,
        shown: &str,
    ) -> Option<(Vec<Slot>, bool)> {
        let (slots, expanded) = self.fit_count(params, args, name, shown)?;
        self.check_arguments(params, args, &slots, expanded).then_some((slots, expanded))
    }

    pub(super) fn fit_count(
        &mut self,
        params: &[Param],
        args: &[Arg<'_>],
        name: &ast::Ident,
        shown: &str,
    ) -> Option<(Vec<Slot>, bool)> {
        if args.iter().any(|a| matches!(&a.kind, ArgKind::Value(v) if v.is_error())) {
            return None;
        }
        // The normal form comes first, as long as its arguments fit.
        let normal = map(params, args, false);
        if let Some(mapping) = normal {
            let fits = self.silently(|this| this.check_arguments(params, args, &mapping.slots, false));
            if fits.0 && fits.1 || !params.last().is_some_and(|p| p.is_params) {
                return Some((mapping.slots, false));
            }
        }
        if let Some(mapping) = map(params, args, true) {
            return Some((mapping.slots, true));
        }
        if let Some(wrong) = args.iter().filter_map(|a| a.name).find(|n| !params.iter().any(|p| p.name == n.text)) {
            let (function, parameter) = (&name.text, &wrong.text);
            self.error(
                "CS1739",
                wrong.span,
                format!("The best overload for '{function}' does not have a parameter named '{parameter}'"),
            );
            return None;
        }
        let required = params.iter().filter(|p| p.default.is_none() && !p.is_params);
        let given = args.iter().filter(|a| a.name.is_none()).count();
        let named = |p: &&Param| !args.iter().any(|a| a.name.is_some_and(|n| n.text == p.name));
        if let Some(missing) = required.skip(given).find(named) {
            let parameter = &missing.name;
            self.error("CS7036", name.span, format!("There is no argument given that corresponds to the required formal parameter '{parameter}' of '{shown}'"));
            return None;
        }
        let (function, count) = (&name.text, args.len());
        self.error("CS1501", name.span, format!("No overload for method '{function}' takes {count} arguments"));
        None
    }

    pub(super) fn check_arguments(
        &mut self,
        params: &[Param],
        args: &[Arg<'_>],
        slots: &[Slot],
        expanded: bool,
    ) -> bool {
        let pairs = overload::slot_pairs(params, slots, args, |p| p.ty);
        for (ty, arg) in pairs {
            let position = args.iter().position(|a| std::ptr::eq(a, arg)).unwrap_or_default();
            let at = slots.iter().position(|s| matches!(s, Slot::Arg(i) if *i == position));
            let mode = at.and_then(|i| params.get(i)).map_or(ParamMode::Value, |p| p.mode);
            if !self.accepts(arg, ty, mode) {
                let _ = expanded;
                self.bad_argument(arg, ty, mode, position + 1, arg.span);
                return false;
            }
        }
        true
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a call")]
    pub(super) fn finish_function_call(
        &mut self,
        id: FnId,
        params: &[Param],
        returns: TypeId,
        args: Vec<Arg<'_>>,
        slots: &[Slot],
        expanded: bool,
        span: Span,
    ) -> Expr {
        let mut types_of = vec![types::error(); args.len()];
        let mut modes = vec![ParamMode::Value; args.len()];
        for (param, slot) in params.iter().zip(slots) {
            let indexes: &[usize] = match slot {
                Slot::Arg(i) => std::slice::from_ref(i),
                Slot::Params(list) => list,
                Slot::Default => &[],
            };
            let element = matches!(slot, Slot::Params(_)) && expanded;
            let ty = if element { subtype::element_type(param.ty).unwrap_or(param.ty) } else { param.ty };
            for i in indexes {
                if let (Some(t), Some(m)) = (types_of.get_mut(*i), modes.get_mut(*i)) {
                    (*t, *m) = (ty, param.mode);
                }
            }
        }
        let mut before = Vec::new();
        let mut done: Vec<Option<Expr>> = Vec::new();
        // What comes before the call is evaluated in the order in which it is written.
        let sorted = overload::in_order(slots);
        let is_place =
            |arg: &Arg<'_>| matches!(&arg.kind, ArgKind::Variable(target, _) if !matches!(**target, Target::Local(_)));
        let early = if sorted { args.iter().rposition(is_place).unwrap_or(0) } else { args.len() };
        for (i, ((arg, ty), mode)) in args.into_iter().zip(types_of).zip(modes).enumerate() {
            let value = match mode {
                ParamMode::Value => self.finish_arg(arg, ty).0,
                _ => self.reference(arg, ty, &mut before),
            };
            let is_early = i < early && !matches!(value.kind, Kind::CellOf { .. });
            done.push(Some(if is_early { self.keep(value, &mut before) } else { value }));
        }
        let mut values = Vec::new();
        for (param, slot) in params.iter().zip(slots) {
            let mut taken = |i: usize| done.get_mut(i).and_then(Option::take).unwrap_or_else(|| Expr::error(span));
            values.push(match slot {
                Slot::Arg(i) => taken(*i),
                Slot::Default => param.default.clone().unwrap_or_else(|| Expr::error(span)),
                Slot::Params(list) => {
                    let element = subtype::element_type(param.ty).unwrap_or(TypeId::OBJECT);
                    let items = list.iter().map(|i| taken(*i)).collect();
                    Expr::new(Kind::ArrayLiteral { element, items }, param.ty, span)
                }
            });
        }
        if values.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        self.note_call(id);
        let call = Expr::new(Kind::CallFunction { function: id, args: values }, returns, span);
        Chosen::after_first(before, call)
    }

    /// A variable given by reference: the cell it lives in, or for an element of an array one that stands for it.
    fn reference(&mut self, arg: Arg<'_>, ty: TypeId, before: &mut Vec<Expr>) -> Expr {
        let (span, out) = (arg.span, arg.mode == ArgumentMode::Out);
        let local = match arg.kind {
            ArgKind::Variable(target, value) => match *target {
                Target::Local(id) => {
                    self.write_local(id, span);
                    return self.cell_of(id, out, span);
                }
                Target::Element { array, index } => return refer(vec![*array, *index], ty, span),
                Target::Member { callee, args } if dimensions::is_element(&callee) => return refer(args, ty, span),
                _ => return *value,
            },
            ArgKind::Declare(_, designation) => {
                let slot = match designation {
                    ast::Designation::Variable(name) => self.declare(name, ty),
                    _ => self.temporary(ty),
                };
                let value = Box::new(Expr::new(Kind::Default, ty, span));
                before.push(Expr::new(Kind::Let { slot, value }, types::void(), span));
                slot
            }
            _ => return Expr::error(span),
        };
        self.cell_of(local, out, span)
    }

    fn cell_of(&mut self, id: LocalId, out: bool, span: Span) -> Expr {
        self.use_local(id, span);
        if let Some(local) = self.local_mut(id) {
            local.by_reference = true;
        }
        let ty = self.local(id).map_or(types::error(), |l| l.ty);
        Expr::new(Kind::CellOf { local: id, out }, ty, span)
    }
}

/// An element of an array by reference: the array, then the indexes.
fn refer(args: Vec<Expr>, ty: TypeId, span: Span) -> Expr {
    let signature = "ref T this[params int[] indexes]";
    let callee =
        Callee { run: element::refer, type_args: vec![ty], signature, null_check: true, asked: &[], place: None };
    Expr::new(Kind::Call { callee, args, outs: Vec::new() }, ty, span)
}

//! Taking tuples and pairs apart: `var (a, (b, c)) = value`, `(x, y) = (y, x)`, `foreach (var (k, v) in …)`.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, Designation, ExprKind};

use super::tuple::{Element, elements_of, made};
use crate::compile::binder::Binder;
use crate::compile::bound::{Expr, Kind, Target, named};
use crate::types::{self, Type, TypeId};

const MIXED: &str = "Feature 'Mixed declarations and expressions in deconstruction' is not available in C# 7.3. Please use \
    language version 10.0 or greater.";

/// Where a part of the value goes.
enum Place<'a> {
    /// A place that exists, or whose type is written.
    Known(Target, TypeId),
    /// A variable of the value's type.
    Declared(&'a ast::Ident),
    Discard,
    Nested(Vec<Place<'a>>),
    /// Reported already.
    Wrong,
}

/// What is taken apart.
enum Source<'a> {
    Syntax(&'a ast::Expr),
    /// It may be repeated.
    Value(Expr),
}

/// The parts, each with what reads it.
type Moves<'a> = Vec<(Place<'a>, Expr)>;

impl Binder {
    /// `(a, b) = value` and `var (a, b) = value`; none when the target is no tuple. `wanted` when somebody looks at the
    /// result, which is the tuple of what was assigned.
    pub(in crate::compile) fn deconstruction(
        &mut self,
        target: &ast::Expr,
        value: &ast::Expr,
        wanted: bool,
        span: Span,
    ) -> Option<Expr> {
        let (mut declares, mut assigns) = (false, false);
        self.kinds_of_places(target, &mut declares, &mut assigns);
        if declares && assigns {
            return Some(self.fail("CS8370", target.span, MIXED));
        }
        // Places come before the value, and declared ones take its types.
        let places = self.places(target)?;
        let (mut effects, mut moves) = (Vec::new(), Vec::new());
        let sound = self.take_apart(places, Source::Syntax(value), &mut effects, &mut moves, span);
        let (mut last, mut results) = (Vec::new(), Vec::new());
        for (place, value) in moves {
            let target = match place {
                Place::Known(target, ty) => {
                    let value = self.convert(value, ty);
                    Some((target, value))
                }
                Place::Declared(name) => Some((Target::Local(self.declare(name, value.ty)), value)),
                Place::Discard => Some((Target::Discard, value)),
                Place::Nested(_) | Place::Wrong => None,
            };
            let Some((target, value)) = target.filter(|(_, value)| !value.is_error()) else {
                last.push(Expr::error(span));
                continue;
            };
            let value = if wanted { self.keep(value, &mut last) } else { value };
            if wanted {
                results.push(value.clone());
            }
            last.push(self.put(target, value, span));
        }
        if !sound || last.iter().any(Expr::is_error) {
            return Some(Expr::error(span));
        }
        let result = if wanted {
            let shape = results.iter().map(|value| (None, value.ty)).collect();
            made(results, types::intern(Type::Tuple(shape)), span)
        } else {
            last.pop()?
        };
        effects.extend(last);
        let ty = result.ty;
        Some(Expr::new(Kind::Sequence { effects, result: Box::new(result) }, ty, span))
    }

    /// Whether variables are declared on the left, and whether others get a value there.
    fn kinds_of_places(&self, target: &ast::Expr, declares: &mut bool, assigns: &mut bool) {
        match &target.kind {
            ExprKind::Tuple(elements) => {
                elements.iter().for_each(|e| self.kinds_of_places(&e.value, declares, assigns));
            }
            ExprKind::Declaration { .. } => *declares = true,
            ExprKind::Name(name) if &*name.ident.text == "_" && self.find("_").is_none() => {}
            _ => *assigns = true,
        }
    }

    /// What stands on the left: places, or the variables of `var (a, b)`.
    fn places<'a>(&mut self, target: &'a ast::Expr) -> Option<Vec<Place<'a>>> {
        match &target.kind {
            ExprKind::Tuple(elements) => Some(elements.iter().map(|e| self.place_of(&e.value)).collect()),
            ExprKind::Declaration { designation: Designation::Tuple(list), .. } => {
                Some(list.iter().map(designated).collect())
            }
            _ => None,
        }
    }

    fn place_of<'a>(&mut self, expr: &'a ast::Expr) -> Place<'a> {
        if let Some(parts) = self.places(expr) {
            return Place::Nested(parts);
        }
        match &expr.kind {
            ExprKind::Declaration { ty, designation: Designation::Variable(name) } if !Self::is_var(ty) => {
                let ty = self.type_of_syntax(ty);
                Place::Known(Target::Local(self.declare(name, ty)), ty)
            }
            ExprKind::Declaration { designation, .. } => designated(designation),
            ExprKind::Name(name) if &*name.ident.text == "_" && self.find("_").is_none() => Place::Discard,
            _ => self.assign_target(expr).map_or(Place::Wrong, |(target, ty)| Place::Known(target, ty)),
        }
    }

    /// Evaluates the value and says what reads each of its parts; false when it has not as many.
    fn take_apart<'a>(
        &mut self,
        places: Vec<Place<'a>>,
        source: Source<'_>,
        effects: &mut Vec<Expr>,
        moves: &mut Moves<'a>,
        span: Span,
    ) -> bool {
        let whole = match source {
            Source::Syntax(value) => {
                if let ExprKind::Tuple(elements) = &super::strip(value).kind
                    && elements.len() == places.len()
                {
                    return self.take_literal_apart(places, elements, effects, moves, span);
                }
                let value = self.value(value);
                self.keep(value, effects)
            }
            Source::Value(value) => value,
        };
        let parts = self.split(&whole, places.len(), span);
        let mut sound = parts.is_some();
        let mut parts = parts.unwrap_or_default().into_iter();
        for place in places {
            match (place, parts.next()) {
                (Place::Nested(inner), Some(part)) => {
                    sound &= self.take_apart(inner, Source::Value(part), effects, moves, span);
                }
                (Place::Declared(name), None) => {
                    self.no_type(name, &whole);
                    self.declare(name, types::error());
                }
                (place, part) => moves.push((place, part.unwrap_or_else(|| Expr::error(span)))),
            }
        }
        sound
    }

    /// The elements of a literal need no tuple: each into a variable of its own.
    fn take_literal_apart<'a>(
        &mut self,
        places: Vec<Place<'a>>,
        elements: &[ast::Argument],
        effects: &mut Vec<Expr>,
        moves: &mut Moves<'a>,
        span: Span,
    ) -> bool {
        let mut sound = true;
        for (place, element) in places.into_iter().zip(elements) {
            let value = match &place {
                Place::Known(_, ty) if *ty != types::error() => self.value_for(&element.value, *ty),
                Place::Nested(_) => {
                    let Place::Nested(inner) = place else { continue };
                    sound &= self.take_apart(inner, Source::Syntax(&element.value), effects, moves, span);
                    continue;
                }
                _ => self.value(&element.value),
            };
            if let Place::Declared(name) = &place
                && value.is_null_literal()
            {
                self.no_type(name, &Expr::new(Kind::Default, TypeId::OBJECT, span));
                self.declare(name, types::error());
                sound = false;
                continue;
            }
            let (ty, at) = (value.ty, value.span);
            if value.is_error() {
                moves.push((place, value));
                continue;
            }
            let slot = self.temporary(ty);
            effects.push(Expr::new(Kind::Let { slot, value: Box::new(value) }, types::void(), at));
            let part = self.slot(slot, at);
            moves.push((place, part));
        }
        sound
    }

    /// A variable declared with `var` for a part that there is not.
    fn no_type(&mut self, name: &ast::Ident, whole: &Expr) {
        if !whole.is_error() && elements_of(whole.ty).is_none() {
            let text = &name.text;
            self.error(
                "CS8130",
                name.span,
                format!("Cannot infer the type of implicitly-typed deconstruction variable '{text}'."),
            );
        }
    }

    /// Declares the variables of `foreach (var (a, b) in …)` and gives what sets them.
    pub(in crate::compile) fn deconstruct_into(
        &mut self,
        designations: &[Designation],
        value: Expr,
        span: Span,
    ) -> Option<Vec<Expr>> {
        let parts = self.split(&value, designations.len(), span)?;
        let mut effects = Vec::new();
        for (designation, part) in designations.iter().zip(parts) {
            match designation {
                Designation::Variable(name) => {
                    let slot = self.declare(name, part.ty);
                    effects.push(Expr::new(Kind::Let { slot, value: Box::new(part) }, types::void(), span));
                }
                Designation::Discard(_) => {}
                Designation::Tuple(inner) => effects.extend(self.deconstruct_into(inner, part, span)?),
            }
        }
        Some(effects)
    }

    /// The parts of a tuple or of a pair, read from a value that may be repeated.
    fn split(&mut self, value: &Expr, count: usize, span: Span) -> Option<Vec<Expr>> {
        if let Some(elements) = elements_of(value.ty) {
            if elements.len() != count {
                let found = elements.len();
                self.error(
                    "CS8132",
                    span,
                    format!("Cannot deconstruct a tuple of '{found}' elements into '{count}' variables."),
                );
                return None;
            }
            let part = |(index, (_, ty)): (usize, &Element)| {
                Expr::new(Kind::AnonymousGet { object: Box::new(value.clone()), index }, *ty, span)
            };
            return Some(elements.iter().enumerate().map(part).collect());
        }
        let is_pair =
            named(value.ty).is_some_and(|(def, _)| def.full_name() == "System.Collections.Generic.KeyValuePair");
        if is_pair && count == 2 {
            return Some(vec![self.property(value, "Key", span)?, self.property(value, "Value", span)?]);
        }
        self.no_deconstruct(value, count);
        None
    }

    fn no_deconstruct(&mut self, value: &Expr, count: usize) {
        if !value.is_error() {
            let shown = super::shown(value);
            self.error("CS8129", value.span, format!("No suitable 'Deconstruct' instance or extension method was found for type '{shown}', with {count} out parameters and a void return type."));
        }
    }
}

fn designated(designation: &Designation) -> Place<'_> {
    match designation {
        Designation::Variable(name) => Place::Declared(name),
        Designation::Discard(_) => Place::Discard,
        Designation::Tuple(list) => Place::Nested(list.iter().map(designated).collect()),
    }
}

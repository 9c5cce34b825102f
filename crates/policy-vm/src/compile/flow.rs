//! Definite assignment: a variable must have a value wherever it is read (CS0165).
//!
//! The walk carries the set of variables that certainly have a value. A condition gives two sets, one for each outcome;
//! where paths meet, a variable has a value if it has one on all of them; after a jump everything holds, since nothing comes
//! there.

use rustc_hash::FxHashSet;

use super::ExpressionError;
use super::binder::Binder;
use super::bound::{Const, Expr, FnId, Kind, LocalId, Stmt, Target};

/// Reports reads of variables that may not have been assigned.
pub(super) fn check(binder: &Binder) -> Vec<ExpressionError> {
    let mut walk = Walk {
        binder,
        errors: Vec::new(),
        reported: FxHashSet::default(),
        exits: Vec::new(),
        visited: FxHashSet::default(),
    };
    let Some(root) = binder.functions.first() else { return Vec::new() };
    let mut state = State::default();
    state.assigned.extend(root.params.iter().copied());
    walk.statements(&root.body, state);
    walk.errors
}

/// The variables that certainly have a value; all of them where nothing can come.
#[derive(Debug, Clone, Default)]
struct State {
    assigned: FxHashSet<LocalId>,
    unreachable: bool,
}

impl State {
    fn unreachable() -> Self {
        Self { assigned: FxHashSet::default(), unreachable: true }
    }

    fn has(&self, id: LocalId) -> bool {
        self.unreachable || self.assigned.contains(&id)
    }

    fn set(&mut self, id: LocalId) {
        if !self.unreachable {
            self.assigned.insert(id);
        }
    }

    fn meet(self, other: Self) -> Self {
        match (self.unreachable, other.unreachable) {
            (true, _) => other,
            (_, true) => self,
            _ => {
                let assigned = self.assigned.intersection(&other.assigned).copied().collect();
                Self { assigned, unreachable: false }
            }
        }
    }
}

/// States at the `break`s and `continue`s of an enclosing statement.
#[derive(Default)]
struct Exits {
    breaks: Vec<State>,
    continues: Vec<State>,
    is_loop: bool,
}

struct Walk<'b> {
    binder: &'b Binder,
    errors: Vec<ExpressionError>,
    reported: FxHashSet<LocalId>,
    exits: Vec<Exits>,
    visited: FxHashSet<FnId>,
}

impl Walk<'_> {
    fn statements(&mut self, list: &[Stmt], mut state: State) -> State {
        for stmt in list {
            state = self.statement(stmt, state);
        }
        state
    }

    fn statement(&mut self, stmt: &Stmt, mut state: State) -> State {
        match stmt {
            Stmt::Expr(e) => self.expr(e, state),
            Stmt::Let(id, Some(value)) => {
                state = self.expr(value, state);
                state.set(*id);
                state
            }
            Stmt::Let(id, None) => {
                // A loop's next turn begins without the value of the last.
                state.assigned.remove(id);
                state
            }
            Stmt::Block(list) => self.statements(list, state),
            Stmt::If(condition, then, otherwise) => {
                let (yes, no) = self.condition(condition, state);
                let yes = self.statement(then, yes);
                let no = match otherwise {
                    Some(otherwise) => self.statement(otherwise, no),
                    None => no,
                };
                yes.meet(no)
            }
            Stmt::Loop { condition, test_first, step, body } => {
                self.loop_statement(condition.as_ref(), *test_first, step, body, state)
            }
            Stmt::Foreach { item, variable, convert, source, body } => {
                let state = self.expr(source, state);
                let mut inside = state.clone();
                inside.set(*item);
                inside.set(*variable);
                if let Some(convert) = convert {
                    inside = self.expr(convert, inside);
                }
                self.exits.push(Exits { is_loop: true, ..Exits::default() });
                self.statement(body, inside);
                let exits = self.exits.pop().unwrap_or_default();
                exits.breaks.into_iter().fold(state, State::meet)
            }
            Stmt::Switch { value, sections, default } => self.switch(value.as_ref(), sections, *default, state),
            Stmt::Break => {
                if let Some(exits) = self.exits.last_mut() {
                    exits.breaks.push(state);
                }
                State::unreachable()
            }
            Stmt::Continue => {
                if let Some(exits) = self.exits.iter_mut().rev().find(|e| e.is_loop) {
                    exits.continues.push(state);
                }
                State::unreachable()
            }
            Stmt::Return(value) | Stmt::Throw(value) => {
                if let Some(value) = value {
                    self.expr(value, state);
                }
                State::unreachable()
            }
            Stmt::Try { body, catches, finally } => {
                let before = state.clone();
                let mut after = self.statements(body, state);
                for catch in catches {
                    // An exception may come before anything in the block was assigned.
                    let mut entry = before.clone();
                    if let Some(variable) = catch.variable {
                        entry.set(variable);
                    }
                    if let Some(filter) = &catch.filter {
                        entry = self.condition(filter, entry).0;
                    }
                    let end = self.statements(&catch.body, entry);
                    after = after.meet(end);
                }
                if let Some(finally) = finally {
                    let end = self.statements(finally, before);
                    if end.unreachable {
                        return end;
                    }
                    for id in end.assigned {
                        after.set(id);
                    }
                }
                after
            }
        }
    }

    fn loop_statement(
        &mut self,
        condition: Option<&Expr>,
        test_first: bool,
        step: &[Expr],
        body: &Stmt,
        state: State,
    ) -> State {
        self.exits.push(Exits { is_loop: true, ..Exits::default() });
        let after = if test_first {
            let (inside, after) = match condition {
                Some(condition) => self.condition(condition, state),
                None => (state, State::unreachable()),
            };
            let end = self.statement(body, inside);
            let end = self.take_continues(end);
            step.iter().fold(end, |state, e| self.expr(e, state));
            after
        } else {
            let end = self.statement(body, state);
            let end = self.take_continues(end);
            match condition {
                Some(condition) => self.condition(condition, end).1,
                None => State::unreachable(),
            }
        };
        let exits = self.exits.pop().unwrap_or_default();
        exits.breaks.into_iter().fold(after, State::meet)
    }

    fn take_continues(&mut self, end: State) -> State {
        let continues = self.exits.last_mut().map(|e| std::mem::take(&mut e.continues)).unwrap_or_default();
        continues.into_iter().fold(end, State::meet)
    }

    fn switch(
        &mut self,
        value: Option<&(LocalId, Expr)>,
        sections: &[(Vec<Expr>, Vec<Stmt>)],
        default: Option<usize>,
        mut state: State,
    ) -> State {
        if let Some((slot, value)) = value {
            state = self.expr(value, state);
            state.set(*slot);
        }
        self.exits.push(Exits::default());
        let mut after = if default.is_some() { State::unreachable() } else { state.clone() };
        for (i, (tests, body)) in sections.iter().enumerate() {
            let mut entry: Option<State> = (default == Some(i)).then(|| state.clone());
            for test in tests {
                let (yes, _) = self.condition(test, state.clone());
                entry = Some(match entry {
                    Some(entry) => entry.meet(yes),
                    None => yes,
                });
            }
            let end = self.statements(body, entry.unwrap_or_else(State::unreachable));
            after = after.meet(end);
        }
        let exits = self.exits.pop().unwrap_or_default();
        exits.breaks.into_iter().fold(after, State::meet)
    }

    /// The states when the condition is true and when it is false.
    fn condition(&mut self, e: &Expr, state: State) -> (State, State) {
        match (&e.kind, &e.constant) {
            (_, Some(Const::Bool(true))) => (state, State::unreachable()),
            (_, Some(Const::Bool(false))) => (State::unreachable(), state),
            (Kind::Not(inner), _) => {
                let (yes, no) = self.condition(inner, state);
                (no, yes)
            }
            (Kind::AndAlso(a, b), _) => {
                let (yes, no) = self.condition(a, state);
                let (both, second) = self.condition(b, yes);
                (both, no.meet(second))
            }
            (Kind::OrElse(a, b), _) => {
                let (yes, no) = self.condition(a, state);
                let (second, neither) = self.condition(b, no);
                (yes.meet(second), neither)
            }
            (Kind::Conditional(c, a, b), _) => {
                let (yes, no) = self.condition(c, state);
                let (a_yes, a_no) = self.condition(a, yes);
                let (b_yes, b_no) = self.condition(b, no);
                (a_yes.meet(b_yes), a_no.meet(b_no))
            }
            (Kind::Sequence { effects, result }, _) => {
                let state = effects.iter().fold(state, |state, e| self.expr(e, state));
                self.condition(result, state)
            }
            _ => {
                let state = self.expr(e, state);
                (state.clone(), state)
            }
        }
    }

    fn expr(&mut self, e: &Expr, mut state: State) -> State {
        if e.constant.is_some() {
            return state;
        }
        match &e.kind {
            Kind::Local(id) => {
                self.read(*id, e, &state);
                state
            }
            Kind::AndAlso(..) | Kind::OrElse(..) | Kind::Not(_) => {
                let (yes, no) = self.condition(e, state);
                yes.meet(no)
            }
            Kind::Conditional(c, a, b) => {
                let (yes, no) = self.condition(c, state);
                self.expr(a, yes).meet(self.expr(b, no))
            }
            Kind::Coalesce(a, b) => {
                let state = self.expr(a, state);
                let other = self.expr(b, state.clone());
                state.meet(other)
            }
            Kind::NullConditional { receiver, slot, rest } => {
                let mut state = self.expr(receiver, state);
                state.set(*slot);
                self.expr(rest, state.clone());
                state
            }
            Kind::Throw(value) => {
                self.expr(value, state);
                State::unreachable()
            }
            Kind::Let { slot, value } => {
                state = self.expr(value, state);
                state.set(*slot);
                state
            }
            Kind::Assign { target, value } => {
                state = self.target_parts(target, state);
                state = self.expr(value, state);
                if let Target::Local(id) = **target {
                    state.set(id);
                }
                state
            }
            Kind::Call { args, outs, .. } => {
                state = args.iter().fold(state, |state, a| self.expr(a, state));
                for target in outs.iter().flatten() {
                    state = self.target_parts(target, state);
                    if let Target::Local(id) = target {
                        state.set(*id);
                    }
                }
                state
            }
            Kind::Closure { function } => {
                self.function(*function, &state);
                state
            }
            Kind::CallFunction { function, args } => {
                state = args.iter().fold(state, |state, a| self.expr(a, state));
                self.function(*function, &state);
                state
            }
            _ => super::emit::children(e).into_iter().fold(state, |state, c| self.expr(c, state)),
        }
    }

    fn target_parts(&mut self, target: &Target, state: State) -> State {
        match target {
            Target::Member { args, .. } => args.iter().fold(state, |state, a| self.expr(a, state)),
            Target::Element { array, index, .. } => {
                let state = self.expr(array, state);
                self.expr(index, state)
            }
            Target::Local(_) | Target::Discard => state,
        }
    }

    /// A lambda sees what has a value where it is made, a local function what has one where it is first called.
    fn function(&mut self, id: FnId, state: &State) {
        if !self.visited.insert(id) {
            return;
        }
        let Some(function) = self.binder.functions.get(id.0 as usize) else { return };
        let mut inside = state.clone();
        for param in &function.params {
            inside.set(*param);
        }
        let exits = std::mem::take(&mut self.exits);
        self.statements(&function.body, inside);
        self.exits = exits;
    }

    fn read(&mut self, id: LocalId, e: &Expr, state: &State) {
        let Some(local) = self.binder.local(id) else { return };
        if state.has(id) || local.name.is_empty() || !self.reported.insert(id) {
            return;
        }
        let name = &local.name;
        let message = format!("Use of unassigned local variable '{name}'");
        self.errors.push(ExpressionError { code: "CS0165", message, span: e.span, warning: false });
    }
}

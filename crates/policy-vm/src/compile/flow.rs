//! Definite assignment: a variable must have a value wherever it is read (CS0165).
//!
//! The walk carries the set of variables that certainly have a value. A condition gives two sets, one for each outcome;
//! where paths meet, a variable has a value if it has one on all of them; after a jump everything holds, since nothing comes
//! there. A tuple may also get its value one element after the other (CS0170).

use std::rc::Rc;

use policy_parser::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use super::ExpressionError;
use super::binder::Binder;
use super::bound::{Catch, Const, Expr, FnId, Kind, LabelId, LocalId, Stmt, Target};
use super::expression::tuple::elements_of;
use crate::library::ParamMode;

/// Reports reads of variables that may not have been assigned.
pub(super) fn check(binder: &Binder) -> Vec<ExpressionError> {
    let mut walk = Walk {
        binder,
        errors: Vec::new(),
        reported: FxHashSet::default(),
        exits: Vec::new(),
        visited: FxHashSet::default(),
        labels: FxHashMap::default(),
        around: Vec::new(),
        tries: Vec::new(),
        returns: Vec::new(),
        summaries: FxHashMap::default(),
        summarized: None,
    };
    let Some(root) = binder.functions.first() else { return Vec::new() };
    walk.body(&root.body, State::default());
    // Mistakes in functions that nobody calls are mistakes as well.
    for (i, function) in binder.functions.iter().enumerate() {
        if function.is_local_function {
            walk.summary(FnId(i as u32));
        }
    }
    walk.errors
}

/// The variables that certainly have a value; all of them where nothing can come.
#[derive(Debug, Clone, Default, PartialEq)]
struct State {
    assigned: FxHashSet<LocalId>,
    /// Elements of tuples that have no value as a whole.
    parts: FxHashSet<(LocalId, usize)>,
    unreachable: bool,
}

impl State {
    fn unreachable() -> Self {
        Self { unreachable: true, ..Self::default() }
    }

    fn has(&self, id: LocalId) -> bool {
        self.unreachable || self.assigned.contains(&id)
    }

    fn set(&mut self, id: LocalId) {
        if !self.unreachable {
            self.assigned.insert(id);
        }
    }

    fn has_part(&self, id: LocalId, index: usize) -> bool {
        self.has(id) || self.parts.contains(&(id, index))
    }

    /// One of `count` elements gets a value.
    fn set_part(&mut self, id: LocalId, index: usize, count: usize) {
        self.parts.insert((id, index));
        if (0..count).all(|i| self.has_part(id, i)) {
            self.set(id);
        }
    }

    fn meet(self, other: Self) -> Self {
        match (self.unreachable, other.unreachable) {
            (true, _) => other,
            (_, true) => self,
            _ => {
                let assigned = self.assigned.intersection(&other.assigned).copied().collect();
                let all = self.parts.iter().chain(&other.parts);
                let parts = all.filter(|(id, i)| self.has_part(*id, *i) && other.has_part(*id, *i)).copied().collect();
                Self { assigned, parts, unreachable: false }
            }
        }
    }
}

/// The labels that a list of statements declares.
fn labels_of(list: &[Stmt]) -> Vec<LabelId> {
    list.iter().filter_map(|s| if let Stmt::Label(id) = s { Some(*id) } else { None }).collect()
}

/// States at the `break`s and `continue`s of an enclosing statement.
#[derive(Default)]
struct Exits {
    breaks: Vec<State>,
    continues: Vec<State>,
    is_loop: bool,
}

/// What a call of a local function needs and does.
#[derive(Debug, Default)]
struct Summary {
    /// Variables of outer functions that it reads before it assigns them.
    needs: Vec<LocalId>,
    /// Variables of outer functions that have a value after it.
    sets: Vec<LocalId>,
}

/// A `try` being walked whose `finally` comes before where the jumps in it lead.
struct Try {
    /// How many labels are around it: those are outside.
    labels: usize,
    /// The `goto`s that leave it.
    jumps: Vec<(LabelId, State)>,
}

struct Walk<'b> {
    binder: &'b Binder,
    errors: Vec<ExpressionError>,
    reported: FxHashSet<LocalId>,
    exits: Vec<Exits>,
    visited: FxHashSet<FnId>,
    /// States at the `goto`s that lead to a label, and whether there was one more since its list began.
    labels: FxHashMap<LabelId, (State, bool)>,
    /// The labels of the lists around, outermost first.
    around: Vec<LabelId>,
    /// The `try` statements with a `finally` that are around, outermost first.
    tries: Vec<Try>,
    /// States where the function being walked returns, and where that is.
    returns: Vec<(State, Span)>,
    summaries: FxHashMap<FnId, Rc<Summary>>,
    /// The local function being summarized, with what it needs.
    summarized: Option<(FnId, Vec<LocalId>)>,
}

impl Walk<'_> {
    /// A function's body; what it gives back is the state at all its ends.
    fn body(&mut self, list: &[Stmt], state: State) -> State {
        let (end, returns) = self.body_ends(list, state);
        returns.into_iter().map(|(state, _)| state).fold(end, State::meet)
    }

    /// The state at the end of a function's body, and those where it returns before.
    fn body_ends(&mut self, list: &[Stmt], state: State) -> (State, Vec<(State, Span)>) {
        let exits = std::mem::take(&mut self.exits);
        let returns = std::mem::take(&mut self.returns);
        let (around, tries) = (std::mem::take(&mut self.around), std::mem::take(&mut self.tries));
        let end = self.statements(list, state);
        (self.exits, self.around, self.tries) = (exits, around, tries);
        (end, std::mem::replace(&mut self.returns, returns))
    }

    /// Walks a list again as long as a `goto` in it has brought something new to a label above it.
    fn statements(&mut self, list: &[Stmt], state: State) -> State {
        const OFTEN: usize = 16;
        let labels = labels_of(list);
        let outer = self.around.len();
        self.around.extend(&labels);
        let mut end = State::unreachable();
        for _ in 0..OFTEN {
            for id in &labels {
                self.labels.entry(*id).or_insert((State::unreachable(), false)).1 = false;
            }
            end = list.iter().fold(state.clone(), |state, stmt| self.statement(stmt, state));
            if !labels.iter().any(|id| self.labels.get(id).is_some_and(|(_, changed)| *changed)) {
                break;
            }
        }
        self.around.truncate(outer);
        end
    }

    /// A jump to a label: what stands in the way of it comes first.
    fn jump(&mut self, id: LabelId, state: State) {
        let place = self.around.iter().rposition(|label| *label == id).unwrap_or_default();
        match self.tries.iter_mut().rfind(|outer| place < outer.labels) {
            Some(outer) => outer.jumps.push((id, state)),
            None => {
                let (jumps, changed) = self.labels.entry(id).or_insert((State::unreachable(), false));
                let met = jumps.clone().meet(state);
                *changed |= met != *jumps;
                *jumps = met;
            }
        }
    }

    /// What a `finally` block assigns has a value wherever a jump out of its `try` leads.
    fn try_finally(&mut self, body: &[Stmt], catches: &[Catch], finally: &[Stmt], state: State) -> State {
        let before = state.clone();
        self.tries.push(Try { labels: self.around.len(), jumps: Vec::new() });
        let returned = self.returns.len();
        let left: Vec<_> = self.exits.iter().map(|e| (e.breaks.len(), e.continues.len())).collect();
        let mut after = self.try_catch(body, catches, state);
        let jumps = self.tries.pop().map(|done| done.jumps).unwrap_or_default();
        let end = self.statements(finally, before);
        let through = |state: &mut State| match end.unreachable {
            true => *state = State::unreachable(),
            false => end.assigned.iter().for_each(|id| state.set(*id)),
        };
        self.returns.iter_mut().skip(returned).for_each(|(state, _)| through(state));
        for (exits, (breaks, continues)) in self.exits.iter_mut().zip(left) {
            exits.breaks.iter_mut().skip(breaks).for_each(through);
            exits.continues.iter_mut().skip(continues).for_each(through);
        }
        for (id, mut state) in jumps {
            through(&mut state);
            self.jump(id, state);
        }
        through(&mut after);
        after
    }

    fn try_catch(&mut self, body: &[Stmt], catches: &[Catch], state: State) -> State {
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
        after
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
            Stmt::Switch { value, sections, default, complete } => {
                self.switch(value.as_ref(), sections, *default, *complete, state)
            }
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
            Stmt::Label(id) => {
                // What jumps here from further down is walked over once more.
                if let Some((jumps, changed)) = self.labels.get_mut(id) {
                    *changed = false;
                    state = state.meet(jumps.clone());
                }
                state
            }
            Stmt::Goto(id) => {
                self.jump(*id, state);
                State::unreachable()
            }
            Stmt::Return(value, span) => {
                if let Some(value) = value {
                    state = self.expr(value, state);
                }
                self.returns.push((state, *span));
                State::unreachable()
            }
            Stmt::Throw(value) => {
                if let Some(value) = value {
                    self.expr(value, state);
                }
                State::unreachable()
            }
            Stmt::Try { body, catches, finally: Some(finally) } => self.try_finally(body, catches, finally, state),
            Stmt::Try { body, catches, finally: None } => self.try_catch(body, catches, state),
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
        complete: bool,
        mut state: State,
    ) -> State {
        if let Some((slot, value)) = value {
            state = self.expr(value, state);
            state.set(*slot);
        }
        self.exits.push(Exits::default());
        let outer = self.around.len();
        sections.iter().for_each(|(_, body)| self.around.extend(labels_of(body)));
        let mut after = if default.is_some() || complete { State::unreachable() } else { state.clone() };
        for (i, (tests, body)) in sections.iter().enumerate() {
            let mut entry: Option<State> = (default == Some(i) && !complete).then(|| state.clone());
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
        self.around.truncate(outer);
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
            (Kind::AndAlso(list), _) => list.iter().fold((state, State::unreachable()), |(all, failed), e| {
                let (yes, no) = self.condition(e, all);
                (yes, failed.meet(no))
            }),
            (Kind::OrElse(list), _) => list.iter().fold((State::unreachable(), state), |(found, none), e| {
                let (yes, no) = self.condition(e, none);
                (found.meet(yes), no)
            }),
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
                self.read(*id, e.span, &state);
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
            Kind::AnonymousGet { object, index } if matches!(object.kind, Kind::Local(_)) => {
                if let Kind::Local(id) = object.kind {
                    self.read_part(id, *index, e.span, &state);
                }
                state
            }
            Kind::Assign { target, value } => {
                if let Target::Local(id) = **target
                    && let Some((index, part, count)) = put_in(id, value)
                {
                    state = self.expr(part, state);
                    state.set_part(id, index, count);
                    return state;
                }
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
                if self.binder.functions.get(function.0 as usize).is_some_and(|f| f.is_local_function) {
                    let summary = self.summary(*function);
                    self.need(&summary, e.span, &state);
                } else {
                    self.lambda(*function, &state);
                }
                state
            }
            Kind::CellOf { local, out } => {
                if !out {
                    self.read(*local, e.span, &state);
                }
                state
            }
            Kind::CallFunction { function, args } => {
                state = args.iter().fold(state, |state, a| self.expr(a, state));
                let summary = self.summary(*function);
                self.need(&summary, e.span, &state);
                for arg in args {
                    if let Kind::CellOf { local, .. } = arg.kind {
                        state.set(local);
                    }
                }
                summary.sets.iter().for_each(|id| state.set(*id));
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
            Target::Local(_) | Target::Part { .. } | Target::Discard => state,
        }
    }

    /// A lambda sees what has a value where it is made.
    fn lambda(&mut self, id: FnId, state: &State) {
        if !self.visited.insert(id) {
            return;
        }
        let Some(function) = self.binder.functions.get(id.0 as usize) else { return };
        let mut inside = state.clone();
        for param in &function.params {
            inside.set(*param);
        }
        self.body(&function.body, inside);
    }

    /// A local function is walked as if nothing around it had a value: what it reads all the same, its calls must see to.
    fn summary(&mut self, id: FnId) -> Rc<Summary> {
        if let Some(summary) = self.summaries.get(&id) {
            return Rc::clone(summary);
        }
        // A function that calls itself needs nothing more for that.
        self.summaries.insert(id, Rc::default());
        let binder = self.binder;
        let Some(function) = binder.functions.get(id.0 as usize) else { return Rc::default() };
        let mut inside = State::default();
        let mode = |param: &LocalId| binder.local(*param).and_then(|l| l.parameter);
        for param in function.params.iter().filter(|p| mode(p) != Some(ParamMode::Out)) {
            inside.set(*param);
        }
        let outer = self.summarized.replace((id, Vec::new()));
        let (end, returns) = self.body_ends(&function.body, inside);
        let needs = std::mem::replace(&mut self.summarized, outer).map(|(_, needs)| needs).unwrap_or_default();
        // Where something is wrong, what it assigns is not in the bound tree.
        let within = |span: Span| function.body_span.start <= span.start && span.end <= function.body_span.end;
        let sound = !binder.errors.iter().any(|e| !e.warning && within(e.span));
        for param in function.params.iter().filter(|p| sound && mode(p) == Some(ParamMode::Out)) {
            let at_end = (&end, function.span);
            let ends = returns.iter().map(|(state, span)| (state, *span)).chain([at_end]);
            for (_, span) in ends.filter(|(state, _)| !state.has(*param)) {
                let name = binder.local(*param).map(|l| l.name.clone()).unwrap_or_default();
                let message =
                    format!("The out parameter '{name}' must be assigned to before control leaves the current method");
                self.errors.push(ExpressionError { code: "CS0177", message, span, warning: false });
            }
        }
        let end = returns.into_iter().map(|(state, _)| state).fold(end, State::meet);
        let sets = function.captures.iter().copied().filter(|id| end.has(*id)).collect();
        let summary = Rc::new(Summary { needs, sets });
        self.summaries.insert(id, Rc::clone(&summary));
        summary
    }

    fn need(&mut self, summary: &Summary, span: Span, state: &State) {
        for id in &summary.needs {
            self.read(*id, span, state);
        }
    }

    fn read_part(&mut self, id: LocalId, index: usize, span: Span, state: &State) {
        let Some(local) = self.binder.local(id) else { return };
        let elements = elements_of(local.ty).unwrap_or_default();
        let mine = self.summarized.as_ref().is_none_or(|(function, _)| self.binder.is_within(local.owner, *function));
        if elements.is_empty() || !mine || local.parameter == Some(ParamMode::Out) {
            return self.read(id, span, state);
        }
        if !state.has_part(id, index) && !local.name.is_empty() && self.reported.insert(id) {
            let name = elements.get(index).and_then(|(name, _)| name.as_deref());
            let name = name.map_or_else(|| format!("Item{}", index + 1), str::to_owned);
            let message = format!("Use of possibly unassigned field '{name}'");
            self.errors.push(ExpressionError { code: "CS0170", message, span, warning: false });
        }
    }

    fn read(&mut self, id: LocalId, span: Span, state: &State) {
        let Some(local) = self.binder.local(id) else { return };
        if state.has(id) || local.name.is_empty() {
            return;
        }
        let inside = self.summarized.as_ref().is_none_or(|(function, _)| self.binder.is_within(local.owner, *function));
        if let (false, Some((_, needs))) = (inside, &mut self.summarized) {
            if !needs.contains(&id) {
                needs.push(id);
            }
            return;
        }
        if !self.reported.insert(id) {
            return;
        }
        let name = &local.name;
        let (code, message) = match local.parameter {
            Some(ParamMode::Out) => ("CS0269", format!("Use of unassigned out parameter '{name}'")),
            _ => ("CS0165", format!("Use of unassigned local variable '{name}'")),
        };
        self.errors.push(ExpressionError { code, message, span, warning: false });
    }
}

/// An element of the tuple in a variable that gets a value, with the number of elements: the other ones are put into the new
/// tuple as they are, see [`Binder::put`].
fn put_in(id: LocalId, value: &Expr) -> Option<(usize, &Expr, usize)> {
    let Kind::NewAnonymous(items) = &value.kind else { return None };
    elements_of(value.ty)?;
    let kept = |at: usize, item: &Expr| {
        let Kind::AnonymousGet { object, index } = &item.kind else { return false };
        *index == at && item.span == value.span && matches!(object.kind, Kind::Local(other) if other == id)
    };
    let mut put = items.iter().enumerate().filter(|(at, item)| !kept(*at, item));
    let (index, item) = put.next()?;
    put.next().is_none().then_some((index, item, items.len()))
}

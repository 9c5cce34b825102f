//! `set-query-parameter`: sets, adds or removes a parameter of the request's query.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::url::{COMPONENT, encode, name_of, parameters};
use crate::operand::{ChoiceOperand, TextOperand};
use crate::policies::Policy;
use crate::policies::exists_action::{self, ACTIONS, Action, VALUE};
use crate::spec::{Accepts, Attribute, Child, ElementSpec};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("set-query-parameter", "Sets, adds or removes a query parameter.")
    .attributes(&[
        Attribute::required("name", Accepts::Name, "Name of the parameter.").expression(),
        Attribute::optional("exists-action", Accepts::OneOf(ACTIONS), "What to do when it is there already.")
            .expression()
            .default("override"),
    ])
    .children(&[Child::repeated(VALUE)]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let name = c.text(element, &SPEC, "name");
    let action = c.choice(element, &SPEC, "exists-action");
    let values: Vec<_> = element.elements().map(|value| c.inner_text(value)).collect();
    if let ChoiceOperand::Literal(index) = action
        && values.is_empty()
    {
        exists_action::warn_without_value(c, element, Action::from_index(index), "parameter");
    }
    c.emit(SetQueryParameter { name, action, values });
}

#[derive(Debug)]
struct SetQueryParameter {
    name: TextOperand,
    action: ChoiceOperand,
    values: Vec<TextOperand>,
}

impl SetQueryParameter {
    fn edit(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let name = self.name.eval(cx)?;
        if name.is_empty() {
            return Err(cx.bad_value("The name of a query parameter is empty."));
        }
        let action = Action::from_index(self.action.eval(cx)?);
        let key = encode(&name, COMPONENT);
        let mut added = Vec::with_capacity(self.values.len());
        for value in &self.values {
            if let Some(text) = value.eval_or_null(cx)? {
                added.push(format!("{key}={}", encode(&text, COMPONENT)));
            }
        }
        let query = &mut cx.exchange.call.request.url.query;
        change(query, &name, action, &added);
        Ok(())
    }
}

impl Step for SetQueryParameter {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.edit(cx).into()
    }
}

fn change(query: &mut String, name: &str, action: Action, added: &[String]) {
    let is_it = |parameter: &str| same_name(&name_of(parameter), name);
    let there = parameters(query).any(is_it);
    let drops = match action {
        Action::Skip if there => return,
        Action::Skip | Action::Append => false,
        Action::Override | Action::Delete => there,
    };
    let mut added = if action == Action::Delete { &[] } else { added };
    let more: usize = added.iter().map(|one| one.len() + 1).sum();
    let mut changed = String::with_capacity(query.len() + more);
    for parameter in parameters(query) {
        if !(drops && is_it(parameter)) {
            push(&mut changed, parameter);
            continue;
        }
        // The new ones come in the place of the first old one.
        added.iter().for_each(|one| push(&mut changed, one));
        added = &[];
    }
    added.iter().for_each(|one| push(&mut changed, one));
    *query = changed;
}

fn push(query: &mut String, parameter: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(parameter);
}

/// Names compare without case; those of ASCII, as nearly all are, without a copy.
fn same_name(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_lowercase() == other.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, name: &str, action: Action, added: &[&str]) -> String {
        let mut query = query.to_owned();
        let added: Vec<_> = added.iter().map(|text| (*text).to_owned()).collect();
        change(&mut query, name, action, &added);
        query
    }

    #[test]
    fn table_of_actions() {
        assert_eq!(check("a=1&b=2&a=5", "A", Action::Override, &["A=3", "A=4"]), "A=3&A=4&b=2");
        assert_eq!(check("a=1&b=2", "a", Action::Override, &[]), "b=2");
        assert_eq!(check("b=2", "a", Action::Override, &["a=3"]), "b=2&a=3");
        assert_eq!(check("a=1", "a", Action::Skip, &["a=3"]), "a=1");
        assert_eq!(check("", "a", Action::Skip, &["a=3"]), "a=3");
        assert_eq!(check("a=1&b=2", "a", Action::Append, &["a=3"]), "a=1&b=2&a=3");
        assert_eq!(check("a=1&%61=5&b=2", "a", Action::Delete, &["a=3"]), "b=2");
        assert_eq!(check("a=1", "b", Action::Delete, &[]), "a=1");
    }
}

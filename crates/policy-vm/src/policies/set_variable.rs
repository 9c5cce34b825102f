//! `set-variable`: a value of `context.Variables`.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::exchange::NameId;
use crate::names;
use crate::operand::ValueOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("set-variable", "Sets a variable of the call.").attributes(&[
    Attribute::required("name", Accepts::Name, "Name of the variable; case counts."),
    Attribute::required("value", Accepts::Value, "Its value: a literal is a string, an expression's keeps its type.")
        .expression(),
]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let name = c.literal(element, &SPEC, "name").map(names::intern);
    let value = c.value_or_none(element, &SPEC, "value");
    if let (Some(name), Some(value)) = (name, value) {
        c.emit(SetVariable { name, value });
    }
}

#[derive(Debug)]
struct SetVariable {
    name: NameId,
    value: ValueOperand,
}

impl Step for SetVariable {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.value.eval(cx) {
            Ok(value) => {
                cx.exchange.call.set_variable(self.name, value);
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

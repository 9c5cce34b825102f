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

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    fn check(value: &str) -> String {
        let mut scene = Scene::inbound(&format!("<set-variable name=\"v\" value=\"{value}\" />"));
        scene.run();
        scene.variable("v")
    }

    #[test]
    fn a_literal_is_a_string_and_an_expression_keeps_its_type() {
        assert_eq!(check("5"), "\"5\"");
        assert_eq!(check("@(5)"), "Int32(5)");
        assert_eq!(check("@(&quot;a&quot; + 1)"), "\"a1\"");
        assert_eq!(check("@((string)null)"), "Null");
    }

    #[test]
    fn variables_outlive_sections_and_documents() {
        let document = "<policies><inbound><set-variable name=\"n\" value=\"@(1)\" /></inbound><outbound>\
                        <set-variable name=\"n\" value=\"@((int)context.Variables[&quot;n&quot;] + 1)\" /></outbound></policies>";
        let mut scene = Scene::of(document);
        scene.run();
        assert_eq!(scene.variable("n"), "Int32(2)");
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<set-variable name=\"\" value=\"@(xs =&gt; 1)\" />").lines().next(),
            Some("TG0212 policy.xml:1:40 the 'name' attribute is invalid: '' is not a name")
        );
    }
}

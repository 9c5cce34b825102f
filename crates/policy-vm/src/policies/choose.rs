//! `choose`: the first `when` whose condition holds, else `otherwise`.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::operand::BoolOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Order, Policies};
use crate::step::{Flow, Step, StepCx};

const INSIDE: Policies = Policies::AllBut(&[]);

const WHEN: ElementSpec = ElementSpec::new("when", "Policies that run if the condition holds and none before did.")
    .attributes(&[Attribute::required("condition", Accepts::Bool, "Whether these policies run.").expression()])
    .policies(INSIDE);

const OTHERWISE: ElementSpec =
    ElementSpec::new("otherwise", "Policies that run if no condition holds.").policies(INSIDE);

const SPEC: ElementSpec = ElementSpec::new("choose", "Runs the policies of the first condition that holds.")
    .children(&[Child::at_least_once(WHEN), Child::optional(OTHERWISE)])
    .order(Order::Fixed);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let mut leaving = Vec::new();
    let mut number = 0;
    for child in element.elements() {
        if &*child.name == "otherwise" {
            c.part("otherwise", 1, |c| c.body(child, INSIDE, "otherwise"));
            continue;
        }
        number += 1;
        c.part("when", number, |c| {
            let condition = c.bool(child, &WHEN, "condition");
            let at = c.reserve();
            c.body(child, INSIDE, "when");
            leaving.push(c.reserve());
            let otherwise = c.here();
            c.fill(at, When { condition, otherwise });
        });
    }
    let end = c.here();
    for at in leaving {
        c.fill(at, Leave { end });
    }
}

/// Goes on with the policies of a `when`, or with what comes after them.
#[derive(Debug)]
struct When {
    condition: BoolOperand,
    otherwise: u32,
}

impl Step for When {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.condition.eval(cx) {
            Ok(true) => Flow::Next,
            Ok(false) => Flow::Jump(self.otherwise),
            Err(error) => Flow::Fail(error),
        }
    }
}

/// Leaves the `choose` after the policies of a `when`.
#[derive(Debug)]
struct Leave {
    end: u32,
}

impl Step for Leave {
    fn run(&self, _cx: &mut StepCx<'_>) -> Flow {
        Flow::Jump(self.end)
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    fn check(policies: &str) -> String {
        let mut scene = Scene::inbound(policies);
        let shown = scene.run();
        let error = shown.lines().find(|line| line.starts_with('!')).map(str::to_owned);
        error.unwrap_or_else(|| scene.variable("v"))
    }

    fn set(value: &str) -> String {
        format!("<set-variable name=\"v\" value=\"{value}\" />")
    }

    #[test]
    fn the_first_that_holds() {
        let branches = |first: &str, second: &str, otherwise: &str| {
            check(&format!(
                "<choose><when condition=\"{first}\">{}</when><when condition=\"{second}\">{}</when>{otherwise}</choose>",
                set("1"),
                set("2")
            ))
        };
        let otherwise = format!("<otherwise>{}</otherwise>", set("3"));
        assert_eq!(branches("true", "true", &otherwise), "\"1\"");
        assert_eq!(branches("0", "@(1 + 1 == 2)", &otherwise), "\"2\"");
        assert_eq!(branches("false", "false", &otherwise), "\"3\"");
        assert_eq!(branches("false", "false", ""), "absent");
        // Conditions after the first that holds are not evaluated.
        assert_eq!(branches("true", "@(int.Parse(&quot;x&quot;) == 1)", ""), "\"1\"");
    }

    #[test]
    fn a_condition_that_fails() {
        assert_eq!(
            check(
                "<choose><when condition=\"false\" /><when condition=\"@(int.Parse(&quot;x&quot;) == 1)\" /></choose>"
            ),
            "! choose ExpressionValueEvaluationFailure: Expression evaluation failed. The input string 'x' was not in a \
             correct format. (api/inbound/choose[1]/when[2]/)"
        );
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<choose><otherwise /><when condition=\"true\" /></choose>"),
            "TG0222 policy.xml:1:42 'when' comes before 'otherwise'\n"
        );
        assert!(inbound_findings("<choose />").contains("lacks its 'when'"));
    }
}

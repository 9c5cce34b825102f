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

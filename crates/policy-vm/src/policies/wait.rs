//! `wait`: runs its policies side by side, until all or the first have ended.

use std::ops::Range;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::host::HostReply;
use crate::operand::ChoiceOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Policies};
use crate::step::{Flow, Step, StepCx};

const FOR: &[&str] = &["all", "any"];

const INSIDE: Policies = Policies::Only(&[
    "send-request",
    "cache-lookup-value",
    "cache-store-value",
    "choose",
    "forward-request",
    "authentication-managed-identity",
]);

const SPEC: ElementSpec = ElementSpec::new("wait", "Runs policies side by side.")
    .attributes(&[Attribute::optional("for", Accepts::OneOf(FOR), "Until all have ended, or the first.")
        .expression()
        .default("all")])
    .policies(INSIDE)
    .needs_policy();

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let all_or_any = c.choice(element, &SPEC, "for");
    let (at, branches) = c.branches(element, INSIDE, "wait");
    let end = c.here();
    c.fill(at, Wait { all_or_any, branches, end });
}

#[derive(Debug)]
struct Wait {
    all_or_any: ChoiceOperand,
    branches: Box<[Range<u32>]>,
    end: u32,
}

impl Step for Wait {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.all_or_any.eval(cx) {
            Ok(index) => Flow::Fork { branches: self.branches.clone(), any: index == 1 },
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, _cx: &mut StepCx<'_>, _reply: HostReply) -> Flow {
        Flow::Jump(self.end)
    }
}

#[cfg(test)]
mod tests {
    use crate::host::HostErrorKind;
    use crate::policies::check::{Scene, inbound_findings};

    fn send(variable: &str) -> String {
        format!(
            "<send-request response-variable-name=\"{variable}\"><set-url>http://{variable}/</set-url></send-request>"
        )
    }

    fn wait(how: &str, inside: &str) -> Scene {
        Scene::inbound(&format!("<wait for=\"{how}\">{inside}</wait>"))
    }

    #[test]
    fn all_of_them() {
        let mut scene = wait("all", &(send("a") + &send("b"))).answer(201, &[], "").answer(202, &[], "");
        let shown = scene.run();
        // Both are asked before either is answered; the host answers the last one first.
        assert!(
            shown.starts_with("> send GET http://b/ (none) 60s\n> send GET http://a/ (none) 60s\n> forward"),
            "{shown}"
        );
        assert_eq!(scene.exchange.call.stored.iter().map(|r| r.status).collect::<Vec<_>>(), [201, 202]);
    }

    #[test]
    fn the_first_of_them() {
        let mut scene = wait("any", &(send("c") + &send("d")));
        assert!(scene.run().starts_with("> send GET http://d/ (none) 60s\n> cancel 1\n> forward"));
        assert_eq!(scene.variable("c"), "absent");
        assert_ne!(scene.variable("d"), "absent");
    }

    #[test]
    fn an_error_waits_for_the_others() {
        let mut scene = wait("all", &(send("e") + &send("f"))).failure(HostErrorKind::Timeout);
        let shown = scene.run();
        assert!(shown.contains("> send GET http://e/"));
        assert!(
            shown.ends_with("! send-request Timeout: it did not work (api/inbound/wait[1]/send-request[2]/)\n"),
            "{shown}"
        );
    }

    #[test]
    fn with_any_an_error_is_an_end() {
        let mut scene = wait("any", &(send("g") + &send("h"))).failure(HostErrorKind::Timeout);
        assert!(scene.run().contains("> cancel 1\n> forward"));
    }

    #[test]
    fn a_choose_without_a_match_ends_at_once() {
        let none = "<choose><when condition=\"false\"><return-response /></when></choose>";
        let mut scene = wait("any", &(send("i") + none));
        assert!(scene.run().starts_with("> forward"));
    }

    #[test]
    fn return_response_in_a_branch_ends_everything() {
        let answer = "<choose><when condition=\"true\"><return-response><set-status code=\"418\" /></return-response></when></choose>";
        let mut scene = wait("all", &(send("j") + answer));
        assert_eq!(scene.run(), "418 -\n(none)\n");
    }

    #[test]
    fn a_cancelled_branch_gives_its_place_back() {
        let limited = format!(
            "<choose><when condition=\"true\"><limit-concurrency key=\"k\" max-count=\"1\">{}</limit-concurrency></when></choose>",
            send("l")
        );
        let mut scene = wait("any", &(send("m") + &limited));
        scene.first_first = true;
        let shown = scene.run();
        assert!(
            shown.starts_with("> acquire k true\n> send GET http://m/ (none) 60s\n> cancel 1\n> release k"),
            "{shown}"
        );
        assert!(scene.slots.values().all(|held| *held == 0), "{shown}");
    }

    #[test]
    fn what_is_wrong() {
        let found = inbound_findings("<wait><set-variable name=\"a\" value=\"b\" /></wait>");
        assert!(
            found.starts_with("TG0205 policy.xml:1:27 the policy 'set-variable' is not allowed inside 'wait'\n"),
            "{found}"
        );
    }

    /// Branches that read the same body do not ask for it twice.
    #[test]
    fn a_body_that_branches_read_is_read_before() {
        let branch = |variable: &str| {
            format!(
                "<send-request response-variable-name=\"{variable}\"><set-url>http://x/</set-url>\
                 <set-body>@(context.Request.Body.As&lt;string&gt;(true))</set-body></send-request>"
            )
        };
        let mut scene = wait("all", &(branch("n") + &branch("o")));
        scene.exchange.call.request.body = crate::exchange::Body::Stream;
        scene.streamed = b"text".to_vec();
        let shown = scene.run();
        assert!(
            shown.starts_with("> read Request\n> send GET http://x/ text 60s\n> send GET http://x/ text 60s\n"),
            "{shown}"
        );
        assert_eq!(shown.matches("> read").count(), 1);
    }
}

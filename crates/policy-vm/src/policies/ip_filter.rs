//! `ip-filter`: allows or forbids callers by address.

use std::net::IpAddr;

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::{ChoiceOperand, TextOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Order, Sections, Text};
use crate::step::{Flow, Step, StepCx};

const ADDRESS: ElementSpec = ElementSpec::text_only("address", "One address.", Text::Expression).holds(Accepts::Name);

const RANGE: ElementSpec = ElementSpec::new("address-range", "A range of addresses.").attributes(&[
    Attribute::required("from", Accepts::Name, "The first address.").expression(),
    Attribute::required("to", Accepts::Name, "The last address.").expression(),
]);

const SPEC: ElementSpec = ElementSpec::new("ip-filter", "Allows or forbids callers by address.")
    .attributes(&[Attribute::optional("action", Accepts::OneOf(&["allow", "forbid"]), "What happens to those listed.")
        .expression()
        .default("allow")])
    .children(&[Child::repeated(ADDRESS), Child::repeated(RANGE)])
    .order(Order::Free)
    .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let action = c.choice(element, &SPEC, "action");
    let mut ranges = Vec::new();
    for child in element.elements() {
        let (from, to) = if &*child.name == "address" {
            (c.inner_text(child), None)
        } else {
            (c.text(child, &RANGE, "from"), Some(c.text(child, &RANGE, "to")))
        };
        ranges.extend(range(c, child, from, to));
    }
    if element.elements().next().is_none() {
        // Services have saved such documents.
        let headline = "the element 'ip-filter' has no 'address' or 'address-range': it lets all or nobody pass";
        c.warn(codes::MISSING_CHILD, element.tag_span, headline);
    }
    c.emit(IpFilter { action, ranges });
}

fn range(c: &mut Compiler<'_>, element: &Element, from: TextOperand, to: Option<TextOperand>) -> Option<Range> {
    let literal_to = to.as_ref().map_or(from.literal(), TextOperand::literal);
    let (Some(first), Some(last)) = (from.literal(), literal_to) else { return Some(Range::Computed(from, to)) };
    match between(first, last) {
        Some((first, last)) => Some(Range::Fixed(first, last)),
        None => {
            let headline = match to {
                None => "this is not an IP address",
                Some(_) => "these are not the ends of a range of IP addresses",
            };
            c.error(codes::INVALID_VALUE, element.span, headline);
            None
        }
    }
}

/// Both ends of a range: addresses of one family, in order.
fn between(first: &str, last: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = (address(first)?, address(last)?);
    (first.is_ipv4() == last.is_ipv4() && first <= last).then_some((first, last))
}

fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[derive(Debug)]
enum Range {
    Fixed(IpAddr, IpAddr),
    Computed(TextOperand, Option<TextOperand>),
}

impl Range {
    fn contains(&self, cx: &mut StepCx<'_>, caller: IpAddr) -> Result<bool, Box<PolicyError>> {
        let (first, last) = match self {
            Self::Fixed(first, last) => (*first, *last),
            Self::Computed(from, to) => {
                let first = from.eval(cx)?;
                let last = match to {
                    Some(to) => to.eval(cx)?,
                    None => first.clone(),
                };
                between(&first, &last).ok_or_else(|| cx.bad_value("The text is not an IP address."))?
            }
        };
        Ok(first.is_ipv4() == caller.is_ipv4() && first <= caller && caller <= last)
    }
}

#[derive(Debug)]
struct IpFilter {
    action: ChoiceOperand,
    ranges: Vec<Range>,
}

impl IpFilter {
    fn check(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let forbids = self.action.eval(cx)? == 1;
        let Some(caller) = cx.exchange.call.client_ip.map(|address| address.to_canonical()) else {
            let message = "Failed to establish IP address for the caller. Access denied.".to_owned();
            return Err(refused(cx, "FailedToParseCallerIP", message));
        };
        let mut listed = false;
        for range in &self.ranges {
            listed |= range.contains(cx, caller)?;
        }
        match (forbids, listed) {
            (true, true) => {
                Err(refused(cx, "CallerIpBlocked", "Caller IP address is blocked. Access denied.".to_owned()))
            }
            (false, false) => {
                let message = format!("Caller IP address {caller} is not allowed. Access denied.");
                Err(refused(cx, "CallerIpNotAllowed", message))
            }
            _ => Ok(()),
        }
    }
}

/// The caller only reads `Forbidden`.
fn refused(cx: &StepCx<'_>, reason: &'static str, message: String) -> Box<PolicyError> {
    let mut error = cx.error(403, reason, message);
    error.public_message = Some("Forbidden".into());
    error
}

impl Step for IpFilter {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.check(cx).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    const RANGE: &str = "<address>192.0.2.1</address><address-range from=\"203.0.113.10\" to=\"203.0.113.20\" />";

    fn check(action: &str, caller: &str) -> String {
        let mut scene = Scene::inbound(&format!("<ip-filter action=\"{action}\">{RANGE}</ip-filter>"));
        scene.exchange.call.client_ip = caller.parse().ok();
        scene.run();
        let call = &scene.exchange.call;
        call.last_error.as_ref().map_or("passed".to_owned(), |error| format!("{} {}", error.reason, error.message))
    }

    #[test]
    fn vectors() {
        for inside in ["203.0.113.10", "203.0.113.20", "192.0.2.1", "::ffff:203.0.113.15"] {
            assert_eq!(check("allow", inside), "passed");
            assert_eq!(check("forbid", inside), "CallerIpBlocked Caller IP address is blocked. Access denied.");
        }
        assert_eq!(
            check("allow", "203.0.113.21"),
            "CallerIpNotAllowed Caller IP address 203.0.113.21 is not allowed. Access denied."
        );
        assert_eq!(check("forbid", "203.0.113.21"), "passed");
        assert_eq!(check("forbid", "2001:db8::1"), "passed");
        let unknown = "FailedToParseCallerIP Failed to establish IP address for the caller. Access denied.";
        assert_eq!(check("forbid", "?"), unknown);
    }

    #[test]
    fn the_caller_reads_little() {
        let shown = Scene::inbound("<ip-filter action=\"allow\"><address>::1</address></ip-filter>").run();
        assert!(shown.contains("\n{ \"statusCode\": 403, \"message\": \"Forbidden\" }\n"));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings(
                "<ip-filter action=\"allow\"><address>1.2.3</address><address-range from=\"1.1.1.2\" to=\"1.1.1.1\" /></ip-filter>"
            ),
            "TG0212 policy.xml:1:46 this is not an IP address\n\
             TG0212 policy.xml:1:70 these are not the ends of a range of IP addresses\n"
        );
        let found = inbound_findings("<ip-filter action=\"allow\" />");
        assert!(found.contains("has no 'address' or 'address-range'"), "{found}");
    }
}

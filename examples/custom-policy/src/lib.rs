//! `<opening-hours from="8" to="18" />`: a policy that no service has, for an engine that is embedded.
//!
//! A plant's interface is open while somebody is there. Outside of these hours callers get a 503 that says when to come
//! again; documents write the hours, as literals or as expressions.

use policy_vm::custom::{Attributes, CustomPolicy, Failure, Then};
use policy_vm::exchange::Call;
use policy_vm::spec::{Accepts, Attribute, ElementSpec, Sections};

/// Hours of the day. Everything a document may write is checked against this: an attribute that is missing or misspelt, a
/// number that is none, a place where the policy must not stand.
const SPEC: ElementSpec = ElementSpec::new("opening-hours", "Refuses calls outside of these hours.")
    .attributes(&[
        Attribute::required("from", HOUR, "The first hour in which calls are taken.").expression(),
        Attribute::required("to", HOUR, "The hour in which no more calls are taken.").expression(),
    ])
    .sections(Sections::INBOUND)
    .own();

const HOUR: Accepts = Accepts::Int(0, 24);

const TICKS_PER_HOUR: i64 = 36_000_000_000;

/// The policy. It is made once and shared by all calls.
#[derive(Debug)]
pub struct OpeningHours;

impl CustomPolicy for OpeningHours {
    fn spec(&self) -> ElementSpec {
        SPEC
    }

    fn run(&self, call: &mut Call, attributes: &Attributes<'_>) -> Result<Then, Failure> {
        // An expression may give anything.
        let hour = |name| {
            let text = attributes.get(name).unwrap_or_default();
            text.trim().parse::<i64>().map_err(|_| Failure {
                status: 500,
                reason: "OpeningHoursInvalid",
                message: format!("'{text}' is no hour"),
            })
        };
        let (from, to) = (hour("from")?, hour("to")?);
        let now = call.timestamp / TICKS_PER_HOUR % 24;
        if (from..to).contains(&now) {
            return Ok(Then::GoOn);
        }
        Err(Failure { status: 503, reason: "Closed", message: format!("Open from {from} to {to} o'clock UTC.") })
    }
}

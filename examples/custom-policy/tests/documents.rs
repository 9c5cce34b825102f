//! Documents that use the policy, compiled and run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use bytes::Bytes;
use custom_policy::OpeningHours;
use policy_vm::exchange::{Body, Url};
use policy_vm::host::{Ambient, HostReply};
use policy_vm::{Engine, Environment, Exchange, Pipeline, Progress, Run, Scope, Source};

struct Noon;

impl Ambient for Noon {
    fn now_ticks(&self) -> i64 {
        0
    }

    fn monotonic_micros(&self) -> u64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn document(policy: &str) -> String {
    format!("<policies><inbound>{policy}</inbound><backend><forward-request /></backend></policies>")
}

fn findings(engine: &Engine, text: &str) -> Vec<String> {
    let compiled = engine.compile(&Source::new("policy.xml", text), Scope::Api, &Environment::default());
    compiled.diagnostics.iter().map(|finding| format!("{} {}", finding.code, finding.headline)).collect()
}

/// Status and body of a call at this hour.
fn called(policy: &str, hour: i64) -> (u16, String) {
    let engine = Engine::new().with_policy(OpeningHours);
    let compiled = engine.compile(&Source::new("policy.xml", document(policy)), Scope::Api, &Environment::default());
    let pipeline = Pipeline::new(Some(compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))));
    let mut exchange = Exchange::new(engine.limits());
    exchange.call.request.url = Url::parse("https://plant.example/orders").unwrap();
    exchange.call.timestamp = hour * 36_000_000_000;
    let mut run = Run::new(&pipeline);
    let mut progress = run.begin(&mut exchange, &Noon);
    while let Progress::Call(id, _) = progress {
        let response = policy_vm::exchange::Response { status: 200, ..Default::default() };
        progress = run.reply(&mut exchange, &Noon, id, HostReply::Response(Ok(Box::new(response))));
    }
    let response = exchange.call.response.take().unwrap();
    let body = match response.body {
        Body::Bytes(bytes) => bytes,
        _ => Bytes::new(),
    };
    (response.status, String::from_utf8_lossy(&body).into_owned())
}

#[test]
fn calls_are_taken_while_it_is_open() {
    let policy = "<opening-hours from=\"8\" to=\"@(10 + 8)\" />";
    assert_eq!(called(policy, 8).0, 200);
    assert_eq!(called(policy, 17).0, 200);
    let closed = (503, "{ \"statusCode\": 503, \"message\": \"Open from 8 to 18 o'clock UTC.\" }".to_owned());
    assert_eq!(called(policy, 7), closed);
    assert_eq!(called(policy, 18), closed);
    assert_eq!(called("<opening-hours from=\"8\" to=\"@(&quot;late&quot;)\" />", 9).0, 500);
}

#[test]
fn documents_are_checked() {
    let engine = Engine::new().with_policy(OpeningHours);
    assert_eq!(
        findings(&engine, &document("<opening-hours form=\"8\" to=\"25\" />")),
        [
            "TG0211 the required attribute 'from' is missing",
            "TG0210 the 'form' attribute is not declared",
            "TG0212 the 'to' attribute is invalid: '25' is not a whole number from 0 to 24",
        ]
    );
    let outbound = "<policies><outbound><opening-hours from=\"8\" to=\"9\" /></outbound></policies>";
    assert_eq!(
        findings(&engine, outbound),
        ["TG0203 the policy 'opening-hours' is not allowed in the section 'outbound'"]
    );
    // An engine without it does not know it.
    assert_eq!(
        findings(&Engine::new(), &document("<opening-hours from=\"8\" to=\"9\" />")),
        ["TG0201 unknown policy 'opening-hours'"]
    );
}

#[test]
fn what_the_service_has_stays_what_it_is() {
    #[derive(Debug)]
    struct Impostor;

    impl policy_vm::custom::CustomPolicy for Impostor {
        fn spec(&self) -> policy_vm::spec::ElementSpec {
            policy_vm::spec::ElementSpec::new("set-method", "Not what it seems.")
        }

        fn run(
            &self,
            _: &mut policy_vm::exchange::Call,
            _: &policy_vm::custom::Attributes<'_>,
        ) -> Result<policy_vm::custom::Then, policy_vm::custom::Failure> {
            panic!("it is never asked")
        }
    }

    let engine = Engine::new().with_policy(Impostor);
    assert_eq!(findings(&engine, &document("<set-method>PUT</set-method>")), Vec::<String>::new());
}

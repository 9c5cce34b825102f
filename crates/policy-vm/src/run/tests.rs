//! Order of documents and sections, errors, and budgets: what no single policy is about.

use crate::engine::{Limits, Scope};
use crate::host::HostErrorKind;
use crate::policies::check::Scene;

/// A policy that leaves a mark in `x-trail` of the request, or of the response where that is the message.
fn mark(text: &str) -> String {
    format!("<set-header name=\"x-trail\" exists-action=\"append\"><value>{text}</value></set-header>")
}

fn trail(shown: &str) -> &str {
    shown.lines().find_map(|line| line.strip_prefix("x-trail: ")).unwrap_or("none")
}

fn three(narrow: &str, middle: &str, broad: &str) -> Scene {
    Scene::new().document(Scope::Global, broad).document(Scope::Operation, narrow).document(Scope::Api, middle)
}

/// The same section of the broader documents runs at `<base/>`, in outbound as well.
#[test]
fn base_runs_the_broader_document_in_its_place() {
    let document = |name: &str| {
        let section = |section: &str| {
            format!("<{section}>{}<base />{}</{section}>", mark(&format!("{name}1")), mark(&format!("{name}2")))
        };
        format!("<policies>{}{}</policies>", section("inbound"), section("outbound"))
    };
    let mut scene = three(&document("o"), &document("a"), &document("g"));
    assert_eq!(trail(&scene.run()), "o1,a1,g1,g2,a2,o2");
    assert_eq!(trail(&scene.request()), "o1,a1,g1,g2,a2,o2");
}

#[test]
fn a_section_without_base_cuts_the_broader_ones_off() {
    let narrow = format!("<policies><inbound>{}</inbound></policies>", mark("o"));
    let broad = format!(
        "<policies><inbound>{0}</inbound><backend><forward-request /></backend><outbound>{0}</outbound></policies>",
        mark("g")
    );
    let mut scene = three(&narrow, "<policies />", &broad);
    // `outbound` is absent in the narrower documents: as if it held `<base/>`.
    assert_eq!(trail(&scene.run()), "g");
    assert_eq!(trail(&scene.request()), "o");
}

#[test]
fn without_a_backend_policy_the_answer_is_an_empty_200() {
    let mut scene = Scene::of(&format!("<policies><backend /><outbound>{}</outbound></policies>", mark("out")));
    assert_eq!(scene.run(), "200 -\nx-trail: out\n(none)\n");
    assert_eq!(Scene::new().run(), "200 -\n(none)\n");
}

const FAILS: &str = "<choose><when condition=\"false\" /><when condition=\"true\">\
                     <set-header name=\"x\"><value>@((string)context.Variables[\"no\"])</value></set-header>\
                     <set-variable id=\"v\" name=\"n\" value=\"@(int.Parse(&quot;x&quot;))\" /></when></choose>";

#[test]
fn an_error_goes_to_on_error_of_all_documents() {
    let narrow = format!(
        "<policies><inbound>{FAILS}</inbound><outbound>{}</outbound><on-error>{}<base /></on-error></policies>",
        mark("never"),
        mark("@(context.LastError.Source + context.Response.StatusCode)")
    );
    let broad = format!("<policies><on-error>{}</on-error></policies>", mark("g"));
    let mut scene = Scene::of(&narrow).document(Scope::Global, &broad);
    assert_eq!(
        scene.run(),
        "500 -\ncontent-type: application/json\nx-trail: set-variable500,g\n\
         { \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \
         \"00000000-0000-0000-0000-000000000000\" }\n\
         ! set-variable ExpressionValueEvaluationFailure: Expression evaluation failed. The input string 'x' was not in \
         a correct format. (api/inbound/choose[1]/when[2]/set-variable[1]/v)\n"
    );
}

#[test]
fn on_error_may_answer_otherwise() {
    let document = format!(
        "<policies><inbound>{FAILS}</inbound><on-error><return-response><set-status code=\"418\" reason=\"Tea\" />\
         </return-response></on-error></policies>"
    );
    assert!(Scene::of(&document).run().starts_with("418 Tea\n(none)\n! set-variable"));
}

#[test]
fn an_error_in_on_error_is_a_plain_500() {
    let document = "<policies><backend><forward-request /></backend>\
                    <on-error><set-status code=\"400\" /><send-request><set-url>http://a/</set-url></send-request>\
                    </on-error></policies>";
    let mut scene = Scene::of(document).failure(HostErrorKind::Unavailable).failure(HostErrorKind::Timeout);
    let shown = scene.run();
    let answer = "{ \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \
                  \"00000000-0000-0000-0000-000000000000\" }\n! forward-request BackendUnavailable: it did not work";
    assert!(shown.contains(answer), "{shown}");
}

#[test]
fn an_open_circuit_is_a_503() {
    let shown = Scene::backend("<forward-request />").failure(HostErrorKind::Unavailable).run();
    assert!(shown.contains(
        "\n503 -\ncontent-type: application/json\n{ \"statusCode\": 503, \"message\": \"Service Unavailable\" }\n"
    ));
}

#[test]
fn a_status_can_be_an_error_that_keeps_the_answer() {
    let document = format!(
        "<policies><backend><forward-request fail-on-error-status-code=\"true\" /></backend>\
         <outbound>{}</outbound><on-error>{}</on-error></policies>",
        mark("out"),
        mark("error")
    );
    let shown = Scene::of(&document).answer(502, &[("a", "b")], "body").run();
    assert!(shown.contains("\n502 -\na: b\nx-trail: error\nbody\n! forward-request BackendErrorStatusCode"), "{shown}");
}

#[test]
fn steps_are_counted() {
    let mut scene = Scene::backend(
        "<retry condition=\"true\" count=\"50\" interval=\"0\"><retry condition=\"true\" count=\"50\" interval=\"0\">\
         <set-method>GET</set-method></retry></retry>",
    );
    scene.engine = scene.engine.with_limits(Limits { steps: 500, ..Limits::default() });
    let shown = scene.run();
    assert!(shown.contains("StepLimitExceeded: More than 500 policies were executed."), "{shown}");
}

/// A loop of policies that evaluate nothing takes time as well; a clock goes on by 2 ms whenever it is looked at.
#[test]
fn own_time_is_counted_without_expressions() {
    let body = "<set-method>GET</set-method>".repeat(30);
    let document = format!(
        "<retry condition=\"true\" count=\"50\" interval=\"0\" first-fast-retry=\"true\"><retry condition=\"true\" \
         count=\"50\" interval=\"0\">{body}</retry></retry>"
    );
    let run = |run_micros: u64| {
        let mut scene = Scene::backend(&document);
        scene.clock.passing = 2000.into();
        scene.engine = scene.engine.with_limits(Limits { run_micros, ..Limits::default() });
        scene.run()
    };
    let shown = run(20_000);
    assert!(shown.contains("TimeLimitExceeded: Policies took more than 20 ms of time of their own."), "{shown}");
    let shown = run(10_000_000);
    assert!(!shown.contains("TimeLimitExceeded"), "{shown}");
}

/// Each expression is far within its own time; together they are not. What is waited for in between does not count.
#[test]
fn expressions_have_a_time_together() {
    let long = "@{ int n = 0; for (int i = 0; i < 50000; i++) { n += i; } return n; }";
    let each = |between: &str| {
        let mut scene = Scene::inbound(&format!(
            "<retry condition=\"true\" count=\"40\" interval=\"1\"><set-variable name=\"n\" value=\"{long}\" />{between}</retry>"
        ));
        scene.clock.passing = 1000.into();
        scene
    };
    let mut scene = each("");
    scene.engine = scene.engine.with_limits(Limits { run_micros: 30_000, ..Limits::default() });
    let shown = scene.run();
    assert!(shown.contains("ExpressionValueEvaluationFailure"), "{shown}");
    // 41 seconds of waiting are nothing to 10 of its own.
    let shown = each("").run();
    assert!(!shown.contains("Failure"), "{shown}");
}

#[test]
fn a_status_without_body_has_none() {
    let shown =
        Scene::inbound("<return-response><set-status code=\"204\" /><set-body>x</set-body></return-response>").run();
    assert_eq!(shown, "204 -\n(none)\n");
}

/// Errors found before any policy ran.
#[test]
fn a_run_can_begin_with_an_error() {
    let document = format!("<policies><on-error>{}</on-error></policies>", mark("@(context.LastError.Reason)"));
    let mut scene = Scene::of(&document);
    let error = crate::error::PolicyError {
        source: "configuration".into(),
        reason: "OperationNotFound".into(),
        status: 404,
        message: "Unable to match incoming request to an operation.".into(),
        public_message: Some("Resource not found".into()),
        ..crate::error::PolicyError::default()
    };
    let shown = scene.run_with_error(error);
    assert!(shown.starts_with(
        "404 -\ncontent-type: application/json\nx-trail: OperationNotFound\n\
         { \"statusCode\": 404, \"message\": \"Resource not found\" }\n"
    ));
}

#[test]
fn a_run_that_is_dropped_says_what_it_holds() {
    let mut scene =
        Scene::backend("<limit-concurrency key=\"k\" max-count=\"1\"><forward-request /></limit-concurrency>");
    assert_eq!(scene.run_and_drop(2), ["ReleaseSlot { key: \"k\" }"]);
    assert_eq!(scene.run_and_drop(1), Vec::<String>::new());
}

/// The clock is looked at while an expression of a policy runs, not only in expressions evaluated by themselves.
#[test]
fn an_expression_that_takes_too_long_is_stopped() {
    let mut scene = Scene::inbound("<set-variable name=\"n\" value=\"@{ while (true) { } }\" />");
    let limits = Limits::default();
    scene.clock.passing.store(i64::try_from(limits.micros).unwrap_or(i64::MAX), std::sync::atomic::Ordering::Relaxed);
    let shown = scene.run();
    assert!(shown.contains("Expression evaluation failed. the expression exceeded its time budget"), "{shown}");
}

//! Documents as wholes: sections, fragments, named values, what a program needs.

use policy_parser::Source;

use crate::engine::{Engine, Environment, NamedValue, Scope};
use crate::policies::check::{Scene, findings, findings_at, inbound_findings};
use crate::program::Needs;

#[test]
fn what_is_no_document() {
    assert_eq!(
        findings("<fragment><base /></fragment>"),
        "TG0230 policy.xml:1:2 the root element of a document is 'policies', not 'fragment'\n  \
         a fragment is included by documents; it does not run on its own\n"
    );
    assert_eq!(
        findings("<policies><inbond /><inbound /><inbound a=\"b\" />x</policies>"),
        "TG0231 policy.xml:1:12 the element 'policies' has invalid child element 'inbond'\n  did you mean 'inbound'?\n\
         TG0232 policy.xml:1:33 the section 'inbound' is there twice\n\
         TG0210 policy.xml:1:41 the 'a' attribute is not declared\n\
         TG0224 policy.xml:1:49 the element 'policies' cannot contain text\n"
    );
}

#[test]
fn policies_that_are_unknown_or_not_there_yet() {
    assert_eq!(
        inbound_findings("<set-heder /><validate-jwt /><set-url>x</set-url>"),
        "TG0201 policy.xml:1:21 unknown policy 'set-heder'\n  did you mean 'set-header'?\n\
         TG0202 policy.xml:1:34 the policy 'validate-jwt' is not supported yet\n\
         TG0201 policy.xml:1:50 unknown policy 'set-url'\n  it is a part of 'send-one-way-request'\n"
    );
}

/// Everything that is wrong is said at once, also inside what is wrong itself.
#[test]
fn all_findings_at_once() {
    assert_eq!(
        inbound_findings(
            "<choose><when conditon=\"true\"><set-method>@(context.Requst.Method)</set-method></when><other /></choose>\
             <rewrite-uri tmplate=\"@(1 +)\" template=\"@(true)\" copy-unmatched-params=\"@(5)\" />"
        ),
        "TG0211 policy.xml:1:28 the required attribute 'condition' is missing\n  whether these policies run\n\
         TG0210 policy.xml:1:34 the 'conditon' attribute is not declared\n  did you mean 'condition'?\n\
         CS1061 policy.xml:1:72 'IContext' does not contain a definition for 'Requst' and no accessible extension method \
         'Requst' accepting a first argument of type 'IContext' could be found (are you missing a using directive or an assembly reference?); did you mean \
         'Request'?\n\
         TG0220 policy.xml:1:107 the element 'choose' has invalid child element 'other'\n  \
         possible elements: 'when', 'otherwise'\n\
         TG0210 policy.xml:1:137 the 'tmplate' attribute is not declared\n  did you mean 'template'?\n\
         TG0303 policy.xml:1:196 Expression return type 'System.Int32' is not allowed\n"
    );
}

/// Authors escape some expressions of a document and not the others, and services run what they saved.
#[test]
fn expressions_that_are_escaped_in_a_raw_document() {
    let raw = "<set-variable name=\"v\" value=\"@(\"v\")\" />";
    let found = inbound_findings(&format!(
        "{raw}<choose><when condition=\"@(context.Request.Url.Query.Count &gt; 0 &amp;&amp; \
         context.Request.Body.As<string>(preserveContent: true).Contains(&quot;x&quot;))\"><base /></when></choose>"
    ));
    assert_eq!(found, "TG0152 policy.xml:1:85 warning: the expression is entity-escaped, the document is not\n");
    // What is wrong in either form is told of the one that is written; an entity in a literal is text.
    let found = inbound_findings(&format!("{raw}<set-method>@(contxt.Request + &quot;x&quot;)</set-method>"));
    assert!(!found.contains("TG0152") && found.starts_with("CS"), "{found}");
    assert_eq!(inbound_findings(&format!("{raw}<set-method>@(\"&lt;\" + \"y\")</set-method>")), "");
}

#[test]
fn placement() {
    assert_eq!(
        findings("<policies><outbound><rewrite-uri template=\"/\" /><base /><base /></outbound></policies>"),
        "TG0203 policy.xml:1:22 the policy 'rewrite-uri' is not allowed in the section 'outbound'\n  \
         it is allowed in 'inbound'\n\
         TG0206 policy.xml:1:58 the policy 'base' can be used only once in a section\n"
    );
    assert_eq!(
        findings("<policies><backend><base /><forward-request /></backend></policies>"),
        "TG0233 policy.xml:1:29 warning: the section 'backend' contains more than one policy\n  \
         the service takes one; put them inside a single policy such as 'retry' or 'choose'\n"
    );
}

fn with_fragments(fragments: &[(&str, &str)]) -> Environment {
    let source = |id: &str, text: &str| Source::new(format!("{id}.xml"), text);
    Environment {
        fragments: fragments.iter().map(|(id, text)| ((*id).to_owned(), source(id, text))).collect(),
        ..Environment::default()
    }
}

fn included(fragments: &[(&str, &str)], policies: &str) -> String {
    let document = format!("<policies>\n<inbound>{policies}</inbound></policies>");
    findings_at(Scope::Api, &document, &with_fragments(fragments))
}

#[test]
fn a_fragment_runs_in_its_place() {
    let fragment = "<fragment><set-header name=\"a\"><value>1</value></set-header></fragment>";
    let mut scene =
        Scene::inbound("<choose><when condition=\"true\"><include-fragment fragment-id=\"MARK\" /></when></choose>");
    scene.environment = with_fragments(&[("mark", fragment)]);
    scene.run();
    assert!(scene.request().contains("a: 1"));
}

#[test]
fn findings_in_fragments_stay_in_their_file() {
    let fragment = "<fragment>\n  <set-header nme=\"a\" name=\"b\" />\n  <base /></fragment>";
    assert_eq!(
        included(&[("f", fragment)], "<include-fragment fragment-id=\"f\" />"),
        "TG0210 f.xml:2:15 the 'nme' attribute is not declared\n  did you mean 'name'?\n  \
         the fragment 'f' is included at policy.xml:2\n\
         TG0207 f.xml:3:4 a fragment cannot contain 'base'\n  the fragment 'f' is included at policy.xml:2\n"
    );
}

#[test]
fn fragments_that_cannot_be_included() {
    let including = "<fragment><include-fragment fragment-id=\"other\" /></fragment>";
    assert_eq!(
        included(&[("f", including), ("other", "<fragment />")], "<include-fragment fragment-id=\"f\" />"),
        "TG0241 f.xml:1:42 the fragment 'f' includes the fragment 'other'\n  a fragment cannot include fragments\n  \
         the fragment 'f' is included at policy.xml:2\n"
    );
    let itself = "<fragment><include-fragment fragment-id=\"f\" /></fragment>";
    assert!(
        included(&[("f", itself)], "<include-fragment fragment-id=\"f\" />")
            .contains("the fragment 'f' includes itself")
    );
    assert_eq!(
        included(&[("other", "<fragment />")], "<include-fragment fragment-id=\"oter\" />"),
        "TG0240 policy.xml:2:41 there is no fragment 'oter'\n  did you mean 'other'?\n"
    );
    let many = "<include-fragment fragment-id=\"o\" />".repeat(1001);
    let found = included(&[("o", "<fragment><set-method>GET</set-method></fragment>")], &many);
    assert_eq!(found, "TG0242 policy.xml:2:36041 more than 1000 fragments are included\n");
}

#[test]
fn a_fragment_on_its_own() {
    let check = |text: &str| {
        let found = Engine::new().check_fragment(&Source::new("f.xml", text), &Environment::default());
        found.iter().map(|finding| finding.headline.clone()).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(check("<fragment><set-method>GET</set-method><forward-request /></fragment>"), "");
    assert_eq!(check("<fragment />"), "the fragment contains no policy");
    assert_eq!(
        check("<fragment><include-fragment fragment-id=\"x\" /><base /></fragment>"),
        "a fragment includes the fragment 'x'; a fragment cannot contain 'base'"
    );
    assert_eq!(check("<policies />"), "the root element of a fragment is 'fragment', not 'policies'");
    assert_eq!(
        check("<fragment><set-method>G T</set-method></fragment>"),
        "the text of 'set-method' is invalid: 'G T' is not a method"
    );
}

/// A secret may stand anywhere, also where it makes no sense: no sentence repeats it, not even a part of it.
#[test]
fn secrets_are_in_no_finding() {
    for (value, words) in [("hunter2", &["hunter2"][..]), ("hunter two", &["hunter", "two"]), ("x", &["x"])] {
        let mut environment = Environment::default();
        let secret = NamedValue { value: value.to_owned(), secret: true };
        environment.named_values.insert("sec".to_owned(), secret);
        for policies in [
            "<set-variable name=\"a\" value=\"@({{sec}})\" />",
            "<set-variable name=\"a\" value=\"@(context.{{sec}}.ToString())\" />",
            "<set-variable name=\"a\" value=\"@{ switch (1) { case &quot;{{sec}}&quot;: break; } return 1; }\" />",
            "<set-variable name=\"a\" value=\"@{ int {{sec}} = 1; string {{sec}} = null; return 1; }\" />",
            "<set-{{sec}} />",
            "<set-method>{{sec}} {{sec}}</set-method>",
            "<set-header name=\"a\" {{sec}}=\"b\" />",
            "<set-header name=\"a\" exists-action=\"{{sec}}\"><value>b</value></set-header>",
            "<{{sec}} />",
            "<rate-limit calls=\"{{sec}}\" renewal-period=\"1\" />",
            "<set-body template=\"liquid\">{% {{sec}} %}</set-body>",
            "<set-body template=\"liquid\">{% if body.a | {{sec}} %}{% endif %}</set-body>",
        ] {
            let document = format!("<policies><inbound>{policies}</inbound></policies>");
            let found = findings_at(Scope::Api, &document, &environment);
            let told = found.replace("{{sec}}", "");
            let is_word =
                |word: &&str| told.split(|letter: char| !letter.is_alphanumeric()).any(|other| other == *word);
            assert!(!words.iter().any(is_word) && (value.len() == 1 || !told.contains(value)), "{policies}\n{found}");
            assert!(!found.is_empty(), "{policies} with {value}");
        }
    }
}

#[test]
fn named_values() {
    let mut environment = Environment::default();
    for (name, value, secret) in [("limit", "five", true), ("header", "x-a", false), ("code", "1 + 1", false)] {
        environment.named_values.insert(name.to_owned(), NamedValue { value: value.to_owned(), secret });
    }
    // What a named value stands for is never shown.
    let document = "<policies><inbound><rate-limit-by-key calls=\"{{limit}}\" renewal-period=\"1\" counter-key=\"k\" />\
                    </inbound></policies>";
    assert_eq!(
        findings_at(Scope::Api, document, &environment),
        "TG0212 policy.xml:1:46 the 'calls' attribute is invalid: '{{limit}}' is not a whole number of at least 0\n"
    );
    // A missing one is one finding, whatever its place would have had to be.
    let document = "<policies><inbound><rate-limit calls=\"{{calls}}\" renewal-period=\"1\" />\
                    <set-variable name=\"a\" value=\"@(1 + {{term}})\" /></inbound></policies>";
    assert_eq!(
        findings_at(Scope::Api, document, &environment),
        "TG0160 policy.xml:1:39 there is no named value `calls`\nTG0160 policy.xml:1:107 there is no named value `term`\n"
    );
    let mut scene =
        Scene::inbound("<set-header name=\"{{header}}\"><value>@(({{code}}).ToString())</value></set-header>");
    scene.environment = environment;
    scene.run();
    assert!(scene.request().contains("x-a: 2"));
}

fn needs(inbound: &str, outbound: &str) -> Needs {
    let document = format!(
        "<policies><inbound>{inbound}</inbound><backend><forward-request /></backend><outbound>{outbound}</outbound></policies>"
    );
    let compiled = Engine::new().compile(&Source::new("policy.xml", document), Scope::Api, &Environment::default());
    compiled.program.map(|program| program.needs()).unwrap_or_default()
}

#[test]
fn what_a_program_needs() {
    let none = Needs::default();
    let variable = |value: &str| format!("<set-variable name=\"v\" value=\"@({value})\" />");
    assert_eq!(needs(&variable("context.Request.Headers.GetValueOrDefault(&quot;a&quot;, &quot;&quot;)"), ""), none);
    let request_body = Needs { request_body: true, ..none };
    assert_eq!(needs(&variable("context.Request.Body.As<string>()"), ""), request_body);
    let response_body = Needs { response_body: true, ..none };
    assert_eq!(needs("", &variable("context.Response.Body.As<string>()")), response_body);
    let headers = Needs { request_headers_after_forward: true, ..none };
    assert_eq!(needs("", &variable("context.Request.Method")), headers);
    assert_eq!(needs("<set-body>x</set-body>", ""), none);
    assert_eq!(needs("", "<find-and-replace from=\"a\" to=\"b\" />"), response_body);
}

/// A body is read right before the step that needs it, once, and only while it is still a stream.
#[test]
fn bodies_are_read_on_demand() {
    let read = "<set-variable name=\"v\" value=\"@(context.Request.Body.As<string>(preserveContent: true))\" />";
    let mut scene = Scene::inbound(&format!("<choose><when condition=\"false\">{read}</when></choose>"));
    scene.exchange.call.request.body = crate::exchange::Body::Stream;
    assert!(!scene.run().contains("> read"));
    let mut scene = Scene::inbound(&format!("{read}{read}"));
    scene.exchange.call.request.body = crate::exchange::Body::Stream;
    scene.streamed = b"text".to_vec();
    assert_eq!(scene.run().matches("> read Request").count(), 1);
    assert_eq!(scene.variable("v"), "\"text\"");
}

#[test]
fn markup_is_a_body_too() {
    let mut scene = Scene::inbound(
        "<set-body><soap:Envelope xmlns:soap=\"u\"><a>1 &amp; 2</a></soap:Envelope></set-body><set-body><value>v</value></set-body>",
    );
    scene.run();
    assert!(scene.request().ends_with("\nv"));
    let mut scene = Scene::inbound("<set-body><a b=\"c\">1 &amp; 2</a></set-body>");
    scene.run();
    assert!(scene.request().ends_with("\n<a b=\"c\">1 &amp; 2</a>"), "{}", scene.request());
    // What a template names is not a named value.
    assert_eq!(inbound_findings("<set-body template=\"liquid\">{{body.x}}{{name}}</set-body>"), "");
}

//! The commands that look into the engine: `eval`, `doc`, `disasm`, `schema`.

#[path = "support/command.rs"]
mod command;

use std::io::Read;
use std::process::{Command, Stdio};

use command::{tollgate, tollgate_reading};
use serde_json::{Value as Json, json};

#[test]
fn an_expression_is_shown_with_its_type_and_cost() {
    let done = tollgate(&["eval", "@(context.Request.Method + \" \\n\")"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines[..2], [r#"value         "POST \n""#, "static type   string"]);
    assert!(lines[2].starts_with("instructions  ") && !lines[2].ends_with(" 0"), "{}", lines[2]);
}

#[test]
fn the_type_of_a_value_is_shown_where_it_is_not_the_static_one() {
    let done = tollgate(&["eval", "@((object)1.5m)"]);
    assert!(
        done.out.contains("value         1.5\nstatic type   object\ntype          System.Decimal\n"),
        "{}",
        done.out
    );
}

#[test]
fn programs_read_json() {
    let done = tollgate(&["eval", "@(1 + 1)", "--format", "json", "--disasm"]);
    let answer: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (&answer["ok"], &answer["value"], &answer["static_type"]),
        (&json!(true), &json!("2"), &json!("System.Int32"))
    );
    assert!(answer["instructions"].as_u64().unwrap() > 0);
    assert!(answer["listing"].as_str().unwrap().starts_with("function 0 "));
}

#[test]
fn mistakes_are_shown_at_their_place_and_all_at_once() {
    let done = tollgate_reading("\n@{\n  return fooo + 1 +\n    barr;\n}\n", &["eval", "-"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.contains("error[CS0103]: The name 'fooo'"), "{}", done.err);
    assert!(done.err.contains(" --> <stdin>:3:10\n  |\n3 |   return fooo + 1 +\n  |          ^^^^\n"), "{}", done.err);
    assert!(done.err.contains(" --> <stdin>:4:5\n"), "{}", done.err);
    let done = tollgate(&["eval", "@(fooo)", "--format", "json"]);
    let answer: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!((done.status, &answer["error"]["kind"]), (1, &json!("compile")));
    assert_eq!(answer["diagnostics"][0]["column"], json!(3));
}

#[test]
fn an_exception_is_a_failure_of_the_expression() {
    let done = tollgate(&["eval", "@(int.Parse(\"x\"))"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert_eq!(done.err, "error: System.FormatException: The input string 'x' was not in a correct format.\n");
}

#[test]
fn only_what_policies_may_use_compiles_unless_asked_otherwise() {
    let expression = "@(typeof(int).Name)";
    let restricted = tollgate(&["eval", expression]);
    let unrestricted = tollgate(&["eval", expression, "--unrestricted"]);
    assert_eq!((restricted.status, unrestricted.status), (1, 0), "{}{}", restricted.err, unrestricted.err);
}

#[test]
fn a_context_document_stands_in_the_place_of_the_default_one() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/context.json");
    std::fs::write(file, r#"{"Request": {"Method": "PATCH"}, "Variables": {"n": 41}}"#).unwrap();
    let expression = "@(context.Request.Method + ((int)context.Variables[\"n\"] + 1) + context.Request.Url.Scheme)";
    let done = tollgate(&["eval", expression, "--context", file]);
    assert!(done.out.starts_with("value         \"PATCH42https\"\n"), "{}{}", done.out, done.err);
    // Headers and variables are those of the document alone.
    std::fs::write(file, r#"{"Request": {"Headers": {"A": "b"}}, "Variables": {"n": 41}}"#).unwrap();
    let counts = "@(context.Request.Headers.Count + \" \" + context.Variables.Count + \" \" + context.Request.Method)";
    let done = tollgate(&["eval", counts, "--context", file]);
    assert!(done.out.starts_with("value         \"1 1 POST\"\n"), "{}{}", done.out, done.err);
    std::fs::write(file, r#"{"Request": {"Method": "no method"}}"#).unwrap();
    assert_eq!(tollgate(&["eval", expression, "--context", file]).status, 2);
    std::fs::write(file, "{").unwrap();
    assert_eq!(tollgate(&["eval", expression, "--context", file]).status, 2);
    // What has no effect is told; names of the user's own are none of that.
    let document = r#"{"Requst": {}, "Request": {"Heders": {"A": "b"}, "Headers": {"A": "b"}}, "Variables": {"own": {"$json": 1}}}"#;
    std::fs::write(file, document).unwrap();
    let done = tollgate(&["eval", "@(1)", "--context", file]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.starts_with("warning: ") && done.err.contains("no context has `Requst`, `Request.Heders`; "));
    let default: Json = serde_json::from_str(&tollgate(&["eval", "--default-context"]).out).unwrap();
    assert_eq!(default["Request"]["Method"], json!("POST"));
}

#[test]
fn what_cannot_be_evaluated_is_another_status() {
    let done = tollgate(&["eval", "no-such-file.cs"]);
    assert_eq!((done.status, done.out.as_str()), (2, ""));
    assert!(done.err.starts_with("error: cannot read `no-such-file.cs` (an expression is written"), "{}", done.err);
    assert_eq!(tollgate(&["eval"]).status, 2);
    assert_eq!(tollgate(&["eval", "@(1)", "--batch"]).status, 2);
}

#[test]
fn a_batch_answers_every_line_in_order() {
    let requests = concat!(
        "{\"id\": 1, \"expr\": \"@(context.Request.Method)\", \"context\": {\"Request\": {\"Method\": \"GET\"}}}\n\n",
        "{\"id\": [2], \"expr\": \"@(int.Parse(\\\"\\\"))\"}\n",
        "{\"id\": \"c\", \"expr\": \"@(nothing)\"}\n",
    );
    let done = tollgate_reading(requests, &["eval", "--batch"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let answers: Vec<Json> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let value = json!({"id": 1, "ok": true, "type": "System.String", "value": "GET", "static_type": "System.String"});
    assert_eq!(answers[0], value);
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["type"]), (&json!([2]), &json!("System.FormatException")));
    assert_eq!((&answers[2]["id"], &answers[2]["error"]["codes"]), (&json!("c"), &json!(["CS0103"])));
    let done = tollgate_reading("{\"id\": 1, \"expr\": \"@(1)\", \"contxt\": {}}\n", &["eval", "--batch"]);
    let answer: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!((done.status, &answer["error"]["kind"]), (2, &json!("request")), "{answer}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["schema", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_listing_names_policies_and_hides_secrets() {
    let done = tollgate(&["disasm", "../../../examples/hub/apis/bc/policy.xml", "--service", "../../../examples/hub"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.out.starts_with("section inbound\n  base  ../../../examples/hub/apis/bc/policy.xml:"), "{}", done.out);
    assert!(done.out.contains("\nfunction 0 expression (parameters 0, "), "{}", done.out);
    let secret = concat!(env!("CARGO_TARGET_TMPDIR"), "/disasm");
    std::fs::create_dir_all(secret).unwrap();
    let file = |name: &str| format!("{secret}/{name}");
    std::fs::write(file("tollgate.toml"), "[named_values]\nkey = 'quite \"secret\"'\n").unwrap();
    let document = "<policies><inbound><set-body>{{key}}</set-body><set-variable name=\"a\" value='@(\"{{word}}\")'/></inbound></policies>";
    std::fs::write(file("policy.xml"), document.replace("{{word}}", "word")).unwrap();
    let done = tollgate(&["disasm", &file("policy.xml")]);
    assert!(done.out.contains("***") && !done.out.contains("secret"), "{}{}", done.out, done.err);
    std::fs::write(file("policy.xml"), document).unwrap();
    let done = tollgate(&["disasm", &file("policy.xml")]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.contains("error[TG0160]: there is no named value `word`"), "{}", done.err);
}

/// A fragment, a named value, and a workspace with its own: the folder is found by where the document lies.
#[test]
fn a_listing_finds_the_folder_around_the_document() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/disasm-folder");
    let write = |name: &str, text: &str| {
        let file = std::path::Path::new(folder).join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let fragment = "<fragment><set-method>PUT</set-method></fragment>";
    let value = |text: &str| format!("{{\"properties\": {{\"displayName\": \"word\", \"value\": \"{text}\"}}}}");
    let document = "<policies><inbound><base/><include-fragment fragment-id=\"f\"/><set-body>{{word}}</set-body></inbound>\
                    </policies>";
    let api = "{\"properties\": {\"path\": \"a\", \"displayName\": \"a\", \"protocols\": [\"https\"]}}";
    for (within, word) in [("", "of the service"), ("workspaces/w/", "of the workspace")] {
        write(&format!("{within}policy fragments/f/policy.xml"), fragment);
        write(&format!("{within}policy fragments/f/policyFragmentInformation.json"), "{\"properties\": {}}");
        write(&format!("{within}named values/word/namedValueInformation.json"), &value(word));
        write(&format!("{within}apis/a/apiInformation.json"), api);
    }
    // Elsewhere something is wrong, which is not this document's.
    write("products/p/productInformation.json", "{}");
    for (within, word, other) in
        [("", "of the service", "of the workspace"), ("workspaces/w/", "of the workspace", "of the service")]
    {
        let done = tollgate(&["disasm", &write(&format!("{within}apis/a/policy.xml"), document)]);
        assert_eq!((done.status, done.err.as_str()), (0, ""), "{}", done.out);
        assert!(
            done.out.contains("set-method") && done.out.contains(word) && !done.out.contains(other),
            "{}",
            done.out
        );
    }
    // What only a product's document may have.
    let quota = "<policies><inbound><quota calls=\"1\" renewal-period=\"300\"/></inbound></policies>";
    let product = write("products/p/policy.xml", quota);
    assert_eq!(tollgate(&["disasm", &product]).status, 0);
    assert_eq!(tollgate(&["disasm", &product, "--scope", "api"]).status, 1);
}

#[test]
fn an_expression_is_listed_too() {
    let done = tollgate(&["disasm", "@(context.RequestId)"]);
    assert!(done.status == 0 && done.out.starts_with("function 0 expression"), "{}{}", done.out, done.err);
}

#[test]
fn specifications_are_printed_for_people_and_programs() {
    let done = tollgate(&["schema", "set-header"]);
    assert!(done.out.starts_with(
        "set-header  Sets, adds or removes a header.\n  sections: inbound, backend, outbound, on-error\n"
    ));
    assert!(
        done.out
            .contains("  @exists-action  override | skip | append | delete, expression allowed, default `override`.")
    );
    let all: Json = serde_json::from_str(&tollgate(&["schema", "--format", "json"]).out).unwrap();
    let elements = all["elements"].as_array().unwrap();
    assert_eq!(elements.len(), policy_vm::specs().count());
    let choose = elements.iter().find(|element| element["name"] == json!("choose")).unwrap();
    assert_eq!((&choose["children"][0]["name"], &choose["children"][0]["least"]), (&json!("when"), &json!(1)));
    assert_eq!(choose["children"][0]["attributes"][0]["expression"], json!(true));
    let unknown = tollgate(&["schema", "set-heade"]);
    assert_eq!(
        (unknown.status, unknown.err.as_str()),
        (2, "error: there is no element `set-heade`; did you mean `set-header`?\n")
    );
}

#[test]
fn elements_inside_of_policies_are_printed_below_what_they_stand_in() {
    let done = tollgate(&["schema", "when"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    assert!(
        done.out.starts_with("choose\n  <when> 1 or more  ") && done.out.contains("\n      @condition  "),
        "{}",
        done.out
    );
    // The same below several parents is printed once.
    let done = tollgate(&["schema", "when", "value", "base"]);
    assert!(done.out.starts_with("base  ") && done.out.contains("\nchoose\n  <when>"), "{}", done.out);
    assert!(done.out.contains(", send-request / set-header, set-header, "), "{}", done.out);
    assert_eq!(done.out.matches("<value> 0 or more  A value.\n").count(), 1, "{}", done.out);
    let all: Json = serde_json::from_str(&tollgate(&["schema", "when", "--format", "json"]).out).unwrap();
    let when = &all["elements"][0];
    assert_eq!((&when["name"], &when["parents"], &when["least"]), (&json!("when"), &json!(["choose"]), &json!(1)));
    let near = tollgate(&["schema", "whenn"]);
    assert_eq!(near.err, "error: there is no element `whenn`; did you mean `when`?\n");
}

#[test]
fn doc_prints_the_signatures_of_types_and_members() {
    let done = tollgate(&["doc", "string.PadLeft"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    assert!(done.out.starts_with("System.String: string PadLeft(int totalWidth)\n"), "{}", done.out);
    let done = tollgate(&["doc", "IMessageBody"]);
    assert!(done.out.starts_with("interface ApiManagement.IMessageBody\n"), "{}", done.out);
    assert!(done.out.contains("T As<T>(bool preserveContent = false)"), "{}", done.out);
    let done = tollgate(&["doc"]);
    assert!(done.out.contains("Newtonsoft.Json.Linq\n") && done.out.contains("\n  List<T>\n"), "{}", done.out);
}

#[test]
fn doc_says_what_policies_may_not_use() {
    let done = tollgate(&["doc", "JsonLoadSettings.new"]);
    assert!(done.out.contains("(policies may not use it)"), "{}", done.out);
    let done = tollgate(&["doc", "JObject.SelectToken", "--format", "json"]);
    let answer: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!(answer["members"][0]["type"], json!("Newtonsoft.Json.Linq.JToken"));
    assert_eq!(answer["members"][0]["allowed"], json!(true));
}

#[test]
fn doc_knows_what_stands_behind_context() {
    let type_of = |name: &str| tollgate(&["doc", name]).out.lines().next().unwrap_or_default().to_owned();
    assert!(type_of("context").starts_with("interface ApiManagement.IContext"), "{}", type_of("context"));
    let headers = type_of("context.Request.Headers");
    assert!(headers.starts_with("interface System.Collections.Generic.IReadOnlyDictionary<"), "{headers}");
    assert_eq!(type_of("context.Request.Body.As"), "ApiManagement.IMessageBody: T As<T>(bool preserveContent = false)");
    let done = tollgate(&["doc", "context.Request.Hedaers"]);
    let told = "error: `context.Request` has no member `Hedaers`; did you mean `Headers`?\n";
    assert_eq!((done.status, done.err.as_str()), (2, told));
}

#[test]
fn doc_suggests_the_name_that_was_meant() {
    let done = tollgate(&["doc", "JObjekt"]);
    assert_eq!((done.status, done.out.as_str()), (2, ""));
    assert_eq!(done.err, "error: there is no type `JObjekt`; did you mean `JObject`?\n");
    let done = tollgate(&["doc", "JObject.SelectTokn"]);
    assert_eq!(done.err, "error: `JObject` has no member `SelectTokn`; did you mean `SelectToken`?\n");
}

#[test]
fn the_prompt_goes_on_after_mistakes() {
    let typed = "1 + 1\nfooo\n{ var x = 2; return x * 3; }\n:set name \"Ulm\"\n(string)context.Variables[\"name\"]\n\
                 int.Parse(\"x\")\n:nothing\n:doc Guid.NewGuid\n:quit\n99\n";
    let done = tollgate_reading(typed, &["eval", "--interactive"]);
    assert_eq!(done.status, 0, "{}", done.err);
    for shown in
        ["value         2\n", "value         6\n", "value         \"Ulm\"\n", "System.Guid: static Guid NewGuid()"]
    {
        assert!(done.out.contains(shown), "`{shown}` is missing in {}", done.out);
    }
    assert!(!done.out.contains("99"), "nothing is read after the end");
    assert!(done.err.contains("error[CS0103]") && done.err.contains("error: System.FormatException"), "{}", done.err);
    assert!(done.err.contains("there is no command `:nothing`"), "{}", done.err);
}

/// Through a pipe an input may end before its brackets are closed.
#[test]
fn the_prompt_loses_no_unfinished_input() {
    let done = tollgate_reading("1 + 1\n(2 +\n 3", &["eval", "--interactive"]);
    assert!(done.out.contains("value         2\n"), "{}", done.out);
    assert!(done.status == 0 && done.err.contains("error[CS1026]") && done.err.contains("<input>:2"), "{}", done.err);
}

#[test]
fn without_an_expression_standard_input_is_read() {
    let done = tollgate_reading("@(2 + 3)\n", &["eval"]);
    assert!(done.out.starts_with("value         5\n"), "{}{}", done.out, done.err);
}

const HUB: &str = "../../../examples/hub";

#[test]
fn explain_says_which_operation_which_key_and_what_runs() {
    let done = tollgate(&["explain", HUB, "GET", "/bc/orders?x=1", "-H", "X-Api-Key: mes-demo-key"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""), "{}", done.out);
    for part in [
        "GET http://localhost/bc/orders?x=1\n  the policies run\n\nRoute\n  API        bc (/bc, revision 1)\n",
        "\nKey\n  allowed: the key in header `X-Api-Key` is of subscription `mes` for product `mes`; it is good for the API\n  \
         product    mes\n",
        "\nScopes\n  global     ../../../examples/hub/policy.xml, in inbound, outbound, on-error\n",
        "\ninbound\n",
        "<!-- global: ../../../examples/hub/policy.xml:8 -->\n        <set-header name=\"X-Request-Id\"",
        "policy.xml:4, with ../../../examples/hub/policy fragments/only-what-it-may/policy.xml -->",
        "  (the api document has no <base/> here: broader scopes take no part)\n",
        "<!-- product: ../../../examples/hub/products/mes/policy.xml:",
        "<!-- api: ../../../examples/hub/apis/bc/policy.xml:",
        "is for POST",
    ] {
        assert!(done.out.contains(part), "{part}\n---\n{}", done.out);
    }
    for secret in ["mes-demo-key", "demo-secret", "\x1b["] {
        assert!(!done.out.contains(secret), "{secret}");
    }
}

#[test]
fn explain_says_why_a_call_is_refused() {
    let done = tollgate(&["explain", HUB, "GET", "https://hub.example/bc/orders"]);
    assert_eq!(done.status, 1);
    assert!(done.out.contains("refused: there is no key in header `X-Api-Key` or query parameter"), "{}", done.out);
    assert!(done.out.contains("  reason     SubscriptionKeyNotFound\n"), "{}", done.out);
    assert!(done.out.contains("realm=\"https://hub.example/bc\",name=\"X-Api-Key\""), "{}", done.out);
    let done = tollgate(&["explain", HUB, "DELETE", "/bc/orders/%2e%2e/orders/"]);
    assert_eq!(done.status, 1);
    assert!(
        done.out.contains("  body       { \"statusCode\": 404, \"message\": \"Resource not found\" }"),
        "{}",
        done.out
    );
    assert!(done.out.contains("(GET /orders): is for GET\n"), "{}", done.out);
    let done = tollgate(&["explain", HUB, "GET", "/BC/oders"]);
    assert!(done.out.contains("its template does not go on with `/oders`"), "{}", done.out);
    let done = tollgate(&["explain", HUB, "GET", "/cb/orders"]);
    assert!(done.out.contains("bc: path `/bc`, which the request's path does not begin with\n"), "{}", done.out);
    let done = tollgate(&["explain", HUB, "GET", "/bc/%00"]);
    assert!(done.status == 1 && done.out.contains("BadRequestTarget"), "{}", done.out);
    assert_eq!(tollgate(&["explain", HUB, "TRACE", "/bc/orders"]).status, 1);
}

#[test]
fn explain_for_programs() {
    let done =
        tollgate(&["explain", HUB, "POST", "/bc/orders", "--format", "json", "-H", "X-Api-Key: nobody", "-H", "A: b"]);
    let answer: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!(done.status, 1);
    assert_eq!((&answer["outcome"], &answer["route"]["api"]), (&json!("refused"), &json!("bc")));
    assert_eq!((&answer["key"]["allowed"], &answer["key"]["subscription"]), (&json!(false), &json!(null)));
    assert_eq!(answer["refusal"]["status"], json!(401));
    assert_eq!(answer["policy"]["sections"][0]["section"], json!("on-error"));
    assert!(answer["near"].as_array().unwrap().iter().any(|near| near["why"] == json!("is for GET")), "{}", done.out);
}

#[test]
fn what_cannot_be_explained_is_another_status() {
    for arguments in [
        ["no-such-folder", "GET", "/", "-HA: b"],
        [HUB, "G T", "/", "-HA: b"],
        [HUB, "GET", "ftp://h/", "-HA: b"],
        [HUB, "GET", "/", "-HA b"],
        [HUB, "GET", "/", "-HA\u{1}: b"],
    ] {
        let done = tollgate(&[&["explain"], arguments.as_slice()].concat());
        assert_eq!((done.status, done.out.as_str()), (2, ""), "{arguments:?}");
        assert!(done.err.starts_with("error: "), "{}", done.err);
    }
    let broken = tollgate(&["explain", "faults", "GET", "/"]);
    assert!(broken.status == 1 && broken.out.is_empty() && broken.err.contains("error["), "{}", broken.err);
}

#[test]
fn settings_are_shown_with_where_they_come_from_and_without_secrets() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/settings");
    std::fs::create_dir_all(folder).unwrap();
    let file = format!("{folder}/tollgate.toml");
    std::fs::write(&file, "[limits]\nheaders = 7\n[named_values]\nx = \"s3cret\"\ny = { env = \"PATH\" }\n").unwrap();
    let done = tollgate(&["config", folder]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let line = |start: &str| done.out.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("limits.headers = 7 ").ends_with(&format!("# {file}:2")), "{}", done.out);
    assert!(line("limits.connections = 10000 ").ends_with("# default"), "{}", done.out);
    assert!(line("listener[0].address = \"127.0.0.1:8080\" ").ends_with("# default"), "{}", done.out);
    let done = tollgate(&["config", folder, "--environment", "prod", "--listen", "127.0.0.1:9"]);
    assert!(
        done.out
            .lines()
            .any(|line| line.starts_with("service.environment = \"prod\" ") && line.ends_with("# --environment")),
        "{}",
        done.out
    );
    assert!(
        done.out
            .lines()
            .any(|line| line.starts_with("listener[0].address = \"127.0.0.1:9\" ") && line.ends_with("# --listen")),
        "{}",
        done.out
    );
    assert!(line("named_values.x = \"***\" ").ends_with(&format!("# {file}:4")), "{}", done.out);
    assert!(
        line("named_values.y = \"*** (environment variable PATH)\" ").ends_with(&format!("# {file}:5")),
        "{}",
        done.out
    );
    assert!(!done.out.contains("s3cret"));
    let done = tollgate(&["config", folder, "--format", "json"]);
    let all: Vec<Json> = serde_json::from_str(&done.out).unwrap();
    let headers = all.iter().find(|setting| setting["key"] == "limits.headers").unwrap();
    assert_eq!(headers, &json!({ "key": "limits.headers", "value": 7, "origin": format!("{file}:2") }));

    std::fs::write(&file, "[limits]\nheeders = 7\nbody = \"x\"\n[nonsense]\n").unwrap();
    let done = tollgate(&["config", folder]);
    assert_eq!(done.status, 1);
    for told in [
        "unknown key `heeders`",
        "did you mean `headers`?",
        "a whole number from 0 on was expected, not string \"x\"",
        "unknown key `nonsense`",
        "tollgate.toml:4:2",
    ] {
        assert!(done.err.contains(told), "{told} in {}", done.err);
    }
}

#[test]
fn every_command_says_what_its_exit_status_means() {
    let commands = ["check", "config", "disasm", "doc", "eval", "explain", "import", "init", "schema", "serve", "test"];
    for command in commands {
        let done = tollgate(&[command, "--help"]);
        assert!(done.status == 0 && done.out.contains("xit status"), "{command}: {}", done.out);
        // Text that was broken by hand is broken twice, and leaves lines of a word or two.
        let lines: Vec<&str> = done.out.lines().map(str::trim_end).collect();
        for pair in lines.windows(2) {
            let [line, next] = pair else { continue };
            let is_prose = line.starts_with(char::is_alphabetic) && next.starts_with(char::is_alphabetic);
            let word = next.split(' ').next().unwrap_or_default();
            assert!(!is_prose || line.len() + 1 + word.len() > 95, "{command}: `{line}` ends early");
        }
    }
}

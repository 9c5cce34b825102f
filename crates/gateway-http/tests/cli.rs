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
fn a_context_document_is_merged_over_the_default_one() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/context.json");
    std::fs::write(file, r#"{"Request": {"Method": "PATCH"}, "Variables": {"n": 41}}"#).unwrap();
    let expression = "@(context.Request.Method + ((int)context.Variables[\"n\"] + 1) + context.Request.Url.Scheme)";
    let done = tollgate(&["eval", expression, "--context", file]);
    assert!(done.out.starts_with("value         \"PATCH42https\"\n"), "{}{}", done.out, done.err);
    std::fs::write(file, r#"{"Request": {"Method": "no method"}}"#).unwrap();
    assert_eq!(tollgate(&["eval", expression, "--context", file]).status, 2);
    std::fs::write(file, "{").unwrap();
    assert_eq!(tollgate(&["eval", expression, "--context", file]).status, 2);
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

#[test]
fn without_an_expression_standard_input_is_read() {
    let done = tollgate_reading("@(2 + 3)\n", &["eval"]);
    assert!(done.out.starts_with("value         5\n"), "{}{}", done.out, done.err);
}

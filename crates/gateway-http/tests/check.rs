//! `tollgate check` and `tollgate serve` on a folder with every kind of mistake: all are listed, each at its place.

#[path = "support/command.rs"]
mod command;

use std::process::{Command, Stdio};

use command::{tollgate, tollgate_reading};
use serde_json::Value as Json;

/// Every mistake of `tests/faults`: where it is, and its code.
const MISTAKES: &[(&str, u64, u64, &str)] = &[
    ("apis/orders-too/apiInformation.json", 4, 9, "TG8058"),
    ("apis/orders/operations/list-again/operationInformation.json", 4, 9, "TG8057"),
    ("apis/orders/operations/list/policy.xml", 4, 10, "TG0201"),
    ("apis/orders/operations/list/policy.xml", 5, 45, "TG0160"),
    ("apis/orders/operations/list/policy.xml", 6, 70, "CS1061"),
    ("apis/orders/operations/list/policy.xml", 9, 28, "CS0103"),
    ("apis/orders/operations/submit/operationInformation.json", 3, 25, "TG8003"),
    ("apis/orders/policy.xml", 4, 10, "TG0120"),
    ("apis/orders/policy.xml", 10, 45, "CS0019"),
    ("policy fragments/nobody-includes-it/policy.xml", 2, 6, "TG0201"),
    ("policy.xml", 3, 51, "TG0212"),
    ("tollgate.toml", 4, 1, "TG8020"),
];

#[test]
fn everything_that_is_wrong_is_listed_at_its_place() {
    let done = tollgate(&["check", "faults", "--format", "json"]);
    assert_eq!((done.status, done.err.as_str()), (1, ""));
    let findings: Vec<Json> = serde_json::from_str(&done.out).unwrap();
    let found: Vec<_> = findings
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap();
            let file = text("file").strip_prefix("faults/").unwrap();
            (file, finding["line"].as_u64().unwrap(), finding["column"].as_u64().unwrap(), text("code"))
        })
        .collect();
    assert_eq!(found, MISTAKES);
}

#[test]
fn people_see_place_line_and_caret_without_colours_in_a_pipe() {
    let done = tollgate(&["check", "faults"]);
    assert_eq!(done.status, 1);
    for (file, line, column, code) in MISTAKES {
        assert!(done.out.contains(&format!("error[{code}]")), "{code}");
        assert!(done.out.contains(&format!(" --> faults/{file}:{line}:{column}\n")), "{file}:{line}:{column}");
    }
    let culprit = "9 |             return count + cuont;\n  |                            ^^^^^\n";
    assert!(done.out.contains(culprit), "{}", done.out);
    assert!(done.out.ends_with("\n12 errors, 0 warnings\n") && !done.out.contains('\u{1B}'), "{}", done.out);
}

/// One sentence, not what follows from it as well.
#[test]
fn where_nothing_is_that_is_said_once() {
    for (arguments, status) in [
        (&["check", "nothing-here.xml"][..], 2),
        (&["config", "nothing-here"], 2),
        (&["serve", "nothing-here.xml", "--backend", "http://127.0.0.1:1"], 2),
        (&["check", "/dev/null"], 1),
    ] {
        let done = tollgate(arguments);
        assert_eq!(done.status, status, "{arguments:?} {done:?}");
        let told = done.out + &done.err;
        assert_eq!(told.matches("error").count(), if arguments[1] == "/dev/null" { 2 } else { 1 }, "{told}");
        assert!(!told.contains("has no element"), "{told}");
    }
}

#[test]
fn a_gateway_does_not_start_with_mistakes() {
    let done = tollgate(&["serve", "faults", "--listen", "127.0.0.1:0"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.ends_with("\n12 errors, 0 warnings: nothing is served\n"), "{}", done.err);
    for (file, line, column, _) in MISTAKES {
        assert!(done.err.contains(&format!(" --> faults/{file}:{line}:{column}\n")), "{file}:{line}:{column}");
    }
}

#[test]
fn the_exit_status_tells_mistakes_from_a_command_that_cannot_be_carried_out() {
    let hub = tollgate(&["check", "../../../examples/hub"]);
    assert_eq!(hub.status, 0, "{}", hub.out);
    let missing = tollgate(&["check", "faults", "there-is-no-such-file.xml"]);
    assert_eq!((missing.status, missing.out.as_str()), (2, ""));
    assert_eq!(missing.err, "error: there is nothing at `there-is-no-such-file.xml`\n");
    assert_eq!(tollgate(&["check"]).status, 2);
    assert_eq!(tollgate(&["check", "faults", "--format", "yaml"]).status, 2);
}

#[test]
fn a_document_on_standard_input_is_checked() {
    let done = tollgate_reading("<policies><inbound><set-heder/></inbound></policies>", &["check", "-"]);
    assert!(done.status == 1 && done.out.contains(" --> <stdin>:1:21\n"), "{}{}", done.out, done.err);
    let fits = "<policies><inbound><base/><include-fragment fragment-id=\"only-what-it-may\"/></inbound></policies>";
    let hub = "../../../examples/hub";
    let done = tollgate_reading(fits, &["check", "-", "--service", hub, "--format", "json"]);
    assert_eq!((done.status, done.out.trim(), done.err.as_str()), (0, "[]", ""));
    let alone = tollgate_reading(fits, &["check", "-"]);
    assert!(alone.status == 1 && alone.out.contains("only-what-it-may"), "{}", alone.out);
    // Beside others; and options that would have no effect are told.
    let done = tollgate_reading(fits, &["check", hub, "-", "--service", hub]);
    assert_eq!((done.status, done.out.as_str()), (0, "0 errors, 0 warnings\n"));
    assert_eq!(tollgate(&["check", hub, "--service", hub]).status, 2);
}

/// Names are compared as the service compares them, and what could only go wrong later is told.
#[test]
fn odd_values_of_a_folder_are_told_and_the_case_of_names_does_not_count() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/odd-values");
    let write = |name: &str, properties: &str| {
        let file = std::path::Path::new(folder).join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("{{\"properties\": {{{properties}}}}}")).unwrap();
    };
    let api = r#""displayName": "a", "path": "a", "protocols": ["https", "ftp"], "apiVersion": "v1", "apiVersionSetId": "/apiVersionSets/SET""#;
    write("apis/a/apiInformation.json", api);
    write(
        "apis/a/operations/o/operationInformation.json",
        r#""displayName": "o", "method": "GET", "urlTemplate": "/o""#,
    );
    let set = r#""displayName": "s", "versioningScheme": "Header", "versionHeaderName": "api version""#;
    write("version sets/set/versionSetInformation.json", set);
    write("subscriptions/Partner/subscriptionInformation.json", r#""displayName": "p", "scope": "/apis/A""#);
    std::fs::write(format!("{folder}/tollgate.toml"), "[subscriptions.partner]\nprimary_key = \"k\"\n").unwrap();
    let done = tollgate(&["check", folder]);
    assert_eq!(done.status, 1, "{}", done.out);
    for told in ["TG8052]: `api version` is no header name", "TG8063]: `ftp` is no protocol of an API"] {
        assert!(done.out.contains(told), "{told} in {}", done.out);
    }
    assert!(done.out.ends_with("\n1 error, 1 warning\n"), "{}", done.out);
}

/// An API that nobody can call is a mistake, an operation that nobody can call only says so.
#[test]
fn what_no_call_can_mean_is_told() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/unreachable");
    let write = |name: &str, text: &str| {
        let file = std::path::Path::new(folder).join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    };
    let api = |path: &str| {
        let properties = format!("\"path\": \"{path}\", \"displayName\": \"a\", \"protocols\": [\"https\"]");
        write("apis/a/apiInformation.json", &format!("{{\"properties\": {{{properties}}}}}"));
    };
    let operation = r#"{"properties": {"displayName": "o", "method": "GET", "urlTemplate": "/a/../{b}"}}"#;
    write("apis/a/operations/o/operationInformation.json", operation);
    for (path, status, errors) in
        [("a", 0, "0 errors, 1 warning"), ("a b", 0, "0 errors, 2 warnings"), ("a/..", 1, "1 error, 1 warning")]
    {
        api(path);
        let done = tollgate(&["check", folder]);
        assert_eq!(done.status, status, "{}", done.out);
        assert!(done.out.ends_with(&format!("\n{errors}\n")) && done.out.contains("TG8062"), "{}", done.out);
    }
}

#[test]
fn a_file_in_utf_16_without_a_mark_is_one_finding() {
    let text = "<policies>\n  <inbound>\n    <base />\n  </inbound>\n</policies>\n";
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/utf-16.xml");
    std::fs::write(file, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    let done = tollgate(&["check", file]);
    assert_eq!(done.status, 1);
    assert!(
        done.out.contains("it seems to be UTF-16 (little-endian)") && done.out.ends_with("\n1 error, 0 warnings\n"),
        "{}",
        done.out
    );
}

/// What `serve` would refuse in the settings is told at its place.
#[test]
fn settings_that_no_gateway_can_begin_with_are_told() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/unservable");
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/policy.xml"), "<policies><inbound><base/></inbound></policies>").unwrap();
    let settings = "[[listener]]\naddress = \"127.0.0.1:0\"\ntls = { certificate = \"none.pem\", key = \"none.key\" }\n\
                    [admin]\naddress = \"0.0.0.0:0\"\n[access_log]\nto = \"file\"\n[egress]\ndeny = [\"nonsense\"]\n";
    std::fs::write(format!("{folder}/tollgate.toml"), settings).unwrap();
    let done = tollgate(&["check", &format!("{folder}/policy.xml"), "--format", "json"]);
    assert_eq!(done.status, 1, "{}", done.err);
    let findings: Vec<Json> = serde_json::from_str(&done.out).unwrap();
    let found: Vec<_> =
        findings.iter().map(|finding| (finding["code"].as_str().unwrap(), finding["line"].as_u64().unwrap())).collect();
    assert_eq!(found, [("TG8022", 3), ("TG8022", 5), ("TG8022", 7), ("TG8022", 8)], "{}", done.out);
    assert_eq!(tollgate(&["serve", &format!("{folder}/policy.xml"), "--backend", "http://127.0.0.1:1"]).status, 2);
}

/// What a setting names may be anything: a pipe would be waited for, a device read for ever.
#[cfg(unix)]
#[test]
fn certificates_and_keys_are_read_from_files_only() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/pipes");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/policy.xml"), "<policies><inbound><base/></inbound></policies>").unwrap();
    let authority = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
    let both = authority.cert.pem() + &authority.signing_key.serialize_pem();
    std::fs::write(format!("{folder}/ca.pem"), both).unwrap();
    assert!(Command::new("mkfifo").arg(format!("{folder}/pipe")).status().unwrap().success());
    let listener = |certificate: &str, key: &str| {
        format!(
            "[[listener]]\naddress = \"127.0.0.1:0\"\ntls = {{ certificate = \"{certificate}\", key = \"{key}\" }}\n"
        )
    };
    for (settings, code) in [
        ("[backend]\nca_file = \"pipe\"\n".to_owned(), "TG8022"),
        ("[client_certificates]\nca_file = \"pipe\"\n".to_owned(), "TG8022"),
        ("[client_certificates]\nca_file = \"ca.pem\"\ncrl_files = [\"pipe\"]\n".to_owned(), "TG8022"),
        (listener("pipe", "ca.pem"), "TG8022"),
        (listener("ca.pem", "pipe"), "TG8022"),
        ("[certificates.c]\nfile = \"pipe\"\n".to_owned(), "TG8083"),
        ("[certificates.c]\nfile = \"ca.pem\"\nkey = \"pipe\"\n".to_owned(), "TG8083"),
    ] {
        std::fs::write(format!("{folder}/tollgate.toml"), &settings).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["check", &format!("{folder}/policy.xml")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ends = (0..2000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            child.try_wait().unwrap().is_some()
        });
        let _ = child.kill();
        let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        assert!(ends, "{settings}");
        assert!(said.contains(code) && said.contains("pipe` cannot be read: it is no file"), "{settings}: {said}");
    }
}

#[test]
fn a_document_on_its_own_is_checked_with_the_named_values_beside_it() {
    let done = tollgate(&["check", "faults/policy.xml"]);
    assert_eq!(done.status, 1);
    let places: Vec<&str> = done.out.lines().filter_map(|line| line.strip_prefix(" --> ")).collect();
    assert_eq!(places, ["faults/policy.xml:3:51", "faults/tollgate.toml:4:1"]);
}

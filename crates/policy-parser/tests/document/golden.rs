//! Fixtures and the trees or diagnostics expected of them. `UPDATE_EXPECT=1` rewrites what is expected.

use std::collections::BTreeSet;

use policy_parser::diagnostic::codes;
use policy_parser::diagnostic::render::{Colours, text};

use crate::support::{Fixture, check_invariants, fixtures, parse_fixture, tree};

/// Compares with the `.txt` beside a fixture.
fn expect(fixture: &Fixture, actual: &str) -> Result<(), String> {
    let path = fixture.path.with_extension("txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, actual).map_err(|error| error.to_string())?;
        return Ok(());
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!("{}\n--- expected\n{expected}\n--- actual\n{actual}", fixture.name))
}

/// Asserts that nothing differs, showing everything that does.
fn check(folder: &str, actual: impl Fn(&Fixture) -> String) {
    let differences: Vec<String> =
        fixtures(folder).iter().filter_map(|fixture| expect(fixture, &actual(fixture)).err()).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn accepted_documents_have_the_expected_tree() {
    check("ok", |fixture| {
        let parsed = parse_fixture(&fixture.name, &fixture.text);
        assert!(!parsed.has_errors(), "{}", text(&parsed.diagnostics, Colours::Never));
        check_invariants(&parsed, &fixture.text);
        let mut actual = tree(&parsed);
        if !parsed.diagnostics.is_empty() {
            actual.push('\n');
            actual.push_str(&text(&parsed.diagnostics, Colours::Never));
        }
        actual
    });
}

#[test]
fn refused_documents_have_the_expected_diagnostics() {
    check("err", |fixture| {
        let parsed = parse_fixture(&fixture.name, &fixture.text);
        assert!(parsed.has_errors(), "{} has no error", fixture.name);
        check_invariants(&parsed, &fixture.text);
        text(&parsed.diagnostics, Colours::Never)
    });
}

#[test]
fn every_code_has_a_fixture() {
    let mut raised = BTreeSet::new();
    for folder in ["ok", "err"] {
        for fixture in fixtures(folder) {
            let parsed = parse_fixture(&fixture.name, &fixture.text);
            raised.extend(parsed.diagnostics.iter().map(|diagnostic| diagnostic.code));
        }
    }
    let all: BTreeSet<&str> = codes::ALL.iter().map(|(code, _)| *code).collect();
    assert_eq!(raised, all);
}

/// The same text gives the same tree and the same diagnostics, however often it is read.
#[test]
fn reading_is_deterministic() {
    for folder in ["ok", "err"] {
        for fixture in fixtures(folder) {
            let [first, second] = [(); 2].map(|()| {
                let parsed = parse_fixture(&fixture.name, &fixture.text);
                (tree(&parsed), text(&parsed.diagnostics, Colours::Never))
            });
            assert_eq!(first, second, "{}", fixture.name);
        }
    }
}

/// Named values of fixtures hold the word `SECRET`: no diagnostic may show it, whatever goes wrong.
#[test]
fn diagnostics_never_show_a_value() {
    for folder in ["ok", "err"] {
        for fixture in fixtures(folder) {
            let parsed = parse_fixture(&fixture.name, &fixture.text);
            let rendered = text(&parsed.diagnostics, Colours::Never);
            assert!(!rendered.contains("SECRET"), "{rendered}");
        }
    }
}

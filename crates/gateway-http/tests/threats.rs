//! `docs/threats.md` names tests, and they exist; every line says what shows it, or that it is open.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(repository().join("docs/threats.md")).unwrap()
}

/// Is there such a test?
fn exists(name: &str) -> bool {
    if let Some((page, case)) = name.split_once(".md#") {
        let file = repository().join(format!("policies/elements/{page}.md"));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        return text.lines().any(|line| line == format!("### Case: {case}"));
    }
    let Some((file, function)) = name.split_once("::") else { return false };
    let below = if file.starts_with("tests/") || file.starts_with("src/") { "crates/gateway-http" } else { "crates" };
    let text = std::fs::read_to_string(repository().join(below).join(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| {
        let line = line.trim_start_matches("async ");
        line.strip_prefix("fn ").is_some_and(|rest| rest.starts_with(&format!("{function}(")))
    });
    // A function is a test when an attribute says so, which stands above it.
    at.is_some_and(|at| {
        lines[at.saturating_sub(3)..at].iter().any(|line| line.starts_with("#[") && line.contains("test"))
    })
}

#[test]
fn every_test_that_the_page_names_exists() {
    let page = page();
    let names: Vec<&str> =
        page.split('`').skip(1).step_by(2).filter(|text| text.contains("::") || text.contains(".md#")).collect();
    assert!(names.len() > 150, "{}", names.len());
    let missing: Vec<&str> = names.into_iter().filter(|name| !exists(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert!(
        !exists("tests/threats.rs::no_such_test")
            && !exists("cors.md#No such case")
            && !exists("tests/threats.rs::page")
    );
}

#[test]
fn every_line_is_there_and_says_what_shows_it() {
    let page = page();
    let all = [("R", 10), ("C", 38), ("K", 18), ("B", 17), ("O", 21)];
    for (letter, count) in all {
        for number in 1..=count {
            let begin = format!("| {letter}{number} |");
            let lines: Vec<&str> = page.lines().filter(|line| line.starts_with(&begin)).collect();
            let [line] = lines[..] else { panic!("{begin} is there {} times", lines.len()) };
            let shows = line.contains("::") || line.contains(".md#");
            assert!(shows || line.to_lowercase().contains("open: "), "{line}");
        }
    }
}

/// What the program is built of comes from one place and is what it was when it was chosen, and of what reads the bytes of
/// others there is one version.
#[test]
fn dependencies_are_locked_and_come_from_one_place() {
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    let field = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    assert!(packages.len() > 100, "{}", packages.len());
    for package in &packages {
        match field(package, "source") {
            Some(source) => {
                assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{package}");
                assert_eq!(field(package, "checksum").map(|sum| sum.len()), Some(64), "{package}");
            }
            // One of ours.
            None => assert_eq!(field(package, "version").as_deref(), Some(env!("CARGO_PKG_VERSION")), "{package}"),
        }
    }
    // The lists of known vulnerabilities are asked for by `cargo deny` where there is network: nothing is excepted in silence.
    let rules: toml::Table = std::fs::read_to_string(repository().join("deny.toml")).unwrap().parse().unwrap();
    assert_eq!(rules["sources"]["unknown-registry"].as_str(), Some("deny"));
    assert_eq!(
        (rules["advisories"]["yanked"].as_str(), rules["sources"]["unknown-git"].as_str()),
        (Some("deny"), Some("deny"))
    );
    for exception in rules["advisories"]["ignore"].as_array().unwrap() {
        let reason = exception.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        assert!(reason.contains("until 20"), "an exception has a reason and an end: {exception}");
    }
    for name in ["h2", "http", "httparse", "hyper", "hyper-util", "rustls", "rustls-webpki", "tokio", "tokio-rustls"] {
        let versions = packages.iter().filter(|package| field(package, "name").as_deref() == Some(name));
        assert_eq!(versions.count(), 1, "{name}");
    }
}

//! Runs every page under `policies/`. `UPDATE_EXPECT=1 cargo test -p policy-testkit` rewrites what does not hold.

#![expect(clippy::unwrap_used, reason = "what stands in the way of a test fails it")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use policy_testkit::{Cases, Colours, Expectations, Report, run_paths, with_attribute_tables};

fn policies(folder: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    root.join("policies").join(folder)
}

/// Held while pages are read and rewritten, so that two tests do not rewrite the same page at once.
static PAGES: Mutex<()> = Mutex::new(());

fn check(folder: &str) {
    let _pages = PAGES.lock();
    let report: Report = run_paths(&[policies(folder)], &Cases::ALL, Expectations::from_environment(), |_| {}).unwrap();
    assert!(report.exit_status() == 0, "{}\n{}", report.failures(Colours::Never), report.summary());
}

#[test]
fn elements() {
    check("elements");
}

#[test]
fn expressions() {
    check("expressions");
}

#[test]
fn recipes() {
    check("recipes");
}

#[test]
fn every_element_has_a_page_and_every_page_an_element() {
    let pages: BTreeSet<String> = std::fs::read_dir(policies("elements"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let elements: BTreeSet<String> = policy_vm::specs().map(|spec| spec.name.to_owned()).collect();
    let without_page: Vec<_> = elements.difference(&pages).collect();
    let without_element: Vec<_> = pages.difference(&elements).collect();
    assert!(without_page.is_empty() && without_element.is_empty(), "{without_page:?} {without_element:?}");
}

#[test]
fn attribute_tables_are_those_of_the_specifications() {
    let _pages = PAGES.lock();
    let mut stale = Vec::new();
    for spec in policy_vm::specs() {
        let path = policies("elements").join(format!("{}.md", spec.name));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let wanted = with_attribute_tables(&text, spec).unwrap_or_else(|| panic!("{}: no markers", path.display()));
        if wanted == text {
            continue;
        }
        if Expectations::from_environment() == Expectations::Update {
            std::fs::write(&path, wanted).unwrap();
        } else {
            stale.push(spec.name);
        }
    }
    assert!(stale.is_empty(), "out of date, write them with UPDATE_EXPECT=1: {stale:?}");
}

#[test]
fn pages_hold_the_cases_they_promise() {
    // A page without a case would pass for ever.
    let report = run_paths(&[policies("elements")], &Cases::ALL, Expectations::Check, |_| {}).unwrap();
    let empty: Vec<_> = report.pages.iter().filter(|page| page.errors.is_empty() && page.cases.is_empty()).collect();
    assert!(empty.is_empty(), "{empty:?}");
}

//! `docs/library.md` lists the library: this writes the list from the signature tables, and fails when it is out of date.

use std::path::Path;

use policy_testkit::{Expectations, library_tables};

const BEGIN: &str = "<!-- written from the signature tables: -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_page_lists_the_library() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/library.md");
    let page = std::fs::read_to_string(&path).expect("docs/library.md");
    let (before, rest) = page.split_once(BEGIN).expect("the page has a generated part");
    let (found, after) = rest.split_once(END).expect("the generated part has an end");
    let wanted = library_tables();
    if found != wanted && Expectations::from_environment() == Expectations::Update {
        std::fs::write(&path, [before, BEGIN, &wanted, END, after].concat()).expect("the page can be written");
        return;
    }
    assert!(found == wanted, "docs/library.md is out of date: UPDATE_EXPECT=1 writes it");
}

//! `tollgate schema`: what every element may look like, from the specifications that the checker reads.

mod inner;
mod json;
mod text;

use std::process::ExitCode;

use policy_parser::suggest;
use policy_vm::spec::ElementSpec;
use policy_vm::{not_built, specs};

use super::output::{self, Format};

/// Prints what elements may look like: attributes, children, sections, scopes, where expressions are allowed.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// Elements to print, policies or what stands in them; all policies when none is named.
    #[arg(value_name = "ELEMENT")]
    elements: Vec<String>,
    /// How they are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const HELP: &str = "\
In JSON, `elements` holds the specifications, `common_attributes` what every one of these elements takes besides, \
`not_supported` the names of elements that documents cannot use yet. An absent `most` means any number. An element that is \
no policy has the elements around it in `parents`, once for each place where it may stand.

Exit status: 0, or 2 when there is no such element.

Examples:
  tollgate schema set-header
  tollgate schema when
  tollgate schema --format json";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut chosen: Vec<&ElementSpec> = Vec::new();
    let mut inside = Vec::new();
    for name in &arguments.elements {
        let within = inner::named(name);
        match specs().find(|spec| spec.name == name) {
            Some(spec) => chosen.push(spec),
            None if within.is_empty() => return Ok(output::unusable(unknown(name))),
            None => inside.extend(within),
        }
    }
    if arguments.elements.is_empty() {
        chosen.extend(specs());
    }
    let text = match arguments.format {
        Format::Text => text::elements(&chosen, &inside),
        Format::Json => format!("{:#}\n", json::schema(&chosen, &inside)),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(name: &str) -> String {
    if not_built().contains(&name) {
        return format!("the element `{name}` is not supported yet");
    }
    let known = specs().map(|spec| spec.name).chain(inner::all().into_iter().map(|inner| inner.child.spec.name));
    match suggest::closest(name, known) {
        Some(near) => format!("there is no element `{name}`; did you mean `{near}`?"),
        None => format!("there is no element `{name}`"),
    }
}

//! `tollgate doc`: the class library that expressions see, from the signature tables that the compiler reads.

mod json;
pub(in crate::cli) mod text;

use std::process::ExitCode;

use policy_parser::suggest;
use policy_vm::library::reference::{self, Listed};
use policy_vm::library::{self, Def, DefId};
use policy_vm::types;

use super::output::{self, Format};

/// Prints the types and members that expressions can use.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// A type or a member: `string`, `JObject`, `List<T>`, `Uri.Host`, `System.Math.Round`, `context.Request`; all types
    /// when left out.
    #[arg(value_name = "TYPE[.MEMBER]")]
    name: Option<String>,
    /// How they are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const HELP: &str = "\
Constructors are looked up as `new`, indexers as `this`. A member marked with `-` exists in .NET, but policies may not use \
it.

Exit status: 0, or 2 when there is no such type or member.

Examples:
  tollgate doc
  tollgate doc JObject
  tollgate doc string.Substring
  tollgate doc context.Request.Headers
  tollgate doc IMessageBody.As --format json";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let found = match arguments.name.as_deref() {
        None => Topic::All,
        Some(name) => match find(name) {
            Ok(found) => found,
            Err(why) => return Ok(output::unusable(why)),
        },
    };
    let text = match arguments.format {
        Format::Text => text::topic(&found),
        Format::Json => format!("{:#}\n", json::topic(&found)),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What is looked up.
#[derive(Debug)]
pub(in crate::cli) enum Topic {
    /// Everything.
    All,
    /// Types of one name.
    Types(Vec<DefId>),
    /// Overloads of a member.
    Members(Vec<Listed>),
}

/// What a name means: a type, or else a member of one.
pub(in crate::cli) fn find(name: &str) -> Result<Topic, String> {
    let types = types_of(name);
    if !types.is_empty() {
        return Ok(Topic::Types(types));
    }
    let (owner, member, types) = match split_member(name).map(|(owner, member)| (owner, member, types_of(owner))) {
        Some((owner, member, types)) if !types.is_empty() => (owner, member, types),
        _ => return Err(no_type(name)),
    };
    let all: Vec<Listed> = types.into_iter().flat_map(all_members).collect();
    let wanted = match member {
        "new" => ".ctor",
        "this" => "Item",
        name => name,
    };
    let found: Vec<Listed> = all.iter().filter(|listed| listed.name() == wanted).copied().collect();
    if found.is_empty() {
        let names: Vec<String> = all.iter().map(Listed::name).collect();
        return Err(format!("`{owner}` has no member `{member}`{}", did_you_mean(member, &names)));
    }
    Ok(Topic::Members(found))
}

/// Types of a name; of what begins with `context` the type that it has in expressions.
fn types_of(name: &str) -> Vec<DefId> {
    if name != "context" && !name.starts_with("context.") {
        return reference::types_named(name);
    }
    let expression = policy_vm::eval::compile(&format!("@({name})"));
    expression.map(|expression| reference::types_named(&types::display(expression.ty))).unwrap_or_default()
}

/// The part before the last dot that is not inside `<…>`, and the part after it.
fn split_member(name: &str) -> Option<(&str, &str)> {
    let start = name.rfind('>').map_or(0, |at| at + 1);
    let dot = start + name.get(start..)?.rfind('.')?;
    Some((name.get(..dot)?, name.get(dot + 1..)?))
}

/// Members of a type itself, static ones too, and then what it inherits and what extends it.
fn all_members(id: DefId) -> Vec<Listed> {
    let own: Vec<Listed> = reference::own_members(library::get().def(id));
    let inherited = reference::members_of(reference::open(id));
    let is_new = |listed: &Listed| own.iter().all(|known| !std::ptr::eq(known.signature, listed.signature));
    let inherited: Vec<Listed> = inherited.into_iter().filter(is_new).collect();
    own.into_iter().chain(inherited).collect()
}

fn no_type(name: &str) -> String {
    let names: Vec<String> = library::get().defs().map(|(_, def)| simple(name, def)).collect();
    format!("there is no type `{name}`{}", did_you_mean(name, &names))
}

/// The name of a type in the manner of the one that was given: with or without its namespace.
fn simple(given: &str, def: &Def) -> String {
    if given.contains('.') { def.full_name().to_owned() } else { def.display_name().to_owned() }
}

fn did_you_mean(name: &str, candidates: &[String]) -> String {
    let near = suggest::closest(name, candidates.iter().map(String::as_str));
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// What kind of type it is.
fn kind(def: &Def) -> &'static str {
    use policy_vm::library::TypeDefKind;
    match def.decl.kind {
        TypeDefKind::Class => "class",
        TypeDefKind::StaticClass => "static class",
        TypeDefKind::Struct => "struct",
        TypeDefKind::Interface => "interface",
        TypeDefKind::Enum => "enum",
        TypeDefKind::Delegate => "delegate",
    }
}

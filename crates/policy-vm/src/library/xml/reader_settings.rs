//! `XmlReaderSettings`, and the enumerations of readers.

use crate::cx::{Cx, arg, as_bool};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property_set};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(super) const TYPE: TypeDef =
    TypeDef::class("System.Xml.XmlReaderSettings").summary("How an XmlReader reads.").members(&[
        constructor("XmlReaderSettings()", |cx, _| made(cx, Options::default(), false)),
        property_set(
            "bool CheckCharacters { get; set; }",
            |cx, a| get(cx, a, Flag::Checks),
            |cx, a| set(cx, a, Flag::Checks),
        ),
        property_set(
            "bool CloseInput { get; set; }",
            |cx, a| get(cx, a, Flag::Closes),
            |cx, a| set(cx, a, Flag::Closes),
        ),
        property_set("ConformanceLevel ConformanceLevel { get; set; }", conformance, set_conformance),
        property_set("DtdProcessing DtdProcessing { get; set; }", dtd, set_dtd),
        property_set(
            "bool IgnoreComments { get; set; }",
            |cx, a| get(cx, a, Flag::Comments),
            |cx, a| set(cx, a, Flag::Comments),
        ),
        property_set(
            "bool IgnoreProcessingInstructions { get; set; }",
            |cx, a| get(cx, a, Flag::Instructions),
            |cx, a| set(cx, a, Flag::Instructions),
        ),
        property_set(
            "bool IgnoreWhitespace { get; set; }",
            |cx, a| get(cx, a, Flag::Space),
            |cx, a| set(cx, a, Flag::Space),
        ),
        method("XmlReaderSettings Clone()", clone),
        method("void Reset()", reset),
    ]);

pub(super) const DTD: TypeDef =
    TypeDef::enumeration("System.Xml.DtdProcessing", &[("Prohibit", 0), ("Ignore", 1), ("Parse", 2)]);

pub(super) const CONFORMANCE: TypeDef =
    TypeDef::enumeration("System.Xml.ConformanceLevel", &[("Auto", 0), ("Fragment", 1), ("Document", 2)]);

pub(super) const READ_STATE: TypeDef = TypeDef::enumeration(
    "System.Xml.ReadState",
    &[("Initial", 0), ("Interactive", 1), ("Error", 2), ("EndOfFile", 3), ("Closed", 4)],
);

pub(super) const SPACE: TypeDef =
    TypeDef::enumeration("System.Xml.XmlSpace", &[("None", 0), ("Default", 1), ("Preserve", 2)]);

static X_SETTINGS: Known = Known::new("System.Xml.XmlReaderSettings");
static X_DTD: Known = Known::new("System.Xml.DtdProcessing");
static X_CONFORMANCE: Known = Known::new("System.Xml.ConformanceLevel");

/// What a reader does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) ignores_space: bool,
    pub(super) ignores_comments: bool,
    pub(super) ignores_instructions: bool,
    pub(super) allows_dtd: bool,
    pub(super) ignores_dtd: bool,
    pub(super) closes_input: bool,
    /// What is read is no text, but a tree that somebody made.
    pub(super) is_tree: bool,
    pub(super) unchecked: bool,
    pub(super) conformance: Option<i64>,
}

impl Options {
    pub(super) fn of_tree() -> Self {
        Self { is_tree: true, ..Self::default() }
    }

    /// Those of a reader on another one: what either leaves out.
    pub(super) fn with(self, added: Self) -> Self {
        Self {
            ignores_space: self.ignores_space || added.ignores_space,
            ignores_comments: self.ignores_comments || added.ignores_comments,
            ignores_instructions: self.ignores_instructions || added.ignores_instructions,
            ..self
        }
    }
}

#[derive(Debug)]
struct Settings {
    options: Options,
    read_only: bool,
}

net_object!(Settings, X_SETTINGS);

pub(super) fn made(cx: &mut Cx<'_>, options: Options, read_only: bool) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Settings { options, read_only })?)
}

/// What settings ask for; null asks for nothing.
pub(super) fn options(cx: &Cx<'_>, settings: Value) -> Options {
    cx.heap.native::<Settings>(settings).map(|settings| settings.options).unwrap_or_default()
}

#[derive(Clone, Copy)]
enum Flag {
    Checks,
    Closes,
    Comments,
    Instructions,
    Space,
}

impl Options {
    fn flag(&mut self, flag: Flag) -> &mut bool {
        match flag {
            Flag::Checks => &mut self.unchecked,
            Flag::Closes => &mut self.closes_input,
            Flag::Comments => &mut self.ignores_comments,
            Flag::Instructions => &mut self.ignores_instructions,
            Flag::Space => &mut self.ignores_space,
        }
    }
}

fn get(cx: &mut Cx<'_>, args: &[Value], flag: Flag) -> Result<Value, Throw> {
    let mut options = options(cx, arg(args, 0));
    Ok(Value::Bool(*options.flag(flag) != matches!(flag, Flag::Checks)))
}

fn change(cx: &mut Cx<'_>, args: &[Value], name: &str, work: impl FnOnce(&mut Options)) -> Result<Value, Throw> {
    match cx.heap.native_mut::<Settings>(arg(args, 0)) {
        Some(settings) if !settings.read_only => work(&mut settings.options),
        _ => {
            let why = format!("The 'XmlReaderSettings.{name}' property is read only and cannot be set.");
            return Err(cx.throw(Exc::Xml, why));
        }
    }
    Ok(Value::Null)
}

fn set(cx: &mut Cx<'_>, args: &[Value], flag: Flag) -> Result<Value, Throw> {
    let value = as_bool(args, 1)? != matches!(flag, Flag::Checks);
    let name = match flag {
        Flag::Checks => "CheckCharacters",
        Flag::Closes => "CloseInput",
        Flag::Comments => "IgnoreComments",
        Flag::Instructions => "IgnoreProcessingInstructions",
        Flag::Space => "IgnoreWhitespace",
    };
    change(cx, args, name, |options| *options.flag(flag) = value)
}

fn number(args: &[Value]) -> i64 {
    match arg(args, 1) {
        Value::Enum(_, number) => number,
        _ => 0,
    }
}

fn dtd(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let options = options(cx, arg(args, 0));
    let number = if options.allows_dtd { 2 } else { i64::from(options.ignores_dtd) };
    Ok(Value::Enum(X_DTD.id(), number))
}

fn set_dtd(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = number(args);
    if !(0..=2).contains(&number) {
        let why = "Specified argument was out of the range of valid values.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "value"));
    }
    change(cx, args, "DtdProcessing", |options| {
        options.allows_dtd = number == 2;
        options.ignores_dtd = number == 1;
    })
}

fn conformance(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = options(cx, arg(args, 0)).conformance.unwrap_or(2);
    Ok(Value::Enum(X_CONFORMANCE.id(), number))
}

fn set_conformance(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = number(args);
    if number != 2 {
        let why = "Only whole documents are read: ConformanceLevel must be Document.";
        return Err(cx.throw(Exc::NotSupported, why));
    }
    change(cx, args, "ConformanceLevel", |options| options.conformance = Some(number))
}

fn clone(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let options = options(cx, arg(args, 0));
    made(cx, options, false)
}

fn reset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    change(cx, args, "CheckCharacters", |options| *options = Options::default())
}

//! `XmlWriterSettings`.

use crate::cx::{Cx, arg, as_bool};
use crate::exception::Throw;
use crate::library::text::encoding;
use crate::library::{NEW_LINE, TypeDef, constructor, method, property_set};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library::xml) const TYPE: TypeDef =
    TypeDef::class("System.Xml.XmlWriterSettings").summary("How an XmlWriter writes.").members(&[
        constructor("XmlWriterSettings()", |cx, _| made(cx, Settings::default())),
        property_set(
            "bool CheckCharacters { get; set; }",
            |cx, a| get(cx, a, |s| s.checks),
            |cx, a| set(cx, a, |s| &mut s.checks),
        ),
        property_set(
            "bool CloseOutput { get; set; }",
            |cx, a| get(cx, a, |s| s.closes),
            |cx, a| set(cx, a, |s| &mut s.closes),
        ),
        property_set("ConformanceLevel ConformanceLevel { get; set; }", conformance, set_conformance),
        property_set("Encoding Encoding { get; set; }", get_encoding, set_encoding),
        property_set(
            "bool Indent { get; set; }",
            |cx, a| get(cx, a, |s| s.indents),
            |cx, a| set(cx, a, |s| &mut s.indents),
        ),
        property_set(
            "string IndentChars { get; set; }",
            |cx, a| text(cx, a, |s| &s.indent),
            |cx, a| set_text(cx, a, |s| &mut s.indent),
        ),
        property_set(
            "string NewLineChars { get; set; }",
            |cx, a| text(cx, a, |s| &s.new_line),
            |cx, a| set_text(cx, a, |s| &mut s.new_line),
        ),
        property_set("NewLineHandling NewLineHandling { get; set; }", handling, set_handling),
        property_set(
            "bool NewLineOnAttributes { get; set; }",
            |cx, a| get(cx, a, |s| s.attribute_lines),
            |cx, a| set(cx, a, |s| &mut s.attribute_lines),
        ),
        property_set(
            "bool OmitXmlDeclaration { get; set; }",
            |cx, a| get(cx, a, |s| !s.declares),
            |cx, args| change(cx, args, as_bool(args, 1)?, |s, omit| s.declares = !omit),
        ),
        property_set(
            "bool WriteEndDocumentOnClose { get; set; }",
            |cx, a| get(cx, a, |s| s.ends_on_close),
            |cx, a| set(cx, a, |s| &mut s.ends_on_close),
        ),
        method("XmlWriterSettings Clone()", |cx, args| {
            let settings = of(cx, arg(args, 0));
            made(cx, settings)
        }),
        method("void Reset()", |cx, args| change(cx, args, (), |s, ()| *s = Settings::default())),
    ]);

pub(in crate::library::xml) const NEW_LINES: TypeDef =
    TypeDef::enumeration("System.Xml.NewLineHandling", &[("Replace", 0), ("Entitize", 1), ("None", 2)]);

static X_SETTINGS: Known = Known::new("System.Xml.XmlWriterSettings");
static X_HANDLING: Known = Known::new("System.Xml.NewLineHandling");
static X_CONFORMANCE: Known = Known::new("System.Xml.ConformanceLevel");

/// How to write.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) checks: bool,
    pub(super) closes: bool,
    pub(super) indents: bool,
    pub(super) indent: String,
    pub(super) new_line: String,
    /// Line ends in text: 0 are replaced by `new_line`, 1 are written as references, 2 stay.
    pub(super) new_lines: i64,
    pub(super) attribute_lines: bool,
    pub(super) declares: bool,
    /// `XmlTextWriter`: a declaration is written by `WriteStartDocument` alone.
    pub(super) declares_when_told: bool,
    pub(super) ends_on_close: bool,
    pub(super) fragment: bool,
    pub(super) conformance: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            checks: true,
            closes: false,
            indents: false,
            indent: "  ".to_owned(),
            new_line: NEW_LINE.to_owned(),
            new_lines: 0,
            attribute_lines: false,
            declares: true,
            declares_when_told: false,
            ends_on_close: true,
            fragment: false,
            conformance: 2,
        }
    }
}

net_object!(Settings, X_SETTINGS);

pub(super) fn made(cx: &mut Cx<'_>, settings: Settings) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(settings)?)
}

/// What settings ask for; null asks for nothing.
pub(super) fn of(cx: &Cx<'_>, settings: Value) -> Settings {
    cx.heap.native::<Settings>(settings).cloned().unwrap_or_default()
}

fn get(cx: &mut Cx<'_>, args: &[Value], field: fn(&Settings) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(field(&of(cx, arg(args, 0)))))
}

fn change<T>(cx: &mut Cx<'_>, args: &[Value], value: T, work: impl FnOnce(&mut Settings, T)) -> Result<Value, Throw> {
    if let Some(settings) = cx.heap.native_mut::<Settings>(arg(args, 0)) {
        work(settings, value);
    }
    Ok(Value::Null)
}

fn set(cx: &mut Cx<'_>, args: &[Value], field: fn(&mut Settings) -> &mut bool) -> Result<Value, Throw> {
    change(cx, args, as_bool(args, 1)?, |settings, value| *field(settings) = value)
}

fn text(cx: &mut Cx<'_>, args: &[Value], field: fn(&Settings) -> &String) -> Result<Value, Throw> {
    let text = field(&of(cx, arg(args, 0))).clone();
    cx.string(&text)
}

fn set_text(cx: &mut Cx<'_>, args: &[Value], field: fn(&mut Settings) -> &mut String) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 1, "value")?;
    let text = cx.text(text).to_utf8().into_owned();
    cx.heap.charge(text.len())?;
    change(cx, args, text, |settings, text| *field(settings) = text)
}

fn number(args: &[Value]) -> i64 {
    match arg(args, 1) {
        Value::Enum(_, number) => number,
        _ => 0,
    }
}

fn conformance(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(X_CONFORMANCE.id(), of(cx, arg(args, 0)).conformance))
}

fn set_conformance(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    change(cx, args, number(args), |settings, level| {
        settings.conformance = level;
        settings.fragment = level != 2;
    })
}

fn handling(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(X_HANDLING.id(), of(cx, arg(args, 0)).new_lines))
}

fn set_handling(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    change(cx, args, number(args), |settings, handling| settings.new_lines = handling)
}

/// What is written is text, whose encoding is that of strings whatever is set here.
fn get_encoding(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    encoding::new(cx, encoding::Kind::Utf8)
}

fn set_encoding(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Null)
}

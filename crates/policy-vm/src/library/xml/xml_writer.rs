//! `System.Xml.XmlWriter` on a `StringBuilder` or a `TextWriter`. It writes when it is told to; prefixes and indentation
//! are those of .NET's writer, whose settings it knows.
//!
//! <https://learn.microsoft.com/dotnet/api/system.xml.xmlwriter>

mod pieces;
mod settings;
mod step;
mod write;

use super::text::{is_name_start, is_name_unit, show_unit};
use super::{dom, tree};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::text::{string_builder, string_writer};
use crate::library::{TypeDef, constructor, method, property, property_set};
use crate::types::Known;
use crate::value::Value;
use crate::value::text::{Str, TextBuf};
use pieces::{base64, bin_hex, doc_type, entity_ref, name_text, qualified_name, raw_chars, surrogate_entity};
use settings::Settings;
pub(super) use settings::{NEW_LINES, TYPE as SETTINGS};
use write::Output;

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.XmlWriter")
    .interfaces(&["System.IDisposable"])
    .summary("Writes XML piece by piece.")
    .members(&[
        method("static XmlWriter Create(TextWriter output)", create),
        method("static XmlWriter Create(TextWriter output, XmlWriterSettings settings)", create),
        method("static XmlWriter Create(StringBuilder output)", create),
        method("static XmlWriter Create(StringBuilder output, XmlWriterSettings settings)", create),
        property("XmlWriterSettings Settings { get; }", |cx, args| {
            let settings = this(cx, args)?.output.settings.clone();
            settings::made(cx, settings)
        }),
        property("WriteState WriteState { get; }", write_state),
        method("void Close()", close),
        method("void Dispose()", close),
        method("void Flush()", |cx, args| flush(cx, args).map(|()| Value::Null)),
        method("string LookupPrefix(string ns)", lookup_prefix),
        method("void WriteAttributeString(string localName, string value)", |cx, a| {
            attribute(cx, a, [None, Some(1), None, Some(2)])
        }),
        method("void WriteAttributeString(string localName, string ns, string value)", |cx, a| {
            attribute(cx, a, [None, Some(1), Some(2), Some(3)])
        }),
        method("void WriteAttributeString(string prefix, string localName, string ns, string value)", |cx, a| {
            attribute(cx, a, [Some(1), Some(2), Some(3), Some(4)])
        }),
        method("void WriteBase64(byte[] buffer, int index, int count)", base64),
        method("void WriteBinHex(byte[] buffer, int index, int count)", bin_hex),
        method("void WriteCData(string text)", |cx, a| piece(cx, a, Output::cdata)),
        method("void WriteCharEntity(char ch)", char_entity),
        method("void WriteChars(char[] buffer, int index, int count)", chars),
        method("void WriteComment(string text)", |cx, a| piece(cx, a, Output::comment)),
        method("void WriteElementString(string localName, string value)", |cx, a| {
            element(cx, a, [None, Some(1), None, Some(2)])
        }),
        method("void WriteElementString(string localName, string ns, string value)", |cx, a| {
            element(cx, a, [None, Some(1), Some(2), Some(3)])
        }),
        method("void WriteElementString(string prefix, string localName, string ns, string value)", |cx, a| {
            element(cx, a, [Some(1), Some(2), Some(3), Some(4)])
        }),
        method("void WriteEndAttribute()", |cx, a| does(cx, a, Output::end_attribute)),
        method("void WriteEndDocument()", |cx, a| does(cx, a, Output::end_document)),
        method("void WriteEndElement()", |cx, a| does(cx, a, |out| out.end_element(false))),
        method("void WriteFullEndElement()", |cx, a| does(cx, a, |out| out.end_element(true))),
        method("void WriteNode(XmlReader reader, bool defattr)", write_node),
        method("void WriteProcessingInstruction(string name, string text)", instruction),
        method("void WriteDocType(string name, string pubid, string sysid, string subset)", doc_type),
        method("void WriteEntityRef(string name)", entity_ref),
        method("void WriteName(string name)", name_text),
        method("void WriteNmToken(string name)", name_text),
        method("void WriteQualifiedName(string localName, string ns)", qualified_name),
        method("void WriteRaw(char[] buffer, int index, int count)", raw_chars),
        method("void WriteRaw(string data)", |cx, a| piece(cx, a, Output::raw)),
        method("void WriteStartAttribute(string localName)", |cx, a| start_attribute(cx, a, [None, Some(1), None])),
        method("void WriteStartAttribute(string localName, string ns)", |cx, a| {
            start_attribute(cx, a, [None, Some(1), Some(2)])
        }),
        method("void WriteStartAttribute(string prefix, string localName, string ns)", |cx, a| {
            start_attribute(cx, a, [Some(1), Some(2), Some(3)])
        }),
        method("void WriteStartDocument()", |cx, a| does(cx, a, |out| out.start_document(None))),
        method("void WriteStartDocument(bool standalone)", start_document),
        method("void WriteStartElement(string localName)", |cx, a| start(cx, a, [None, Some(1), None])),
        method("void WriteStartElement(string localName, string ns)", |cx, a| start(cx, a, [None, Some(1), Some(2)])),
        method("void WriteStartElement(string prefix, string localName, string ns)", |cx, a| {
            start(cx, a, [Some(1), Some(2), Some(3)])
        }),
        method("void WriteString(string text)", |cx, a| piece(cx, a, Output::text)),
        method("void WriteSurrogateCharEntity(char lowChar, char highChar)", surrogate_entity),
        method("void WriteValue(object value)", value),
        method("void WriteValue(string value)", value),
        method("void WriteValue(bool value)", value),
        method("void WriteValue(DateTime value)", value),
        method("void WriteValue(DateTimeOffset value)", value),
        method("void WriteValue(double value)", value),
        method("void WriteValue(float value)", value),
        method("void WriteValue(decimal value)", value),
        method("void WriteValue(int value)", value),
        method("void WriteValue(long value)", value),
        method("void WriteWhitespace(string ws)", |cx, a| piece(cx, a, Output::space)),
    ]);

pub(super) const STATE: TypeDef = TypeDef::enumeration(
    "System.Xml.WriteState",
    &[("Start", 0), ("Prolog", 1), ("Element", 2), ("Attribute", 3), ("Content", 4), ("Closed", 5), ("Error", 6)],
);

/// The older writer, which indents nothing and declares nothing unless told to.
pub(super) const TEXT_WRITER: TypeDef = TypeDef::class("System.Xml.XmlTextWriter")
    .base("System.Xml.XmlWriter")
    .summary("Writes XML to a TextWriter.")
    .members(&[
        constructor("XmlTextWriter(TextWriter w)", new_text_writer),
        property_set(
            "System.Xml.Formatting Formatting { get; set; }",
            |cx, args| Ok(Value::Enum(X_FORMATTING.id(), i64::from(this(cx, args)?.output.settings.indents))),
            |cx, args| {
                let indents = matches!(arg(args, 1), Value::Enum(_, 1));
                indented(cx, args, |settings| settings.indents = indents)
            },
        ),
        property_set(
            "char IndentChar { get; set; }",
            |cx, args| Ok(Value::Char(u16::try_from(u32::from(indentation(cx, args)?.0)).unwrap_or(32))),
            |cx, args| {
                let (Value::Char(unit), (_, count)) = (arg(args, 1), indentation(cx, args)?) else {
                    return Err(fault("a char was expected"));
                };
                let unit = char::from_u32(u32::from(unit)).unwrap_or(' ');
                indented(cx, args, |settings| settings.indent = unit.to_string().repeat(count))
            },
        ),
        property_set(
            "int Indentation { get; set; }",
            |cx, args| Ok(Value::Int32(i32::try_from(indentation(cx, args)?.1).unwrap_or(0))),
            |cx, args| {
                let wanted = crate::cx::as_i32(args, 1)?;
                let Ok(wanted) = usize::try_from(wanted) else {
                    let why = format!("value ('{wanted}') must be a non-negative value. (Parameter 'value')");
                    let why = format!("{why}\nActual value was {wanted}.");
                    return Err(cx.throw(Exc::ArgumentOutOfRange, why));
                };
                cx.heap.charge(wanted)?;
                let unit = indentation(cx, args)?.0;
                indented(cx, args, |settings| settings.indent = unit.to_string().repeat(wanted))
            },
        ),
    ]);

/// Beside `Newtonsoft.Json.Formatting` only its full name says which is meant.
pub(super) const FORMATTING: TypeDef =
    TypeDef::enumeration("System.Xml.Formatting", &[("None", 0), ("Indented", 1)]).not_imported();

/// The character that indents, and how many of it.
fn indentation(cx: &Cx<'_>, args: &[Value]) -> Result<(char, usize), Throw> {
    let indent = &this(cx, args)?.output.settings.indent;
    Ok((indent.chars().next().unwrap_or(' '), indent.chars().count()))
}

fn indented(cx: &mut Cx<'_>, args: &[Value], work: impl FnOnce(&mut Settings)) -> Result<Value, Throw> {
    if let Some(writer) = cx.heap.native_mut::<XmlWriter>(arg(args, 0)) {
        work(&mut writer.output.settings);
    }
    Ok(Value::Null)
}

static X_WRITER: Known = Known::new("System.Xml.XmlWriter");
static X_TEXT_WRITER: Known = Known::new("System.Xml.XmlTextWriter");
static X_FORMATTING: Known = Known::new("System.Xml.Formatting");
static X_STATE: Known = Known::new("System.Xml.WriteState");

#[derive(Debug)]
struct XmlWriter {
    known: &'static Known,
    /// The `StringBuilder` or `TextWriter`.
    target: Value,
    output: Output,
}

impl crate::value::heap::NetObject for XmlWriter {
    fn net_type(&self) -> crate::types::TypeId {
        self.known.id()
    }
}

fn create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("output"));
    }
    let settings = settings::of(cx, arg(args, 1));
    over(cx, arg(args, 0), settings)
}

fn over(cx: &mut Cx<'_>, target: Value, settings: Settings) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(XmlWriter { known: &X_WRITER, target, output: Output::new(settings) })?)
}

fn new_text_writer(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    let settings = Settings { declares: false, declares_when_told: true, fragment: true, ..Settings::default() };
    let output = Output::new(settings);
    Ok(cx.heap.new_native(XmlWriter { known: &X_TEXT_WRITER, target: arg(args, 0), output })?)
}

fn this<'h>(cx: &'h Cx<'_>, args: &[Value]) -> Result<&'h XmlWriter, Throw> {
    cx.heap.native::<XmlWriter>(arg(args, 0)).ok_or(fault("an XmlWriter was expected"))
}

/// Lets the writer do something, and says what it refuses.
fn act(cx: &mut Cx<'_>, args: &[Value], work: impl FnOnce(&mut Output) -> Result<(), String>) -> Result<(), Throw> {
    cx.charge(1)?;
    let Some(writer) = cx.heap.native_mut::<XmlWriter>(arg(args, 0)) else {
        return Err(fault("an XmlWriter was expected"));
    };
    let before = writer.output.written();
    let done = work(&mut writer.output);
    let grown = writer.output.written().saturating_sub(before);
    cx.charge(grown / 16)?;
    cx.heap.charge(grown)?;
    let immediate = std::ptr::eq(this(cx, args)?.known, &X_TEXT_WRITER);
    match done {
        Ok(()) if immediate => flush(cx, args),
        Ok(()) => Ok(()),
        Err(why) => Err(match (why.strip_prefix("argument: "), why.strip_prefix("xml: ")) {
            (Some(why), _) => cx.throw(Exc::Argument, why),
            (_, Some(why)) => cx.throw(Exc::Xml, why),
            _ => cx.throw(Exc::InvalidOperation, why),
        }),
    }
}

fn does(cx: &mut Cx<'_>, args: &[Value], work: impl FnOnce(&mut Output) -> Result<(), String>) -> Result<Value, Throw> {
    act(cx, args, work).map(|()| Value::Null)
}

fn owned(cx: &Cx<'_>, args: &[Value], index: usize) -> String {
    cx.string_opt(args, index).map_or_else(String::new, |s| cx.text(s).to_utf8().into_owned())
}

fn buffer(cx: &Cx<'_>, text: Str) -> TextBuf {
    let mut buf = TextBuf::new();
    buf.push_text(cx.text(text));
    buf
}

fn content(cx: &Cx<'_>, args: &[Value], index: usize) -> TextBuf {
    cx.string_opt(args, index).map_or_else(TextBuf::new, |s| buffer(cx, s))
}

fn piece(
    cx: &mut Cx<'_>,
    args: &[Value],
    work: fn(&mut Output, &TextBuf) -> Result<(), String>,
) -> Result<Value, Throw> {
    let text = content(cx, args, 1);
    does(cx, args, |out| work(out, &text))
}

type Places = [Option<usize>; 4];

/// Prefix, local name and namespace; `None` for one that is not said.
fn name(cx: &mut Cx<'_>, args: &[Value], places: [Option<usize>; 3]) -> Result<write::Name, Throw> {
    let text = |cx: &Cx<'_>, place: Option<usize>| {
        place.and_then(|i| cx.string_opt(args, i)).map(|s| cx.text(s).to_utf8().into_owned())
    };
    let [prefix, local, namespace] = places;
    let name = write::Name {
        prefix: text(cx, prefix),
        local: text(cx, local).unwrap_or_default(),
        namespace: text(cx, namespace),
    };
    if name.local.is_empty() && name.prefix.as_deref() != Some("xmlns") {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "localName"));
    }
    let good = |(i, unit): (usize, u16)| if i == 0 { is_name_start(unit) } else { is_name_unit(unit) };
    let bad = name.local.encode_utf16().enumerate().find(|at| !good(*at) || at.1 == u16::from(b':'));
    if let Some((_, unit)) = bad {
        let (shown, hex) = show_unit(unit);
        let why = format!(
            "Invalid name character in '{}'. The '{shown}' character, hexadecimal value {hex}, cannot be included in a name.",
            name.local
        );
        return Err(cx.throw(Exc::Argument, why));
    }
    Ok(name)
}

fn start(cx: &mut Cx<'_>, args: &[Value], places: [Option<usize>; 3]) -> Result<Value, Throw> {
    let name = name(cx, args, places)?;
    does(cx, args, |out| out.start_element(name))
}

fn start_attribute(cx: &mut Cx<'_>, args: &[Value], places: [Option<usize>; 3]) -> Result<Value, Throw> {
    let name = name(cx, args, places)?;
    does(cx, args, |out| out.start_attribute(name))
}

fn attribute(cx: &mut Cx<'_>, args: &[Value], [a, b, c, value]: Places) -> Result<Value, Throw> {
    let name = name(cx, args, [a, b, c])?;
    let value = content(cx, args, value.unwrap_or(0));
    does(cx, args, |out| {
        out.start_attribute(name)?;
        out.text(&value)?;
        out.end_attribute()
    })
}

fn element(cx: &mut Cx<'_>, args: &[Value], [a, b, c, value]: Places) -> Result<Value, Throw> {
    let name = name(cx, args, [a, b, c])?;
    let value = content(cx, args, value.unwrap_or(0));
    does(cx, args, |out| {
        out.start_element(name)?;
        if !value.is_empty() {
            out.text(&value)?;
        }
        out.end_element(false)
    })
}

fn instruction(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (name, text) = (owned(cx, args, 1), content(cx, args, 2));
    does(cx, args, |out| out.instruction(&name, &text))
}

fn start_document(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let standalone = crate::cx::as_bool(args, 1)?;
    does(cx, args, |out| out.start_document(Some(standalone)))
}

fn char_entity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Char(unit) = arg(args, 1) else { return Err(fault("a char was expected")) };
    let text = TextBuf::from(&*format!("&#x{unit:X};"));
    does(cx, args, |out| out.raw(&text))
}

fn chars(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = chars_of(cx, args)?;
    does(cx, args, |out| out.text(&text))
}

/// The part of a `char[]` that an index and a count name.
fn chars_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<TextBuf, Throw> {
    let units: Vec<u16> = crate::library::system::string::chars(cx, arg(args, 1)).into_iter().flatten().collect();
    let (from, count) = (crate::cx::as_i32(args, 2)?, crate::cx::as_i32(args, 3)?);
    let (from, count) = (usize::try_from(from).unwrap_or(usize::MAX), usize::try_from(count).unwrap_or(usize::MAX));
    let Some(part) = from.checked_add(count).and_then(|end| units.get(from..end)) else {
        let why = "Specified argument was out of the range of valid values.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "count"));
    };
    let mut text = TextBuf::new();
    part.iter().for_each(|unit| text.push(*unit));
    Ok(text)
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Ok(Value::Null);
    }
    let text = super::text::to_xml_text(cx, arg(args, 1))?;
    let text = buffer(cx, text);
    does(cx, args, |out| out.text(&text))
}

/// The node that a reader stands on, which it goes past.
fn write_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("reader"));
    }
    let document = super::xml_reader::read_all(cx, arg(args, 1))?;
    for node in document {
        write_tree(cx, args, node)?;
    }
    Ok(Value::Null)
}

/// `node.WriteTo(writer)` and `document.Save(writer)`.
fn write_tree(cx: &mut Cx<'_>, args: &[Value], node: Value) -> Result<(), Throw> {
    let mut work = vec![(node, false)];
    while let Some((node, done)) = work.pop() {
        cx.charge(1)?;
        if done {
            let full = step::is_filled(cx.heap, node);
            act(cx, args, |out| out.end_element(full))?;
            continue;
        }
        let step = step::step_of(cx, node)?;
        let goes_in = tree::is_element(cx.heap, node);
        act(cx, args, |out| out.step(step))?;
        if goes_in {
            work.push((node, true));
        }
        let below: Vec<Value> = tree::children(cx.heap, node).to_vec();
        work.extend(below.into_iter().rev().map(|child| (child, false)));
    }
    Ok(())
}

/// `XNode.WriteTo(XmlWriter)`, `XmlNode.WriteTo(XmlWriter)`.
pub(super) fn write_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = dom::node_of(cx.heap, arg(args, 0)).unwrap_or(arg(args, 0));
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("writer"));
    }
    write_tree(cx, args.get(1..).unwrap_or_default(), node)?;
    Ok(Value::Null)
}

/// `XmlNode.WriteContentTo(XmlWriter)`.
pub(super) fn write_content_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = dom::node_of(cx.heap, arg(args, 0)).unwrap_or(arg(args, 0));
    if arg(args, 1).is_null() {
        return Err(cx.throw(Exc::NullReference, "Object reference not set to an instance of an object."));
    }
    for child in tree::children(cx.heap, node).to_vec() {
        write_tree(cx, args.get(1..).unwrap_or_default(), child)?;
    }
    Ok(Value::Null)
}

/// `XmlDocument.Save(XmlWriter)`: a declaration is written first, whether the document has one or not.
pub(super) fn save_document_to(cx: &mut Cx<'_>, document: Value, writer: Value) -> Result<Value, Throw> {
    if writer.is_null() {
        return Err(cx.throw(Exc::NullReference, "Object reference not set to an instance of an object."));
    }
    let args = [writer];
    let mut all = tree::children(cx.heap, document).to_vec();
    let Some(first) = all.first().copied() else { return Ok(Value::Null) };
    if this(cx, &args)?.output.state() == 0 {
        let mut standalone = None;
        if let tree::Kind::Declaration(parts) = tree::get(cx, first)?.kind {
            standalone = parts[2].map(|text| cx.text(text).is("yes"));
            all.remove(0);
        }
        act(cx, &args, |out| out.start_document(standalone))?;
    }
    for node in all {
        write_tree(cx, &args, node)?;
    }
    flush(cx, &args)?;
    Ok(Value::Null)
}

/// `XmlDocument.Save(TextWriter)`.
pub(super) fn save_document(cx: &mut Cx<'_>, document: Value, target: Value, plain: bool) -> Result<Value, Throw> {
    if target.is_null() {
        return Err(cx.argument_null("writer"));
    }
    let settings = Settings { indents: !plain, ..Settings::default() };
    let writer = over(cx, target, settings)?;
    save_document_to(cx, document, writer)
}

/// `XNode.Save(XmlWriter)`: a document with its declaration.
pub(super) fn save_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = dom::node_of(cx.heap, arg(args, 0)).unwrap_or(arg(args, 0));
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("writer"));
    }
    let writer = args.get(1..).unwrap_or_default();
    let standalone = step::standalone(cx, node);
    act(cx, writer, |out| out.start_document(standalone))?;
    write_tree(cx, writer, node)?;
    act(cx, writer, Output::end_document)?;
    flush(cx, writer)?;
    Ok(Value::Null)
}

/// `Save(TextWriter[, SaveOptions])`.
pub(super) fn save(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("writer"));
    }
    let plain = matches!(arg(args, 2), Value::Enum(_, options) if options & 1 == 1);
    let settings = Settings { indents: !plain, ..Settings::default() };
    let writer = over(cx, arg(args, 1), settings)?;
    save_to(cx, &[arg(args, 0), writer])
}

fn lookup_prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let uri = owned(cx, args, 1);
    match this(cx, args)?.output.prefix_of(&uri) {
        Some(prefix) => cx.string(&prefix),
        None => Ok(Value::Null),
    }
}

fn write_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(X_STATE.id(), this(cx, args)?.output.state()))
}

/// Hands over what has been written.
fn flush(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    let target = this(cx, args)?.target;
    let Some(writer) = cx.heap.native_mut::<XmlWriter>(arg(args, 0)) else { return Ok(()) };
    let text = writer.output.take();
    if text.is_empty() {
        return Ok(());
    }
    let text = cx.string_buf(&text)?;
    let to = [target, text];
    if cx.heap.native::<string_builder::StringBuilder>(target).is_some() {
        string_builder::append(cx, &to)?;
    } else {
        string_writer::write(cx, &to)?;
    }
    Ok(())
}

fn close(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if this(cx, args)?.output.state() != 5 {
        act(cx, args, Output::close)?;
        flush(cx, args)?;
    }
    Ok(Value::Null)
}

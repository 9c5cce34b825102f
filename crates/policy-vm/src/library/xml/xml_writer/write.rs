//! What a writer has written, and what may follow.

use super::settings::Settings;
use super::step::Step;
use crate::library::xml::names::{XML, XMLNS};
use crate::library::xml::text::is_xml_unit;
use crate::value::text::TextBuf;

/// A name as the program gives it: what is not said is found out.
#[derive(Debug, Default)]
pub(super) struct Name {
    pub(super) prefix: Option<String>,
    pub(super) local: String,
    pub(super) namespace: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Prolog,
    Element,
    Attribute,
    Content,
    /// Behind the root element.
    Epilog,
    Closed,
}

#[derive(Debug)]
struct Declared {
    prefix: String,
    uri: String,
    /// Still to be written at the end of the tag.
    needed: bool,
}

#[derive(Debug)]
struct Frame {
    name: String,
    /// Declarations known outside it.
    declared: usize,
    outer_mixed: bool,
    /// Something has been written inside it.
    filled: bool,
}

/// The output and its state.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) settings: Settings,
    out: TextBuf,
    taken: usize,
    state: State,
    frames: Vec<Frame>,
    declared: Vec<Declared>,
    mixed: bool,
    /// The value of a declaration of a namespace that is being written, with its prefix.
    declaring: Option<(String, TextBuf)>,
    has_root: bool,
}

type Done = Result<(), String>;

impl Output {
    pub(super) fn new(settings: Settings) -> Self {
        let known =
            |prefix: &str, uri: &str| Declared { prefix: prefix.to_owned(), uri: uri.to_owned(), needed: false };
        Self {
            settings,
            out: TextBuf::new(),
            taken: 0,
            state: State::Start,
            frames: Vec::new(),
            declared: vec![known("xmlns", XMLNS), known("xml", XML), known("", "")],
            mixed: false,
            declaring: None,
            has_root: false,
        }
    }

    pub(super) fn written(&self) -> usize {
        self.taken + self.out.len()
    }

    pub(super) fn take(&mut self) -> TextBuf {
        self.taken += self.out.len();
        std::mem::take(&mut self.out)
    }

    pub(super) fn state(&self) -> i64 {
        match self.state {
            State::Start => 0,
            State::Prolog => 1,
            State::Element => 2,
            State::Attribute => 3,
            State::Content | State::Epilog => 4,
            State::Closed => 5,
        }
    }

    /// What the writer says of a piece that may not stand here.
    fn refuse(&self, token: &str) -> String {
        let state = match self.state {
            State::Closed => return "The Writer is closed or in error state.".to_owned(),
            State::Start => "Start",
            State::Prolog => "Prolog",
            State::Element => "StartTag",
            State::Attribute => "Attribute",
            State::Content => "Element Content",
            State::Epilog => "EndRootElement",
        };
        let mut why = format!("Token {token} in state {state} would result in an invalid XML document.");
        if matches!(self.state, State::Epilog | State::Start | State::Prolog) {
            why += " Make sure that the ConformanceLevel setting is set to ConformanceLevel.Fragment or ConformanceLevel.Auto if you want to write an XML fragment. ";
        }
        why
    }

    /// The declaration that comes before everything, unless it is there or not wanted.
    fn begin(&mut self) {
        if self.state == State::Start {
            self.declare_document(None, false);
        }
    }

    fn declare_document(&mut self, standalone: Option<bool>, told: bool) {
        self.state = State::Prolog;
        let wanted = if self.settings.declares_when_told { told } else { self.settings.declares };
        if !wanted || self.settings.fragment && !self.settings.declares_when_told {
            return;
        }
        self.out.push_str("<?xml version=\"1.0\" encoding=\"utf-16\"");
        if let Some(standalone) = standalone {
            self.out.push_str(if standalone { " standalone=\"yes\"" } else { " standalone=\"no\"" });
        }
        self.out.push_str("?>");
    }

    pub(super) fn start_document(&mut self, standalone: Option<bool>) -> Done {
        if self.state != State::Start {
            let why = "WriteStartDocument needs to be the first call.";
            return Err(if self.state == State::Closed { self.refuse("StartDocument") } else { why.to_owned() });
        }
        self.declare_document(standalone, true);
        Ok(())
    }

    fn indent(&mut self) {
        if self.settings.indents && !self.mixed && self.written() > 0 {
            self.out.push_str(&self.settings.new_line);
            for _ in &self.frames {
                self.out.push_str(&self.settings.indent);
            }
        }
    }

    /// Ends what a start tag has left open.
    fn content(&mut self) -> Done {
        if self.state == State::Attribute {
            self.end_attribute()?;
        }
        if self.state == State::Element {
            self.write_needed();
            self.out.push_str(">");
            self.state = State::Content;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.filled = true;
        }
        Ok(())
    }

    fn write_needed(&mut self) {
        let from = self.frames.last().map_or(0, |frame| frame.declared);
        let Self { declared, out, .. } = self;
        for known in declared.iter_mut().skip(from).rev().filter(|known| known.needed) {
            known.needed = false;
            out.push_str(&if known.prefix.is_empty() {
                " xmlns=\"".to_owned()
            } else {
                format!(" xmlns:{}=\"", known.prefix)
            });
            push_escaped(out, &TextBuf::from(&*known.uri), true, 0, "");
            out.push_str("\"");
        }
    }

    fn uri_of(&self, prefix: &str) -> Option<String> {
        self.declared.iter().rev().find(|known| known.prefix == prefix).map(|known| known.uri.clone())
    }

    /// `LookupPrefix`: the innermost prefix that is not hidden.
    pub(super) fn prefix_of(&self, uri: &str) -> Option<String> {
        let at = self.declared.iter().rposition(|known| known.uri == uri)?;
        let prefix = &self.declared.get(at)?.prefix;
        let hidden = self.declared.iter().skip(at + 1).any(|inner| inner.prefix == *prefix);
        (!hidden).then(|| prefix.clone())
    }

    /// A prefix is used in the tag being written.
    fn use_prefix(&mut self, prefix: &str, uri: &str) -> Done {
        let from = self.frames.last().map_or(0, |frame| frame.declared);
        let found = self.declared.iter().rposition(|known| known.prefix == prefix);
        let known = found.and_then(|at| self.declared.get(at));
        let needed = match (found, known) {
            (Some(at), Some(known)) if at >= from => {
                if known.uri != uri {
                    let known = &known.uri;
                    return Err(format!(
                        "xml: The prefix '{prefix}' cannot be redefined from '{known}' to '{uri}' within the same start element tag."
                    ));
                }
                return Ok(());
            }
            (_, Some(known)) => known.uri != uri,
            _ => true,
        };
        self.declared.push(Declared { prefix: prefix.to_owned(), uri: uri.to_owned(), needed });
        Ok(())
    }

    pub(super) fn start_element(&mut self, name: Name) -> Done {
        if self.state == State::Closed || self.state == State::Epilog && !self.settings.fragment {
            return Err(self.refuse("StartElement"));
        }
        self.begin();
        self.content()?;
        self.indent();
        let prefix = match (name.prefix, &name.namespace) {
            (Some(prefix), _) => prefix,
            (None, Some(uri)) => self.prefix_of(uri).unwrap_or_default(),
            (None, None) => String::new(),
        };
        if !prefix.is_empty() && name.namespace.as_deref() == Some("") {
            return Err("argument: Cannot use a prefix with an empty namespace.".to_owned());
        }
        let uri = match name.namespace {
            Some(uri) => uri,
            None => match self.uri_of(&prefix) {
                Some(uri) => uri,
                None => return Err("argument: An undefined prefix is in use.".to_owned()),
            },
        };
        let shown = if prefix.is_empty() { name.local } else { format!("{prefix}:{}", name.local) };
        self.out.push_str("<");
        self.out.push_str(&shown);
        let declared = self.declared.len();
        self.frames.push(Frame { name: shown, declared, outer_mixed: self.mixed, filled: false });
        self.mixed = false;
        self.state = State::Element;
        self.has_root = true;
        self.use_prefix(&prefix, &uri)
    }

    pub(super) fn end_element(&mut self, full: bool) -> Done {
        if self.state == State::Attribute {
            self.end_attribute()?;
        }
        if self.frames.is_empty() || self.state == State::Closed {
            return Err(self.refuse("EndElement"));
        }
        let open_tag = self.state == State::Element;
        if open_tag {
            self.write_needed();
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if open_tag && !full {
            self.out.push_str(" />");
        } else {
            if open_tag {
                self.out.push_str(">");
            } else if frame.filled {
                self.indent();
            }
            self.out.push_str(&format!("</{}>", frame.name));
        }
        self.mixed = frame.outer_mixed;
        self.declared.truncate(frame.declared);
        self.state = if self.frames.is_empty() { State::Epilog } else { State::Content };
        Ok(())
    }

    pub(super) fn start_attribute(&mut self, name: Name) -> Done {
        if self.state == State::Attribute {
            self.end_attribute()?;
        }
        if self.state != State::Element {
            return Err(self.refuse("StartAttribute"));
        }
        self.state = State::Attribute;
        let is_default = name.prefix.as_deref().unwrap_or_default().is_empty() && name.local == "xmlns";
        if is_default || name.prefix.as_deref() == Some("xmlns") {
            let prefix = if is_default { String::new() } else { name.local };
            self.declaring = Some((prefix, TextBuf::new()));
            return Ok(());
        }
        let given = name.prefix.filter(|prefix| !prefix.is_empty());
        let shown = match name.namespace.filter(|uri| !uri.is_empty()) {
            None => match given {
                None => name.local,
                Some(prefix) => format!("{prefix}:{}", name.local),
            },
            Some(uri) => {
                let known = || self.prefix_of(&uri).filter(|prefix| !prefix.is_empty());
                let made = || format!("p{}", self.declared.len().saturating_sub(3));
                let prefix = given.or_else(known).unwrap_or_else(made);
                self.use_prefix(&prefix, &uri)?;
                format!("{prefix}:{}", name.local)
            }
        };
        self.before_attribute();
        self.out.push_str(&format!("{shown}=\""));
        Ok(())
    }

    fn before_attribute(&mut self) {
        if self.settings.indents && self.settings.attribute_lines {
            self.indent();
        } else {
            self.out.push_str(" ");
        }
    }

    pub(super) fn end_attribute(&mut self) -> Done {
        if self.state != State::Attribute {
            return Err(self.refuse("EndAttribute"));
        }
        self.state = State::Element;
        let Some((prefix, uri)) = self.declaring.take() else {
            self.out.push_str("\"");
            return Ok(());
        };
        let text = uri.as_text().to_utf8().into_owned();
        let from = self.frames.last().map_or(0, |frame| frame.declared);
        let known = self.declared.iter_mut().skip(from).find(|known| known.prefix == prefix);
        match known {
            Some(known) if known.uri != text => {
                let known = &known.uri;
                return Err(format!(
                    "xml: The prefix '{prefix}' cannot be redefined from '{known}' to '{text}' within the same start element tag."
                ));
            }
            Some(known) => known.needed = false,
            None => self.declared.push(Declared { prefix: prefix.clone(), uri: text, needed: false }),
        }
        self.before_attribute();
        self.out.push_str(&if prefix.is_empty() { "xmlns=\"".to_owned() } else { format!("xmlns:{prefix}=\"") });
        push_escaped(&mut self.out, &uri, true, 0, "");
        self.out.push_str("\"");
        Ok(())
    }

    /// Text may stand in an element or an attribute; beside the root element only as white space.
    fn place_text(&mut self, token: &str) -> Done {
        match self.state {
            State::Attribute => Ok(()),
            State::Start | State::Prolog | State::Epilog if self.settings.fragment => {
                self.state = State::Prolog;
                self.mixed = true;
                Ok(())
            }
            State::Element | State::Content => {
                self.content()?;
                self.mixed = true;
                Ok(())
            }
            State::Start | State::Prolog | State::Epilog | State::Closed => Err(self.refuse(token)),
        }
    }

    pub(super) fn text(&mut self, text: &TextBuf) -> Done {
        self.place_text("Text")?;
        let bad = text.as_text().units().find(|unit| !is_xml_unit(*unit));
        if let (Some(bad), true) = (bad, self.settings.checks) {
            return Err(format!(
                "argument: '{}', hexadecimal value 0x{bad:02X}, is an invalid character.",
                String::from_utf16_lossy(&[bad])
            ));
        }
        if let Some((_, value)) = &mut self.declaring {
            value.push_text(text.as_text());
            return Ok(());
        }
        let in_attribute = self.state == State::Attribute;
        push_escaped(&mut self.out, text, in_attribute, self.settings.new_lines, &self.settings.new_line);
        Ok(())
    }

    pub(super) fn raw(&mut self, text: &TextBuf) -> Done {
        if !matches!(self.state, State::Start | State::Prolog | State::Epilog) {
            self.place_text("RawData")?;
        } else {
            self.begin();
            self.mixed = true;
        }
        self.out.push_text(text.as_text());
        Ok(())
    }

    pub(super) fn space(&mut self, text: &TextBuf) -> Done {
        if !matches!(self.state, State::Start | State::Prolog | State::Epilog) {
            self.place_text("Whitespace")?;
        } else {
            self.begin();
            self.mixed = true;
        }
        self.out.push_text(text.as_text());
        Ok(())
    }

    pub(super) fn cdata(&mut self, text: &TextBuf) -> Done {
        if self.state == State::Attribute {
            return Err(self.refuse("CData"));
        }
        self.place_text("CData")?;
        self.out.push_str("<![CDATA[");
        // What would end it is put into two.
        let text = text.as_text().to_utf8().replace("]]>", "]]]]><![CDATA[>");
        self.out.push_str(&text);
        self.out.push_str("]]>");
        Ok(())
    }

    fn aside(&mut self, token: &str) -> Done {
        if matches!(self.state, State::Closed) {
            return Err(self.refuse(token));
        }
        self.begin();
        self.content()?;
        self.indent();
        Ok(())
    }

    pub(super) fn comment(&mut self, text: &TextBuf) -> Done {
        self.aside("Comment")?;
        let mut safe = text.as_text().to_utf8().replace("--", "- -");
        if safe.ends_with('-') {
            safe.push(' ');
        }
        self.out.push_str(&format!("<!--{safe}-->"));
        Ok(())
    }

    pub(super) fn instruction(&mut self, name: &str, text: &TextBuf) -> Done {
        if name.eq_ignore_ascii_case("xml") {
            return self.declaration(text);
        }
        self.aside("PI")?;
        let text = text.as_text().to_utf8().replace("?>", "? >");
        let gap = if text.is_empty() { "" } else { " " };
        self.out.push_str(&format!("<?{name}{gap}{text}?>"));
        Ok(())
    }

    /// An instruction of the name `xml`.
    fn declaration(&mut self, text: &TextBuf) -> Done {
        if self.state != State::Start {
            return Err(
                "argument: Cannot write XML declaration. WriteStartDocument method has already written it.".to_owned()
            );
        }
        self.state = State::Prolog;
        if self.settings.declares || self.settings.declares_when_told {
            self.out.push_str("<?xml ");
            self.out.push_text(text.as_text());
            self.out.push_str("?>");
        }
        Ok(())
    }

    pub(super) fn end_document(&mut self) -> Done {
        if self.state == State::Start && !self.settings.fragment {
            return Err(self.refuse("EndDocument"));
        }
        while !self.frames.is_empty() {
            self.end_element(false)?;
        }
        if !self.has_root && !self.settings.fragment {
            return Err("argument: Document does not have a root element.".to_owned());
        }
        Ok(())
    }

    pub(super) fn close(&mut self) -> Done {
        while !self.frames.is_empty() && self.settings.ends_on_close {
            self.end_element(false)?;
        }
        self.state = State::Closed;
        Ok(())
    }

    pub(super) fn step(&mut self, step: Step) -> Done {
        match step {
            Step::Nothing => Ok(()),
            Step::Text(text) => self.text(&text),
            Step::CData(text) => self.cdata(&text),
            Step::Comment(text) => self.comment(&text),
            Step::Instruction(name, text) => self.instruction(&name, &text),
            Step::Space(text) => self.space(&text),
            Step::DocumentType(text) => {
                self.aside("Dtd")?;
                self.out.push_str(&text);
                Ok(())
            }
            Step::Element(name, attributes) => {
                self.start_element(name)?;
                for (name, value) in attributes {
                    self.start_attribute(name)?;
                    self.text(&value)?;
                    self.end_attribute()?;
                }
                Ok(())
            }
        }
    }
}

/// Text with what XML needs escaped; line ends as the settings want them.
fn push_escaped(out: &mut TextBuf, text: &TextBuf, attribute: bool, new_lines: i64, new_line: &str) {
    let mut units = text.as_text().units().peekable();
    while let Some(unit) = units.next() {
        match (unit, attribute) {
            (0x26, _) => out.push_str("&amp;"),
            (0x3c, _) => out.push_str("&lt;"),
            (0x3e, _) => out.push_str("&gt;"),
            (0x22, true) => out.push_str("&quot;"),
            (9, true) if new_lines != 2 => out.push_str("&#x9;"),
            (10, true) if new_lines != 2 => out.push_str("&#xA;"),
            (13, true) if new_lines != 2 => out.push_str("&#xD;"),
            (13, false) if new_lines == 1 => out.push_str("&#xD;"),
            (13, false) if new_lines == 0 => {
                units.next_if_eq(&10);
                out.push_str(new_line);
            }
            (10, false) if new_lines == 0 => out.push_str(new_line),
            (unit, _) => out.push(unit),
        }
    }
}

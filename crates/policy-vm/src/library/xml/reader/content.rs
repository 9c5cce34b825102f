//! Attribute values, text and references.

use super::{AMP, LT, Reader};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::xml::text::{bad_unit_at, is_name_start, is_name_unit, is_space, is_xml_unit};
use crate::library::xml::tree::Kind;
use crate::value::Value;
use crate::value::text::{Str, TextBuf};

impl Reader {
    /// `= "value"` with references resolved and white space made spaces.
    pub(super) fn attribute_value(&mut self, cx: &mut Cx<'_>) -> Result<Str, Throw> {
        self.skip_space();
        if self.peek() != Some(u16::from(b'=')) {
            return Err(self.expected(cx, "="));
        }
        self.at += 1;
        self.skip_space();
        let Some(quote) = self.peek() else { return Err(self.end_of_file(cx, "")) };
        if !matches!(quote, 0x22 | 0x27) {
            return Err(self.expected(cx, "\"' or ''"));
        }
        self.at += 1;
        let start = self.at;
        let mut changed: Option<TextBuf> = None;
        loop {
            let Some(unit) = self.peek() else {
                return Err(self.fail(cx, self.units.len(), "There is an unclosed literal string."));
            };
            if unit == quote {
                break;
            }
            match unit {
                LT => {
                    let why = "'<', hexadecimal value 0x3C, is an invalid attribute character.";
                    return Err(self.fail(cx, self.at, why));
                }
                AMP => {
                    let so_far = self.buffer(cx, &mut changed, start);
                    self.reference(cx, so_far)?;
                    continue;
                }
                // `XmlDocument` has its own reader, `XmlTextReader`, which leaves them.
                9 | 10 | 13 if !self.keeps_line_ends => {
                    if unit == 13 && self.units.get(self.at + 1) == Some(&10) {
                        self.buffer(cx, &mut changed, start);
                        self.at += 1;
                    }
                    self.buffer(cx, &mut changed, start).push(32);
                }
                unit => {
                    if let Some((at, bad)) = bad_unit_at(&self.units, self.at) {
                        return Err(self.bad_unit(cx, at, bad));
                    }
                    if let Some(changed) = &mut changed {
                        changed.push(unit);
                    }
                }
            }
            self.at += 1;
        }
        self.at += 1;
        self.finish(cx, changed, start, self.at - 1)
    }

    /// The copy that is needed once a text differs from the input.
    fn buffer<'b>(&self, cx: &Cx<'_>, changed: &'b mut Option<TextBuf>, start: usize) -> &'b mut TextBuf {
        changed.get_or_insert_with(|| {
            let mut buf = TextBuf::new();
            buf.push_text(cx.text(self.part(start, self.at)));
            buf
        })
    }

    fn finish(&self, cx: &mut Cx<'_>, changed: Option<TextBuf>, start: usize, end: usize) -> Result<Str, Throw> {
        match changed {
            Some(buf) => Ok(cx.heap.new_buf(&buf)?),
            None => Ok(self.part(start, end)),
        }
    }

    /// `&name;`, `&#n;` or `&#xn;`; gives the character.
    fn reference(&mut self, cx: &mut Cx<'_>, out: &mut TextBuf) -> Result<char, Throw> {
        let start = self.at + 1;
        let c = if self.units.get(start) == Some(&u16::from(b'#')) {
            self.numeric_reference(cx, start + 1)?
        } else {
            self.named_reference(cx, start)?
        };
        out.push_str(c.encode_utf8(&mut [0; 4]));
        Ok(c)
    }

    fn numeric_reference(&mut self, cx: &mut Cx<'_>, start: usize) -> Result<char, Throw> {
        let hex = self.units.get(start) == Some(&u16::from(b'x'));
        let (radix, kind) = if hex { (16, "hexadecimal") } else { (10, "decimal") };
        let first = start + usize::from(hex);
        self.at = first;
        let mut code: u32 = 0;
        while let Some(digit) = self.peek().and_then(|u| char::from_u32(u32::from(u))).and_then(|c| c.to_digit(radix)) {
            code = code.saturating_mul(radix).saturating_add(digit);
            self.at += 1;
        }
        if self.at == first || self.peek() != Some(u16::from(b';')) {
            let why = format!("Invalid syntax for a {kind} numeric entity reference.");
            return Err(self.fail(cx, self.at, &why));
        }
        self.at += 1;
        match char::from_u32(code).filter(|c| u16::try_from(u32::from(*c)).map_or(true, is_xml_unit)) {
            Some(c) => Ok(c),
            None => Err(self.bad_unit(cx, start, u16::try_from(code).unwrap_or(0xfffe))),
        }
    }

    fn named_reference(&mut self, cx: &mut Cx<'_>, start: usize) -> Result<char, Throw> {
        if !self.units.get(start).is_some_and(|u| is_name_start(*u)) {
            return Err(self.reference_error(cx, start));
        }
        self.at = start;
        while self.peek().is_some_and(is_name_unit) {
            self.at += 1;
        }
        let name = self.slice((start, self.at));
        if self.peek() != Some(u16::from(b';')) {
            return Err(self.expected(cx, ";"));
        }
        self.at += 1;
        match name.as_str() {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            name => Err(self.fail(cx, start, &format!("Reference to undeclared entity '{name}'."))),
        }
    }

    fn reference_error(&self, cx: &mut Cx<'_>, at: usize) -> Throw {
        self.fail(cx, at, "An error occurred while parsing EntityName.")
    }

    /// Text between tags; white space alone is dropped unless it is to be kept.
    pub(super) fn text(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        let start = self.at;
        let mut changed: Option<TextBuf> = None;
        let mut only_space = true;
        while let Some(unit) = self.peek().filter(|u| *u != LT) {
            match unit {
                AMP => {
                    let so_far = self.buffer(cx, &mut changed, start);
                    // For `XmlTextReader` a decimal reference is text.
                    let decimal = self.keeps_line_ends && self.starts("&#") && !self.starts("&#x");
                    only_space &= matches!(self.reference(cx, so_far)?, ' ' | '\t' | '\n' | '\r') && !decimal;
                    continue;
                }
                13 if !self.keeps_line_ends => {
                    self.buffer(cx, &mut changed, start).push(10);
                    if self.units.get(self.at + 1) == Some(&10) {
                        self.at += 1;
                    }
                }
                0x5d if self.starts("]]>") => {
                    return Err(self.fail(cx, self.at, "']]>' is not allowed in character data."));
                }
                unit => {
                    if let Some((at, bad)) = bad_unit_at(&self.units, self.at) {
                        return Err(self.bad_unit(cx, at, bad));
                    }
                    only_space &= is_space(unit);
                    if let Some(changed) = &mut changed {
                        changed.push(unit);
                    }
                }
            }
            self.at += 1;
        }
        let significant = self.open.last().is_some_and(|open| open.preserved);
        // White space at the end of the input is not worth a node: the element it is in is not closed.
        if only_space && !significant && !self.keep_space {
            return Ok(());
        }
        let text = self.finish(cx, changed, start, self.at)?;
        let apart = only_space && self.for_document;
        self.append(cx, parent, if apart { Kind::Space { text, significant } } else { Kind::Text(text) })?;
        Ok(())
    }

    /// A part of the input with line ends made `\n`.
    pub(super) fn normalized(&self, cx: &mut Cx<'_>, start: usize, end: usize) -> Result<Str, Throw> {
        let units = self.units.get(start..end).unwrap_or_default();
        if let Some((at, bad)) = (0..units.len()).find_map(|i| bad_unit_at(units, i)) {
            return Err(self.bad_unit(cx, start + at, bad));
        }
        if self.keeps_line_ends || !units.contains(&13) {
            return Ok(self.part(start, end));
        }
        let mut out = TextBuf::new();
        for (i, unit) in units.iter().enumerate() {
            match unit {
                13 if units.get(i + 1) == Some(&10) => {}
                13 => out.push(10),
                unit => out.push(*unit),
            }
        }
        Ok(cx.heap.new_buf(&out)?)
    }
}

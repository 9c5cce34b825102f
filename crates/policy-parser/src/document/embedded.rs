//! Expressions in documents that mix both forms.

use super::ast::Embedded;
use super::decode::{Entity, entity};
use crate::source::{OffsetMap, offset};

impl Embedded {
    /// This expression with its entities decoded, or `None` if it holds none of the five that XML predefines.
    ///
    /// Meant for documents in raw form, where an expression is given as written: when it does not compile and this
    /// one does, its author mixed the forms. In escaped form `text` is decoded already, and decoding it again would
    /// make something else of it.
    #[must_use]
    pub fn decoded(&self) -> Option<Self> {
        let mut text = String::with_capacity(self.text.len());
        let mut map = OffsetMap::default();
        let mut predefined = false;
        let mut at = 0;
        map.copy(0, 0);
        while let Some(length) = memchr::memchr(b'&', self.text.as_bytes().get(at..)?) {
            let start = at + length;
            text.push_str(self.text.get(at..start)?);
            match entity(&self.text, start) {
                Entity::Character { character, end } => {
                    predefined |= self.text.as_bytes().get(start + 1) != Some(&b'#');
                    map.replace(offset(text.len()), offset(start));
                    text.push(character);
                    map.copy(offset(text.len()), offset(end));
                    at = end;
                }
                // `a && b`: an ampersand that is no entity is an operator.
                _ => {
                    text.push('&');
                    at = start + 1;
                }
            }
        }
        text.push_str(self.text.get(at..)?);
        let map = map.compose(&self.map, offset(text.len()));
        predefined.then(|| Self { text: text.into(), map })
    }
}

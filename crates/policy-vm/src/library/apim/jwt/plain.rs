//! Finds the members of a JSON object where they stand, without making anything of them.
//!
//! Only what can be read in one way is read: ASCII, texts without escapes, whole numbers, no name twice. That is what
//! tokens are made of. Everything else is [`Step::Strange`], and left to the reader that knows all of JSON, and more.

use std::ops::Range;

/// A member of the object.
#[derive(Debug)]
pub(super) struct Member<'t> {
    pub(super) name: &'t [u8],
    /// Where its value stands; that of a text without its quotes.
    pub(super) value: Range<usize>,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer(i64),
    /// `true` or `false`.
    Bool,
    Null,
    /// An object or an array.
    Tree,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Step<'t> {
    Member(Member<'t>),
    /// The text ended where it should.
    End,
    /// Not as simple as it would have to be, or no JSON at all.
    Strange,
}

/// Trees in trees; deeper ones are for the other reader.
const MOST_DEPTH: u32 = 8;
/// More digits than these may not fit.
const MOST_DIGITS: usize = 18;
/// Objects with more members are for the other reader, which does not compare each name with all others.
const MOST_MEMBERS: usize = 32;

/// The members of an object, one after the other.
#[derive(Debug)]
pub(super) struct Members<'t> {
    text: &'t [u8],
    at: usize,
    begun: bool,
}

impl<'t> Members<'t> {
    pub(super) const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, begun: false }
    }

    pub(super) fn step(&mut self) -> Step<'t> {
        self.try_step().unwrap_or(Step::Strange)
    }

    fn try_step(&mut self) -> Option<Step<'t>> {
        if !self.begun {
            self.begun = true;
            self.punctuation(b'{')?;
            if self.punctuation(b'}').is_some() {
                return self.end();
            }
        } else if self.punctuation(b',').is_none() {
            self.punctuation(b'}')?;
            return self.end();
        }
        self.space();
        let name = self.text.get(self.string()?)?;
        self.punctuation(b':')?;
        let (kind, value) = self.value(0)?;
        Some(Step::Member(Member { name, value, kind }))
    }

    fn end(&mut self) -> Option<Step<'t>> {
        self.space();
        (self.at == self.text.len()).then_some(Step::End)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    /// A sign, with space before it; stays where it is when another one comes.
    fn punctuation(&mut self, sign: u8) -> Option<()> {
        self.space();
        (*self.text.get(self.at)? == sign).then(|| self.at += 1)
    }

    fn string(&mut self) -> Option<Range<usize>> {
        if *self.text.get(self.at)? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let rest = self.text.get(start..)?;
        let length = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..32 | 128..))?;
        self.at = start + length + 1;
        (rest.get(length) == Some(&b'"')).then_some(start..start + length)
    }

    fn value(&mut self, depth: u32) -> Option<(Kind, Range<usize>)> {
        self.space();
        let start = self.at;
        let kind = match *self.text.get(start)? {
            b'"' => return Some((Kind::Text, self.string()?)),
            b'-' | b'0'..=b'9' => Kind::Integer(self.integer()?),
            b't' => self.word(b"true", Kind::Bool)?,
            b'f' => self.word(b"false", Kind::Bool)?,
            b'n' => self.word(b"null", Kind::Null)?,
            open @ (b'{' | b'[') if depth < MOST_DEPTH => self.tree(open, depth + 1)?,
            _ => return None,
        };
        Some((kind, start..self.at))
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Option<Kind> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())?;
        Some(kind)
    }

    fn integer(&mut self) -> Option<i64> {
        let negative = self.text.get(self.at) == Some(&b'-');
        self.at += usize::from(negative);
        let (start, mut number) = (self.at, 0_i64);
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            if self.at - start == MOST_DIGITS {
                return None;
            }
            number = number * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        // `007` and `-0` are written otherwise than they are read, `1.5` and `1e9` are no whole numbers, `0x1F` is none here.
        let plain = match self.text.get(start) {
            Some(b'0') => self.at == start + 1 && !negative,
            _ => self.at > start,
        };
        let over = matches!(self.text.get(self.at), Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'));
        (plain && over).then_some(if negative { -number } else { number })
    }

    fn tree(&mut self, open: u8, depth: u32) -> Option<Kind> {
        let close = if open == b'{' { b'}' } else { b']' };
        self.at += 1;
        if self.punctuation(close).is_some() {
            return Some(Kind::Tree);
        }
        loop {
            if open == b'{' {
                self.space();
                self.string()?;
                self.punctuation(b':')?;
            }
            self.value(depth)?;
            if self.punctuation(b',').is_none() {
                return self.punctuation(close).map(|()| Kind::Tree);
            }
        }
    }
}

/// Calls `each` for every member; `None` when the object is not plain or has a name twice.
pub(super) fn read<'t>(text: &'t [u8], mut each: impl FnMut(&Member<'t>)) -> Option<()> {
    let mut names = [&[][..]; MOST_MEMBERS];
    let mut count = 0;
    let mut members = Members::new(text);
    loop {
        let member = match members.step() {
            Step::Member(member) => member,
            Step::End => return Some(()),
            Step::Strange => return None,
        };
        if names.get(..count)?.contains(&member.name) {
            return None;
        }
        *names.get_mut(count)? = member.name;
        count += 1;
        each(&member);
    }
}

/// The member of a name in an object that [`read`] found plain.
pub(super) fn find<'t>(text: &'t [u8], name: &[u8]) -> Option<Member<'t>> {
    let mut members = Members::new(text);
    while let Step::Member(member) = members.step() {
        if member.name == name {
            return Some(member);
        }
    }
    None
}

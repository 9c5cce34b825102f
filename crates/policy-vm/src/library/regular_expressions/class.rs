//! Character classes over UTF-16 units.

use unicode_properties::GeneralCategory as Gc;

use crate::value::text::{lower, upper};

/// What a class is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Units from the first to the last.
    Range(u16, u16),
    /// Units of these categories; true for all others.
    Category(u32, bool),
    /// White space; true for all others.
    Space(bool),
}

/// `[…]`, `\w`, `\p{L}`, `.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    items: Vec<Item>,
    negated: bool,
    ignore_case: bool,
    subtracted: Option<Box<Class>>,
    /// The answers for units below 128.
    ascii: u128,
    /// Other units may have another answer than no.
    beyond_ascii: bool,
}

/// The bit of a category in a mask.
const fn bit(category: Gc) -> u32 {
    1 << category as u32
}

const UPPER: u32 = bit(Gc::UppercaseLetter);
const LOWER: u32 = bit(Gc::LowercaseLetter);
const TITLE: u32 = bit(Gc::TitlecaseLetter);
const LETTER: u32 = UPPER | LOWER | TITLE | bit(Gc::ModifierLetter) | bit(Gc::OtherLetter);
const DIGIT: u32 = bit(Gc::DecimalNumber);
/// `\w`: letters, marks without width, decimal digits and connectors.
const WORD: u32 = LETTER | bit(Gc::NonspacingMark) | DIGIT | bit(Gc::ConnectorPunctuation);

fn category_bit(unit: u16) -> u32 {
    // Half of a pair is category Cs.
    bit(crate::library::system::char::general(unit.into()))
}

/// A word character for `\b`, where the joiners count as well.
pub(super) fn is_boundary_word(unit: u16) -> bool {
    if unit < 128 {
        return is_ecma_word(unit);
    }
    matches!(unit, 0x200c | 0x200d) || category_bit(unit) & WORD != 0
}

/// A word character of ECMAScript.
pub(super) fn is_ecma_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The units that equal a unit when case is ignored: those with the same lower case.
fn equivalents(unit: u16) -> impl Iterator<Item = u16> {
    // These share their lower case with another capital.
    const SPECIAL: [u16; 9] = [0x1c5, 0x1c8, 0x1cb, 0x1f2, 0x3f4, 0x1e9e, 0x2126, 0x212a, 0x212b];
    let low = lower(unit);
    let high = upper(low);
    let high = (lower(high) == low).then_some(high);
    [Some(unit), Some(low), high].into_iter().flatten().chain(SPECIAL.into_iter().filter(move |u| lower(*u) == low))
}

impl Item {
    fn contains(self, unit: u16) -> bool {
        match self {
            Self::Range(first, last) => (first..=last).contains(&unit),
            Self::Category(mask, negated) => (category_bit(unit) & mask != 0) != negated,
            Self::Space(negated) => char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace) != negated,
        }
    }
}

impl Class {
    /// A class of some items.
    pub(super) fn new(items: Vec<Item>, negated: bool, ignore_case: bool, subtracted: Option<Self>) -> Self {
        let narrow = items.iter().all(|item| matches!(item, Item::Range(_, 0..=127)));
        let beyond_ascii = negated || ignore_case || !narrow;
        let subtracted = subtracted.map(Box::new);
        let mut class = Self { items, negated, ignore_case, subtracted, ascii: 0, beyond_ascii };
        class.ascii = (0..128u16).filter(|u| class.compute(*u)).fold(0, |bits, u| bits | 1 << u);
        class
    }

    /// `.`: everything but a line feed.
    pub(super) fn not_line_feed() -> Self {
        Self::new(vec![Item::Range(10, 10)], true, false, None)
    }

    /// `.` with `Singleline`.
    pub(super) fn any() -> Self {
        Self::new(vec![Item::Range(0, u16::MAX)], false, false, None)
    }

    fn compute(&self, unit: u16) -> bool {
        let inside = |u: u16| self.items.iter().any(|item| item.contains(u));
        let found = if self.ignore_case { equivalents(unit).any(inside) } else { inside(unit) };
        found != self.negated && !self.subtracted.as_ref().is_some_and(|other| other.contains(unit))
    }

    /// True when a unit belongs to the class.
    #[inline]
    pub(super) fn contains(&self, unit: u16) -> bool {
        // Half of the bits fits into one register of the processor.
        let half = match unit {
            0..64 => self.ascii as u64,
            64..128 => (self.ascii >> 64) as u64,
            _ => return self.compute(unit),
        };
        half >> (unit & 63) & 1 != 0
    }

    /// False when no unit beyond ASCII can be a member.
    pub(super) const fn beyond_ascii(&self) -> bool {
        self.beyond_ascii
    }

    /// The members below 128 as bits.
    pub(super) const fn ascii(&self) -> u128 {
        self.ascii
    }
}

/// `\d`, `\w`, `\s` and their opposites, by letter.
pub(super) fn shorthand(letter: char, ecma: bool) -> Option<Vec<Item>> {
    let negated = letter.is_ascii_uppercase();
    Some(match (letter.to_ascii_lowercase(), ecma) {
        ('d', false) => vec![Item::Category(DIGIT, negated)],
        ('w', false) => vec![Item::Category(WORD, negated)],
        ('s', false) => vec![Item::Space(negated)],
        ('d', true) => complement(&[(48, 57)], negated),
        ('w', true) => complement(&[(48, 57), (65, 90), (95, 95), (97, 122), (0x130, 0x130)], negated),
        ('s', true) => complement(&[(9, 13), (32, 32)], negated),
        _ => return None,
    })
}

/// Ascending ranges, or what is between them.
fn complement(ranges: &[(u16, u16)], negated: bool) -> Vec<Item> {
    if !negated {
        return ranges.iter().map(|(first, last)| Item::Range(*first, *last)).collect();
    }
    let mut next = 0;
    let mut items = Vec::new();
    for (first, last) in ranges {
        if *first > next {
            items.push(Item::Range(next, first - 1));
        }
        next = last.saturating_add(1);
    }
    items.push(Item::Range(next, u16::MAX));
    items
}

/// `\p{name}`: a general category, a group of them, or a block.
pub(super) fn property(name: &str, negated: bool) -> Option<Item> {
    let mask = match name {
        "L" => LETTER,
        "Lu" => UPPER,
        "Ll" => LOWER,
        "Lt" => TITLE,
        "Lm" => bit(Gc::ModifierLetter),
        "Lo" => bit(Gc::OtherLetter),
        "M" => bit(Gc::NonspacingMark) | bit(Gc::SpacingMark) | bit(Gc::EnclosingMark),
        "Mn" => bit(Gc::NonspacingMark),
        "Mc" => bit(Gc::SpacingMark),
        "Me" => bit(Gc::EnclosingMark),
        "N" => DIGIT | bit(Gc::LetterNumber) | bit(Gc::OtherNumber),
        "Nd" => DIGIT,
        "Nl" => bit(Gc::LetterNumber),
        "No" => bit(Gc::OtherNumber),
        "Z" => bit(Gc::SpaceSeparator) | bit(Gc::LineSeparator) | bit(Gc::ParagraphSeparator),
        "Zs" => bit(Gc::SpaceSeparator),
        "Zl" => bit(Gc::LineSeparator),
        "Zp" => bit(Gc::ParagraphSeparator),
        "C" => bit(Gc::Control) | bit(Gc::Format) | bit(Gc::Surrogate) | bit(Gc::PrivateUse) | bit(Gc::Unassigned),
        "Cc" => bit(Gc::Control),
        "Cf" => bit(Gc::Format),
        "Cs" => bit(Gc::Surrogate),
        "Co" => bit(Gc::PrivateUse),
        "Cn" => bit(Gc::Unassigned),
        "P" => {
            bit(Gc::ConnectorPunctuation)
                | bit(Gc::DashPunctuation)
                | bit(Gc::OpenPunctuation)
                | bit(Gc::ClosePunctuation)
                | bit(Gc::InitialPunctuation)
                | bit(Gc::FinalPunctuation)
                | bit(Gc::OtherPunctuation)
        }
        "Pc" => bit(Gc::ConnectorPunctuation),
        "Pd" => bit(Gc::DashPunctuation),
        "Ps" => bit(Gc::OpenPunctuation),
        "Pe" => bit(Gc::ClosePunctuation),
        "Pi" => bit(Gc::InitialPunctuation),
        "Pf" => bit(Gc::FinalPunctuation),
        "Po" => bit(Gc::OtherPunctuation),
        "S" => bit(Gc::MathSymbol) | bit(Gc::CurrencySymbol) | bit(Gc::ModifierSymbol) | bit(Gc::OtherSymbol),
        "Sm" => bit(Gc::MathSymbol),
        "Sc" => bit(Gc::CurrencySymbol),
        "Sk" => bit(Gc::ModifierSymbol),
        "So" => bit(Gc::OtherSymbol),
        block => {
            let (_, first, last) = super::blocks::BLOCKS.iter().find(|(name, ..)| *name == block)?;
            // A block is a range; its opposite is all else, which one category mask cannot say.
            return Some(if negated { Item::Category(0, false) } else { Item::Range(*first, *last) });
        }
    };
    Some(Item::Category(mask, negated))
}

/// The two ranges around a block, for `\P{IsX}`.
pub(super) fn outside_block(name: &str) -> Option<Vec<Item>> {
    let (_, first, last) = super::blocks::BLOCKS.iter().find(|(block, ..)| *block == name)?;
    Some(complement(&[(*first, *last)], true))
}

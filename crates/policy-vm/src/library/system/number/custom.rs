//! Custom format strings: pictures like `#,##0.00;(0.00)`.

use super::digits::{Digits, Kind};
use super::format::push_exponent;

/// What a first look at a section finds.
struct Layout {
    digit_count: i32,
    decimal_pos: i32,
    first_digit: i32,
    last_digit: i32,
    scientific: bool,
    thousands: bool,
    scale_adjust: i32,
}

/// Appends `number` as the picture shows it.
pub(super) fn format(mut number: Digits, picture: &str, out: &mut String) {
    let picture: Vec<char> = picture.chars().collect();
    let wanted = if number.is_zero() {
        2
    } else if number.negative {
        1
    } else {
        0
    };
    let mut section = find_section(&picture, wanted);
    let layout = loop {
        let layout = read_layout(&picture, section);
        if number.is_zero() {
            number.negative &= number.kind == Kind::Float;
            number.scale = 0;
            break layout;
        }
        number.scale += layout.scale_adjust;
        let count =
            if layout.scientific { layout.digit_count } else { number.scale + layout.digit_count - layout.decimal_pos };
        number.round(count, false);
        if number.is_zero() {
            let zero = find_section(&picture, 2);
            if zero != section {
                section = zero;
                continue;
            }
        }
        break layout;
    };
    let start = out.len();
    let signed = number.negative && section == 0;
    if signed && number.scale != 0 {
        out.push('-');
    }
    Writer::new(&number, &layout).write(&picture, section, out);
    // A negative number that became zero keeps its sign when anything is shown at all.
    if signed && number.scale == 0 && out.len() > start {
        out.insert(start, '-');
    }
}

/// Where the n-th section (parted by `;`) starts; an empty one is as the first.
fn find_section(picture: &[char], mut section: u32) -> usize {
    if section == 0 {
        return 0;
    }
    let mut at = 0;
    while let Some(c) = picture.get(at).copied() {
        at += 1;
        match c {
            '\'' | '"' => at = skip_quoted(picture, at, c),
            '\\' => at += 1,
            ';' => {
                section -= 1;
                if section == 0 {
                    return if picture.get(at).is_some_and(|c| *c != ';') { at } else { 0 };
                }
            }
            _ => {}
        }
    }
    0
}

fn skip_quoted(picture: &[char], mut at: usize, quote: char) -> usize {
    while let Some(c) = picture.get(at) {
        at += 1;
        if *c == quote {
            break;
        }
    }
    at
}

fn read_layout(picture: &[char], section: usize) -> Layout {
    let (mut digit_count, mut decimal_pos, mut first_digit, mut last_digit) = (0, -1, i32::MAX, 0);
    let (mut scientific, mut thousands, mut scale_adjust) = (false, false, 0);
    let (mut thousand_pos, mut thousand_count) = (-1, 0);
    let mut at = section;
    while let Some(c) = picture.get(at).copied() {
        at += 1;
        match c {
            ';' => break,
            '#' => digit_count += 1,
            '0' => {
                if first_digit == i32::MAX {
                    first_digit = digit_count;
                }
                digit_count += 1;
                last_digit = digit_count;
            }
            '.' if decimal_pos < 0 => decimal_pos = digit_count,
            ',' if digit_count > 0 && decimal_pos < 0 => {
                if thousand_pos == digit_count {
                    thousand_count += 1;
                } else {
                    thousands |= thousand_pos >= 0;
                    thousand_pos = digit_count;
                    thousand_count = 1;
                }
            }
            '%' => scale_adjust += 2,
            '‰' => scale_adjust += 3,
            '\'' | '"' => at = skip_quoted(picture, at, c),
            '\\' => at += 1,
            'E' | 'e' => {
                if let Some((_, after, _)) = exponent(picture, at) {
                    at = after;
                    scientific = true;
                }
            }
            _ => {}
        }
    }
    if decimal_pos < 0 {
        decimal_pos = digit_count;
    }
    if thousand_pos >= 0 {
        if thousand_pos == decimal_pos {
            scale_adjust -= thousand_count * 3;
        } else {
            thousands = true;
        }
    }
    let first_digit = if first_digit < decimal_pos { decimal_pos - first_digit } else { 0 };
    let last_digit = if last_digit > decimal_pos { decimal_pos - last_digit } else { 0 };
    Layout { digit_count, decimal_pos, first_digit, last_digit, scientific, thousands, scale_adjust }
}

/// `0`, `+0`, `-00` after an `E`: the number of zeros, where it ends, and whether a plus is shown.
fn exponent(picture: &[char], at: usize) -> Option<(usize, usize, bool)> {
    let (start, plus) = match (picture.get(at), picture.get(at + 1)) {
        (Some('0'), _) => (at, false),
        (Some('+'), Some('0')) => (at + 1, true),
        (Some('-'), Some('0')) => (at + 1, false),
        _ => return None,
    };
    let zeros = picture.get(start..).unwrap_or_default().iter().take_while(|c| **c == '0').count();
    Some((zeros, start + zeros, plus))
}

/// Writes the digits where the picture has places for them.
struct Writer<'a> {
    number: &'a Digits,
    layout: &'a Layout,
    next: usize,
    place: i32,
    adjust: i32,
    separators: Vec<i32>,
}

impl<'a> Writer<'a> {
    fn new(number: &'a Digits, layout: &'a Layout) -> Self {
        let (place, adjust) = if layout.scientific {
            (layout.decimal_pos, 0)
        } else {
            (number.scale.max(layout.decimal_pos), number.scale - layout.decimal_pos)
        };
        let mut separators = Vec::new();
        if layout.thousands {
            let digits = layout.first_digit.max(place + adjust.min(0));
            separators.extend((1..).map(|n| n * 3).take_while(|n| digits > *n));
        }
        Self { number, layout, next: 0, place, adjust, separators }
    }

    fn take(&mut self) -> Option<u8> {
        let digit = self.number.digit(self.next)?;
        self.next += 1;
        Some(b'0' + digit)
    }

    fn push(&mut self, digit: u8, out: &mut String) {
        out.push(char::from(digit));
        if self.place > 1 && self.separators.last().is_some_and(|at| self.place == at + 1) {
            out.push(',');
            self.separators.pop();
        }
    }

    fn write(&mut self, picture: &[char], section: usize, out: &mut String) {
        let mut scientific = self.layout.scientific;
        let mut point_written = false;
        let mut at = section;
        while let Some(c) = picture.get(at).copied() {
            at += 1;
            if matches!(c, '#' | '0' | '.') {
                while self.adjust > 0 {
                    let digit = self.take().unwrap_or(b'0');
                    self.push(digit, out);
                    self.place -= 1;
                    self.adjust -= 1;
                }
            }
            match c {
                ';' => break,
                '#' | '0' => self.write_place(out),
                '.' => {
                    let more = self.layout.last_digit < 0
                        || (self.layout.decimal_pos < self.layout.digit_count && self.next < self.number.digits.len());
                    if self.place == 0 && !point_written && more {
                        out.push('.');
                        point_written = true;
                    }
                }
                ',' => {}
                '\'' | '"' => {
                    while let Some(literal) = picture.get(at).copied() {
                        at += 1;
                        if literal == c {
                            break;
                        }
                        out.push(literal);
                    }
                }
                '\\' => {
                    out.extend(picture.get(at));
                    at += 1;
                }
                'E' | 'e' => match exponent(picture, at) {
                    Some((zeros, after, plus)) if scientific => {
                        at = after;
                        let value = if self.number.is_zero() { 0 } else { self.number.scale - self.layout.decimal_pos };
                        push_exponent(value, c, zeros.min(10), plus, out);
                        scientific = false;
                    }
                    Some((_, after, _)) => {
                        out.push(c);
                        out.extend(picture.get(at..after).unwrap_or_default());
                        at = after;
                    }
                    None => out.push(c),
                },
                literal => out.push(literal),
            }
        }
    }

    fn write_place(&mut self, out: &mut String) {
        let digit = if self.adjust < 0 {
            self.adjust += 1;
            (self.place <= self.layout.first_digit).then_some(b'0')
        } else {
            self.take().or((self.place > self.layout.last_digit).then_some(b'0'))
        };
        if let Some(digit) = digit {
            self.push(digit, out);
        }
        self.place -= 1;
    }
}

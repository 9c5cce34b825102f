//! A chunked body, followed byte by byte where its framing is and in leaps where its data is.

use crate::edge::refusal::Refusal;

/// Where in a chunked body the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunked {
    state: State,
    /// Data bytes of the chunk still to come, or the size read so far.
    left: u64,
    /// Digits of the size, bytes of the extension or of the trailers so far.
    count: u32,
    /// Data bytes of the body so far.
    total: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    EndLf,
}

/// Extensions and trailers mean nothing to a gateway; this is more than any peer has reason to send.
const MAX_EXTENSION: u32 = 256;
const MAX_TRAILERS: u32 = 8 << 10;

impl Chunked {
    pub(super) const fn new() -> Self {
        Self { state: State::Size, left: 0, count: 0, total: 0 }
    }

    /// Follows `bytes`; gives how many belong to the body, and whether it ended there.
    pub(super) fn follow(&mut self, bytes: &[u8], limit: u64) -> Result<(usize, bool), Refusal> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.state == State::Data {
                let step = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - at);
                at += step;
                self.left -= step as u64;
                if self.left == 0 {
                    self.state = State::DataCr;
                }
                continue;
            }
            at += 1;
            if self.step(*byte, limit)? {
                return Ok((at, true));
            }
        }
        Ok((at, false))
    }

    /// One byte of framing; true when it was the last of the body.
    fn step(&mut self, byte: u8, limit: u64) -> Result<bool, Refusal> {
        self.state = match (self.state, byte) {
            (State::Size, b'\r') if self.count > 0 => State::SizeLf,
            (State::Size, b';') if self.count > 0 => {
                self.count = 0;
                State::Extension
            }
            (State::Size, _) => return self.digit(byte).map(|()| false),
            (State::Extension, b'\r') => State::SizeLf,
            (State::Extension, b'\t' | b' '..=0x7e | 0x80..) if self.count < MAX_EXTENSION => {
                self.count += 1;
                State::Extension
            }
            (State::SizeLf, b'\n') => self.chunk_begins(limit)?,
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => {
                self.count = 0;
                State::Size
            }
            (State::TrailerStart, b'\r') => State::EndLf,
            (State::TrailerStart | State::Trailer, b'\t' | b' '..=0x7e | 0x80..) if self.count < MAX_TRAILERS => {
                self.count += 1;
                State::Trailer
            }
            (State::Trailer, b'\r') => State::TrailerLf,
            (State::TrailerLf, b'\n') => State::TrailerStart,
            (State::EndLf, b'\n') => return Ok(true),
            _ => return Err(Refusal::BadChunk),
        };
        Ok(false)
    }

    fn digit(&mut self, byte: u8) -> Result<(), Refusal> {
        let digit = char::from(byte).to_digit(16).ok_or(Refusal::BadChunk)?;
        if self.count == 16 {
            return Err(Refusal::BadChunk);
        }
        self.left = (self.left << 4) | u64::from(digit);
        self.count += 1;
        Ok(())
    }

    fn chunk_begins(&mut self, limit: u64) -> Result<State, Refusal> {
        self.count = 0;
        if self.left == 0 {
            return Ok(State::TrailerStart);
        }
        self.total = self.total.saturating_add(self.left);
        if self.total > limit { Err(Refusal::BodyTooLarge) } else { Ok(State::Data) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same result whole and byte by byte.
    #[track_caller]
    fn check(text: &str, expected: Result<(usize, bool), Refusal>) {
        assert_eq!(Chunked::new().follow(text.as_bytes(), 100), expected, "{text:?}");
        let mut reader = Chunked::new();
        let mut total = 0;
        let mut result = Ok((0, false));
        for byte in text.as_bytes() {
            result = reader.follow(&[*byte], 100).map(|(length, ended)| {
                total += length;
                (total, ended)
            });
            if !matches!(result, Ok((_, false))) {
                break;
            }
        }
        assert_eq!(result, expected, "{text:?} byte by byte");
    }

    #[test]
    fn whole_bodies_end_where_they_end() {
        check("0\r\n\r\n", Ok((5, true)));
        check("5\r\nhello\r\n0\r\n\r\nGET /", Ok((15, true)));
        check("5;a=b\r\nhello\r\n0;x\r\nA: b\r\n\r\n", Ok((27, true)));
        check("0000000000000005\r\nhello\r\n0\r\n\r\n", Ok((30, true)));
        check("5\r\nhel", Ok((6, false)));
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "0x5\r\n",
            "+5\r\n",
            "5_0\r\n",
            " 5\r\n",
            "5 ;ext\r\n",
            "5 \r\n",
            "00000000000000005\r\n",
            "5\nhello",
            "\r\n",
            ";a\r\n",
            "5;a\nb\r\n",
            "5;a\rb\r\n",
            "5\r\nhelloX",
            "5\r\nhello\n",
            "5\r\nhello\rX",
            "0\r\n\n",
            "0\r\nA: b\n",
        ] {
            check(bad, Err(Refusal::BadChunk));
        }
        check("65\r\n", Err(Refusal::BodyTooLarge));
    }
}

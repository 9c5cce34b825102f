//! Inputs made from others: cut, repeated, spliced, sprinkled with what tends to hurt. The same seed gives the same.

/// Makes inputs from seeds.
#[derive(Debug)]
pub struct Mutator<'s> {
    seeds: &'s [Vec<u8>],
    state: u64,
}

/// What documents and expressions are made of, and what they break at.
const PIECES: [&[u8]; 48] = [
    b"<",
    b">",
    b"/>",
    b"</",
    b"=\"",
    b"\"",
    b"'",
    b"&",
    b"&quot;",
    b"&#x0;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"@(",
    b"@{",
    b")",
    b"}",
    b"{",
    b"(",
    b"[",
    b"]",
    b"$\"{",
    b"@\"",
    b"\\",
    b"\\u",
    b"//",
    b"/*",
    b"*/",
    b";",
    b"?.",
    b"??",
    b"=>",
    b"new ",
    b"return ",
    b"for(;;)",
    b"(string)",
    b".Select(x => x)",
    b"int",
    b"null",
    b"-1",
    b"2147483647",
    b"1e400",
    b"0x",
    b"\xf0\x9f\x98\x80",
    b"\xc3\xa9",
    b"\0",
    b"{{named}}",
];

impl<'s> Mutator<'s> {
    /// Inputs made from `seeds`, of which there is at least one.
    #[must_use]
    pub const fn new(seeds: &'s [Vec<u8>], seed: u64) -> Self {
        Self { seeds, state: seed }
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.random() % limit.max(1) as u64) as usize
    }

    fn seed(&mut self) -> &'s [u8] {
        let at = self.below(self.seeds.len());
        self.seeds.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    /// A stretch of a text of `length` bytes, more often short than long.
    fn stretch(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 16 };
        let end = start + self.below((length - start).min(most) + 1);
        start..end
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let place = self.stretch(input.len());
        match self.below(7) {
            0 => drop(input.drain(place)),
            1 => {
                let copy = input.get(place.clone()).unwrap_or_default().repeat(1 + self.below(4));
                input.splice(place.end..place.end, copy);
            }
            2 => input.truncate(place.start),
            3 => {
                let other = self.seed();
                let from = self.stretch(other.len());
                let piece = other.get(from).unwrap_or_default().to_vec();
                input.splice(place, piece);
            }
            4 => {
                let byte = self.random() as u8;
                if let Some(slot) = input.get_mut(place.start) {
                    *slot = byte;
                }
            }
            _ => {
                let at = self.below(PIECES.len());
                let piece = PIECES.get(at).copied().unwrap_or_default();
                input.splice(place.start..place.start, piece.iter().copied());
            }
        }
        input.truncate(1 << 16);
    }
}

impl Iterator for Mutator<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.seed().to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut input);
        }
        Some(input)
    }
}

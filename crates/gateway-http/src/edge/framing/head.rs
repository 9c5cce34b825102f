//! The head of a request, looked at once before the HTTP library parses it: only what that library lets pass and what
//! decides where the message ends.

use memchr::memchr;

use crate::edge::refusal::Refusal;

/// What a head may be.
#[derive(Debug, Clone)]
pub(crate) struct HeadLimits {
    /// Bytes of the request target.
    pub(crate) target: usize,
    /// Bytes of the whole head.
    pub(crate) block: usize,
    /// Header lines.
    pub(crate) headers: usize,
    /// Bytes of a body.
    pub(crate) body: u64,
}

/// How the body behind a head is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Length(u64),
    Chunked,
}

/// A head that may pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Its length with the empty line.
    pub(super) length: usize,
    pub(super) body: Body,
}

/// Looks at the head that `bytes` begin with; `None` when it is not complete yet.
pub(super) fn inspect(bytes: &[u8], limits: &HeadLimits) -> Result<Option<Head>, Refusal> {
    let mut reader =
        Reader { bytes, at: 0, limit: limits.target + METHOD_AND_VERSION, too_long: Refusal::TargetTooLong };
    let target = match request_line(&mut reader, limits) {
        Ok(Some(target)) => target,
        Ok(None) => return Ok(None),
        Err(refusal) => return if is_begun(bytes, reader.limit) { Ok(None) } else { Err(refusal) },
    };
    let mut facts = Facts { target, ..Facts::default() };
    (reader.limit, reader.too_long) = (limits.block, Refusal::HeadTooLarge);
    for count in 0.. {
        let Some(line) = header_line(&mut reader)? else { return Ok(None) };
        let Line::Header { name, value } = line else {
            return Ok(Some(Head { length: reader.at, body: facts.finish(limits)? }));
        };
        if count == limits.headers {
            return Err(Refusal::TooManyHeaders);
        }
        facts.header(name, value)?;
    }
    Ok(None)
}

/// Whole lines decide: what is no request at all may be the beginning of another protocol, to which the answer before it
/// agrees.
fn is_begun(bytes: &[u8], limit: usize) -> bool {
    bytes.len() <= limit && memchr(b'\n', bytes).is_none()
}

/// Room in the request line for the longest method and ` HTTP/1.1` beside the target.
const METHOD_AND_VERSION: usize = 64;

/// Goes over the bytes of a head once. Lines end in CR LF, and in nothing else.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the line must have ended.
    limit: usize,
    too_long: Refusal,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// There is no more to read: is that all right?
    fn wait<T>(&self) -> Result<Option<T>, Refusal> {
        if self.bytes.len() > self.limit { Err(self.too_long) } else { Ok(None) }
    }

    /// What stands before the first byte that is not in `set`, and that byte, which is passed over too.
    fn until(&mut self, set: &[bool; 256]) -> Option<(&'a [u8], u8)> {
        let rest = self.rest();
        let end = rest.iter().position(|byte| !set.get(usize::from(*byte)).copied().unwrap_or(false))?;
        let (part, after) = rest.split_at(end);
        self.at += end + 1;
        after.first().map(|byte| (part, *byte))
    }

    /// The rest of the line.
    fn text(&mut self) -> Result<Option<&'a [u8]>, Refusal> {
        let rest = self.rest();
        let (text, end) = rest.split_at(text_end(rest));
        match end {
            [b'\r', b'\n', ..] => {
                self.at += text.len() + 2;
                if self.at > self.limit { Err(self.too_long) } else { Ok(Some(text)) }
            }
            [] | [b'\r'] => self.wait(),
            [b'\n', ..] => Err(Refusal::BareLineFeed),
            _ => Err(Refusal::BadHeaderLine),
        }
    }
}

/// A line behind the first.
enum Line<'a> {
    Header { name: &'a [u8], value: &'a [u8] },
    Empty,
}

/// A blank first would be a folded line, a blank behind the name another name to a peer that trims.
fn header_line<'a>(reader: &mut Reader<'a>) -> Result<Option<Line<'a>>, Refusal> {
    match reader.until(&TOKEN) {
        Some((name @ [_, ..], b':')) => Ok(reader.text()?.map(|value| Line::Header { name, value })),
        Some(([], b'\r')) => match reader.rest() {
            [b'\n', ..] => {
                reader.at += 1;
                if reader.at > reader.limit { Err(reader.too_long) } else { Ok(Some(Line::Empty)) }
            }
            [] => reader.wait(),
            _ => Err(Refusal::BadHeaderLine),
        },
        Some((_, b'\n')) => Err(Refusal::BareLineFeed),
        Some(_) => Err(Refusal::BadHeaderLine),
        None => reader.wait(),
    }
}

/// What the request line says about the target.
#[derive(Default)]
enum Target<'a> {
    #[default]
    Origin,
    Absolute(&'a [u8]),
}

/// The target, and whether the version is the old one.
fn request_line<'a>(reader: &mut Reader<'a>, limits: &HeadLimits) -> Result<Option<(Target<'a>, bool)>, Refusal> {
    let method = match reader.until(&TOKEN) {
        Some((method @ [_, ..], b' ')) => method,
        Some((_, b'\n')) => return Err(Refusal::BareLineFeed),
        Some(_) => return Err(Refusal::BadRequestLine),
        None => return reader.wait(),
    };
    let Some((target, end)) = reader.until(&TARGET) else { return reader.wait() };
    if target.len() > limits.target {
        return Err(Refusal::TargetTooLong);
    }
    match end {
        b' ' => {}
        b'\r' => return Err(Refusal::BadRequestLine),
        b'\n' => return Err(Refusal::BareLineFeed),
        _ => return Err(Refusal::BadTarget),
    }
    let version = match reader.text() {
        Ok(Some(version)) => version,
        Ok(None) => return Ok(None),
        Err(Refusal::BadHeaderLine) => return Err(Refusal::BadRequestLine),
        Err(refusal) => return Err(refusal),
    };
    let old = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        _ if version.starts_with(b"HTTP/") => return Err(Refusal::BadVersion),
        _ => return Err(Refusal::BadRequestLine),
    };
    let target = match target {
        [b'/', b'/', ..] => return Err(Refusal::BadTarget),
        [b'/', ..] => Target::Origin,
        b"*" if method == b"OPTIONS" => Target::Origin,
        // Where the tunnel would lead does not matter; what comes behind is no request (RFC 9110 9.3.6).
        _ if method == b"CONNECT" => return Err(Refusal::MethodNotAllowed),
        _ => Target::Absolute(absolute(target)?),
    };
    Ok(Some((target, old)))
}

/// The authority of `http://authority/…`.
fn absolute(target: &[u8]) -> Result<&[u8], Refusal> {
    let scheme = memchr(b':', target).ok_or(Refusal::BadTarget)?;
    let (scheme, rest) = target.split_at(scheme);
    if !scheme.eq_ignore_ascii_case(b"http") && !scheme.eq_ignore_ascii_case(b"https") {
        return Err(Refusal::BadTarget);
    }
    let rest = rest.strip_prefix(b"://").ok_or(Refusal::BadTarget)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    rest.get(..end).filter(|authority| !authority.is_empty()).ok_or(Refusal::BadTarget)
}

/// What the header lines say about the message.
#[derive(Default)]
struct Facts<'a> {
    target: (Target<'a>, bool),
    host: Option<&'a [u8]>,
    length: Option<u64>,
    chunked: bool,
}

/// The number of a `Content-Length`, whatever protocol it came over: digits, and no more than a number has.
pub(crate) fn length_of(digits: &[u8]) -> Result<u64, Refusal> {
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Refusal::BadContentLength);
    }
    Ok(digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

impl<'a> Facts<'a> {
    fn header(&mut self, name: &[u8], value: &'a [u8]) -> Result<(), Refusal> {
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.host(value),
            14 if name.eq_ignore_ascii_case(b"content-length") => self.content_length(value),
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => self.transfer_encoding(value),
            _ => Ok(()),
        }
    }

    fn host(&mut self, value: &'a [u8]) -> Result<(), Refusal> {
        if self.host.is_some() {
            return Err(Refusal::SecondHost);
        }
        let value = value.trim_ascii();
        if !is_authority(value) {
            return Err(Refusal::BadHost);
        }
        self.host = Some(value);
        Ok(())
    }

    fn content_length(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if self.length.is_some() {
            return Err(Refusal::SecondContentLength);
        }
        self.length = Some(length_of(value.trim_ascii())?);
        Ok(())
    }

    /// One exact `chunked` and nothing around it: every other spelling is read differently by somebody.
    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Refusal> {
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if self.chunked {
            return Err(Refusal::BadTransferEncoding);
        }
        if value.eq_ignore_ascii_case(b"chunked") {
            self.chunked = true;
            return Ok(());
        }
        let known = value.len() >= 7 && value.windows(7).any(|part| part.eq_ignore_ascii_case(b"chunked"));
        let token = !value.is_empty() && value.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        Err(if token && !known { Refusal::UnknownTransferCoding } else { Refusal::BadTransferEncoding })
    }

    fn finish(self, limits: &HeadLimits) -> Result<Body, Refusal> {
        let (target, old) = self.target;
        match (target, self.host) {
            (_, None) if !old => return Err(Refusal::MissingHost),
            (Target::Absolute(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => {
                return Err(Refusal::HostDiffersFromTarget);
            }
            (Target::Absolute(authority), None) if !is_authority(authority) => return Err(Refusal::BadTarget),
            _ => {}
        }
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(Refusal::LengthAndTransferEncoding),
            (true, None) if old => Err(Refusal::BadTransferEncoding),
            (true, None) => Ok(Body::Chunked),
            (false, Some(length)) if length > limits.body => Err(Refusal::BodyTooLarge),
            (false, length) => Ok(Body::Length(length.unwrap_or(0))),
        }
    }
}

/// What methods and names are made of (RFC 9110 5.6.2). The library looks at these too, but then closes without a word.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b"!#$%&'*+-.^_`|~";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        table[byte] |= (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// What a target is made of: visible ASCII without `#`; the library would let raw UTF-8 pass.
const TARGET: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0x21;
    while byte <= 0x7e {
        table[byte] = byte != b'#' as usize;
        byte += 1;
    }
    table
};

/// Where the first control byte stands that is no tab. Eight bytes are looked at at a time.
fn text_end(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        match first_control(u64::from_le_bytes(*word)) {
            None => at += 8,
            Some(place) if word.get(place) == Some(&b'\t') => at += place + 1,
            Some(place) => return at + place,
        }
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let end = rest.iter().position(|byte| byte.is_ascii_control() && *byte != b'\t');
    end.map_or(bytes.len(), |place| at + place)
}

/// Which of eight bytes, the lowest first, is the first below 0x20 or 0x7f. What a subtraction borrows from the byte above
/// can make that look like one too, but never the first.
fn first_control(word: u64) -> Option<usize> {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    let below = word.wrapping_sub(EACH * 0x20) & !word;
    let delete = word ^ (EACH * 0x7f);
    let delete = delete.wrapping_sub(EACH) & !delete;
    let marks = (below | delete) & HIGH;
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

/// `host`, `host:port`, `[v6]:port`; no path, no user, no list.
pub(in crate::edge) fn is_authority(value: &[u8]) -> bool {
    let (host, port) = match value {
        [b'[', ..] => match memchr(b']', value) {
            Some(end) => value.split_at(end + 1),
            None => return false,
        },
        _ => value.split_at(memchr(b':', value).unwrap_or(value.len())),
    };
    let host_is_good = match host {
        [] => false,
        [b'[', address @ .., b']'] => {
            !address.is_empty() && address.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }
        name => name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~')),
    };
    let port_is_good = match port {
        [] => true,
        [b':', digits @ ..] => {
            (1..=5).contains(&digits.len())
                && digits.iter().all(u8::is_ascii_digit)
                && digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')) <= 65535
        }
        _ => false,
    };
    host_is_good && port_is_good
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits { target: 100, block: 1000, headers: 5, body: 1 << 20 };

    #[track_caller]
    fn check(text: &str, expected: Result<Body, Refusal>) {
        let found = inspect(text.as_bytes(), &LIMITS).map(|head| head.expect("a whole head").body);
        assert_eq!(found, expected, "{text:?}");
    }

    /// A head with these further lines.
    #[track_caller]
    fn lines(lines: &str, expected: Result<Body, Refusal>) {
        check(&format!("POST /a HTTP/1.1\r\nHost: h\r\n{lines}\r\n"), expected);
    }

    #[test]
    fn a_length_is_digits_once() {
        lines("", Ok(Body::Length(0)));
        lines("Content-Length: 5\r\n", Ok(Body::Length(5)));
        for bad in ["+5", "-1", "0x10", "5,5", "", "123456789012345678901234567890", "5 5", "5.0"] {
            lines(&format!("content-length: {bad}\r\n"), Err(Refusal::BadContentLength));
        }
        lines("Content-Length: 5\r\nContent-Length: 5\r\n", Err(Refusal::SecondContentLength));
        lines("Content-Length: 2000000\r\n", Err(Refusal::BodyTooLarge));
    }

    #[test]
    fn a_transfer_encoding_is_chunked_exactly() {
        lines("Transfer-Encoding: chunked\r\n", Ok(Body::Chunked));
        lines("Transfer-Encoding:chunked\r\n", Ok(Body::Chunked));
        for bad in ["chunked, chunked", ",chunked", "xchunked", "chunked\t", "\tchunked", "chunked ", ""] {
            lines(&format!("Transfer-Encoding: {bad}\r\n"), Err(Refusal::BadTransferEncoding));
        }
        lines("Transfer-Encoding: \x0bchunked\r\n", Err(Refusal::BadHeaderLine));
        lines("Transfer-Encoding: identity\r\n", Err(Refusal::UnknownTransferCoding));
        lines("Transfer-Encoding: gzip\r\n", Err(Refusal::UnknownTransferCoding));
        lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Err(Refusal::BadTransferEncoding));
        lines("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Err(Refusal::LengthAndTransferEncoding));
        let old = "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(old, Err(Refusal::BadTransferEncoding));
    }

    #[test]
    fn a_host_is_there_once_and_well_formed() {
        let host = |lines: &str, expected| check(&format!("GET / HTTP/1.1\r\n{lines}\r\n"), expected);
        host("", Err(Refusal::MissingHost));
        host("Host: a\r\nHost: a\r\n", Err(Refusal::SecondHost));
        for bad in ["a/b", "u@a", "a,b", "a:x", "a:99999", "a:", "", "a b", "[::1", "[]", "a\u{e9}"] {
            host(&format!("Host: {bad}\r\n"), Err(Refusal::BadHost));
        }
        for good in ["a", "a:80", "[::1]", "[::1]:80", "127.0.0.1:8080", "a_b.c"] {
            host(&format!("Host: {good}\r\n"), Ok(Body::Length(0)));
        }
        check("GET / HTTP/1.0\r\n\r\n", Ok(Body::Length(0)));
    }

    #[test]
    fn a_target_is_a_path_or_names_the_host() {
        let target = |target: &str, expected| check(&format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"), expected);
        for bad in ["!", "*", "//evil", "a", "/\u{e9}", "/\x01", "/a#b", "ftp://h/", "http:/h", "http://"] {
            target(bad, Err(Refusal::BadTarget));
        }
        target("http://evil/", Err(Refusal::HostDiffersFromTarget));
        target("http://h/", Ok(Body::Length(0)));
        target("http://H?x", Ok(Body::Length(0)));
        target("/a?b=//c", Ok(Body::Length(0)));
        target(&format!("/{}", "a".repeat(100)), Err(Refusal::TargetTooLong));
        target(&format!("/{}", "a".repeat(300)), Err(Refusal::TargetTooLong));
        target("/a b", Err(Refusal::BadRequestLine));
        check("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", Ok(Body::Length(0)));
        check("GET / HTTP/2.0\r\nHost: h\r\n\r\n", Err(Refusal::BadVersion));
        for target in ["h:443", "h", "[::1]:443", "http://h/", "*"] {
            check(&format!("CONNECT {target} HTTP/1.1\r\nHost: h\r\n\r\n"), Err(Refusal::MethodNotAllowed));
        }
        check("GET /\r\n\r\n", Err(Refusal::BadRequestLine));
        check("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", Err(Refusal::BadRequestLine));
    }

    #[test]
    fn lines_end_in_cr_lf_and_begin_with_a_name() {
        check("GET / HTTP/1.1\nHost: h\r\n\r\n", Err(Refusal::BareLineFeed));
        check("GET / HTTP/1.1\r\nHost: h\n\r\n", Err(Refusal::BareLineFeed));
        check("GET / HTTP/1.1\r\nHost: h\r\n\n", Err(Refusal::BareLineFeed));
        check("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", Err(Refusal::BadRequestLine));
        for bad in
            [" X: y", "\tX: y", "X : y", ": y", "X", "X(: y", "X\0: y", "X: a\0b", "X: a\rb", "X: \x7f", "X\u{e9}: y"]
        {
            lines(&format!("{bad}\r\n"), Err(Refusal::BadHeaderLine));
        }
    }

    #[test]
    fn the_first_control_byte_is_found_wherever_it_stands() {
        for byte in 0..=255u8 {
            for length in 0..20 {
                for place in 0..length {
                    for follower in [b' ', 0x7f, 0x80, 0x00] {
                        let mut text = vec![b'a'; length];
                        text[place] = byte;
                        if let Some(next) = text.get_mut(place + 1) {
                            *next = follower;
                        }
                        let expected = text.iter().position(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f);
                        assert_eq!(text_end(&text), expected.unwrap_or(length), "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn limits_hold_before_the_head_is_complete() {
        let incomplete = |text: String| inspect(text.as_bytes(), &LIMITS);
        assert_eq!(incomplete("GET /a HTTP/1.1\r\nHost: h\r\n".into()), Ok(None));
        assert_eq!(incomplete("\u{81}\x05hello".into()), Ok(None));
        assert_eq!(incomplete("\u{81}\x05he\nllo".into()), Err(Refusal::BadRequestLine));
        assert_eq!(incomplete(format!("GET /{}", "a".repeat(200))), Err(Refusal::TargetTooLong));
        assert_eq!(incomplete(format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(1000))), Err(Refusal::HeadTooLarge));
        lines(&"X: y\r\n".repeat(4), Ok(Body::Length(0)));
        lines(&"X: y\r\n".repeat(5), Err(Refusal::TooManyHeaders));
    }
}

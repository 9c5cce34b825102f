//! Reading URIs as .NET does: known schemes have an authority and a hierarchical path, others may be opaque.

use super::super::ip_address::{Address, parse_v4};
use super::escape::canonical;
use super::implicit::{self, ImplicitFile};

/// Why a text is no absolute URI; each is one of .NET's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Empty,
    /// It has no scheme: it may be a relative URI.
    Format,
    Scheme,
    Authority,
    Host,
    Port,
    /// `C:a`: a path that begins nowhere.
    Drive,
}

impl Failure {
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Empty => "Invalid URI: The URI is empty.",
            Self::Format => "Invalid URI: The format of the URI could not be determined.",
            Self::Scheme => "Invalid URI: The URI scheme is not valid.",
            Self::Authority => "Invalid URI: The Authority/Host could not be parsed.",
            Self::Host => "Invalid URI: The hostname could not be parsed.",
            Self::Port => "Invalid URI: Invalid port specified.",
            Self::Drive => "Invalid URI: A Dos path must be rooted, for example, 'c:\\\\'.",
        }
    }
}

/// What kind of host; the numbers are those of `UriHostNameType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostKind {
    Unknown = 0,
    Basic = 1,
    Dns = 2,
    V4 = 3,
    V6 = 4,
}

/// An absolute URI. Path, query (with `?`) and fragment (with `#`) are in escaped form.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) scheme: String,
    /// `//` follows the scheme.
    pub(super) authority: bool,
    pub(super) user_info: String,
    pub(super) host: String,
    pub(super) host_kind: HostKind,
    pub(super) port: Option<u16>,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) fragment: String,
}

/// The port a scheme has by default.
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        "gopher" => 70,
        "ldap" => 389,
        "net.tcp" => 808,
        "nntp" => 119,
        "telnet" => 23,
        "mailto" => 25,
        _ => return None,
    })
}

/// Schemes whose URIs must have an authority.
fn needs_authority(scheme: &str) -> bool {
    matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp" | "gopher" | "net.tcp" | "net.pipe" | "nntp" | "telnet")
}

/// Schemes whose paths lose `.` and `..` and have `\` turned.
fn is_hierarchical(scheme: &str) -> bool {
    needs_authority(scheme) || scheme == "file"
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Reads an absolute URI.
pub(super) fn parse(text: &str) -> Result<Parts, Failure> {
    if text.is_empty() {
        return Err(Failure::Empty);
    }
    let text = trimmed(text);
    if let Some(path) = implicit::file(text)? {
        return match path {
            // There, `\` is a letter like any other.
            ImplicitFile::Unix(path) => Ok(file(&implicit::escaped(path).replace('\\', "%5C"))),
            ImplicitFile::Dos(path) => Ok(file(&format!("/{}", implicit::escaped(&path)))),
            ImplicitFile::Unc("") if text.starts_with('\\') => Err(Failure::Format),
            ImplicitFile::Unc("") => Err(Failure::Host),
            ImplicitFile::Unc(share) => unc(share),
        };
    }
    let colon = text.find([':', '/', '\\', '?', '#']).filter(|at| text.get(*at..=*at) == Some(":"));
    let (scheme, rest) = colon.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))).ok_or(Failure::Format)?;
    if scheme.is_empty() {
        return Err(Failure::Format);
    }
    if !is_scheme(scheme) {
        return Err(Failure::Scheme);
    }
    let scheme = scheme.to_ascii_lowercase();
    let slashed = is_hierarchical(&scheme);
    let body = rest.strip_prefix("//").or(if slashed { rest.strip_prefix("\\\\") } else { None });
    match body {
        Some(body) => with_authority(scheme, body, slashed),
        None if scheme == "file" => Ok(file(rest)),
        None if needs_authority(&scheme) => Err(Failure::Authority),
        None => opaque(scheme, rest),
    }
}

/// A letter, then letters, digits, `+`, `-`, `.`.
pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn file(path: &str) -> Parts {
    let (path, query, fragment) = split_tail(path);
    Parts {
        scheme: "file".to_owned(),
        authority: true,
        user_info: String::new(),
        host: String::new(),
        host_kind: HostKind::Basic,
        port: None,
        path: canonical_path(path, true),
        query: canonical(query),
        fragment: canonical(fragment),
    }
}

/// A file of another machine: its name, and nothing else, is the authority.
fn unc(share: &str) -> Result<Parts, Failure> {
    let (host, path) = share.split_at(share.find(['/', '\\']).unwrap_or(share.len()));
    let (host, host_kind) = read_host(host, "file")?;
    let path = if path.is_empty() { "/".to_owned() } else { implicit::escaped(path) };
    Ok(Parts { host, host_kind, ..file(&path) })
}

/// Path, query with `?`, fragment with `#`.
fn split_tail(text: &str) -> (&str, &str, &str) {
    let (front, fragment) = text.split_at(text.find('#').unwrap_or(text.len()));
    let (path, query) = front.split_at(front.find('?').unwrap_or(front.len()));
    (path, query, fragment)
}

fn opaque(scheme: String, rest: &str) -> Result<Parts, Failure> {
    let (path, query, fragment) = split_tail(rest);
    let mut parts = Parts {
        authority: false,
        user_info: String::new(),
        host: String::new(),
        host_kind: HostKind::Unknown,
        port: None,
        path: canonical(path),
        query: canonical(query),
        fragment: canonical(fragment),
        scheme,
    };
    if parts.scheme == "mailto"
        && let Some((user, host)) = path.split_once('@')
    {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '[' | ']');
        if host.is_empty() || !host.chars().all(is_name) {
            return Err(Failure::Host);
        }
        parts.user_info = user.to_owned();
        parts.host = host.to_lowercase();
        parts.host_kind = HostKind::Dns;
        parts.path = String::new();
    }
    Ok(parts)
}

fn with_authority(scheme: String, body: &str, slashed: bool) -> Result<Parts, Failure> {
    let end = body.find(|c| matches!(c, '/' | '?' | '#') || (slashed && c == '\\')).unwrap_or(body.len());
    let (authority, tail) = body.split_at(end);
    let (path, query, fragment) = split_tail(tail);
    let (user_info, host_port) = match authority.split_once('@') {
        Some((user, host)) => (canonical(user), host),
        None => (String::new(), authority),
    };
    let (host, port) = split_port(host_port)?;
    let (host, host_kind) = read_host(host, &scheme)?;
    let mut path = canonical_path(path, slashed);
    if path.is_empty() {
        path.push('/');
    }
    let port = port.or_else(|| default_port(&scheme));
    let (query, fragment) = (canonical(query), canonical(fragment));
    Ok(Parts { scheme, authority: true, user_info, host, host_kind, port, path, query, fragment })
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), Failure> {
    let start = text.rfind(']').unwrap_or(0);
    let Some(colon) = text.get(start..).and_then(|t| t.find(':')).map(|at| at + start) else { return Ok((text, None)) };
    let (host, port) = (text.get(..colon).unwrap_or_default(), text.get(colon + 1..).unwrap_or_default());
    if port.is_empty() {
        return Ok((host, None));
    }
    if !port.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Failure::Port);
    }
    port.parse().map(|port| (host, Some(port))).map_err(|_| Failure::Port)
}

fn read_host(host: &str, scheme: &str) -> Result<(String, HostKind), Failure> {
    if host.is_empty() {
        return if needs_authority(scheme) { Err(Failure::Host) } else { Ok((String::new(), HostKind::Basic)) };
    }
    match host_name(host) {
        (_, HostKind::Unknown) => Err(Failure::Host),
        (name, kind) => Ok((name, kind)),
    }
}

/// A host in its canonical form, and its kind.
pub(super) fn host_name(host: &str) -> (String, HostKind) {
    if host.starts_with('[') {
        return match Address::parse(host) {
            Some(address @ Address::V6(v6, _)) if host.ends_with(']') => {
                let plain = Address::V6(v6, 0).text();
                let _ = address;
                (format!("[{plain}]"), HostKind::V6)
            }
            _ => (String::new(), HostKind::Unknown),
        };
    }
    if let Some(v4) = parse_v4(host) {
        return (v4.to_string(), HostKind::V4);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || (!c.is_ascii() && !c.is_control());
    let labels = host.strip_suffix('.').unwrap_or(host).split('.').all(|label| !label.is_empty() && label.len() < 64);
    if host.chars().all(allowed) && labels {
        (host.to_lowercase(), HostKind::Dns)
    } else {
        (String::new(), HostKind::Unknown)
    }
}

/// Escaped; with `\` turned and `.` and `..` resolved where the scheme has it so.
pub(super) fn canonical_path(path: &str, hierarchical: bool) -> String {
    if !hierarchical {
        return canonical(path);
    }
    remove_dots(&canonical(&path.replace('\\', "/")))
}

/// RFC 3986 section 5.2.4.
fn remove_dots(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let last = segments.len().saturating_sub(1);
    for (i, segment) in segments.iter().enumerate() {
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    out.pop();
                }
                if i == last {
                    out.push("");
                }
            }
            other => out.push(other),
        }
    }
    let joined = out.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

/// A relative reference against a base (RFC 3986 section 5.2).
pub(super) fn resolve(base: &Parts, reference: &str) -> Result<Parts, Failure> {
    let reference = trimmed(reference);
    let hierarchical = is_hierarchical(&base.scheme);
    let turned = if hierarchical { reference.replace('\\', "/") } else { reference.to_owned() };
    if turned.starts_with("//") {
        return parse(&format!("{}:{turned}", base.scheme));
    }
    if !hierarchical && !base.path.contains('/') && !reference.is_empty() && !reference.starts_with(['/', '?', '#']) {
        // Nothing to be relative to: the reference follows what stands before the path.
        let before = super::members::assemble(
            &Parts { path: String::new(), query: String::new(), fragment: String::new(), ..base.clone() },
            str::to_owned,
        );
        let (path, query, fragment) = split_tail(reference);
        return parse(&format!("{before}{}{query}{fragment}", fold_dots(path)));
    }
    let (path, query, fragment) = split_tail(reference);
    let mut parts = base.clone();
    parts.fragment = canonical(fragment);
    if path.is_empty() {
        if !query.is_empty() {
            parts.query = canonical(query);
        }
        return Ok(parts);
    }
    parts.query = canonical(query);
    let rooted = turned.starts_with('/');
    let merged = if rooted {
        path.to_owned()
    } else {
        let folder = base.path.rfind('/').and_then(|at| base.path.get(..=at)).unwrap_or("/");
        format!("{folder}{path}")
    };
    parts.path = match (hierarchical, rooted) {
        (true, _) => remove_dots(&canonical_path(&merged, true)),
        (false, true) => canonical(&merged),
        (false, false) => fold_dots(&canonical(&merged)),
    };
    Ok(parts)
}

/// Takes `/./` and `/../` out of a path that need not begin with a slash, from its end to its beginning: a first segment
/// stays whatever comes behind it.
fn fold_dots(path: &str) -> String {
    let mut out = path.as_bytes().to_vec();
    // The slash last seen, 0 for none, the dots since the last other character, and the segments to go.
    let (mut last, mut dots, mut gone, mut slashes) = (0, 0, 0_usize, 0);
    let mut at = out.len();
    while let Some(before) = at.checked_sub(1) {
        at = before;
        let Some(byte) = out.get(at).copied() else { continue };
        if byte == b'/' {
            slashes += 1;
        } else {
            if slashes > 1 {
                last = at + 1;
            }
            slashes = 0;
        }
        if byte == b'.' {
            dots += 1;
            continue;
        }
        let alone = last == at + dots + 1 || (last == 0 && at + dots + 1 == out.len());
        if byte == b'/' && (dots == 1 || dots == 2) && alone {
            out.drain(at + 1..at + 1 + dots + usize::from(last != 0));
            gone += usize::from(dots == 2);
            (last, dots) = (at, 0);
            continue;
        }
        dots = 0;
        if byte == b'/' {
            if gone > 0 && last > at {
                gone -= 1;
                out.drain(at + 1..=last);
            }
            last = at;
        }
    }
    // Only characters of ASCII were taken out.
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

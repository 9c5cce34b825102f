//! What a line says about a call.

use std::io::Write;
use std::net::IpAddr;

/// One call, as it is logged. Names are those of the service's own gateway logs where there is one.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    /// Microseconds since 1970 when the call arrived.
    pub(crate) unix_micros: u64,
    pub(crate) request_id: &'a [u8; 16],
    pub(crate) client: Option<IpAddr>,
    pub(crate) method: &'a str,
    /// Path only: keys travel in queries.
    pub(crate) path: &'a str,
    pub(crate) api: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) product: &'a str,
    /// The subscription: who called.
    pub(crate) consumer: &'a str,
    pub(crate) status: u16,
    pub(crate) backend_status: Option<u16>,
    pub(crate) request_bytes: u64,
    pub(crate) response_bytes: u64,
    pub(crate) total_micros: u64,
    pub(crate) backend_micros: Option<u64>,
    pub(crate) error_source: &'a str,
    pub(crate) error_reason: &'a str,
    pub(crate) error_message: &'a str,
}

impl Record<'_> {
    /// Writes the line.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let _ = write!(out, "{{\"time\":\"{}\"", Utc(self.unix_micros));
        text(out, "requestId", &policy_vm::respond::guid_text(self.request_id));
        if let Some(client) = self.client {
            let _ = write!(out, ",\"client\":\"{client}\"");
        }
        for (name, value) in [
            ("method", self.method),
            ("path", self.path),
            ("api", self.api),
            ("operation", self.operation),
            ("product", self.product),
            ("consumer", self.consumer),
        ] {
            if !value.is_empty() {
                text(out, name, value);
            }
        }
        let _ = write!(out, ",\"status\":{}", self.status);
        if let Some(status) = self.backend_status {
            let _ = write!(out, ",\"backendStatus\":{status}");
        }
        let _ = write!(out, ",\"requestBytes\":{},\"responseBytes\":{}", self.request_bytes, self.response_bytes);
        let _ = write!(out, ",\"totalMs\":{}", Millis(self.total_micros));
        if let Some(micros) = self.backend_micros {
            let _ = write!(out, ",\"backendMs\":{}", Millis(micros));
        }
        for (name, value) in [
            ("errorSource", self.error_source),
            ("errorReason", self.error_reason),
            ("errorMessage", self.error_message),
        ] {
            if !value.is_empty() {
                text(out, name, value);
            }
        }
        out.extend_from_slice(b"}\n");
    }
}

/// `,"name":"value"`, with everything escaped that could begin a line or a field of its own, or move a terminal's cursor.
fn text(out: &mut Vec<u8>, name: &str, value: &str) {
    let _ = write!(out, ",\"{name}\":\"");
    for c in value.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}') =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// Milliseconds with three decimals.
struct Millis(u64);

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// A moment as `2026-01-05T10:00:00.123Z`.
pub(crate) struct Utc(pub(crate) u64);

impl std::fmt::Display for Utc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = self.0 / 1000;
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        // Days to a civil date, after Howard Hinnant: years that begin in March put the leap day last.
        let shifted = days + 719_468;
        let era = shifted / 146_097;
        let day_of_era = shifted % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_whatever_is_in_it() {
        let record = Record {
            unix_micros: 1_767_607_200_123_000,
            request_id: &[0; 16],
            client: Some(IpAddr::from([10, 0, 0, 4])),
            method: "GET",
            path: "/a\"\n\u{1b}[2J\u{202e}\u{2028}é\\",
            api: "shop",
            operation: "list",
            product: "",
            consumer: "mes",
            status: 200,
            backend_status: Some(200),
            request_bytes: 120,
            response_bytes: 3000,
            total_micros: 12_345,
            backend_micros: Some(1_002),
            error_source: "",
            error_reason: "",
            error_message: "",
        };
        let mut out = Vec::new();
        record.write(&mut out);
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.starts_with("{\"time\":\"2026-01-05T10:00:00.123Z\",\"requestId\":\"00000000-"), "{line}");
        assert!(line.contains("\"totalMs\":12.345,\"backendMs\":1.002}"), "{line}");
        let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(parsed["path"], record.path);
        assert!(line.is_ascii() || line.contains('é'));
    }

    #[test]
    fn moments_are_dates() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (4_102_444_799_999_000, "2099-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Utc(micros).to_string(), text);
        }
    }
}

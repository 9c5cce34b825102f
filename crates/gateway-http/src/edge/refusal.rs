//! Why the edge refuses a message: one reason each, with the status it stands for.

use crate::config::edge::Timeouts;
use crate::edge::framing::HeadLimits;

/// A reason to refuse a message before any policy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Refusal {
    BareLineFeed,
    BadRequestLine,
    BadTarget,
    BadVersion,
    TargetTooLong,
    HeadTooLarge,
    TooManyHeaders,
    BadHeaderLine,
    MissingHost,
    SecondHost,
    BadHost,
    HostDiffersFromTarget,
    BadContentLength,
    SecondContentLength,
    BadTransferEncoding,
    UnknownTransferCoding,
    LengthAndTransferEncoding,
    BadChunk,
    BodyTooLarge,
    /// More of the body did not come in time.
    BodyTooSlow,
    /// There is too much to do already.
    Overloaded,
}

impl Refusal {
    /// The status of the answer.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::TargetTooLong => 414,
            Self::HeadTooLarge | Self::TooManyHeaders => 431,
            Self::BodyTooSlow => 408,
            Self::BodyTooLarge => 413,
            Self::Overloaded => 503,
            Self::UnknownTransferCoding => 501,
            Self::BadVersion => 505,
            _ => 400,
        }
    }

    /// The stable name that logs and metrics use.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::BareLineFeed => "BareLineFeed",
            Self::BadRequestLine => "BadRequestLine",
            Self::BadTarget => "BadRequestTarget",
            Self::BadVersion => "HttpVersionNotSupported",
            Self::TargetTooLong => "RequestTargetTooLong",
            Self::HeadTooLarge => "HeaderBlockTooLarge",
            Self::TooManyHeaders => "TooManyHeaders",
            Self::BadHeaderLine => "BadHeaderLine",
            Self::MissingHost => "HostMissing",
            Self::SecondHost => "HostRepeated",
            Self::BadHost => "HostInvalid",
            Self::HostDiffersFromTarget => "HostDiffersFromTarget",
            Self::BadContentLength => "ContentLengthInvalid",
            Self::SecondContentLength => "ContentLengthRepeated",
            Self::BadTransferEncoding => "TransferEncodingInvalid",
            Self::UnknownTransferCoding => "TransferCodingUnknown",
            Self::LengthAndTransferEncoding => "ContentLengthBesideTransferEncoding",
            Self::BadChunk => "ChunkInvalid",
            Self::BodyTooLarge => "BodyTooLarge",
            Self::BodyTooSlow => "BodyTooSlow",
            Self::Overloaded => "Overloaded",
        }
    }

    /// The setting behind it with its value, for the operator.
    pub(crate) fn limit(self, limits: &HeadLimits, timeouts: &Timeouts) -> Option<String> {
        Some(match self {
            Self::TargetTooLong => format!("limits.request_target = {}", limits.target),
            Self::HeadTooLarge => format!("limits.header_block = {}", limits.block),
            Self::TooManyHeaders => format!("limits.headers = {}", limits.headers),
            Self::BodyTooLarge => format!("limits.body = {}", limits.body),
            Self::BodyTooSlow => format!("timeouts.progress = {:?}", timeouts.progress),
            _ => return None,
        })
    }

    /// What the caller reads; limits and their values stay with the operator.
    pub(crate) const fn message(self) -> &'static str {
        match self.status() {
            408 => "Request timeout.",
            413 => "Request body is too large.",
            414 => "Request URI is too long.",
            431 => "Request header fields are too large.",
            503 => "Service is overloaded. Try again later.",
            501 => "Transfer coding is not supported.",
            505 => "HTTP version is not supported.",
            _ => "Bad request.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_is_told_the_limit() {
        let limits = HeadLimits { target: 1, block: 2, headers: 3, body: 4 };
        let told = |refusal: Refusal| refusal.limit(&limits, &Timeouts::default()).unwrap_or_default();
        assert_eq!(told(Refusal::TargetTooLong), "limits.request_target = 1");
        assert_eq!(told(Refusal::HeadTooLarge), "limits.header_block = 2");
        assert_eq!(told(Refusal::TooManyHeaders), "limits.headers = 3");
        assert_eq!(told(Refusal::BodyTooLarge), "limits.body = 4");
        assert_eq!(told(Refusal::BodyTooSlow), "timeouts.progress = 30s");
        assert_eq!(told(Refusal::BadHost), "");
        for refusal in [Refusal::TargetTooLong, Refusal::HeadTooLarge, Refusal::TooManyHeaders, Refusal::BodyTooLarge] {
            assert!(!refusal.message().contains(char::is_numeric), "the caller is not");
        }
    }
}

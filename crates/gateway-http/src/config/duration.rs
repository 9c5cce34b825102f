//! Durations as people write them: `250ms`, `10s`, `5m`, `2h`.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| {
        D::Error::custom(format!("`{text}` is no duration: write `250ms`, `10s`, `5m` or `2h`, ten years at most"))
    })
}

pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&show(*duration))
}

/// In the biggest unit that needs no fraction.
fn show(duration: Duration) -> String {
    let (seconds, milliseconds) = (duration.as_secs(), duration.subsec_millis());
    match (seconds % 3600, seconds % 60) {
        _ if milliseconds > 0 => format!("{}ms", duration.as_millis()),
        (0, _) if seconds > 0 => format!("{}h", seconds / 3600),
        (_, 0) if seconds > 60 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// Longer ones mean nothing, and moments that far away can overflow.
const MOST: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

fn parse(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let duration = match unit.trim() {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        "h" => Duration::from_secs(number.checked_mul(3600)?),
        _ => return None,
    };
    (duration <= MOST).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_that_cannot_be_reckoned_with_are_none() {
        assert_eq!(parse("24h"), Some(Duration::from_secs(24 * 3600)));
        assert_eq!(parse("87840h"), Some(MOST));
        for text in ["87841h", "18446744073709551615s", "18446744073709551615ms", "5124095576030431h", "1d", "-1s", ""]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

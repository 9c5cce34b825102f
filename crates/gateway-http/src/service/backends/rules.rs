//! What an entity says about its TLS certificates, and when its circuit breaker trips.

use std::time::Duration;

use super::super::resources::{CircuitBreaker, FailureResponse, Tls};
use crate::backend::breaker::{Limit, Rule};
use crate::backend::verify::Checks;

/// What is checked of its certificate.
pub(super) fn checks(tls: &Tls) -> Checks {
    let hexadecimal = |text: &String| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_uppercase();
    Checks {
        chain: tls.validate_certificate_chain.unwrap_or(true),
        name: tls.validate_certificate_name.unwrap_or(true),
        thumbprints: tls.server_certificate_thumbprints.iter().map(hexadecimal).collect(),
        names: tls
            .server_x509_names
            .iter()
            .map(|name| (name.name.clone(), name.issuer_certificate_thumbprint.as_ref().map(hexadecimal)))
            .collect(),
    }
}

/// The first rule: the service takes one.
pub(super) fn rule(breaker: CircuitBreaker) -> Result<Option<Rule>, String> {
    let Some(rule) = breaker.rules.into_iter().next() else { return Ok(None) };
    let condition = rule.failure_condition;
    let limit = match (condition.count, condition.percentage) {
        (Some(count), _) if count > 0 => Limit::Count(count),
        (_, Some(percentage)) if (1..=100).contains(&percentage) => Limit::Percentage(percentage),
        _ => return Err("a rule needs a `count` of at least 1, or a `percentage` from 1 to 100".to_owned()),
    };
    let time = |name: &str, text: Option<String>| {
        let text = text.ok_or_else(|| format!("a rule needs `{name}`"))?;
        duration(&text).ok_or_else(|| format!("`{text}` is no duration such as `PT1M`"))
    };
    let statuses = condition.status_code_ranges.iter().map(|range| range.min..=range.max).collect();
    Ok(Some(Rule {
        name: rule.name,
        limit,
        interval: time("interval", condition.interval)?,
        statuses,
        reasons: condition.error_reasons,
        trip: time("tripDuration", rule.trip_duration)?,
        accept_retry_after: rule.accept_retry_after.unwrap_or(false),
        failure_status: failure_status(rule.failure_response.as_ref()),
    }))
}

/// The status of answers while nobody takes calls; one that ends no call is none.
pub(super) fn failure_status(response: Option<&FailureResponse>) -> u16 {
    response.and_then(|response| response.status_code).filter(|status| (200..=599).contains(status)).unwrap_or(503)
}

/// `P1DT2H3M4.5S` of ISO 8601, without years and months, whose length nobody knows.
fn duration(text: &str) -> Option<Duration> {
    let rest = text.trim().strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut seconds = 0.0;
    let mut parts = 0;
    for (part, units) in
        [(days, [('W', 604_800.0), ('D', 86_400.0)].as_slice()), (time, &[('H', 3600.0), ('M', 60.0), ('S', 1.0)])]
    {
        let mut rest = part;
        let mut units = units.iter();
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, behind) = rest.split_at_checked(end)?;
            let unit = behind.chars().next()?;
            let (_, length) = units.find(|(name, _)| *name == unit)?;
            seconds += number.parse::<f64>().ok()? * length;
            rest = behind.get(1..)?;
            parts += 1;
        }
    }
    if parts == 0 { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_a_call_is_a_status() {
        for (status, expected) in [(Some(429), 429), (Some(700), 503), (Some(1), 503), (Some(100), 503), (None, 503)] {
            assert_eq!(failure_status(Some(&FailureResponse { status_code: status })), expected);
        }
        assert_eq!(failure_status(None), 503);
    }

    #[test]
    fn durations() {
        for (text, millis) in [
            ("PT1M", Some(60_000)),
            ("PT0.5S", Some(500)),
            ("P1DT2H3M4S", Some(93_784_000)),
            ("P1W", Some(604_800_000)),
            ("PT1M30S", Some(90_000)),
            ("PT0S", Some(0)),
            ("P", None),
            ("PT", None),
            ("PT1", None),
            ("P1M", None),
            ("PT1S1M", None),
            ("1M", None),
            ("PT1é", None),
        ] {
            assert_eq!(duration(text).map(|time| time.as_millis()), millis, "{text}");
        }
    }
}

//! The figures in the text format of Prometheus. Labels are ids of the configuration, statuses and fixed reasons: nothing
//! that a caller chooses.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use super::view::View;
use crate::backend::status::{BackendStatus, Status};
use crate::memory::resident;
use crate::metrics::histogram::{BOUNDS, Counts};

/// The whole page.
pub(super) fn text(view: &View) -> String {
    let (figures, threads) = view.figures();
    let state = view.shared.status.get();
    let (entries, bytes) = view.shared.cache.held();
    let mut page = Page::default();

    page.family("tollgate_requests_total", "counter", "Answers by status; 499 is a client that went away before.");
    page.sorted(
        "tollgate_requests_total",
        figures.statuses.iter().map(|(status, times)| (label("code", status), *times)),
    );
    page.family("tollgate_api_requests_total", "counter", "Answers by API and class of status.");
    let apis = figures.apis.iter().map(|((api, class), times)| {
        (format!("{},{}", label("api", api), label("class", &format_args!("{class}xx"))), *times)
    });
    page.sorted("tollgate_api_requests_total", apis);
    page.histogram(
        "tollgate_request_duration_seconds",
        "From a request's head to the last byte of its answer.",
        &figures.durations,
    );
    page.histogram(
        "tollgate_backend_duration_seconds",
        "From the call of a backend to the head of its answer.",
        &figures.backend_durations,
    );
    page.family("tollgate_refusals_total", "counter", "Messages and connections refused before any policy, by reason.");
    page.sorted(
        "tollgate_refusals_total",
        figures.refusals.iter().map(|(reason, times)| (label("reason", reason), *times)),
    );

    page.one("tollgate_panics_total", "counter", "Calls that ended in a panic: each is a bug.", figures.panics);
    page.one("tollgate_requests_in_progress", "gauge", "Calls in progress.", figures.calls);
    page.one("tollgate_connections", "gauge", "Connections of clients.", figures.connections);
    page.one("tollgate_connections_total", "counter", "Connections taken.", figures.accepted);
    page.one("tollgate_accept_errors_total", "counter", "Connections that could not be taken.", figures.accept_errors);
    page.one("tollgate_handshake_errors_total", "counter", "Handshakes of TLS that failed.", figures.handshake_errors);

    backends(&mut page, &view.backends());
    page.one("tollgate_cache_entries", "gauge", "Entries of the cache in memory.", entries);
    page.one("tollgate_cache_bytes", "gauge", "Bytes of the cache in memory.", bytes);
    page.one("tollgate_counters", "gauge", "Counters of limits and quotas.", view.shared.counters.len());

    page.family("tollgate_config_info", "gauge", "The version that serves.");
    page.line("tollgate_config_info", &label("digest", &state.version.digest), 1);
    page.one("tollgate_config_version", "gauge", "Its number since the start.", state.version.number);
    page.one(
        "tollgate_versions_former",
        "gauge",
        "Versions before it that calls in progress still use.",
        figures.former,
    );
    page.family("tollgate_reloads_total", "counter", "Attempts to take over another version.");
    page.line("tollgate_reloads_total", &label("result", &"taken"), state.reloads);
    page.line("tollgate_reloads_total", &label("result", &"refused"), state.failed_reloads);
    page.one("tollgate_threads", "gauge", "Serving threads that answered.", threads);
    page.one("tollgate_uptime_seconds", "gauge", "Since the gateway began.", view.uptime_seconds());
    if let Some(bytes) = resident() {
        page.one("process_resident_memory_bytes", "gauge", "Memory of the process.", bytes);
    }
    page.0
}

/// Entities and connections.
fn backends(page: &mut Page, status: &Status) {
    let entity = |number: fn(&BackendStatus) -> u64| {
        status.backends.iter().map(move |backend| (label("backend", &backend.id), number(backend)))
    };
    page.family("tollgate_backend_calls_total", "counter", "Calls of backend entities.");
    page.sorted("tollgate_backend_calls_total", entity(|backend| backend.counts.calls));
    page.family("tollgate_backend_failures_total", "counter", "Those without an answer, or with a status from 500 on.");
    page.sorted("tollgate_backend_failures_total", entity(|backend| backend.counts.failures));
    page.family("tollgate_backend_calls_in_progress", "gauge", "Calls of backend entities in progress.");
    page.sorted("tollgate_backend_calls_in_progress", entity(|backend| backend.counts.in_flight));
    page.family("tollgate_breaker_open", "gauge", "1 while a circuit breaker is open.");
    let breakers = status.backends.iter().filter_map(|backend| Some((backend, backend.breaker.as_ref()?)));
    let breakers = breakers.map(|(backend, breaker)| (label("backend", &backend.id), u64::from(breaker.is_open)));
    page.sorted("tollgate_breaker_open", breakers);
    page.family(
        "tollgate_backend_connections",
        "gauge",
        "Connections to backends: busy with a call, each call that shares one over HTTP/2 counted, or idle.",
    );
    // Calls may choose any number of servers.
    let mut connections: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for one in &status.connections {
        let (busy, idle) = connections.entry(if one.is_configured { &one.origin } else { "other" }).or_default();
        *busy += one.busy as u64;
        *idle += one.idle as u64;
    }
    let connections = connections.iter().flat_map(|(origin, (busy, idle))| {
        [("busy", *busy), ("idle", *idle)]
            .map(|(state, number)| (format!("{},{}", label("origin", origin), label("state", state)), number))
    });
    page.sorted("tollgate_backend_connections", connections);
}

#[derive(Default)]
struct Page(String);

fn label(name: &str, value: &(impl Display + ?Sized)) -> String {
    let value = value.to_string().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name}{{{labels}}} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    /// Lines in one order, so that two pages can be compared.
    fn sorted(&mut self, name: &str, lines: impl Iterator<Item = (String, u64)>) {
        let mut lines: Vec<_> = lines.collect();
        lines.sort();
        for (labels, value) in lines {
            self.line(name, &labels, value);
        }
    }

    fn histogram(&mut self, name: &str, help: &str, counts: &Counts) {
        self.family(name, "histogram", help);
        let mut sum = 0;
        let ends = BOUNDS.iter().map(|bound| seconds(*bound)).chain(["+Inf".to_owned()]);
        for (end, times) in ends.zip(counts.buckets) {
            sum += times;
            self.line(&format!("{name}_bucket"), &label("le", &end), sum);
        }
        let _ = writeln!(self.0, "{name}_sum {}\n{name}_count {sum}", seconds(counts.sum_micros));
    }
}

fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let mut counts = Counts::default();
        counts.buckets[0] = 2;
        counts.buckets[14] = 1;
        counts.sum_micros = 20_001_500;
        let mut page = Page::default();
        page.histogram("x", "Help.", &counts);
        assert!(
            page.0.starts_with(
                "# HELP x Help.\n# TYPE x histogram\nx_bucket{le=\"0.0005\"} 2\nx_bucket{le=\"0.001\"} 2\n"
            )
        );
        assert!(
            page.0.ends_with("x_bucket{le=\"10\"} 2\nx_bucket{le=\"+Inf\"} 3\nx_sum 20.0015\nx_count 3\n"),
            "{}",
            page.0
        );
    }

    #[test]
    fn labels_stay_in_their_line() {
        assert_eq!(label("api", "a\"\n\\"), "api=\"a\\\"\\n\\\\\"");
    }
}

//! The line of one call: begun when the call arrives, written when the last byte of its answer is gone, or when the call
//! is dropped because its client is.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use http::Method;
use policy_vm::Exchange;
use policy_vm::error::PolicyError;
use policy_vm::exchange::Subscription;

use crate::access_log::record::Record;
use crate::answer::CLIENT_GONE;
use crate::call::CallContext;
use crate::edge::connection::Connection;
use crate::site::Site;
use crate::worker::Worker;

/// What is known about a call so far.
#[derive(Debug)]
pub(crate) struct Line {
    worker: Rc<Worker>,
    site: Rc<Site>,
    connection: Rc<Connection>,
    /// Which of the connection's calls it is.
    number: u64,
    api: Option<usize>,
    operation: Option<usize>,
    product: Option<usize>,
    consumer: Option<Arc<Subscription>>,
    started: Instant,
    unix_micros: u64,
    request_id: [u8; 16],
    method: Method,
    path: String,
    backend_micros: Option<u64>,
    backend_status: Option<u16>,
    status: u16,
    response_bytes: u64,
    complete: bool,
    broken: Option<String>,
    error: Option<Box<PolicyError>>,
}

impl Line {
    /// The line of a call that has been routed.
    pub(crate) fn new(cx: &CallContext, exchange: &Exchange) -> Self {
        let call = &exchange.call;
        Self {
            worker: Rc::clone(&cx.worker),
            site: Rc::clone(&cx.site),
            connection: Rc::clone(&cx.connection),
            number: cx.connection.begun.get(),
            api: cx.api,
            operation: cx.operation,
            product: cx.product,
            consumer: cx.consumer.clone(),
            started: cx.started,
            unix_micros: cx.unix_micros,
            request_id: call.request_id,
            method: call.original_method.clone(),
            path: call.original_url.path.clone(),
            backend_micros: None,
            backend_status: None,
            status: CLIENT_GONE,
            response_bytes: 0,
            complete: false,
            broken: None,
            error: None,
        }
    }

    /// There is an answer; its body follows.
    pub(crate) fn answered(&mut self, cx: &CallContext, status: u16, error: Option<Box<PolicyError>>) {
        self.backend_micros = cx.backend_micros;
        self.backend_status = cx.backend_status;
        self.status = status;
        self.error = error;
        self.complete = self.method == Method::HEAD || matches!(status, 204 | 304);
    }

    /// A piece of the body was handed on, maybe the last.
    pub(crate) fn sent(&mut self, bytes: u64, last: bool) {
        self.response_bytes += bytes;
        self.complete |= last;
    }

    /// There is an answer, and it has no body.
    pub(crate) const fn without_body(&mut self) {
        self.complete = true;
    }

    /// The body broke off.
    pub(crate) fn broke(&mut self, why: String) {
        self.broken = Some(why);
    }

    /// Where an error came from, its code and its text.
    fn error(&self) -> (&str, &str, &str) {
        if std::thread::panicking() {
            return ("gateway", "InternalFault", "the call ended in a panic");
        }
        match (&self.broken, &self.error) {
            (Some(broken), _) => ("transfer-response", "BackendConnectionFailure", broken),
            (None, _) if !self.complete => ("transfer-response", "ClientConnectionFailure", "the client went away"),
            (None, Some(error)) => (&error.source, &error.reason, &error.message),
            (None, None) => ("", "", ""),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let api = self.api.and_then(|number| self.site.apis.get(number));
        let operation = api.zip(self.operation).and_then(|(api, number)| api.operations.get(number));
        let product = self.product.and_then(|number| self.site.products.get(number));
        let (error_source, error_reason, error_message) = self.error();
        let record = Record {
            unix_micros: self.unix_micros,
            request_id: &self.request_id,
            client: Some(self.connection.peer),
            method: self.method.as_str(),
            path: &self.path,
            api: api.map_or("", |api| &api.api.id),
            operation: operation.map_or("", |operation| &operation.operation.id),
            product: product.map_or("", |product| &product.id),
            consumer: self.consumer.as_ref().map_or("", |consumer| &consumer.id),
            // The client hears of a bug here.
            status: if std::thread::panicking() { 500 } else { self.status },
            backend_status: self.backend_status,
            request_bytes: self.connection.received_by(self.number),
            response_bytes: self.response_bytes,
            total_micros: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            backend_micros: self.backend_micros,
            error_source,
            error_reason,
            error_message: &self.site.service.hidden.mask(error_message),
        };
        self.worker.log.line(|out| record.write(out));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::config::Config;
    use crate::edge::tests::start;
    use crate::timer::Clock;

    #[tokio::test(flavor = "local")]
    async fn a_call_that_ends_in_a_panic_is_no_client_that_went_away() {
        let (worker, ..) = start(Config::default());
        let peer = Ipv4Addr::LOCALHOST.into();
        let line = Line {
            site: Rc::clone(&worker.site.borrow()),
            connection: Rc::new(Connection::new(peer, false, Clock::new(), Rc::clone(&worker.metrics))),
            number: 1,
            api: None,
            operation: None,
            product: None,
            consumer: None,
            started: Instant::now(),
            unix_micros: 0,
            request_id: [7; 16],
            method: Method::GET,
            path: "/x".to_owned(),
            backend_micros: None,
            backend_status: None,
            status: CLIENT_GONE,
            response_bytes: 0,
            complete: false,
            broken: None,
            error: None,
            worker: Rc::clone(&worker),
        };
        let work = AssertUnwindSafe(|| {
            let _line = line;
            panic!("planted");
        });
        assert!(catch_unwind(work).is_err());
        let written = String::from_utf8(worker.log.block.borrow().clone()).unwrap();
        assert!(written.contains("\"status\":500") && written.contains("\"InternalFault\""), "{written}");
    }
}

//! One call through the gateway: the messages, what is known about the caller, and the scratch memory of the run.

pub(crate) mod base_url;
pub(crate) mod url;
mod variables;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::error::PolicyError;
use crate::exception::Trap;
use crate::host::Transport;
use crate::policies::Caching;
use crate::value::heap::Heap;
use crate::value::{Part, Value, View};
pub use url::InvalidUrl;
pub use variables::{UnusableValue, Variable};

/// One call. The owner makes one per request, or keeps one and calls [`Exchange::reset`]: its buffers are reused.
#[derive(Debug)]
pub struct Exchange {
    /// What policies and expressions see and change.
    pub call: Call,
    /// The memory of values.
    pub(crate) heap: Heap,
    /// Registers of running functions.
    pub(crate) stack: Vec<Value>,
    /// What all expressions of the exchange have used.
    pub(crate) expressions: crate::cx::Allowance,
    /// The main line of a run, while there is none: its room is worth 600 instructions a run.
    pub(crate) idle: Vec<crate::run::Branch>,
}

impl Exchange {
    /// An exchange with room for what expressions may allocate.
    #[must_use]
    pub fn new(limits: &crate::engine::Limits) -> Self {
        Self {
            call: Call::default(),
            heap: Heap::new(limits.memory, limits.string),
            stack: Vec::new(),
            expressions: crate::cx::Allowance::default(),
            idle: Vec::new(),
        }
    }

    /// Forgets the call, keeping buffers for the next one.
    pub fn reset(&mut self) {
        self.heap.reset();
        self.expressions = crate::cx::Allowance::default();
        self.call.reset();
        self.stack.truncate(crate::machine::REGISTERS_KEPT);
        self.stack.shrink_to(crate::machine::REGISTERS_KEPT);
        // What a run kept may be a body.
        self.idle.iter_mut().for_each(crate::run::Branch::clear);
    }
}

/// What policies and expressions see and change.
#[derive(Debug, Default)]
pub struct Call {
    /// The request as it is now.
    pub request: Request,
    /// The URL as the client sent it.
    pub original_url: Url,
    /// The method as the client sent it.
    pub original_method: Method,
    /// The response, once there is one.
    pub response: Option<Response>,
    /// Responses kept in variables, see [`Call::keep`]; [`Value::View`]s of [`Part::Stored`](crate::value::Part::Stored) point here.
    pub stored: Vec<Response>,
    /// Parameters matched by the operation's template, values percent-decoded.
    pub matched_parameters: Vec<(Arc<str>, String)>,
    /// Names of the query parameters that the operation's template consumes, lower case.
    pub template_query: Vec<Arc<str>>,
    /// Unique id of the call: `context.RequestId` in text order.
    pub request_id: [u8; 16],
    /// When the call arrived, in .NET ticks UTC.
    pub timestamp: i64,
    /// The same on the clock that nobody sets, as [`Ambient::monotonic_micros`](crate::host::Ambient::monotonic_micros) gives it:
    /// `context.Elapsed` is measured from there. Without it the wall clock has to do.
    pub started: Option<u64>,
    /// The peer's address.
    pub client_ip: Option<std::net::IpAddr>,
    /// The matched API.
    pub api: Option<Arc<Api>>,
    /// The matched operation.
    pub operation: Option<Arc<Operation>>,
    /// The product whose context applies.
    pub product: Option<Arc<Product>>,
    /// The caller's subscription.
    pub subscription: Option<Arc<Subscription>>,
    /// The caller.
    pub user: Option<Arc<User>>,
    /// Where this gateway runs.
    pub deployment: Option<Arc<Deployment>>,
    /// The workspace that the API belongs to.
    pub workspace: Option<Arc<Workspace>>,
    /// What a resolver is called for.
    pub graph_ql: Option<Arc<GraphQl>>,
    /// The backend chosen: an entity, or a plain URL.
    pub backend: BackendChoice,
    /// Scope of the document that chose it.
    pub(crate) backend_scope: Option<crate::engine::Scope>,
    /// Certificate and proxy for the request to the backend, where policies chose any.
    pub transport: Option<Box<Transport>>,
    /// The URL of the backend entity that answered; hosts say it when they forward.
    pub backend_url: Option<Box<Url>>,
    /// What `cache-lookup` leaves for `cache-store`.
    pub(crate) caching: Option<Box<Caching>>,
    /// True when the call is being traced.
    pub tracing: bool,
    /// The error that `on-error` handles.
    pub last_error: Option<Box<PolicyError>>,
    /// `context.Variables`, by interned name.
    pub(crate) variables: Vec<(NameId, Value)>,
    /// Counters that the host adds to when the response has been sent: `increment_bytes` is then what was transferred in
    /// both directions.
    pub transfer_counters: Vec<crate::host::CounterCall>,
    /// Keys of quotas that this call was counted for.
    pub(crate) counted: Vec<Box<str>>,
    /// Headers to be set on the final response, whatever made it (CORS, remaining calls).
    pub final_headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// A `cors` policy let the origin in: the first that does decides, for headers of several contradict each other.
    pub(crate) cors_matched: bool,
}

impl Call {
    /// Keeps a response for a variable, and gives the value that names it.
    ///
    /// # Errors
    /// When the memory budget is exhausted: a loop may send one request after the other.
    pub(crate) fn keep(&mut self, heap: &mut Heap, response: Response) -> Result<Value, Trap> {
        heap.charge(response.size())?;
        let index = u32::try_from(self.stored.len()).unwrap_or(u32::MAX);
        self.stored.push(response);
        Ok(Value::View(View { part: Part::Stored, index }))
    }

    /// Forgets everything but the room that it took: of a call's own bookkeeping nothing is allocated from then on.
    fn reset(&mut self) {
        let Self {
            request: Request { method, url, headers, body, certificate },
            original_url,
            original_method,
            response,
            stored,
            matched_parameters,
            template_query,
            request_id,
            timestamp,
            started,
            client_ip,
            api,
            operation,
            product,
            subscription,
            user,
            deployment,
            workspace,
            graph_ql,
            backend,
            backend_scope,
            transport,
            backend_url,
            caching,
            tracing,
            last_error,
            variables,
            transfer_counters,
            counted,
            final_headers,
            cors_matched,
        } = self;
        (*method, *original_method) = (Method::default(), Method::default());
        url.clear();
        original_url.clear();
        clear_headers(headers);
        (*body, *certificate) = (Body::None, None);
        (*response, *last_error, *backend_scope) = (None, None, None);
        (*request_id, *timestamp, *started, *client_ip, *tracing) = ([0; 16], 0, None, None, false);
        *cors_matched = false;
        (*api, *operation, *product, *subscription, *user, *deployment) = (None, None, None, None, None, None);
        (*workspace, *graph_ql) = (None, None);
        *backend = BackendChoice::Service;
        (*transport, *backend_url, *caching) = (None, None, None);
        stored.clear();
        clear(matched_parameters);
        clear(template_query);
        clear(variables);
        clear(transfer_counters);
        clear(counted);
        clear(final_headers);
    }

    /// `context.Variables[name]`, if it is there.
    #[must_use]
    pub(crate) fn variable(&self, name: NameId) -> Option<Value> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The call is another one, for tests that repeat it.
    #[cfg(test)]
    pub(crate) fn reset_counted(&mut self) {
        self.counted.clear();
        self.transfer_counters.clear();
    }

    /// Sets `context.Variables[name]`.
    pub(crate) fn set_variable(&mut self, name: NameId, value: Value) {
        match self.variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, slot)) => *slot = value,
            None => self.variables.push((name, value)),
        }
    }
}

/// What a single call may leave behind for all that follow it.
const ROOM: usize = 64;

fn clear<T>(list: &mut Vec<T>) {
    list.clear();
    if list.capacity() > ROOM {
        list.shrink_to(ROOM);
    }
}

fn clear_headers(headers: &mut HeaderMap) {
    if headers.capacity() > ROOM * 2 {
        *headers = HeaderMap::new();
    } else {
        headers.clear();
    }
}

/// An interned variable name, see [`names`](crate::names).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameId(pub(crate) u32);

impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", crate::names::text(*self))
    }
}

/// A request.
#[derive(Debug, Default)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it goes: the backend's URL with the operation's path, as policies changed it.
    pub url: Url,
    /// End-to-end headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// The client's certificate in DER, when it showed one.
    pub certificate: Option<Bytes>,
}

/// A response.
#[derive(Debug, Default)]
pub struct Response {
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase; `None` for the standard one.
    pub reason: Option<Box<str>>,
    /// End-to-end headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

impl Response {
    /// Bytes that it takes, as the memory of an exchange counts them.
    fn size(&self) -> usize {
        const ENTRY: usize = 64;
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ENTRY).sum();
        let body = if let Body::Bytes(bytes) = &self.body { bytes.len() } else { 0 };
        size_of::<Self>() + headers + body
    }
}

/// A body: absent, still with the host, in memory, or used up.
#[derive(Debug, Default, Clone)]
pub enum Body {
    /// There is none: `context.Request.Body` is null.
    #[default]
    None,
    /// The host holds the stream; the engine asks for it with [`HostCall::ReadBody`](crate::host::HostCall::ReadBody).
    Stream,
    /// In memory.
    Bytes(Bytes),
    /// An expression read it without `preserveContent`.
    Consumed,
}

/// A URL in parts. The strings are reused from call to call.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Url {
    /// `http` or `https`.
    pub scheme: String,
    /// Host name or address, without port.
    pub host: String,
    /// Port; 0 for none known.
    pub port: u16,
    /// Path with leading slash, percent-encoded as it goes on the wire.
    pub path: String,
    /// Query without `?`, as it goes on the wire.
    pub query: String,
}

impl Url {
    /// Nothing, with the room of what was there.
    fn clear(&mut self) {
        const ROOM: usize = 4096;
        for text in [&mut self.scheme, &mut self.host, &mut self.path, &mut self.query] {
            text.clear();
            if text.capacity() > ROOM {
                text.shrink_to(ROOM);
            }
        }
        self.port = 0;
    }
}

/// Which backend the request goes to.
///
/// [`Request::url`] is always whole for a URL: its path begins with that of the backend's own URL. For an entity only
/// the host knows the URL: the request's path is then what follows it, and the host puts the entity's URL before it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum BackendChoice {
    /// The API's own service URL, already in [`Request::url`].
    #[default]
    Service,
    /// Set by `base-url`.
    Url(Url),
    /// Set by `backend-id`.
    Entity(Arc<str>),
}

/// `context.Api`.
#[derive(Debug, Default)]
pub struct Api {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// URL suffix without slashes at its ends.
    pub path: String,
    /// `http`, `https` …
    pub protocols: Vec<String>,
    /// The backend's URL.
    pub service_url: Option<Url>,
    /// Header that carries the subscription key.
    pub key_header: String,
    /// Query parameter that carries the subscription key.
    pub key_query: String,
    /// Revision.
    pub revision: String,
    /// True for the current revision.
    pub is_current_revision: bool,
    /// Version identifier, empty for none.
    pub version: String,
}

/// `context.Operation`.
#[derive(Debug, Default)]
pub struct Operation {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Method.
    pub method: String,
    /// URL template.
    pub url_template: String,
    /// Sample responses for `mock-response`.
    pub responses: Vec<SampleResponse>,
}

/// A response that an operation's definition describes.
#[derive(Debug, Default, Clone)]
pub struct SampleResponse {
    /// Status code.
    pub status: u16,
    /// Media type.
    pub content_type: String,
    /// The example's text.
    pub sample: Option<String>,
}

/// `context.Product`.
#[derive(Debug, Default)]
pub struct Product {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// New subscriptions need approval.
    pub approval_required: bool,
    /// Calls need a subscription.
    pub subscription_required: bool,
    /// Published.
    pub published: bool,
    /// Greatest number of subscriptions.
    pub subscriptions_limit: Option<i32>,
    /// Its groups.
    pub groups: Vec<Group>,
    /// Its APIs.
    pub apis: Vec<Arc<Api>>,
}

/// A group.
#[derive(Debug, Default, Clone)]
pub struct Group {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// `context.Subscription`.
#[derive(Debug, Default)]
pub struct Subscription {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Primary key.
    pub primary_key: String,
    /// Secondary key.
    pub secondary_key: String,
    /// Created, in .NET ticks UTC.
    pub created: i64,
    /// Start, in .NET ticks UTC.
    pub start: Option<i64>,
    /// End, in .NET ticks UTC.
    pub end: Option<i64>,
    /// Resource name of the product it is for, if it is for one.
    pub product: Option<Arc<Product>>,
    /// The owner.
    pub owner: Option<Arc<User>>,
}

/// `context.User`.
#[derive(Debug, Default)]
pub struct User {
    /// Resource name.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Note.
    pub note: String,
    /// Registered, in .NET ticks UTC.
    pub registration_date: i64,
    /// Groups.
    pub groups: Vec<Group>,
    /// Identities: id and provider.
    pub identities: Vec<(String, String)>,
}

/// `context.Workspace`.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// `context.GraphQL`: JSON objects as text.
#[derive(Debug, Default)]
pub struct GraphQl {
    /// The arguments of the field.
    pub arguments: Option<Box<str>>,
    /// The object that the field is of.
    pub parent: Option<Box<str>>,
}

/// `context.Deployment`.
#[derive(Debug, Default)]
pub struct Deployment {
    /// Gateway id.
    pub gateway_id: String,
    /// Instance id.
    pub instance_id: String,
    /// Region or location.
    pub region: String,
    /// Service id.
    pub service_id: String,
    /// Service name.
    pub service_name: String,
    /// Certificates by thumbprint or id, in PFX without password or DER.
    pub certificates: Vec<(String, Bytes)>,
}

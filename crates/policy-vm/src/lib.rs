//! The policy engine: compiles API Management policy documents, with the C# in them, and runs them around calls of yours.
//!
//! This page is the guide for whoever embeds it. Everything needed is named here: [`Engine`], [`Program`], [`Pipeline`],
//! [`Exchange`] and [`Host`]. `examples/embed-axum` in the repository does all of it in a service on axum.
//!
//! # From text to program
//!
//! An [`Engine`] compiles a document. What comes back is a program *and* findings: with an error among them there is no
//! program, and all errors are there at once, each at its line and column.
//!
//! ```
//! use policy_vm::{Engine, Environment, Scope, Source};
//!
//! let text = r#"<policies>
//!   <inbound>
//!     <set-header name="X-Caller" exists-action="override">
//!       <value>@(context.Request.Headers.GetValueOrDefault("User-Agent", "nobody").ToUpper())</value>
//!     </set-header>
//!   </inbound>
//!   <backend><forward-request /></backend>
//! </policies>"#;
//! let compiled = Engine::new().compile(&Source::new("policy.xml", text), Scope::Global, &Environment::default());
//! assert!(compiled.diagnostics.is_empty());
//! assert!(compiled.program.is_some());
//! ```
//!
//! [`diagnostic::render`] writes findings as text with the source line and a caret, or as JSON:
//!
//! ```
//! use policy_vm::{Engine, Environment, Scope, Source, diagnostic};
//!
//! let text = "<policies>\n  <inbound>\n    <set-method>@(1 + true)</set-method>\n  </inbound>\n</policies>";
//! let compiled = Engine::new().compile(&Source::new("policy.xml", text), Scope::Global, &Environment::default());
//! assert!(compiled.program.is_none());
//! let told = diagnostic::render::text(&compiled.diagnostics, diagnostic::render::Colours::Never);
//! assert!(told.starts_with(
//!     "error[CS0019]: Operator '+' cannot be applied to operands of type 'int' and 'bool'\n --> policy.xml:3:19\n"
//! ));
//! ```
//!
//! What a document refers to is in the [`Environment`]: named values, fragments, the ids of backends. An [`Engine`] and a
//! [`Program`] never change; share them between threads as you like.
//!
//! # From program to pipeline
//!
//! A [`Pipeline`] chains the documents that apply to a call: `<base/>` in one runs the same section of the next broader
//! [`Scope`]. One document on its own is a pipeline of one. Make pipelines once and keep them.
//!
//! # The world
//!
//! The engine opens no socket and no file, reads no clock and no randomness. All of that is a [`Host`]. Its methods have
//! defaults that refuse, so a host offers what its documents need and no more; a policy that asks for something else ends
//! in `on-error`. Only time and randomness, the trait [`Ambient`](host::Ambient), must be there: expressions need them at
//! once.
//!
//! # A policy of your own
//!
//! [`Engine::with_policy`] adds an element: what it looks like is data, which documents are checked against, and what it
//! does is a function of the call. `examples/custom-policy` has one.
//!
//! # A whole call
//!
//! ```
//! use http::{HeaderValue, Method};
//! use policy_vm::exchange::{Body, Call, Response, Url};
//! use policy_vm::host::{Ambient, ForwardOptions, HostError};
//! use policy_vm::{Ended, Engine, Environment, Exchange, Host, Pipeline, Scope, Source};
//!
//! /// A backend that answers with what it was asked.
//! struct Echo;
//!
//! impl Ambient for Echo {
//!     fn now_ticks(&self) -> i64 {
//!         // A real host reads the clock: steps of 100 ns since the year 1.
//!         638_000_000_000_000_000
//!     }
//!     fn monotonic_micros(&self) -> u64 {
//!         0
//!     }
//!     fn random(&self, bytes: &mut [u8]) {
//!         // A real host asks the system.
//!         bytes.fill(7);
//!     }
//! }
//!
//! impl Host for Echo {
//!     async fn forward(&self, call: &Call, _options: ForwardOptions) -> Result<Response, HostError> {
//!         let text = format!("{} {}", call.request.method, call.request.url);
//!         Ok(Response { status: 200, body: Body::Bytes(text.into()), ..Response::default() })
//!     }
//! }
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     use std::task::{Context, Poll, Waker};
//! #     match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//! #         Poll::Ready(output) => output,
//! #         Poll::Pending => unreachable!("the host never waits"),
//! #     }
//! # }
//! let text = r#"<policies>
//!   <inbound>
//!     <choose>
//!       <when condition="@(context.Request.Method == "DELETE")">
//!         <return-response><set-status code="403" reason="Forbidden" /></return-response>
//!       </when>
//!     </choose>
//!     <set-query-parameter name="from" exists-action="override">
//!       <value>@(context.Request.Headers.GetValueOrDefault("X-Plant", "unknown"))</value>
//!     </set-query-parameter>
//!   </inbound>
//!   <backend><forward-request /></backend>
//!   <outbound><set-status code="202" reason="Accepted" /></outbound>
//! </policies>"#;
//! let engine = Engine::new();
//! let compiled = engine.compile(&Source::new("policy.xml", text), Scope::Global, &Environment::default());
//! let pipeline = Pipeline::new(compiled.program);
//!
//! // One exchange per call; its buffers can serve the next one after `reset`.
//! let mut exchange = Exchange::new(engine.limits());
//! exchange.call.request.url = Url::parse("http://backend.example/orders")?;
//! exchange.call.request.headers.insert("x-plant", HeaderValue::from_static("north"));
//! assert_eq!(block_on(pipeline.run(&mut exchange, &Echo)), Ended::Normally);
//!
//! let response = exchange.call.response.take().expect("there is always one");
//! assert_eq!(response.status, 202);
//! let Body::Bytes(body) = response.body else { unreachable!("the host gave bytes") };
//! assert_eq!(body, "GET http://backend.example/orders?from=north");
//!
//! exchange.reset();
//! exchange.call.request.method = Method::DELETE;
//! block_on(pipeline.run(&mut exchange, &Echo));
//! assert_eq!(exchange.call.response.map(|response| response.status), Some(403));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Pipeline::run`] is an ordinary future: any executor drives it, and dropping it ends the call. Afterwards the response
//! is in the exchange, whatever happened; after [`Ended::WithError`] `call.last_error` says what and where.
//!
//! # What a program needs
//!
//! The compiler knows what a document touches, so nobody has to guess: [`Pipeline::needs`] says whether some policy reads
//! the request's or the response's body. Hand out [`Body::Stream`](exchange::Body::Stream) for a body that stays with you;
//! the engine asks for it ([`Host::read_body`]) only when a policy reads it.
//!
//! ```
//! # use policy_vm::{Engine, Environment, Pipeline, Scope, Source};
//! # let compile = |inbound: &str| {
//! #     let text = format!("<policies><inbound>{inbound}</inbound></policies>");
//! #     let source = Source::new("policy.xml", text);
//! #     Pipeline::new(Engine::new().compile(&source, Scope::Global, &Environment::default()).program)
//! # };
//! let pipeline = compile("<set-header name='X-A' exists-action='delete' />");
//! assert!(!pipeline.needs().request_body);
//! let pipeline = compile("<set-variable name='order' value='@(context.Request.Body.As<JObject>())' />");
//! assert!(pipeline.needs().request_body);
//! ```
//!
//! # Budgets
//!
//! Every run has a budget of instructions, memory, depth, time and steps: [`Limits`]. A document that uses it up fails like
//! any other, and goes to `on-error`. It never hangs and never panics.
//!
//! # Without an async runtime
//!
//! Below [`Pipeline::run`] is [`Run`], which asks for one thing at a time: it stops with a
//! [`HostCall`](host::HostCall), and goes on when it gets the [`HostReply`](host::HostReply). Use it where futures do not
//! fit, or where the host wants to decide itself what waits for what; see [`run`](mod@run).

pub mod bytecode;
pub mod certificates;
pub mod check;
pub mod compile;
pub mod custom;
pub mod cx;
pub mod drive;
mod edits;
pub mod effective;
pub mod engine;
pub mod error;
pub mod eval;
pub mod exception;
pub mod exchange;
pub mod host;
pub mod library;
mod liquid;
mod listing;
mod machine;
pub mod names;
mod operand;
mod policies;
pub mod program;
pub mod respond;
pub mod run;
pub mod spec;
mod step;
pub mod stored;
pub mod types;
pub mod value;

pub use policy_parser::{Diagnostic, Severity, Source, diagnostic};

pub use drive::Host;
pub use edits::EditedHeaders;
pub use engine::{Compiled, Engine, Environment, Limits, NamedValue, Scope, Switches};
pub use exchange::Exchange;
pub use policies::forward_request::{DEFAULT_GLOBAL, OVER_HTTP2};
pub use policies::{not_built, specs};
pub use program::{Needs, Pipeline, Program, Section};
pub use run::{Ended, Progress, Run};
pub use step::ExprId;

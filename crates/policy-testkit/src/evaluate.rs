//! Evaluating expressions on their own: against a context document, with results in a canonical form that two
//! implementations can compare line by line.

mod canonical;
mod context;
mod variables;

use policy_vm::compile::ExpressionError;
use policy_vm::eval::{self, Expression};
use policy_vm::exception::Throw;
use policy_vm::host::Ambient;
use policy_vm::{Exchange, Limits, types};
use serde_json::{Map, Value as Json, json};

pub use canonical::canonical;
pub use context::{ContextError, DEFAULT_CONTEXT, fill, merge, replace};

/// Which members of the library an expression may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// Those that the service allows.
    Allowed,
    /// All that there are: to compare with .NET, which knows no allow-list.
    All,
}

/// What evaluating an expression gave.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The result line, without the `id` of its request.
    pub answer: Map<String, Json>,
    /// Instructions used.
    pub instructions: u64,
}

/// Evaluates one request line, `{"id", "expr", "context"?}`, with all members of the library, and gives the result line.
///
/// `base` is the context document that the request's own `context` is merged over.
#[must_use]
pub fn answer(request: &Json, base: &Json) -> Json {
    answer_among(Members::All, request, base)
}

/// As [`answer`], with some members of the library.
#[must_use]
pub fn answer_among(members: Members, request: &Json, base: &Json) -> Json {
    let mut result = Map::new();
    if let Some(id) = request.get("id") {
        result.insert("id".to_owned(), id.clone());
    }
    let text = request.get("expr").and_then(Json::as_str).unwrap_or_default();
    let merged = request.get("context").map(|overrides| merge(base, overrides));
    let answer = match compile(members, text) {
        Err(errors) => refusal(text, &errors),
        Ok(expression) => evaluate(&expression, merged.as_ref().unwrap_or(base)).answer,
    };
    result.extend(answer);
    Json::Object(result)
}

/// Compiles `@( … )` or `@{ … }`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn compile(members: Members, text: &str) -> Result<Expression, Vec<ExpressionError>> {
    match members {
        Members::Allowed => eval::compile(text),
        Members::All => eval::compile_unrestricted(text),
    }
}

/// The result line, without `id`, for an expression that is not compiled.
#[must_use]
pub fn refusal(text: &str, errors: &[ExpressionError]) -> Map<String, Json> {
    let source = policy_parser::Source::new("<expression>", text);
    let errors: Vec<&ExpressionError> = errors.iter().filter(|error| !error.warning).collect();
    let codes: Vec<&str> = errors.iter().map(|e| e.code).collect();
    let (message, position) = match errors.first() {
        Some(first) => (first.message.clone(), source.position(first.span.start)),
        None => (String::new(), source.position(0)),
    };
    let error = json!({
        "kind": "compile", "codes": codes, "message": message, "line": position.line, "column": position.column,
    });
    Map::from_iter([("ok".to_owned(), false.into()), ("error".to_owned(), error)])
}

/// Evaluates an expression against a context document.
#[must_use]
pub fn evaluate(expression: &Expression, context: &Json) -> Evaluation {
    let limits = Limits::default();
    let mut exchange = Exchange::new(&limits);
    let ambient = Fixed::of(context);
    let filled = context::fill(&mut exchange, context).map_err(|e| e.to_string());
    let filled = filled.and_then(|()| variables::set(&mut exchange, context.get("Variables"), &ambient));
    if let Err(message) = filled {
        let error = json!({"kind": "context", "message": message});
        let answer = Map::from_iter([("ok".to_owned(), false.into()), ("error".to_owned(), error)]);
        return Evaluation { answer, instructions: 0 };
    }
    let static_type = canonical::type_name(expression.ty);
    let (mut answer, instructions) = expression.evaluate(&mut exchange, &ambient, &limits, |cx, result| {
        let result = result.and_then(|value| {
            let ty = canonical::run_time_type(cx, value);
            canonical(cx, value).map(|value| (ty, value))
        });
        match result {
            Ok((ty, value)) => Map::from_iter([
                ("ok".to_owned(), Json::Bool(true)),
                ("type".to_owned(), ty.map_or(Json::Null, Json::String)),
                ("value".to_owned(), value),
            ]),
            Err(Throw::Exception(handle)) => {
                let (ty, message) = canonical::exception(cx, handle);
                let error = json!({"kind": "exception", "type": ty, "message": message});
                Map::from_iter([("ok".to_owned(), Json::Bool(false)), ("error".to_owned(), error)])
            }
            Err(Throw::Trap(trap)) => {
                let error = json!({"kind": "trap", "message": trap.to_string()});
                Map::from_iter([("ok".to_owned(), Json::Bool(false)), ("error".to_owned(), error)])
            }
        }
    });
    let shown = if expression.ty == types::null() { Json::Null } else { Json::String(static_type) };
    answer.insert("static_type".to_owned(), shown);
    Evaluation { answer, instructions }
}

/// Time and randomness of an evaluation: the context document's `Timestamp` plus `Elapsed`, or the real clock's where it
/// has none.
struct Fixed {
    now: i64,
    began: std::time::Instant,
}

impl Fixed {
    fn of(context: &Json) -> Self {
        Self { now: context::now_ticks(context), began: std::time::Instant::now() }
    }
}

impl Ambient for Fixed {
    fn now_ticks(&self) -> i64 {
        self.now
    }

    fn monotonic_micros(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        // Good enough for trying expressions out; nothing secret is made from it.
        let mut state = self.began.elapsed().subsec_nanos() | 1;
        for byte in bytes {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *byte = state.to_le_bytes()[1];
        }
    }
}

//! The others.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mlua::LuaSerdeExt as _;

use crate::case::{BODY, Case, HEADERS, METHOD, PATH, VARIABLE};
use crate::{Work, timed};

fn claims(token: &str) -> serde_json::Value {
    let payload = token.split('.').nth(1).unwrap_or_default();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap_or_default()).unwrap_or_default()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn utc_now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn utc_text(seconds: i64) -> String {
    let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub fn rhai(case: &Case) -> Work {
    let order = regex::Regex::new("^/bc/[a-z]+/[0-9]+$").expect("a pattern");
    let mut engine = rhai::Engine::new();
    engine.set_max_expr_depths(0, 0);
    engine
        .register_fn("jwt", |token: &str| rhai::serde::to_dynamic(claims(token)).expect("a value"))
        .register_fn("json", |text: &str| rhai::serde::to_dynamic(json(text)).expect("a value"))
        .register_fn("is_order", move |path: &str| order.is_match(path))
        .register_fn("utc_now", utc_now)
        .register_fn("utc_text", utc_text);
    let mut scope = rhai::Scope::new();
    let headers: rhai::Map = HEADERS.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let variables: rhai::Map = [("token".into(), VARIABLE.into()), ("n".into(), 7_i64.into())].into();
    let numbers: rhai::Array = (0..100_i64).map(Into::into).collect();
    scope.push("headers", headers).push("variables", variables).push("numbers", numbers);
    scope.push("method", METHOD.to_owned()).push("path", PATH.to_owned()).push("body", BODY.to_owned());
    let ast = engine.compile_with_scope(&scope, case.rhai).expect("it compiles");
    let given = scope.len();
    Box::new(move |count, show| {
        let mut evaluate = || {
            let value: rhai::Dynamic = engine.eval_ast_with_scope(&mut scope, &ast).expect("a value");
            scope.rewind(given);
            value
        };
        if let Some(show) = show {
            *show = evaluate().to_string();
        }
        timed(count, evaluate)
    })
}

pub fn cel(case: &Case) -> Option<Work> {
    let order = regex::Regex::new("^/bc/[a-z]+/[0-9]+$").expect("a pattern");
    let env = Arc::new(cel::Env::stdlib());
    let program = env.compile(case.cel?).expect("it compiles");
    let mut context = cel::Context::with_env(env);
    let headers: std::collections::HashMap<String, String> =
        HEADERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let variables = serde_json::json!({"token": VARIABLE, "n": 7});
    context.add_variable("headers", headers).expect("a value");
    context.add_variable("variables", variables).expect("a value");
    context.add_variable("numbers", (0..100_i64).collect::<Vec<_>>()).expect("a value");
    for (name, value) in [("method", METHOD), ("path", PATH), ("body", BODY)] {
        context.add_variable(name, value).expect("a value");
    }
    context.add_function("jwt", |token: Arc<String>| cel::to_value(claims(&token)).expect("a value")).expect("new");
    context.add_function("json", |text: Arc<String>| cel::to_value(json(&text)).expect("a value")).expect("new");
    context.add_function("is_order", move |path: Arc<String>| order.is_match(&path)).expect("new");
    context.add_function("utc_now", utc_now).expect("new");
    context.add_function("utc_text", |seconds: i64| Arc::new(utc_text(seconds))).expect("new");
    let sum = |list: Arc<Vec<cel::Value>>| -> i64 {
        list.iter().map(|value| if let cel::Value::Int(n) = value { *n } else { 0 }).sum()
    };
    context.add_function("sum", sum).expect("new");
    Some(Box::new(move |count, show| {
        let evaluate = || program.execute(&context).expect("a value");
        if let Some(show) = show {
            *show = match evaluate() {
                cel::Value::Bool(value) => value.to_string(),
                cel::Value::Int(value) => value.to_string(),
                cel::Value::String(value) => value.to_string(),
                other => format!("{other:?}"),
            };
        }
        timed(count, evaluate)
    }))
}

/// What other libraries of the language offer for lists.
const PRELUDE: &str = r#"
function range(from, count) local list = {}; for i = 1, count do list[i] = from + i - 1 end; return list end
function filter(list, keep) local out = {}; for _, x in ipairs(list) do if keep(x) then out[#out + 1] = x end end; return out end
function map(list, make) local out = {}; for i, x in ipairs(list) do out[i] = make(x) end; return out end
function sum(list) local total = 0; for _, x in ipairs(list) do total = total + x end; return total end
function split(text, by) local out = {}; for part in text:gmatch("[^" .. by .. "]+") do out[#out + 1] = part end; return out end
"#;

pub fn lua(case: &Case, jit: bool) -> Work {
    let lua = mlua::Lua::new();
    if !jit {
        lua.load("jit.off()").exec().expect("it can be switched off");
    }
    let globals = lua.globals();
    let headers = lua.create_table_from(HEADERS).expect("a table");
    let variables = lua.create_table_from([("token", VARIABLE)]).expect("a table");
    variables.set("n", 7).expect("a value");
    globals.set("headers", headers).expect("a value");
    globals.set("variables", variables).expect("a value");
    for (name, value) in [("method", METHOD), ("path", PATH), ("body", BODY)] {
        globals.set(name, value).expect("a value");
    }
    let jwt = lua.create_function(|lua, token: String| lua.to_value(&claims(&token))).expect("a function");
    let parse = lua.create_function(|lua, text: String| lua.to_value(&json(&text))).expect("a function");
    globals.set("jwt", jwt).expect("a value");
    globals.set("json", parse).expect("a value");
    lua.load(PRELUDE).exec().expect("it runs");
    let function = lua.load(format!("return {}", case.lua)).into_function().expect("it compiles");
    Box::new(move |count, show| {
        // Functions do not keep their interpreter alive.
        let _ = &lua;
        let evaluate = || function.call::<mlua::Value>(()).expect("a value");
        if let Some(show) = show {
            *show = evaluate().to_string().expect("a text");
        }
        timed(count, evaluate)
    })
}

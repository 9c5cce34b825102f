//! Delegate types: `Func`, `Action` and their kin. Their one member, `Invoke`, calls what the delegate holds.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, method};
use crate::value::Value;

fn invoke(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.invoke(arg(args, 0), args.get(1..).unwrap_or_default())
}

/// All delegate types.
pub(in crate::library) static TYPES: &[&TypeDef] = &[
    &FUNC_0,
    &ACTION_0,
    &FUNC_1,
    &ACTION_1,
    &FUNC_2,
    &ACTION_2,
    &FUNC_3,
    &ACTION_3,
    &FUNC_4,
    &ACTION_4,
    &FUNC_5,
    &ACTION_5,
    &FUNC_6,
    &ACTION_6,
    &FUNC_7,
    &ACTION_7,
    &FUNC_8,
    &ACTION_8,
    &PREDICATE,
    &COMPARISON,
    &CONVERTER,
];

const FUNC_0: TypeDef = TypeDef::delegate("System.Func<TResult>").members(&[method("TResult Invoke()", invoke)]);
const ACTION_0: TypeDef = TypeDef::delegate("System.Action").members(&[method("void Invoke()", invoke)]);
const FUNC_1: TypeDef = TypeDef::delegate("System.Func<T,TResult>").members(&[method("TResult Invoke(T arg)", invoke)]);
const ACTION_1: TypeDef = TypeDef::delegate("System.Action<T>").members(&[method("void Invoke(T obj)", invoke)]);
const FUNC_2: TypeDef =
    TypeDef::delegate("System.Func<T1,T2,TResult>").members(&[method("TResult Invoke(T1 arg1, T2 arg2)", invoke)]);
const ACTION_2: TypeDef =
    TypeDef::delegate("System.Action<T1,T2>").members(&[method("void Invoke(T1 arg1, T2 arg2)", invoke)]);
const FUNC_3: TypeDef = TypeDef::delegate("System.Func<T1,T2,T3,TResult>")
    .members(&[method("TResult Invoke(T1 arg1, T2 arg2, T3 arg3)", invoke)]);
const ACTION_3: TypeDef =
    TypeDef::delegate("System.Action<T1,T2,T3>").members(&[method("void Invoke(T1 arg1, T2 arg2, T3 arg3)", invoke)]);
const FUNC_4: TypeDef = TypeDef::delegate("System.Func<T1,T2,T3,T4,TResult>")
    .members(&[method("TResult Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4)", invoke)]);
const ACTION_4: TypeDef = TypeDef::delegate("System.Action<T1,T2,T3,T4>")
    .members(&[method("void Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4)", invoke)]);
const FUNC_5: TypeDef = TypeDef::delegate("System.Func<T1,T2,T3,T4,T5,TResult>")
    .members(&[method("TResult Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)", invoke)]);
const ACTION_5: TypeDef = TypeDef::delegate("System.Action<T1,T2,T3,T4,T5>")
    .members(&[method("void Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)", invoke)]);
const FUNC_6: TypeDef = TypeDef::delegate("System.Func<T1,T2,T3,T4,T5,T6,TResult>")
    .members(&[method("TResult Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)", invoke)]);
const ACTION_6: TypeDef = TypeDef::delegate("System.Action<T1,T2,T3,T4,T5,T6>")
    .members(&[method("void Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)", invoke)]);
const FUNC_7: TypeDef = TypeDef::delegate("System.Func<T1,T2,T3,T4,T5,T6,T7,TResult>")
    .members(&[method("TResult Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)", invoke)]);
const ACTION_7: TypeDef = TypeDef::delegate("System.Action<T1,T2,T3,T4,T5,T6,T7>")
    .members(&[method("void Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)", invoke)]);
const FUNC_8: TypeDef = TypeDef::delegate("System.Func<T1,T2,T3,T4,T5,T6,T7,T8,TResult>").members(&[method(
    "TResult Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)",
    invoke,
)]);
const ACTION_8: TypeDef = TypeDef::delegate("System.Action<T1,T2,T3,T4,T5,T6,T7,T8>")
    .members(&[method("void Invoke(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)", invoke)]);
const PREDICATE: TypeDef = TypeDef::delegate("System.Predicate<T>").members(&[method("bool Invoke(T obj)", invoke)]);
const COMPARISON: TypeDef =
    TypeDef::delegate("System.Comparison<T>").members(&[method("int Invoke(T x, T y)", invoke)]);
const CONVERTER: TypeDef =
    TypeDef::delegate("System.Converter<TInput,TOutput>").members(&[method("TOutput Invoke(TInput input)", invoke)]);

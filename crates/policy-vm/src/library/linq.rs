//! `System.Linq`: operators over sequences, most of them lazy.
//!
//! A lazy operator makes a [`Query`](query::Query), which holds an enumerator that has not begun; going through the query
//! clones it. Each item that passes an operator is charged, so an endless query ends with the budget.

mod aggregate;
mod convert;
mod element;
mod enumerable;
mod filter;
mod group;
mod interfaces;
mod join;
mod order;
mod part;
mod project;
pub(super) mod query;
mod sets;

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] =
    &[&enumerable::TYPE, &interfaces::GROUPING, &interfaces::LOOKUP, &interfaces::ORDERED];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::{Cx, as_i32, check};
    use crate::exception::{Throw, Trap};
    use crate::library::{NativeFn, collections};
    use crate::types::TypeId;
    use crate::value::Value;
    use crate::value::heap::{Closure, ClosureCode, Object};

    fn ints(cx: &mut Cx<'_>, items: &[i32]) -> Value {
        let items = items.iter().copied().map(Value::Int32).collect();
        cx.heap.new_array(TypeId::INT32, items).unwrap()
    }

    fn lambda(cx: &mut Cx<'_>, run: NativeFn) -> Value {
        let code = ClosureCode::Native { run, receiver: None };
        Value::Object(cx.heap.new_object(Object::Closure(Closure { ty: TypeId::DELEGATE, code })).unwrap())
    }

    fn numbers(cx: &mut Cx<'_>, sequence: Value) -> Vec<i32> {
        let items = collections::collect(cx, sequence).unwrap();
        items.iter().map(|item| as_i32(&[*item], 0).unwrap()).collect()
    }

    fn double(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
        Ok(Value::Int32(as_i32(args, 0)? * 2))
    }

    fn odd(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
        Ok(Value::Bool(as_i32(args, 0)? % 2 == 1))
    }

    fn parity(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
        Ok(Value::Int32(as_i32(args, 0)? % 2))
    }

    #[test]
    fn queries_are_lazy_and_can_be_gone_through_again() {
        check::with_cx(&[TypeId::INT32, TypeId::INT32], |cx| {
            let source = ints(cx, &[1, 2, 3]);
            let list = convert::to_list(cx, &[source]).unwrap();
            let (odd, double) = (lambda(cx, odd), lambda(cx, double));
            let filtered = filter::where_(cx, &[list, odd]).unwrap();
            let query = project::select(cx, &[filtered, double]).unwrap();
            assert_eq!(numbers(cx, query), [2, 6]);
            if let Some(Object::List(list)) = cx.heap.get_mut(list) {
                list.items.push(Value::Int32(5));
            }
            assert_eq!(numbers(cx, query), [2, 6, 10]);
        });
    }

    #[test]
    fn groups_keep_the_order_of_their_first_items() {
        check::with_cx(&[TypeId::INT32, TypeId::INT32], |cx| {
            let source = ints(cx, &[3, 2, 1, 4]);
            let parity = lambda(cx, parity);
            let form = group::Form { element: false, result: false };
            let groups = group::group_by(cx, &[source, parity], form).unwrap();
            let groups = collections::collect(cx, groups).unwrap();
            let contents: Vec<_> = groups.iter().map(|group| numbers(cx, *group)).collect();
            assert_eq!(contents, [[3, 1], [2, 4]]);
            let ordered = order::order_by(cx, &[source, parity], false).unwrap();
            assert_eq!(numbers(cx, ordered), [2, 4, 3, 1]);
        });
    }

    #[test]
    fn budgets_end_what_never_ends() {
        check::with_cx(&[TypeId::INT32], |cx| {
            let all = convert::range(cx, &[Value::Int32(0), Value::Int32(i32::MAX)]).unwrap();
            let parity = lambda(cx, parity);
            let sum = aggregate::sum(cx, &[all, parity], aggregate::Number::Int32);
            assert_eq!(sum, Err(Trap::Instructions.into()));
        });
        check::with_cx(&[TypeId::INT32], |cx| {
            let all = convert::range(cx, &[Value::Int32(0), Value::Int32(i32::MAX)]).unwrap();
            assert_eq!(element::count(cx, &[all]), Ok(Value::Int32(i32::MAX)));
            let mut twice = all;
            for _ in 0..60 {
                twice = part::concat(cx, &[twice, twice]).unwrap();
            }
            assert_eq!(element::count(cx, &[twice]), Err(Trap::Instructions.into()));
        });
        check::with_cx(&[TypeId::INT32], |cx| {
            let all = convert::repeat(cx, &[Value::Int32(0), Value::Int32(1 << 30)]).unwrap();
            let before = cx.budget.instructions;
            assert_eq!(convert::to_array(cx, &[all]), Err(Trap::Memory.into()));
            assert!(before - cx.budget.instructions < 10, "refused before the first item");
        });
    }

    #[test]
    fn deep_queries_end_in_a_trap() {
        check::with_cx(&[TypeId::INT32, TypeId::INT32], |cx| {
            let mut query = ints(cx, &[1]);
            for _ in 0..10_000 {
                query = part::append(cx, &[query, Value::Int32(1)]).unwrap();
            }
            assert_eq!(element::last(cx, &[query]), Err(Trap::Depth.into()));
        });
    }

    #[test]
    fn null_sources_are_refused_at_once() {
        check::with_cx(&[TypeId::INT32, TypeId::INT32], |cx| {
            let throw = project::select(cx, &[Value::Null, Value::Null]).unwrap_err();
            let shown = check::show_throw(cx, throw);
            assert_eq!(shown, "System.ArgumentNullException: Value cannot be null. (Parameter 'source')");
            let empty = ints(cx, &[]);
            let throw = element::first(cx, &[empty]).unwrap_err();
            let shown = check::show_throw(cx, throw);
            assert_eq!(shown, "System.InvalidOperationException: Sequence contains no elements");
        });
    }
}

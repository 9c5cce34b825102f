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
mod query;
mod sets;

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] =
    &[&enumerable::TYPE, &interfaces::GROUPING, &interfaces::LOOKUP, &interfaces::ORDERED];

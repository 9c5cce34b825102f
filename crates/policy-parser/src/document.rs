//! Policy documents: XML whose attribute values and texts may be expressions, raw or escaped.

pub mod ast;

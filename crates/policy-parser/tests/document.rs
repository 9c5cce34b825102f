//! Policy documents from the outside: fixtures, both forms, named values, hostile texts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "document/forms.rs"]
mod forms;
#[path = "document/golden.rs"]
mod golden;
#[path = "document/hostile.rs"]
mod hostile;
#[path = "document/named_values.rs"]
mod named_values;
#[path = "document/robust.rs"]
mod robust;
#[path = "document/support.rs"]
mod support;

//! Definite assignment: a variable must have a value wherever it is read (CS0165).

use super::ExpressionError;
use super::binder::Binder;

/// Reports reads of variables that may not have been assigned.
pub(super) fn check(binder: &Binder) -> Vec<ExpressionError> {
    let _ = binder;
    Vec::new()
}

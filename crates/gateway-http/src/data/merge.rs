//! One tree laid over another, as an environment's overrides are laid over the files of a service.

use super::{Node, Value};

/// Maps are merged, everything else is replaced.
pub(crate) fn merge(node: &mut Node, over: &Node) {
    let (Value::Map(entries), Value::Map(over_entries)) = (&mut node.value, &over.value) else {
        *node = over.clone();
        return;
    };
    for entry in over_entries {
        match entries.iter_mut().rev().find(|known| known.key == entry.key) {
            Some(known) => {
                known.key_place = entry.key_place.clone();
                merge(&mut known.node, &entry.node);
            }
            None => entries.push(entry.clone()),
        }
    }
}

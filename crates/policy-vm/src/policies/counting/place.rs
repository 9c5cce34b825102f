//! The API or operation that a limit is for.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::exchange::Call;
use crate::spec::{Accepts, Attribute, ElementSpec, Group};

/// An API or operation that a limit is for, by id or else by name.
#[derive(Debug)]
struct Place {
    id: Option<Box<str>>,
    name: Option<Box<str>>,
}

pub(in crate::policies) const PLACE_ID: Attribute =
    Attribute::optional("id", Accepts::Name, "Its id; it wins over the name.");
pub(in crate::policies) const PLACE_NAME: Attribute = Attribute::optional("name", Accepts::Name, "Its name.");
/// A place has one of them.
pub(in crate::policies) const PLACE: Group = Group::AtLeastOne(&["id", "name"]);

impl Place {
    fn compile(c: &Compiler<'_>, element: &Element) -> Self {
        // Neither attribute has a default, so what they belong to does not matter.
        let spec = &ElementSpec::new("", "");
        Self {
            id: c.literal(element, spec, "id").map(Into::into),
            name: c.literal(element, spec, "name").map(Into::into),
        }
    }

    fn is(&self, id: &str, name: &str) -> bool {
        match (&self.id, &self.name) {
            (Some(wanted), _) => wanted.eq_ignore_ascii_case(id),
            (None, Some(wanted)) => wanted.to_lowercase() == name.to_lowercase(),
            (None, None) => false,
        }
    }
}

/// A limit for all calls, for those of an API, or for those of an operation.
#[derive(Debug)]
pub(in crate::policies) struct Placed<T> {
    api: Option<Place>,
    operation: Option<Place>,
    pub(in crate::policies) limit: T,
}

/// The limits of an element and of the `api` and `operation` elements inside it, as far as they set one.
pub(in crate::policies) fn placed<T>(
    c: &mut Compiler<'_>,
    element: &Element,
    mut read: impl FnMut(&mut Compiler<'_>, &Element) -> Option<T>,
) -> Vec<Placed<T>> {
    let mut read = |c: &mut Compiler<'_>, part: &Element| {
        let limit = read(c, part);
        if limit.is_none() && part.elements().next().is_none() {
            c.warn(
                codes::NO_EFFECT,
                part.tag_span,
                format!("the element '{}' sets no limit: it has no effect", part.name),
            );
        }
        limit
    };
    let mut limits = Vec::new();
    limits.extend(read(c, element).map(|limit| Placed { api: None, operation: None, limit }));
    for child in element.elements() {
        let place = Place::compile(c, child);
        let limit = read(c, child);
        if &*child.name == "operation" {
            limits.extend(limit.map(|limit| Placed { api: None, operation: Some(place), limit }));
            continue;
        }
        limits.extend(limit.map(|limit| Placed { api: Some(place), operation: None, limit }));
        for inner in child.elements() {
            let (api, operation) = (Place::compile(c, child), Place::compile(c, inner));
            let limit = read(c, inner);
            limits.extend(limit.map(|limit| Placed { api: Some(api), operation: Some(operation), limit }));
        }
    }
    limits
}

impl<T> Placed<T> {
    /// The parts of the counter's key that say which API and operation it is for; `None` when the call is none of theirs.
    pub(in crate::policies) fn parts<'c>(&self, call: &'c Call) -> Option<[&'c str; 2]> {
        let (api, operation) = (call.api.as_deref(), call.operation.as_deref());
        let api = match (&self.api, api) {
            (None, _) => "",
            (Some(place), Some(api)) if place.is(&api.id, &api.name) => &api.id,
            _ => return None,
        };
        let operation = match (&self.operation, operation) {
            (None, _) => "",
            (Some(place), Some(operation)) if place.is(&operation.id, &operation.name) => &operation.id,
            _ => return None,
        };
        Some([api, operation])
    }
}

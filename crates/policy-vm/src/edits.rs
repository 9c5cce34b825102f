//! Which headers the policies of a program set or delete. What they have decided must not be undone by what comes behind a
//! body, where no policy looks.

use http::HeaderName;

use crate::host::Message;

/// Names of headers that policies edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditedHeaders {
    request: Names,
    response: Names,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Names {
    /// An expression says which: it can be any.
    any: bool,
    names: Vec<HeaderName>,
}

impl EditedHeaders {
    /// Whether some policy sets or deletes this header of a message, or may do so.
    #[must_use]
    pub fn contains(&self, message: Message, name: &HeaderName) -> bool {
        self.of(message).any || self.names(message, name)
    }

    /// Whether some policy names this header, whatever others may do.
    #[must_use]
    pub fn names(&self, message: Message, name: &HeaderName) -> bool {
        self.of(message).names.contains(name)
    }

    const fn of(&self, message: Message) -> &Names {
        match message {
            Message::Request => &self.request,
            Message::Response => &self.response,
        }
    }

    /// A policy edits this header, or one that is not known before it runs.
    pub(crate) fn add(&mut self, message: Message, name: Option<&HeaderName>) {
        let names = match message {
            Message::Request => &mut self.request,
            Message::Response => &mut self.response,
        };
        match name {
            None => names.any = true,
            Some(name) if !names.names.contains(name) => names.names.push(name.clone()),
            Some(_) => {}
        }
    }

    /// Adds what another program edits.
    pub(crate) fn add_all(&mut self, other: &Self) {
        for (message, names) in [(Message::Request, &other.request), (Message::Response, &other.response)] {
            if names.any {
                self.add(message, None);
            }
            names.names.iter().for_each(|name| self.add(message, Some(name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use policy_parser::Source;

    use super::*;
    use crate::{Engine, Environment, Pipeline, Scope};

    fn edited(documents: &[&str]) -> EditedHeaders {
        let engine = Engine::new();
        let programs = documents.iter().map(|document| {
            let text = format!("<policies>{document}</policies>");
            engine.compile(&Source::new("policy.xml", text), Scope::Api, &Environment::default()).program.unwrap()
        });
        Pipeline::new(programs).edited_headers()
    }

    #[test]
    fn every_set_header_is_known_by_its_message() {
        let set = |name: &str, action: &str| format!("<set-header name=\"{name}\" exists-action=\"{action}\"/>");
        let inbound =
            format!("<inbound><choose><when condition=\"false\">{}</when></choose></inbound>", set("X-In", "delete"));
        let outbound =
            format!("<backend>{}</backend><outbound>{}</outbound>", set("X-Back", "delete"), set("x-out", "delete"));
        let edited = edited(&[&inbound, &outbound]);
        let names = |message| {
            ["x-in", "x-back", "x-out", "x-other"].map(|name| edited.contains(message, &HeaderName::from_static(name)))
        };
        assert_eq!(names(Message::Request), [true, true, false, false]);
        assert_eq!(names(Message::Response), [false, false, true, false]);
    }

    #[test]
    fn a_name_that_is_computed_is_any() {
        let edited = edited(&["<outbound><set-header name=\"@(&quot;a&quot;)\" exists-action=\"delete\"/></outbound>"]);
        let name = HeaderName::from_static("x");
        assert!(edited.contains(Message::Response, &name) && !edited.contains(Message::Request, &name));
        assert!(!edited.names(Message::Response, &name));
    }

    /// What is sent by the policy itself, or takes the place of the message, has no trailers of somebody else's.
    #[test]
    fn headers_of_other_messages_do_not_count() {
        let edited = edited(&["<inbound><send-one-way-request><set-url>http://h/</set-url><set-header name=\"x\" \
                               exists-action=\"delete\"/></send-one-way-request></inbound>"]);
        assert_eq!(edited, EditedHeaders::default());
    }
}

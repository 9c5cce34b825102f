//! Findings quote what a document says, and a named value is part of that once it stands in it: what a secret one put there
//! is taken out of every sentence, where its name goes in its place.

use policy_parser::{Diagnostic, Span};

use crate::engine::Environment;

/// Words shorter than this are only looked for where the secret itself is at fault: they are in too many sentences.
const SHORT: usize = 4;

/// Takes the values of secret named values out of findings.
pub(super) fn hide(findings: &mut [Diagnostic], environment: &Environment) {
    let secrets: Vec<Secret<'_>> = environment
        .named_values
        .iter()
        .filter(|(_, named)| named.secret && !named.value.trim().is_empty())
        .map(|(name, named)| Secret::new(name, &named.value))
        .collect();
    for finding in findings {
        for secret in &secrets {
            secret.hide(finding);
        }
    }
}

struct Secret<'a> {
    value: &'a str,
    words: Vec<&'a str>,
    name: &'a str,
    shown: String,
}

impl<'a> Secret<'a> {
    fn new(name: &'a str, value: &'a str) -> Self {
        let value = value.trim();
        let words = value.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        Self { value, words, name, shown: format!("{{{{{name}}}}}") }
    }

    fn hide(&self, finding: &mut Diagnostic) {
        let Some(at_fault) = self.stands_in(finding.source.text(), finding.span) else { return };
        match self.without(&finding.headline, at_fault) {
            Some(headline) => finding.headline = headline,
            None => finding.headline = format!("what '{}' stands for is not possible here", self.shown),
        }
        let notes = finding.notes.iter().filter_map(|note| self.without(note, at_fault)).collect();
        finding.notes = notes;
    }

    /// Does the text refer to it, and if so, within this place?
    fn stands_in(&self, text: &str, place: Span) -> Option<bool> {
        let mut at_fault = None;
        for (start, _) in text.match_indices("{{") {
            let Some((inner, _)) = text.get(start + 2..).and_then(|rest| rest.split_once("}}")) else { continue };
            if inner.trim() != self.name {
                continue;
            }
            let end = start + inner.len() + 4;
            let touches = (place.start as usize) <= end && start <= (place.end as usize);
            at_fault = Some(at_fault.unwrap_or(false) || touches);
        }
        at_fault
    }

    /// A sentence with the name for the value; `None` when parts of the value would still be in it.
    fn without(&self, sentence: &str, at_fault: bool) -> Option<String> {
        let named = if at_fault || self.value.len() >= SHORT {
            sentence.replace(self.value, "\0")
        } else {
            sentence.to_owned()
        };
        let is_left = |word: &&str| (at_fault || word.len() >= SHORT) && has_word(&named, word);
        if self.words.iter().any(is_left) { None } else { Some(named.replace('\0', &self.shown)) }
    }
}

/// Is it in the sentence, with no letter or digit beside it?
fn has_word(sentence: &str, word: &str) -> bool {
    sentence.split(|letter: char| !letter.is_alphanumeric()).any(|other| other == word)
}

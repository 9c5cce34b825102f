//! Blocks to cases: which block belongs to which request.

use super::block::{Role, StepNumbers};
use super::fence::{Fence, Piece, pieces};
use super::{Case, DocumentBlock, DocumentKind, Malformed, Step};

/// The cases of a page, and all that is wrong with it. A section without a case's blocks is prose.
pub(super) fn cases(text: &str) -> (Vec<Case>, Vec<Malformed>) {
    let (mut cases, mut malformed) = (Vec::new(), Vec::new());
    let mut finish = |builder: Builder, malformed: &mut Vec<Malformed>| match builder.finish() {
        Ok(case) => cases.extend(case),
        Err(mistake) => malformed.push(mistake),
    };
    let mut builder = Builder::new(String::new(), 1);
    let (pieces, open) = pieces(text);
    for piece in pieces {
        match piece {
            Piece::Heading(heading, line) => {
                let name = heading.strip_prefix("Case:").unwrap_or(&heading).trim().to_owned();
                finish(std::mem::replace(&mut builder, Builder::new(name, line)), &mut malformed);
            }
            Piece::Indented(info, line) => {
                if Role::of(&info) != Ok(Role::Prose) {
                    let message = format!("`{info}` does not begin in the first column");
                    malformed.push(Malformed::new(line, message));
                    builder.is_broken = true;
                }
            }
            Piece::Block(fence) => builder.block(fence, &mut malformed),
        }
    }
    // What an open block swallowed is missed by nobody.
    builder.is_broken |= open.is_some();
    finish(builder, &mut malformed);
    malformed.extend(open);
    (cases, malformed)
}

/// A case being read.
struct Builder {
    case: Case,
    /// Surroundings of a request still to come.
    host: Vec<Fence>,
    /// A block without its second word, which only a case minds.
    bare: Option<Fence>,
    /// Requests so far, repeated ones counted.
    requests: u32,
    /// One of its blocks is wrong: what others lack may be in that one.
    is_broken: bool,
}

impl Builder {
    fn new(name: String, line: u32) -> Self {
        let case = Case { name, line, documents: Vec::new(), diagnostics: None, host: Vec::new(), steps: Vec::new() };
        Self { case, host: Vec::new(), bare: None, requests: 0, is_broken: false }
    }

    fn block(&mut self, fence: Fence, malformed: &mut Vec<Malformed>) {
        let line = fence.line;
        let added = match Role::of(&fence.info) {
            Err(message) => Err(Malformed::new(line, message)),
            Ok(role) if self.is_broken && role.is_expectation() && self.case.steps.is_empty() => Ok(()),
            Ok(role) => self.add(role, fence),
        };
        self.is_broken |= added.is_err();
        malformed.extend(added.err());
    }

    fn add(&mut self, role: Role, fence: Fence) -> Result<(), Malformed> {
        match role {
            Role::Prose => {}
            Role::Bare => self.bare = self.bare.take().or(Some(fence)),
            Role::Document(kind, file) => self.case.documents.push(DocumentBlock { kind, file, fence }),
            Role::Host => self.host.push(fence),
            Role::Request(numbers) => self.request(numbers, fence)?,
            Role::Diagnostics => only(&mut self.case.diagnostics, fence)?,
            Role::Backend => self.step(&fence)?.backend.push(fence),
            Role::Response => only(&mut self.step(&fence)?.response, fence)?,
            Role::Variables => only(&mut self.step(&fence)?.variables, fence)?,
            Role::Trace => only(&mut self.step(&fence)?.trace, fence)?,
            Role::LastError => only(&mut self.step(&fence)?.last_error, fence)?,
        }
        Ok(())
    }

    fn request(&mut self, numbers: Option<StepNumbers>, fence: Fence) -> Result<(), Malformed> {
        let next = self.requests + 1;
        if let Some(numbers) = numbers.filter(|numbers| numbers.first != next) {
            let message = format!("request {} stands where request {next} is expected", numbers.first);
            return Err(Malformed::new(fence.line, message));
        }
        let times = numbers.map_or(1, StepNumbers::count);
        self.requests += times;
        self.case.steps.push(Step {
            times,
            host: std::mem::take(&mut self.host),
            request: fence,
            backend: Vec::new(),
            response: None,
            variables: None,
            trace: None,
            last_error: None,
        });
        Ok(())
    }

    /// The step that an expectation belongs to: the last one.
    fn step(&mut self, fence: &Fence) -> Result<&mut Step, Malformed> {
        let message = format!("`{}` stands before the first request of its case", fence.info);
        self.case.steps.last_mut().ok_or_else(|| Malformed::new(fence.line, message))
    }

    fn finish(mut self) -> Result<Option<Case>, Malformed> {
        if let Some(bare) = self.bare.filter(|_| !self.case.documents.is_empty()) {
            let message = format!("a second word is missing after `{}`: `xml example` is for readers alone", bare.info);
            return Err(Malformed::new(bare.line, message));
        }
        // Surroundings may stand after the only request, for readers who want the request first.
        match (self.case.steps.as_mut_slice(), self.host.first()) {
            ([step], Some(_)) => step.host.append(&mut self.host),
            ([_, _, ..], Some(fence)) => {
                return Err(Malformed::new(fence.line, "`toml host` without a request after it"));
            }
            ([], Some(fence)) if self.case.documents.is_empty() && !self.is_broken => {
                return Err(Malformed::new(fence.line, "`toml host` without a policy document"));
            }
            _ => {}
        }
        let is_broken = self.is_broken;
        let mut case = self.case;
        case.host = self.host;
        let first = case.steps.first().map(|step| step.request.line).or(case.diagnostics.as_ref().map(|f| f.line));
        match (case.documents.is_empty(), first) {
            (true, _) if is_broken => Ok(None),
            (true, None) => Ok(None),
            (true, Some(line)) => Err(Malformed::new(line, "this case has no policy document (an `xml` block)")),
            (false, Some(line)) if only_fragments(&case) => {
                Err(Malformed::new(line, "this case has fragments and no policy document that includes them"))
            }
            (false, _) if case.name.is_empty() => Err(Malformed::new(case.line, "a case needs a heading")),
            (false, _) => Ok(Some(case)),
        }
    }
}

fn only_fragments(case: &Case) -> bool {
    case.documents.iter().all(|document| matches!(document.kind, DocumentKind::Fragment(_)))
}

fn only(place: &mut Option<Fence>, fence: Fence) -> Result<(), Malformed> {
    match place {
        Some(first) => {
            let message = format!("a second `{}`; the first is at line {}", fence.info, first.line);
            Err(Malformed::new(fence.line, message))
        }
        None => {
            *place = Some(fence);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(blocks: &[(&str, &str)]) -> String {
        let mut text = "# Page\n\n### Case: one\n".to_owned();
        for (info, content) in blocks {
            text.push_str(&format!("\n```{info}\n{content}\n```\n"));
        }
        text
    }

    #[test]
    fn expectations_belong_to_the_request_before_them() {
        let text = page(&[
            ("xml inbound", "<base />"),
            ("toml host", "seed = 1"),
            ("http request", "GET /"),
            ("http response", "200"),
            ("toml host", "advance = \"1s\""),
            ("http request 2-3", "GET /"),
            ("http response", "429"),
        ]);
        let (cases, malformed) = cases(&text);
        assert_eq!(malformed, []);
        let steps = &cases[0].steps;
        assert_eq!((cases[0].name.as_str(), steps.len(), steps[1].times), ("one", 2, 2));
        assert_eq!(steps[0].host.len(), 1);
        assert_eq!(steps[1].response.as_ref().unwrap().content(), "429");
    }

    #[test]
    fn what_is_missing_or_twice_is_named_with_its_line() {
        let xml = ("xml", "<policies />");
        let line = |blocks: &[(&str, &str)]| cases(&page(blocks)).1.first().unwrap().line;
        assert_eq!(line(&[("http request", "GET /")]), 5);
        assert_eq!(line(&[xml, ("http response", "200")]), 9);
        assert_eq!(line(&[xml, ("http request 2", "GET /")]), 9);
        assert_eq!(line(&[xml, ("http request", "GET /"), ("text trace", ""), ("text trace", "")]), 17);
        let (cases, malformed) = cases(&page(&[]));
        assert!(cases.is_empty() && malformed.is_empty());
    }

    #[test]
    fn all_mistakes_are_told_and_not_what_follows_from_them() {
        let xml = ("xml", "<policies />");
        let lines = |blocks: &[(&str, &str)]| -> Vec<u32> {
            let (_, malformed) = cases(&page(blocks));
            malformed.iter().map(|mistake| mistake.line).collect()
        };
        let twice = ("http request", "GET /");
        assert_eq!(lines(&[xml, twice, twice, ("toml host", "seed = 1")]), [17]);
        assert!(lines(&[xml, twice, ("toml host", "seed = 1")]).is_empty());
        assert_eq!(lines(&[xml, ("http", "GET /")]), [9]);
        assert!(lines(&[("toml", "a = 1")]).is_empty());
        let (_, indented) = cases("# A\n\n 1. x\n\n   ```http request\n   GET /\n   ```\n");
        assert_eq!(indented.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [5]);
        assert!(cases("# A\n\n 1. x\n\n   ```json\n   {}\n   ```\n").1.is_empty());
        let (request, response) = (("http request", "GET /"), ("http response", "200"));
        assert_eq!(lines(&[xml, ("http requst", "GET /"), response, ("text traces", "")]), [9, 17]);
        assert_eq!(lines(&[("xml inbond", "<base/>"), request, response, response]), [5, 17]);
        let open = "# A\n\n```http request\nGET /\n```\n\n# B\n\n```xml\n<policies/>\n";
        let (_, malformed) = cases(open);
        assert_eq!(malformed.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [3, 9]);
    }
}

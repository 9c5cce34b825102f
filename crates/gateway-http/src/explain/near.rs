//! What a request nearly meant. Each candidate is searched for on its own, in a table that holds nothing else; what the
//! search meets there is the reason.

use std::collections::HashSet;

use http::Method;
use policy_parser::suggest;
use serde::Serialize;

use super::Question;
use crate::routing::operations::Operations;
use crate::routing::path::Path;
use crate::routing::watch::{Sight, Watch};
use crate::service;
use crate::site::Site;
use crate::site::route::Routed;

/// Candidates that are told.
const MOST: usize = 8;

/// How far an operation is away whose template does not even begin as the path does.
const FAR: usize = 1 << 20;

/// Something that was not meant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Near {
    pub(crate) api: String,
    /// None when it is the API that does not fit.
    pub(crate) operation: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) why: String,
}

/// What was met, in order.
#[derive(Debug, Default)]
pub(super) struct Sights(Vec<Sight>);

impl Watch for Sights {
    fn saw(&mut self, sight: Sight) {
        self.0.push(sight);
    }
}

/// The nearest first.
pub(super) fn near(
    site: &Site,
    sights: &Sights,
    question: &Question,
    path: &Path<'_>,
    routed: Option<&Routed>,
) -> Vec<Near> {
    let found = routed.and_then(|routed| routed.found.as_ref()).map(|found| (found.api, found.operation));
    let mut near: Vec<(usize, Near)> = Vec::new();
    for sight in &sights.0 {
        match sight {
            Sight::Api { api, rest } => near.extend(operations(site, question, path, *api, *rest, found)),
            Sight::OtherVersion { api, wanted } => {
                near.extend(api_near(site, *api, format!("answers requests with {wanted}")).map(|near| (1, near)));
            }
            Sight::OtherRevision { api, number } => {
                let why = format!("is revision {number}: ask with `;rev={number}` behind the API's path");
                near.extend(api_near(site, *api, why).map(|near| (3, near)));
            }
            Sight::Segment { .. } | Sight::Method | Sight::Query { .. } => {}
        }
    }
    if near.is_empty() && found.is_none() {
        near.extend(elsewhere(site, path).into_iter().map(|near| (0, near)));
    }
    near.sort_by_key(|(distance, _)| *distance);
    // Operations that have nothing but their API in common with the request are told when there is nothing better.
    if found.is_some() || near.first().is_some_and(|(distance, _)| *distance < FAR) {
        near.retain(|(distance, _)| *distance < FAR);
    }
    near.truncate(MOST);
    near.into_iter().map(|(_, near)| near).collect()
}

fn api_near(site: &Site, number: usize, why: String) -> Option<Near> {
    let api = site.apis.get(number)?;
    Some(Near {
        api: api.api.id.clone(),
        operation: None,
        template: None,
        why: format!("path `/{}`, {why}", api.api.path),
    })
}

/// The other operations of an API that the path leads to.
fn operations(
    site: &Site,
    question: &Question,
    path: &Path<'_>,
    number: usize,
    rest: usize,
    found: Option<(usize, usize)>,
) -> Vec<(usize, Near)> {
    let Some(api) = site.service.apis.get(number) else { return Vec::new() };
    let others = api.operations.iter().enumerate().filter(|(operation, _)| found != Some((number, *operation)));
    let near = others.filter_map(|(_, operation)| {
        let (distance, why) = why_not(operation, question, path, rest)?;
        let template = format!("{} {}", operation.method, operation.url_template);
        let near = Near { api: api.id.clone(), operation: Some(operation.id.clone()), template: Some(template), why };
        Some((distance, near))
    });
    near.collect()
}

/// Why an operation was not meant; nothing for one that is not near.
fn why_not(
    operation: &service::Operation,
    question: &Question,
    path: &Path<'_>,
    rest: usize,
) -> Option<(usize, String)> {
    let method = Method::from_bytes(operation.method.as_bytes()).ok().filter(|method| method.as_str() != "*");
    let alone = Operations::new([(method.as_ref(), &operation.template)]);
    let mut sights = Sights::default();
    if alone.find(path, rest, &question.url.query, &question.method, &mut sights).is_some() {
        return Some((0, "would fit, but what was taken is more specific, or of a longer path".to_owned()));
    }
    let mut furthest = None;
    for sight in sights.0 {
        match sight {
            Sight::Query { name } => {
                return Some((1, format!("query parameter `{name}` is absent or has another value")));
            }
            Sight::Method => return Some((2, format!("is for {}", operation.method))),
            Sight::Segment { at } => furthest = furthest.max(Some(at)),
            Sight::Api { .. } | Sight::OtherVersion { .. } | Sight::OtherRevision { .. } => {}
        }
    }
    let at = furthest?;
    let tail = path.text(at..path.decoded().len());
    let why = if tail.is_empty() || tail == "/" {
        "its template goes on where the path ends".to_owned()
    } else {
        format!("its template does not go on with `{tail}`")
    };
    Some((if at > rest { 4 + path.decoded().len() - at } else { FAR }, why))
}

/// The path leads to no API: those that begin as it does, that are written nearly so, or just some.
fn elsewhere(site: &Site, path: &Path<'_>) -> Vec<Near> {
    let asked: Vec<&str> = path.decoded().split('/').filter(|segment| !segment.is_empty()).collect();
    // Versions and revisions may share a path; it is the path that does not fit.
    let mut seen = HashSet::new();
    let paths: Vec<&str> =
        site.service.apis.iter().map(|api| api.path.as_str()).filter(|path| seen.insert(*path)).collect();
    let paths = paths.iter().copied();
    let common = |other: &str| {
        let same = other.split('/').zip(&asked).take_while(|(a, b)| a.eq_ignore_ascii_case(b));
        same.count()
    };
    let most = paths.clone().map(common).max().filter(|most| *most > 0);
    let misspelt = |depth: usize| {
        let asked = asked.get(..depth)?.join("/");
        suggest::closest(&asked, paths.clone().filter(|path| path.split('/').count() == depth))
    };
    let near = match most {
        Some(most) => paths.clone().filter(|path| common(path) == most).take(MOST).collect(),
        None => match (1..=asked.len().min(4)).rev().find_map(misspelt) {
            Some(near) => vec![near],
            None => paths.clone().take(MOST).collect::<Vec<_>>(),
        },
    };
    let numbers = near.iter().filter_map(|near| site.service.apis.iter().position(|api| api.path == *near));
    numbers
        .filter_map(|number| api_near(site, number, "which the request's path does not begin with".to_owned()))
        .collect()
}

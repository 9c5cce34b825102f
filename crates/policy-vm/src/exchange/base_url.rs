//! What of the request's URL is the backend's own, and what goes along to whatever backend there will be.

use super::url::parameters;
use super::{BackendChoice, Call};

impl Call {
    /// The path of the backend's own URL. Of an entity only the host knows it, and adds it.
    pub(crate) fn base_path(&self) -> &str {
        match &self.backend {
            BackendChoice::Service => {
                self.api.as_ref().and_then(|api| api.service_url.as_ref()).map_or("", |url| &url.path)
            }
            BackendChoice::Url(url) => &url.path,
            BackendChoice::Entity(_) => "",
        }
    }

    /// What follows the path of the backend's own URL.
    pub(crate) fn relative_path(&self) -> &str {
        let path = self.request.url.path.as_str();
        match path.strip_prefix(self.base_path().trim_end_matches('/')) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => path,
        }
    }

    /// The parameters that came with the backend's own URL, and the request's. Wherever policies moved them: often they
    /// are keys, and no other backend is to get them.
    pub(crate) fn split_query(&self) -> (Vec<&str>, Vec<&str>) {
        let mut of_base: Vec<&str> = match &self.backend {
            BackendChoice::Url(url) => parameters(&url.query).collect(),
            BackendChoice::Service | BackendChoice::Entity(_) => Vec::new(),
        };
        let came = |parameter: &&str| match of_base.iter().position(|known| known == parameter) {
            Some(at) => {
                of_base.remove(at);
                true
            }
            None => false,
        };
        parameters(&self.request.url.query).partition(came)
    }
}

/// One path after the other, with one slash between them.
pub(crate) fn join(base: &str, relative: &str) -> String {
    let relative = relative.trim_start_matches('/');
    if relative.is_empty() && base.len() > 1 {
        return base.to_owned();
    }
    format!("{}/{relative}", base.trim_end_matches('/'))
}
